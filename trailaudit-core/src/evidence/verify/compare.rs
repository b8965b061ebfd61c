//! What the records give beside what the package has, finding by finding.

use std::collections::HashMap;
use std::iter::Peekable;

use super::report::{Code, Problems};
use crate::evidence::files::Files;
use crate::evidence::package::FINDINGS_JSON;
use crate::finding::Finding;
use crate::framework::Selection;
use crate::organization::{Account, Region};
use crate::rule::Rule;
use crate::tables::findings::{Rows, v1::Entry};
use crate::tables::reading::Reading;

/// How many differences of one package are told one by one.
const TOLD: usize = 20;

/// What the records give, walked beside what the package has.
pub(super) struct Compared<'a, I: Iterator<Item = Finding>> {
    again: Peekable<I>,
    rows: Rows<'a>,
    /// The place of every rule.
    known: HashMap<&'static str, usize>,
    differences: Vec<String>,
    more: usize,
}

impl<'a, I: Iterator<Item = Finding>> Compared<'a, I> {
    /// With the findings that the records give by these rules, in their order.
    pub(super) fn new(again: I, accounts: &'a [Account], rules: &[&'static Rule]) -> Self {
        Self {
            again: again.peekable(),
            rows: Rows::new(accounts, rules, &Selection::default()),
            known: rules.iter().enumerate().map(|(place, rule)| (rule.id, place)).collect(),
            differences: Vec::new(),
            more: 0,
        }
    }

    /// Holds every entry of these rules in the package against what the records give; how many there were.
    pub(super) fn with(&mut self, files: &dyn Files) -> Result<usize, String> {
        let opened = files.open(FINDINGS_JSON).map_err(|error| error.to_string())?;
        let mut table =
            Reading::new(opened, "trailaudit.findings/v1", "findings").map_err(|error| error.to_string())?;
        let mut count = 0;
        while let Some(line) = table.next_entry().map_err(|error| error.to_string())? {
            let entry: Entry<'_> = serde_json::from_slice(&line).map_err(|error| error.to_string())?;
            if self.known.contains_key(&*entry.rule) {
                self.take(&entry);
                count += 1;
            }
        }
        self.finish();
        Ok(count)
    }

    fn take(&mut self, entry: &Entry<'_>) {
        let place = self.known.get(&*entry.rule).copied();
        // What the records give before this entry, the package leaves out.
        while let Some(missing) = self
            .again
            .next_if(|again| (self.known.get(again.rule.id).copied(), key_of(again)) < (place, key(entry)))
        {
            let message = self.missing(&missing);
            self.differ(message);
        }
        let again = self
            .again
            .next_if(|again| again.rule.id == entry.rule && key_of(again) == key(entry));
        let message = match again.as_ref().and_then(|again| self.rows.entry(again)) {
            None => format!("the records do not give {}", named(entry)),
            Some(again) if !is_same_finding(&again, entry) => format!(
                "the records give another judgement than {}: {} because {:?}",
                named(entry),
                again.verdict,
                again.reason
            ),
            Some(_) => return,
        };
        self.differ(message);
    }

    fn finish(&mut self) {
        while let Some(missing) = self.again.next() {
            let message = self.missing(&missing);
            self.differ(message);
        }
    }

    fn missing(&self, finding: &Finding) -> String {
        let entry = self.rows.entry(finding);
        let entry = entry.as_ref().map(named).unwrap_or_default();
        format!("the records give {entry}, which the package does not have")
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

fn key_of(finding: &Finding) -> (&str, &str, &str) {
    let region = finding.region.as_ref().map_or("", Region::as_str);
    (finding.account.as_str(), region, finding.subject.id())
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
