//! Assessing the records again, and comparing every finding.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use super::compare::{Compared, is_decided, is_same_judgement, key, named};
use super::read_bounded;
use super::report::{Code, Page, Problem, Problems, Reperformed};
use crate::assessment::{Assessment, assess};
use crate::baseline::Baseline;
use crate::evidence::accounts::AccountLeaf;
use crate::evidence::draft::{Contents, ReportWriter};
use crate::evidence::exchange::Exchange;
use crate::evidence::files::Files;
use crate::evidence::manifest::{Manifest, Tool};
use crate::evidence::package::{
    BASELINE, CATALOGUE, COVERAGE_CSV, COVERAGE_JSON, FINDINGS_JSON, MANIFEST, REPORT_HTML, account_findings,
};
use crate::evidence::provider::{Provenance, Provider};
use crate::evidence::records::read_lines;
use crate::evidence::{Digest, EvidenceId};
use crate::framework::{Selection, framework};
use crate::rule::{Rule, Verdict};
use crate::rules::{CATALOGUE as RULES, EXCEPTIONS};
use crate::tables::catalogue::{self, v1::Catalogue};
use crate::tables::coverage;
use crate::tables::findings::{entries, v1::Entry};
use crate::tables::reading::Reading;

/// The longest baseline that is read, in bytes.
const LONGEST_BASELINE: u64 = 16 << 20;

/// How findings are assessed again: by whose reading of the records, and by which rules of today.
#[derive(Clone, Copy)]
pub struct Reperformance<'a> {
    provider: &'a dyn Provider,
    rules: &'a [&'static Rule],
    page: Option<(&'a Tool, &'a ReportWriter)>,
}

impl<'a> Reperformance<'a> {
    /// By the rules of this version's catalogue.
    #[must_use]
    pub fn by(provider: &'a dyn Provider) -> Self {
        Self {
            provider,
            rules: RULES,
            page: None,
        }
    }

