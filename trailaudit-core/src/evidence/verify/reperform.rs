//! Assessing the records again, and comparing every finding.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use super::read_bounded;
use super::report::{Code, Problem, Problems, Reperformed};
use crate::assessment::{Assessment, assess};
use crate::baseline::Baseline;
use crate::evidence::accounts::AccountLeaf;
use crate::evidence::exchange::Exchange;
use crate::evidence::files::Files;
use crate::evidence::manifest::Manifest;
use crate::evidence::package::{
    BASELINE, CATALOGUE, COVERAGE_CSV, COVERAGE_JSON, FINDINGS_JSON, MANIFEST, account_findings,
};
use crate::evidence::provider::{Provenance, Provider};
use crate::evidence::records::read_lines;
use crate::evidence::{Digest, EvidenceId};
use crate::framework::Selection;
use crate::rule::Rule;
use crate::rules::CATALOGUE as RULES;
use crate::tables::catalogue::v1::Catalogue;
use crate::tables::coverage;
use crate::tables::findings::{entries, v1::Entry};
use crate::tables::reading::Reading;

/// The longest baseline that is read, in bytes.
const LONGEST_BASELINE: u64 = 16 << 20;

/// How many differences of one package are told one by one.
const TOLD: usize = 20;

/// How findings are assessed again: by whose reading of the records, and by which rules of today.
#[derive(Clone, Copy)]
pub struct Reperformance<'a> {
    provider: &'a dyn Provider,
    rules: &'a [&'static Rule],
}

impl<'a> Reperformance<'a> {
    /// By the rules of this version's catalogue.
    #[must_use]
    pub fn by(provider: &'a dyn Provider) -> Self {
        Self { provider, rules: RULES }
    }

