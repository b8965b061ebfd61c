//! The report, with the findings counted on their way to it.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use trailaudit_core::assessment::Totals;
use trailaudit_core::evidence::Files;
use trailaudit_core::evidence::report::{About, FullPage, OpenReport, ReportWriter};
use trailaudit_core::finding::Finding;

use super::tally::{Standings, Tally};
use crate::progress::Drawing;

/// Writes what another writes, and counts.
pub(crate) struct Counted<'w> {
    writer: &'w dyn ReportWriter,
    /// Where it is seen how far the judging is.
    drawing: &'w Drawing,
    /// How many controls are asked for.
    controls: usize,
    standings: Mutex<Standings>,
}

impl<'w> Counted<'w> {
    /// What this one writes, of so many controls.
    pub(crate) fn by(writer: &'w dyn ReportWriter, controls: usize, drawing: &'w Drawing) -> Self {
        Self {
            writer,
            drawing,
            controls,
            standings: Mutex::default(),
        }
    }

    /// What was counted, when the report was made.
    pub(crate) fn standings(self) -> Standings {
        self.standings.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReportWriter for Counted<'_> {
    fn begin<'a>(&'a self, about: About<'a>) -> Box<dyn OpenReport + 'a> {
        Box::new(Counting {
            report: self.writer.begin(about),
            tally: Tally::of(about.recorded.inventory.accounts(), about.selection),
            counted: self,
            judged: 0,
            last: None,
        })
    }
}

struct Counting<'a> {
    report: Box<dyn OpenReport + 'a>,
    tally: Tally<'a>,
    counted: &'a Counted<'a>,
    /// How many controls were judged, and which last.
    judged: usize,
    last: Option<&'static str>,
}

impl OpenReport for Counting<'_> {
    fn show(&mut self, findings: &[Finding]) -> io::Result<Vec<FullPage>> {
        let now = findings.first().map(|finding| finding.rule.id);
        if now != self.last {
            self.last = now;
            self.judged += 1;
            let (judged, all) = (self.judged, self.counted.controls.max(self.judged));
            self.counted
                .drawing
                .draw(&format!("judging: {judged} of {all} controls"));
        }
        self.tally.add(findings);
        self.report.show(findings)
    }

    fn finish(&mut self, totals: &Totals, records: &dyn Files) -> io::Result<Vec<String>> {
        *self.counted.standings.lock().unwrap_or_else(PoisonError::into_inner) = self.tally.standings();
        self.counted.drawing.draw("writing the report");
        self.report.finish(totals, records)
    }

    fn write(&self, totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
        self.report.write(totals, out)
    }

    fn write_page(&self, totals: &Totals, path: &str, out: &mut dyn Write) -> io::Result<()> {
        self.report.write_page(totals, path, out)
    }
}
