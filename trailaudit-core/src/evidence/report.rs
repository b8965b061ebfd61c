//! The pages for people: what writes them is shown every finding once, as it is judged.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use jiff::Timestamp;
use jiff::civil::Date;
use rayon::prelude::*;

use super::Digest;
use super::files::Files;
use super::hashing::Counting;
use super::manifest::{Manifest, Previous, Supersedes};
use super::package::{REPORT_HTML, is_of_report};
use super::provider::Recorded;
use super::statement::Role;
use crate::assessment::Totals;
use crate::baseline::Baseline;
use crate::finding::Finding;
use crate::framework::Selection;

/// Writes `report.html`, and the pages in `report/` that it leads to: the words for people, which are no part of what is
/// verified beyond their bytes. A function of [`Contents`] is one, if the numbers are enough for it.
pub trait ReportWriter: Sync {
    /// Begins a report.
    fn begin<'a>(&'a self, about: About<'a>) -> Box<dyn OpenReport + 'a>;
}

/// What a report is about, and on which terms; what is found is shown to it.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// The facts and where they come from.
    pub recorded: &'a Recorded,
    /// The frameworks it is written for.
    pub selection: &'a Selection,
    /// The thresholds and exceptions.
    pub baseline: &'a Baseline,
    /// The moment it speaks about.
    pub as_of: Timestamp,
    /// The roles that must sign.
    pub required_signatures: &'a [Role],
    /// The package before this one.
    pub previous: Option<&'a Previous>,
    /// The package this one corrects.
    pub supersedes: Option<&'a Supersedes>,
    /// Until when it must be kept.
    pub retain_until: Option<Date>,
}

/// A report that was begun.
pub trait OpenReport: Send + Sync {
    /// Shows it findings, which follow those it was shown before in the order of the assessment. Gives the further pages
    /// that are full by now, so that nobody has to hold a page of every finding.
    ///
    /// # Errors
    /// When a page cannot be made.
    fn show(&mut self, findings: &[Finding]) -> io::Result<Vec<FullPage>>;

    /// Makes it ready when it was shown all of them, and gives the paths of the further pages it did not give before, all
    /// of them in `report/`. `records` has the record files that the findings cite.
    ///
    /// # Errors
    /// When the records cannot be read.
    fn finish(&mut self, totals: &Totals, records: &dyn Files) -> io::Result<Vec<String>> {
        let _ = (totals, records);
        Ok(Vec::new())
    }

    /// Writes `report.html`, when it is finished.
    ///
    /// # Errors
    /// When `out` refuses.
    fn write(&self, totals: &Totals, out: &mut dyn Write) -> io::Result<()>;

    /// Writes one of the further pages; they are written in any order, and at the same time.
    ///
    /// # Errors
    /// When `out` refuses, or there is no such page.
    fn write_page(&self, totals: &Totals, path: &str, out: &mut dyn Write) -> io::Result<()> {
        let _ = (totals, path, out);
        Err(io::ErrorKind::NotFound.into())
    }
}

/// A further page, before all findings were shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullPage {
    /// Its path, in `report/`.
    pub path: String,
    /// What stands on it.
    pub bytes: Vec<u8>,
}

/// The digests of a report's pages, by their paths.
pub(super) type Pages = BTreeMap<String, Digest>;

/// A report whose pages go nowhere, for their digests.
pub(super) struct Digesting<'a> {
    report: Box<dyn OpenReport + 'a>,
    full: Pages,
}

impl<'a> Digesting<'a> {
    pub(super) fn of(report: Box<dyn OpenReport + 'a>) -> Self {
        Self {
            report,
            full: Pages::new(),
        }
    }

    /// Shows it findings, in the order of the assessment.
    pub(super) fn show(&mut self, findings: &[Finding]) -> io::Result<()> {
        let full = self.report.show(findings)?.into_iter();
        self.full.extend(full.map(|page| (page.path, Digest::of(&page.bytes))));
        Ok(())
    }

    /// Every page, when it was shown all of them.
    pub(super) fn finish(mut self, totals: &Totals, records: &dyn Files) -> io::Result<Pages> {
        self.full.extend(rest(self.report, totals, records)?);
        Ok(self.full)
    }
}

/// The pages that were not full before.
fn rest(mut report: Box<dyn OpenReport + '_>, totals: &Totals, records: &dyn Files) -> io::Result<Pages> {
    let paths = report.finish(totals, records)?;
    let digest = |path: String| {
        let mut nowhere = io::sink();
        let mut out = BufWriter::with_capacity(64 << 10, Counting::new(&mut nowhere));
        match path.as_str() {
            REPORT_HTML => report.write(totals, &mut out)?,
            page => report.write_page(totals, page, &mut out)?,
        }
        let out = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok((path, out.measured().sha256))
    };
    let all = [vec![REPORT_HTML.to_owned()], paths].concat();
    all.into_par_iter().map(digest).collect()
}

/// The pages that a manifest lists.
pub(super) fn listed(manifest: &Manifest) -> impl Iterator<Item = (&str, Digest)> {
    let files = manifest.files.iter().map(|file| (&*file.path, file.sha256));
    files.filter(|(path, _)| is_of_report(path))
}

/// What a report is written from that needs no more than the numbers.
pub struct Contents<'a> {
    /// The facts and where they come from.
    pub recorded: &'a Recorded,
    /// What was concluded.
    pub totals: &'a Totals,
    /// The frameworks it is written for.
    pub selection: &'a Selection,
}

impl<F: Fn(&Contents<'_>, &mut dyn Write) -> io::Result<()> + Sync> ReportWriter for F {
    fn begin<'a>(&'a self, about: About<'a>) -> Box<dyn OpenReport + 'a> {
        Box::new(OfNumbers {
            write: self,
            recorded: about.recorded,
            selection: about.selection,
        })
    }
}

struct OfNumbers<'a, F> {
    write: &'a F,
    recorded: &'a Recorded,
    selection: &'a Selection,
}

impl<F: Fn(&Contents<'_>, &mut dyn Write) -> io::Result<()> + Sync> OpenReport for OfNumbers<'_, F> {
    fn show(&mut self, _: &[Finding]) -> io::Result<Vec<FullPage>> {
        Ok(Vec::new())
    }

    fn write(&self, totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
        let contents = Contents {
            recorded: self.recorded,
            totals,
            selection: self.selection,
        };
        (self.write)(&contents, out)
    }
}