    /// By these rules: for packages that were judged with rules of one's own.
    #[must_use]
    pub fn with_rules(mut self, rules: &'a [&'static Rule]) -> Self {
        self.rules = rules;
        self
    }

    /// Judges the whole package again.
    pub(super) fn package(
        &self,
        files: &dyn Files,
        manifest: &Manifest,
        catalogue: &Catalogue,
        problems: &mut Problems,
    ) -> Option<Reperformed> {
        let mut done = Reperformed::default();
        let rules = self.unrevised(catalogue, &mut done, problems);
        let again = || -> Result<_, (Option<&str>, String)> {
            let text = |error: &dyn Display| (Some(BASELINE), error.to_string());
            let bytes = read_bounded(files, BASELINE, LONGEST_BASELINE).map_err(|error| text(&error))?;
            let baseline = String::from_utf8(bytes).map_err(|error| text(&error))?;
            let baseline = Baseline::from_toml(&baseline).map_err(|error| text(&error))?;
            if baseline.thresholds != catalogue.thresholds {
                return Err(text(&"its thresholds are not those of the catalogue"));
            }
            let recorded = self.provider.read(files).map_err(|error| (None, error.to_string()))?;
            Ok((
                assess(&*recorded.inventory, &rules, &baseline, manifest.as_of),
                recorded.provenance,
            ))
        };
        let (assessment, provenance) = match again() {
            Ok(again) => again,
            Err((file, message)) => {
                problems.add(Code::NotReperformed, file, message);
                return None;
            }
        };
        check_provenance(&provenance, manifest, problems);
        check_coverage(files, manifest, &assessment, problems);
        let mut compared = Compared::new(&assessment);
        match self.compare(files, &rules, &mut compared) {
            Ok(compared) => done.findings = compared,
            Err(message) => problems.add(Code::NotReperformed, Some(FINDINGS_JSON), message),
        }
        compared.tell(FINDINGS_JSON, problems);
        Some(done)
    }

    /// Judges the one account of an extract again, as far as its own records go.
    pub(super) fn account(
        &self,
        files: &dyn Files,
        manifest: &Manifest,
        catalogue: &Catalogue,
        leaf: &AccountLeaf,
        attested: &[Entry<'_>],
        problems: &mut Problems,
    ) -> Option<Reperformed> {
        let mut done = Reperformed::default();
        let rules = self.unrevised(catalogue, &mut done, problems);
        let inventory = self
            .provider
            .read_account(files, &leaf.account, &Provenance::from(manifest));
        let own = own_exchanges(files, leaf);
        let (inventory, own) = match (inventory, own) {
            (Ok(inventory), Ok(own)) => (inventory, own),
            (Err(error), _) => {
                problems.add(Code::NotReperformed, None, error.to_string());
                return None;
            }
            (_, Err(message)) => {
                problems.add(Code::NotReperformed, None, message);
                return None;
            }
        };
        let baseline = Baseline {
            thresholds: catalogue.thresholds.clone(),
        };
        let assessment = assess(&*inventory, &rules, &baseline, manifest.as_of);
        let selection = Selection::default();
        let again: Vec<_> = entries(&assessment, &selection).collect();
        for entry in attested {
            let is_known = rules.iter().any(|rule| rule.id == entry.rule);
            // What is inherited is judged with the owner's records, which are not here.
            let is_own = entry.inherited_from.is_empty() && !entry.evidence.is_empty();
            let rests_on_own = is_own && entry.evidence.iter().all(|id| own.contains(id));
            if !is_known || !rests_on_own {
                done.attested += 1;
                continue;
            }
            done.findings += 1;
            let is_given = again.iter().any(|again| is_same_judgement(again, entry));
            if !is_given {
                let message = format!("the account's records do not give {}", named(entry));
                problems.add(
                    Code::ReperformanceDiffers,
                    Some(&account_findings(&leaf.account)),
                    message,
                );
            }
        }
        Some(done)
    }

    /// The rules of the package that are the same today; the others are told.
    fn unrevised(&self, catalogue: &Catalogue, done: &mut Reperformed, problems: &mut Problems) -> Vec<&'static Rule> {
        let mut same = Vec::new();
        for was in &catalogue.rules {
            let today = self.rules.iter().find(|rule| rule.id == was.id);
            let message = match today {
                Some(rule) if rule.revision == was.revision => {
                    same.push(*rule);
                    continue;
                }
                Some(rule) => format!(
                    "{} has revision {} today, the package was judged by revision {}; its findings are not assessed again",
                    was.id, rule.revision, was.revision
                ),
                None => format!(
                    "this version has no rule {}; its findings are not assessed again",
                    was.id
                ),
            };
            done.revised.push(was.id.clone());
            problems.add(Code::RuleRevised, Some(CATALOGUE), message);
        }
        same
    }

    /// Holds every entry of a rule that is the same today against what the records give; how many there were.
    fn compare(
        &self,
        files: &dyn Files,
        rules: &[&'static Rule],
        compared: &mut Compared<'_>,
    ) -> Result<usize, String> {
        let opened = files.open(FINDINGS_JSON).map_err(|error| error.to_string())?;
        let mut table =
            Reading::new(opened, "trailaudit.findings/v1", "findings").map_err(|error| error.to_string())?;
        let known: BTreeMap<_, _> = rules.iter().enumerate().map(|(place, rule)| (rule.id, place)).collect();
        let mut count = 0;
        while let Some(line) = table.next_entry().map_err(|error| error.to_string())? {
            let entry: Entry<'_> = serde_json::from_slice(&line).map_err(|error| error.to_string())?;
            if known.contains_key(&*entry.rule) {
                compared.take(&known, &entry);
                count += 1;
            }
        }
        compared.finish();
        Ok(count)
    }
}

/// What the records give, walked beside what the package has.
struct Compared<'a> {
    again: std::iter::Peekable<Box<dyn Iterator<Item = Entry<'a>> + 'a>>,
    differences: Vec<String>,
    more: usize,
}

impl<'a> Compared<'a> {
    fn new(assessment: &'a Assessment) -> Self {
        static NONE: std::sync::LazyLock<Selection> = std::sync::LazyLock::new(Selection::default);
        let again: Box<dyn Iterator<Item = Entry<'a>> + 'a> = Box::new(entries(assessment, &NONE));
        Self {
            again: again.peekable(),
            differences: Vec::new(),
            more: 0,
        }
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

    fn tell(self, file: &str, problems: &mut Problems) {
        for message in self.differences {
            problems.add(Code::ReperformanceDiffers, Some(file), message);
        }
        if self.more > 0 {
            let message = format!("and {} more findings that the records do not bear out", self.more);
            problems.add(Code::ReperformanceDiffers, Some(file), message);
        }
    }
}

/// The order of findings within a rule.
fn key<'e>(entry: &'e Entry<'_>) -> (&'e str, &'e str, &'e str) {
    (&entry.account_id, &entry.region, &entry.resource_id)
}

