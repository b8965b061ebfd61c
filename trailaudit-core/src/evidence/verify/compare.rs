//! What the records give beside what the package has, finding by finding.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::report::{Code, Problems};
use crate::assessment::Assessment;
use crate::evidence::files::Files;
use crate::evidence::package::FINDINGS_JSON;
use crate::framework::Selection;
use crate::rule::Rule;
use crate::tables::findings::{entries, v1::Entry};
use crate::tables::reading::Reading;

/// How many differences of one package are told one by one.
const TOLD: usize = 20;

/// What the records give, walked beside what the package has.
pub(super) struct Compared<'a> {
    again: std::iter::Peekable<Box<dyn Iterator<Item = Entry<'a>> + 'a>>,
    differences: Vec<String>,
    more: usize,
}

impl<'a> Compared<'a> {
    pub(super) fn new(assessment: &'a Assessment) -> Self {
        static NONE: LazyLock<Selection> = LazyLock::new(Selection::default);
        let again: Box<dyn Iterator<Item = Entry<'a>> + 'a> = Box::new(entries(assessment, &NONE));
        Self {
            again: again.peekable(),
            differences: Vec::new(),
            more: 0,
        }
    }

    /// Holds every entry of these rules in the package against what the records give; how many there were.
    pub(super) fn with(&mut self, files: &dyn Files, rules: &[&'static Rule]) -> Result<usize, String> {
        let opened = files.open(FINDINGS_JSON).map_err(|error| error.to_string())?;
        let mut table =
            Reading::new(opened, "trailaudit.findings/v1", "findings").map_err(|error| error.to_string())?;
        let known: BTreeMap<_, _> = rules.iter().enumerate().map(|(place, rule)| (rule.id, place)).collect();
        let mut count = 0;
        while let Some(line) = table.next_entry().map_err(|error| error.to_string())? {
            let entry: Entry<'_> = serde_json::from_slice(&line).map_err(|error| error.to_string())?;
            if known.contains_key(&*entry.rule) {
                self.take(&known, &entry);
                count += 1;
            }
        }
        self.finish();
        Ok(count)
    }

    fn take(&mut self, known: &BTreeMap<&str, usize>, entry: &Entry<'_>) {
        let place = |entry: &Entry<'_>| known.get(&*entry.rule).copied();
        // What the records give before this entry, the package leaves out.
        while let Some(again) = self
            .again
            .next_if(|again| (place(again), key(again)) < (place(entry), key(entry)))
        {
            self.differ(format!(
                "the records give {}, which the package does not have",
                named(&again)
            ));
        }
        match self
            .again
            .next_if(|again| again.rule == entry.rule && key(again) == key(entry))
        {
            None => self.differ(format!("the records do not give {}", named(entry))),
            Some(again) if !is_same_finding(&again, entry) => {
                let message = format!(
                    "the records give another judgement than {}: {} because {:?}",
                    named(entry),
                    again.verdict,
                    again.reason
                );
                self.differ(message);
            }
            Some(_) => {}
        }
    }

    fn finish(&mut self) {
        while let Some(again) = self.again.next() {
            self.differ(format!(
                "the records give {}, which the package does not have",
                named(&again)
            ));
        }
    }

    fn differ(&mut self, message: String) {
        if self.differences.len() < TOLD {
            self.differences.push(message);
        } else {
            self.more += 1;
        }
    }

    /// Tells the differences.
    pub(super) fn tell(self, problems: &mut Problems) {
        for message in self.differences {
            problems.add(Code::ReperformanceDiffers, Some(FINDINGS_JSON), message);
        }
        if self.more > 0 {
            let message = format!("and {} more findings that the records do not bear out", self.more);
            problems.add(Code::ReperformanceDiffers, Some(FINDINGS_JSON), message);
        }
    }
}

/// The order of findings within a rule.
pub(super) fn key<'e>(entry: &'e Entry<'_>) -> (&'e str, &'e str, &'e str) {
    (&entry.account_id, &entry.region, &entry.resource_id)
}

/// Whether a rule came to a decision: one way or the other.
pub(super) fn is_decided(entry: &Entry<'_>) -> bool {
    ["pass", "fail"].contains(&&*entry.verdict)
}

/// Whether two entries say the same but for what the catalogue says of their rule, which may have other words today.
fn is_same_finding(a: &Entry<'_>, b: &Entry<'_>) -> bool {
    is_same_judgement(a, b) && a.account_name == b.account_name && a.organizational_unit == b.organizational_unit
}

/// The same, but for the account's name and place, which its own records do not tell.
pub(super) fn is_same_judgement(a: &Entry<'_>, b: &Entry<'_>) -> bool {
    parts(a) == parts(b) && a.evidence == b.evidence
}

fn parts<'e>(entry: &'e Entry<'_>) -> [&'e str; 9] {
    [
        &entry.rule,
        &entry.verdict,
        &entry.account_id,
        &entry.region,
        &entry.resource_type,
        &entry.resource_id,
        &entry.inherited_from,
        &entry.reason,
        &entry.exception,
    ]
}

pub(super) fn named(entry: &Entry<'_>) -> String {
    let place = [&*entry.account_id, &*entry.region, &*entry.resource_id];
    let place: Vec<_> = place.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{:?} of {} for {:?}", entry.verdict, entry.rule, place.join(" "))
}
