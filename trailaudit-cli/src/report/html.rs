//! `report.html`: one page without scripts or outside references, for the screen and for paper.
//!
//! Each part of the page is a view (a struct of what is shown) beside its template; the frame puts them in order. Text
//! chosen by others is escaped and made visible by [`escape::Visible`], which every template is bound to.

mod accounts;
mod answers;
mod controls;
mod coverage;
pub(crate) mod escape;
mod front;
mod lists;
#[cfg(test)]
mod sample;
mod standing;
#[cfg(test)]
mod tests;
mod verify;
mod words;

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};

use askama::Template;
use trailaudit_core::Inventory;
use trailaudit_core::assessment::Totals;
use trailaudit_core::finding::Finding;
use trailaudit_core::framework::Selection;
use trailaudit_core::organization::Organization;

use accounts::Tallies;
use lists::Lists;

/// How many rows of a table stand on the page; the rest is in `findings.csv` or `coverage.csv`.
const ROWS: usize = 200;

/// What of the findings stands on the page, gathered while they pass by: no more than can stand there.
pub(crate) struct Gathering<'a> {
    inventory: &'a dyn Inventory,
    selection: &'a Selection,
    collection: Collection<'a>,
    /// What fails and what is inconclusive, by the rule's id.
    lists: HashMap<&'static str, Lists>,
    tallies: Tallies,
}

impl<'a> Gathering<'a> {
    /// Of nothing yet.
    pub(crate) fn new(inventory: &'a dyn Inventory, selection: &'a Selection, collection: Collection<'a>) -> Self {
        Self {
            inventory,
            selection,
            collection,
            lists: HashMap::new(),
            tallies: Tallies::default(),
        }
    }

    /// Takes in findings, in the order of the assessment.
    pub(crate) fn add(&mut self, findings: &[Finding]) {
        for finding in findings {
            self.lists.entry(finding.rule.id).or_default().add(finding);
            self.tallies.add(finding);
        }
    }

    /// What the page tells, when all findings were gathered.
    pub(crate) fn report<'r>(&'r mut self, totals: &'r Totals) -> Report<'r> {
        self.lists.values_mut().for_each(Lists::finish);
        Report {
            totals,
            gathered: self,
            organization: self.inventory.organization(),
        }
    }
}

/// What the page tells.
pub(crate) struct Report<'a> {
    /// What was concluded.
    totals: &'a Totals,
    /// What was found.
    gathered: &'a Gathering<'a>,
    /// Whose accounts they are.
    organization: &'a Organization,
}

/// How the facts were collected.
pub(crate) struct Collection<'a> {
    /// When collection began, RFC 3339.
    pub(crate) started: String,
    /// When it ended, RFC 3339; none while it has not.
    pub(crate) finished: Option<String>,
    /// The ARN that asked.
    pub(crate) caller: &'a str,
    /// The tool and its version.
    pub(crate) tool: String,
    /// The hosts that answered.
    pub(crate) endpoints: &'a [String],
    /// Whether any of them is not AWS's own.
    pub(crate) simulated: bool,
    /// The scope, in words or as the run log has it; empty for the whole organization.
    pub(crate) scope: String,
    /// How trails were searched for, and what that proves.
    pub(crate) search: &'static str,
}

/// Writes the page. The same report gives the same bytes.
///
/// # Errors
/// When `out` refuses.
pub(crate) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    Page::of(report).write_into(&mut out)?;
    out.flush()
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    organization: &'a str,
    simulated: Option<&'a [String]>,
    front: front::Front<'a>,
    controls: controls::Controls<'a>,
    accounts: accounts::Failing<'a>,
    coverage: coverage::View<'a>,
    verify: verify::Verify<'a>,
}

impl<'a> Page<'a> {
    fn of(report: &Report<'a>) -> Self {
        let standings = standing::of(report.totals);
        let coverage = coverage::View::of(report, &standings);
        let collection = &report.gathered.collection;
        Self {
            organization: &report.organization.id,
            simulated: collection.simulated.then_some(collection.endpoints),
            front: front::Front::of(report, &standings, &coverage),
            accounts: accounts::Failing::of(report, &standings),
            coverage,
            verify: verify::Verify::of(report),
            controls: controls::Controls::of(report, &standings),
        }
    }
}