/// Whether two entries say the same but for what the catalogue says of their rule, which may have other words today.
fn is_same_finding(a: &Entry<'_>, b: &Entry<'_>) -> bool {
    is_same_judgement(a, b) && a.account_name == b.account_name && a.organizational_unit == b.organizational_unit
}

/// The same, but for the account's name and place, which its own records do not tell.
fn is_same_judgement(a: &Entry<'_>, b: &Entry<'_>) -> bool {
    let parts = |entry: &Entry<'_>| {
        [
            entry.rule.to_string(),
            entry.verdict.to_string(),
            entry.account_id.to_string(),
            entry.region.to_string(),
            entry.resource_type.to_string(),
            entry.resource_id.to_string(),
            entry.inherited_from.to_string(),
            entry.reason.to_string(),
            entry.exception.to_string(),
        ]
    };
    parts(a) == parts(b) && a.evidence == b.evidence
}

fn named(entry: &Entry<'_>) -> String {
    let place = [&*entry.account_id, &*entry.region, &*entry.resource_id];
    let place: Vec<_> = place.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{:?} of {} for {:?}", entry.verdict, entry.rule, place.join(" "))
}

/// The ids of the exchanges in an account's own record files.
fn own_exchanges(files: &dyn Files, leaf: &AccountLeaf) -> Result<BTreeSet<EvidenceId>, String> {
    let mut own = BTreeSet::new();
    for (path, _) in leaf.files() {
        let opened = files.open(&path).map_err(|error| error.to_string())?;
        for line in read_lines(opened).skip(1) {
            let line = line.map_err(|error| format!("{path}: {error}"))?;
            let (id, _) = Exchange::from_line(&line).map_err(|error| format!("{path}: {error}"))?;
            own.insert(id);
        }
    }
    Ok(own)
}

/// Whether the run log bears out what the manifest says of the collection.
fn check_provenance(provenance: &Provenance, manifest: &Manifest, problems: &mut Problems) {
    let says = Provenance {
        // By whom and as of when it was judged is not the collection's to say.
        tool: provenance.tool.clone(),
        as_of: provenance.as_of,
        ..Provenance::from(manifest)
    };
    for (what, agree) in [
        (
            "which organization it is about",
            says.organization == provenance.organization,
        ),
        ("the scope", says.scope == provenance.scope),
        ("when it was collected", says.collection == provenance.collection),
        (
            "who was asked, or whether that was simulated",
            says.endpoint == provenance.endpoint,
        ),
        ("who asked", says.collector == provenance.collector),
    ] {
        if !agree {
            let message = format!("the manifest and the records disagree on {what}");
            problems.add(Code::Provenance, Some(MANIFEST), message);
        }
    }
}

/// Coverage rests on the records alone, whatever the rules.
fn check_coverage(files: &dyn Files, manifest: &Manifest, assessment: &Assessment, problems: &mut Problems) {
    let mut digest = Hashing(Sha256::new());
    let written = coverage::write_csv(assessment, &mut digest).is_ok();
    let again = Digest::from(<[u8; 32]>::from(digest.0.finalize()));
    if !written || manifest.file(COVERAGE_CSV).is_none_or(|file| file.sha256 != again) {
        problems.push(Problem {
            code: Code::ReperformanceDiffers,
            file: Some(COVERAGE_CSV.into()),
            message: "the records give other cells".into(),
        });
        return;
    }
    let opened = files.open(COVERAGE_JSON);
    let head = opened
        .ok()
        .and_then(|opened| Reading::new(opened, "trailaudit.coverage/v1", "cells").ok());
    let Some(head) = head.map(|table| table.head) else {
        return;
    };
    for (rule, accounting) in assessment.rules.iter().zip(&assessment.accounting) {
        if head["controls"][rule.id] != coverage::accounting(accounting) {
            let message = format!(
                "the records give another account of what became of the cells under {}",
                rule.id
            );
            problems.add(Code::ReperformanceDiffers, Some(COVERAGE_JSON), message);
        }
    }
}

struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
