//! The page for people: what writes it is shown every finding once, as it is judged.

use std::io::{self, Write};

use super::provider::Recorded;
use crate::assessment::Totals;
use crate::finding::Finding;
use crate::framework::Selection;

/// Writes `report.html`: the words for people, which are no part of what is verified beyond their bytes. A function of
/// [`Contents`] is one, if the numbers are enough for it.
pub trait ReportWriter: Sync {
    /// Begins a report.
    fn begin<'a>(&'a self, recorded: &'a Recorded, selection: &'a Selection) -> Box<dyn OpenReport + 'a>;
}

/// A report that was begun.
pub trait OpenReport: Send {
    /// Shows it findings, which follow those it was shown before in the order of the assessment.
    fn show(&mut self, findings: &[Finding]);

    /// Writes it, when it was shown all of them.
    ///
    /// # Errors
    /// When `out` refuses.
    fn write(&mut self, totals: &Totals, out: &mut dyn Write) -> io::Result<()>;
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
    fn begin<'a>(&'a self, recorded: &'a Recorded, selection: &'a Selection) -> Box<dyn OpenReport + 'a> {
        Box::new(OfNumbers {
            write: self,
            recorded,
            selection,
        })
    }
}

struct OfNumbers<'a, F> {
    write: &'a F,
    recorded: &'a Recorded,
    selection: &'a Selection,
}

impl<F: Fn(&Contents<'_>, &mut dyn Write) -> io::Result<()> + Sync> OpenReport for OfNumbers<'_, F> {
    fn show(&mut self, _: &[Finding]) {}

    fn write(&mut self, totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
        let contents = Contents {
            recorded: self.recorded,
            totals,
            selection: self.selection,
        };
        (self.write)(&contents, out)
    }
}
