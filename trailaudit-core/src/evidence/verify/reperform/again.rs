//! What the records give, held against what the package has.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Write};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::assessment::{Assessing, Totals};
use crate::baseline::Baseline;
use crate::evidence::Digest;
use crate::evidence::files::Files;
use crate::evidence::manifest::Manifest;
use crate::evidence::package::{COVERAGE_CSV, COVERAGE_JSON, FINDINGS_CSV, FINDINGS_JSON, MANIFEST};
use crate::evidence::provider::{Provenance, Recorded};
use crate::evidence::report::{self, About, Digesting, Pages, ReportWriter};
use crate::evidence::verify::compare::Compared;
use crate::evidence::verify::report::{Code, Page, Problems, Reperformed};
use crate::framework::Selection;
use crate::organization::AccountId;
use crate::rule::Rule;
use crate::tables::coverage;
use crate::tables::reading::{Comparing, Reading};
use crate::tables::writing::Writing;

/// The facts of a package, and the terms by which they are judged again.
pub(in crate::evidence::verify) struct Again<'a> {
    pub(super) recorded: Recorded,
    pub(super) baseline: Baseline,
    /// The rules that have not changed since.
    pub(super) rules: Vec<&'static Rule>,
    pub(super) as_of: Timestamp,
    /// The frameworks, where this version has them and all rules.
    pub(super) selection: Option<Selection>,
    /// Whether the catalogue of today says the same of them in other words.
    pub(super) has_other_words: bool,
    /// What writes the pages as the package's own version did.
    pub(super) page: Option<&'a dyn ReportWriter>,
    pub(super) done: Reperformed,
}

/// What a package comes to whose findings are, byte for byte, those that its records give.
pub(in crate::evidence::verify) struct Written {
    pub(in crate::evidence::verify) totals: Totals,
    /// The digest of every account's findings.
    pub(in crate::evidence::verify) found: BTreeMap<AccountId, Digest>,
    pages: Option<Pages>,
}

impl Again<'_> {
    /// Writes the findings again, and holds every byte against those in the package. Nothing when one of them differs:
    /// then [`Again::compare`] finds out which finding it is.
    pub(in crate::evidence::verify) fn written(&self, files: &dyn Files, manifest: &Manifest) -> Option<Written> {
        let selection = self.selection.as_ref().filter(|_| !self.has_other_words)?;
        let open = |path| files.open(path).map(BufReader::new).map(Comparing::with);
        let (mut json, mut csv) = (open(FINDINGS_JSON).ok()?, open(FINDINGS_CSV).ok()?);
        let mut assessing = self.assessing();
        let mut page = self.begin_page(manifest);
        let mut writing = Writing::new(self.recorded.inventory.accounts(), &self.rules, selection);
        let show = |findings: &_| {
            page.as_mut().map_or(Ok(()), |page| page.show(findings))?;
            Ok(Vec::new())
        };
        writing
            .write(&mut assessing, show, &mut json, &mut csv, |_| Ok(()))
            .ok()?;
        if !json.ends_here().ok()? || !csv.ends_here().ok()? {
            return None;
        }
        let totals = assessing.finish();
        Some(Written {
            pages: page.and_then(|page| page.finish(&totals, files).ok()),
            found: writing.digests(),
            totals,
        })
    }

    /// Tells what the records give otherwise than the package has it; of the findings, unless they were written again.
    pub(in crate::evidence::verify) fn compare(
        self,
        files: &dyn Files,
        manifest: &Manifest,
        written: Option<Written>,
        problems: &mut Problems,
    ) -> Reperformed {
        check_provenance(&self.recorded.provenance, manifest, problems);
        let mut differences = Problems::default();
        let mut done = self.done.clone();
        let (totals, pages) = match written {
            Some(Written { totals, pages, .. }) => {
                done.findings = totals.findings();
                (totals, pages)
            }
            None => self.compare_findings(files, manifest, &mut done, &mut differences),
        };
        self.check_coverage(files, manifest, &totals, problems);
        problems.extend(differences);
        if self.selection.is_some() && self.page.is_some() {
            done.page = check_pages(manifest, pages, problems);
        }
        done
    }

    fn compare_findings(
        &self,
        files: &dyn Files,
        manifest: &Manifest,
        done: &mut Reperformed,
        problems: &mut Problems,
    ) -> (Totals, Option<Pages>) {
        let mut assessing = self.assessing();
        let mut page = self.begin_page(manifest);
        let shown = assessing.by_ref().inspect(|findings| {
            page.take_if(|page| page.show(findings).is_err());
        });
        let mut compared = Compared::new(shown.flatten(), self.recorded.inventory.accounts(), &self.rules);
        match compared.with(files) {
            Ok(compared) => done.findings = compared,
            Err(message) => problems.add(Code::NotReperformed, Some(FINDINGS_JSON), message),
        }
        compared.tell(problems);
        let totals = assessing.finish();
        let pages = page.and_then(|page| page.finish(&totals, files).ok());
        (totals, pages)
    }

    /// Begins the pages again, on the terms that the manifest tells.
    fn begin_page<'a>(&'a self, manifest: &'a Manifest) -> Option<Digesting<'a>> {
        let about = About {
            recorded: &self.recorded,
            selection: self.selection.as_ref()?,
            baseline: &self.baseline,
            as_of: self.as_of,
            required_signatures: &manifest.required_signatures,
            previous: manifest.previous.as_ref(),
            supersedes: manifest.supersedes.as_ref(),
            retain_until: manifest.retain_until,
        };
        Some(Digesting::of(self.page?.begin(about)))
    }

    fn assessing(&self) -> Assessing<'_> {
        Assessing::new(&*self.recorded.inventory, &self.rules, &self.baseline, self.as_of)
    }

    /// Coverage rests on the records alone, whatever the rules.
    fn check_coverage(&self, files: &dyn Files, manifest: &Manifest, totals: &Totals, problems: &mut Problems) {
        let again = digest_of(|out| coverage::write_csv_of(&*self.recorded.inventory, out));
        if manifest
            .file(COVERAGE_CSV)
            .is_none_or(|file| Some(file.sha256) != again)
        {
            let message = "the records give other cells";
            problems.add(Code::ReperformanceDiffers, Some(COVERAGE_CSV), message);
            return;
        }
        let opened = files.open(COVERAGE_JSON);
        let head = opened
            .ok()
            .and_then(|opened| Reading::new(opened, "trailaudit.coverage/v1", "cells").ok());
        let Some(head) = head.map(|table| table.head) else {
            return;
        };
        for control in &totals.controls {
            if head["controls"][control.rule.id] != coverage::accounting(&control.accounting) {
                let message = format!(
                    "the records give another account of what became of the cells under {}",
                    control.rule.id
                );
                problems.add(Code::ReperformanceDiffers, Some(COVERAGE_JSON), message);
            }
        }
    }
}

/// Whether the pages for people are those that this version writes of these findings: no other, and none less.
fn check_pages(manifest: &Manifest, again: Option<Pages>, problems: &mut Problems) -> Page {
    let mut again = again.unwrap_or_default();
    let mut differ = |path: &str, message| {
        problems.add(Code::ReportDiffers, Some(path), message);
        Page::Different
    };
    let mut page = Page::Same;
    for (path, sha256) in report::listed(manifest) {
        if again.remove(path) != Some(sha256) {
            let message =
                "this version writes another page of these findings: go by the findings, not by what the page says";
            page = differ(path, message);
        }
    }
    for path in again.keys() {
        page = differ(
            path,
            "this version writes a page of these findings that the package does not have",
        );
    }
    page
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