    /// By these rules: for packages that were judged with rules of one's own.
    #[must_use]
    pub fn with_rules(mut self, rules: &'a [&'static Rule]) -> Self {
        self.rules = rules;
        self
    }

    /// Writing `report.html` again with `writer` as well, where `tool` made the package. Without this, its words are the
    /// signer's: a report may say what the findings do not.
    #[must_use]
    pub fn with_report(mut self, tool: &'a Tool, writer: &'a ReportWriter) -> Self {
        self.page = Some((tool, writer));
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
                recorded,
            ))
        };
        let (assessment, recorded) = match again() {
            Ok(again) => again,
            Err((file, message)) => {
                problems.add(Code::NotReperformed, file, message);
                return None;
            }
        };
        check_provenance(&recorded.provenance, manifest, problems);
        check_coverage(files, manifest, &assessment, problems);
        let mut compared = Compared::new(&assessment);
        match compared.with(files, &rules) {
            Ok(compared) => done.findings = compared,
            Err(message) => problems.add(Code::NotReperformed, Some(FINDINGS_JSON), message),
        }
        compared.tell(problems);
        if let Some(selection) = selection(catalogue).filter(|_| done.revised.is_empty()) {
            let contents = Contents {
                recorded: &recorded,
                assessment: &assessment,
                selection: &selection,
            };
            done.page = self.check_page(manifest, &contents, problems);
        }
        Some(done)
    }

    /// Whether the page for people says what the findings say.
    fn check_page(&self, manifest: &Manifest, contents: &Contents<'_>, problems: &mut Problems) -> Page {
        let Some((_, writer)) = self.page.filter(|(tool, _)| **tool == manifest.tool) else {
            return Page::Attested;
        };
        let again = digest_of(|out| writer(contents, out));
        if manifest
            .file(REPORT_HTML)
            .is_some_and(|file| Some(file.sha256) == again)
        {
            return Page::Same;
        }
        let message =
            "this version writes another page of these findings: go by the findings, not by what the page says";
        problems.add(Code::ReportDiffers, Some(REPORT_HTML), message);
        Page::Different
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
        let mut rules = self.unrevised(catalogue, &mut done, problems);
        // What an exception accepts is the signer's word: those of a baseline may be about other accounts.
        rules.retain(|rule| rule.id != EXCEPTIONS.id);
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
            exceptions: Vec::new(),
        };
        let assessment = assess(&*inventory, &rules, &baseline, manifest.as_of);
        let selection = Selection::default();
        let again: Vec<_> = entries(&assessment, &selection).collect();
        let findings = account_findings(&leaf.account);
        let mut differ = |message| problems.add(Code::ReperformanceDiffers, Some(&findings), message);
        // What is inherited is judged with the owner's records, which are not here.
        let is_own = |entry: &Entry<'_>| {
            entry.inherited_from.is_empty()
                && !entry.evidence.is_empty()
                && entry.evidence.iter().all(|id| own.contains(id))
        };
        for entry in attested {
            if !rules.iter().any(|rule| rule.id == entry.rule) || !is_own(entry) {
                done.attested += 1;
                continue;
            }
            done.findings += 1;
            if !again.iter().any(|again| is_same_judgement(again, &unaccepted(entry))) {
                differ(format!("the account's records do not give {}", named(entry)));
            }
        }
        // An account without records is out of scope: nothing is said about it as such.
        let of_it = again
            .iter()
            .filter(|again| leaf.records.is_some() && again.account_id == leaf.account.as_str());
        for again in of_it {
            let said = attested
                .iter()
                .find(|entry| entry.rule == again.rule && key(entry) == key(again));
            let contradicts =
                |entry: &Entry<'_>| is_own(again) && is_decided(again) && unaccepted(entry).verdict != again.verdict;
            if said.is_none_or(contradicts) {
                differ(format!(
                    "the account's records give {}, which the extract does not have",
                    named(again)
                ));
            }
        }
        Some(done)
    }

    /// The rules of the package that are the same today; the others are told.
    fn unrevised(&self, catalogue: &Catalogue, done: &mut Reperformed, problems: &mut Problems) -> Vec<&'static Rule> {
        let mut same = Vec::new();
        let selection = selection(catalogue);
        if selection.is_none() {
            let message = "it answers a framework that this version does not have";
            problems.add(Code::CatalogueRevised, Some(CATALOGUE), message);
        }
        for was in &catalogue.rules {
            let today = self.rules.iter().chain([&EXCEPTIONS]).find(|rule| rule.id == was.id);
            let message = match today {
                Some(rule) if rule.revision == was.revision => {
                    if selection
                        .as_ref()
                        .is_some_and(|selection| catalogue::entry(rule, selection) != *was)
                    {
                        let message = format!("{} has other words, requirements or severity today", was.id);
                        problems.add(Code::CatalogueRevised, Some(CATALOGUE), message);
                    }
                    same.push(*rule);
                    continue;
                }
                Some(rule) if was.revision > rule.revision => format!(
                    "{} was judged by revision {}, this version has revision {}: a newer version can assess its findings again",
                    was.id, was.revision, rule.revision
                ),
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
        // What exceptions accept can be told only where every rule is asked again.
        if !done.revised.is_empty() && same.last().is_some_and(|rule| rule.id == EXCEPTIONS.id) {
            same.pop();
            done.revised.push(EXCEPTIONS.id.into());
        }
        same
    }
}

/// The frameworks of a catalogue, when this version has them all.
fn selection(catalogue: &Catalogue) -> Option<Selection> {
    let frameworks: Option<Vec<_>> = catalogue.frameworks.iter().map(|id| framework(id)).collect();
    frameworks.filter(|chosen| !chosen.is_empty()).map(Selection::new)
}

/// An entry without the exception that accepts it: a fail. An extract has the records of the fail, not the exception.
fn unaccepted<'e>(entry: &'e Entry<'_>) -> Entry<'e> {
    let mut entry = entry.clone();
    if entry.verdict == Verdict::Excepted.as_str() {
        entry.verdict = Verdict::Fail.as_str().into();
        entry.exception = "".into();
    }
    entry
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
    let again = digest_of(|out| coverage::write_csv(assessment, out));
    if manifest
        .file(COVERAGE_CSV)
        .is_none_or(|file| Some(file.sha256) != again)
    {
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

/// The digest of what `write` writes.
fn digest_of(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Option<Digest> {
    let mut digest = Hashing(Sha256::new());
    write(&mut digest).ok()?;
    Some(Digest::from(<[u8; 32]>::from(digest.0.finalize())))
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
