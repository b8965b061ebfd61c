//! `report.html` and the pages in `report/` that it leads to: without scripts or outside references, for the screen and
//! for paper.
//!
//! Each part of a page is a view (a struct of what is shown) beside its template; the frame is the same for all. Text
//! chosen by others is escaped and made visible by [`escape::Visible`], which every template is bound to.

mod account;
mod accounts;
mod answers;
mod control;
mod coverage;
pub(crate) mod escape;
mod every;
mod evidence;
mod exceptions;
mod exchanges;
mod frameworks;
mod front;
mod ledger;
mod lists;
mod matrix;
mod pages;
#[cfg(test)]
mod sample;
mod signing;
mod standing;
#[cfg(test)]
mod tests;
mod units;
mod verify;
mod words;

use std::collections::HashMap;
use std::io;

use jiff::Timestamp;
use jiff::civil::Date;
use trailaudit_core::assessment::Totals;
use trailaudit_core::evidence::manifest::{Previous, Supersedes};
use trailaudit_core::evidence::report::FullPage;
use trailaudit_core::evidence::{Files, Role};
use trailaudit_core::finding::Finding;
use trailaudit_core::framework::Selection;
use trailaudit_core::organization::Organization;
use trailaudit_core::{Baseline, Inventory};

use accounts::Tallies;
use every::Every;
use exchanges::{Exchanges, Wanted};
use ledger::Ledger;
use lists::Lists;
use matrix::Matrix;
pub(crate) use pages::{write, write_page};

/// How many rows of a table stand on a page; the rest is in `findings.csv` or `coverage.csv`.
const ROWS: usize = 200;

/// What of the findings stands on the pages, gathered while they pass by: no more than can stand there.
pub(crate) struct Gathering<'a> {
    inventory: &'a dyn Inventory,
    selection: &'a Selection,
    collection: Collection<'a>,
    terms: Terms<'a>,
    as_of: Timestamp,
    /// What fails and what is inconclusive, by the rule's id.
    lists: HashMap<&'static str, Lists>,
    tallies: Tallies,
    /// How often the findings of a rule cite an exchange, by the rule's id.
    cited: HashMap<&'static str, usize>,
    /// What was found in every account.
    ledger: Ledger,
    /// The rows of the page of every finding that is not full yet.
    every: Every,
    /// How many findings each exception accepts, by its words.
    accepted: HashMap<std::sync::Arc<str>, usize>,
    /// What stands where in accounts x Regions, when all findings were gathered.
    matrix: Matrix,
    /// The exchanges that are shown, when all findings were gathered.
    exchanges: Exchanges,
}

impl<'a> Gathering<'a> {
    /// Of nothing yet.
    pub(crate) fn new(
        inventory: &'a dyn Inventory,
        selection: &'a Selection,
        collection: Collection<'a>,
        terms: Terms<'a>,
        as_of: Timestamp,
    ) -> Self {
        Self {
            inventory,
            selection,
            collection,
            terms,
            as_of,
            lists: HashMap::new(),
            tallies: Tallies::default(),
            cited: HashMap::new(),
            ledger: Ledger::of(inventory.accounts()),
            every: Every::default(),
            accepted: HashMap::new(),
            matrix: Matrix::default(),
            exchanges: Exchanges::default(),
        }
    }

    /// Takes in findings, in the order of the assessment; gives the pages that are full by now.
    ///
    /// # Errors
    /// When a page cannot be made.
    pub(crate) fn add(&mut self, findings: &[Finding]) -> io::Result<Vec<FullPage>> {
        for finding in findings {
            self.lists.entry(finding.rule.id).or_default().add(finding);
            self.tallies.add(finding);
            *self.cited.entry(finding.rule.id).or_default() += finding.evidence.len();
            self.ledger.add(self.inventory.accounts(), finding);
            if let Some(exception) = &finding.exception {
                *self.accepted.entry(exception.clone()).or_default() += 1;
            }
        }
        let full = self.every.add(findings, self.selection, self.inventory.accounts());
        let full = full.map_err(io::Error::other)?;
        full.iter().map(|page| self.full_page(page)).collect()
    }

    fn full_page(&self, page: &every::Page) -> io::Result<FullPage> {
        let mut bytes = Vec::new();
        pages::framed(self, &page.title(), page, &mut bytes)?;
        Ok(FullPage {
            path: format!("report/{}", page.name()),
            bytes,
        })
    }

    /// Reads what is shown of the records, when all findings were gathered; gives the paths of the further pages.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub(crate) fn finish(&mut self, totals: &Totals, records: &dyn Files) -> io::Result<Vec<String>> {
        self.lists.values_mut().for_each(Lists::finish);
        self.matrix = Matrix::of(self.inventory, &self.ledger);
        let wanted = Wanted::on(&self.report(totals));
        self.exchanges = Exchanges::read(records, wanted)?;
        Ok(pages::paths(&self.report(totals)))
    }

    /// What the pages tell, when all findings were gathered.
    pub(crate) fn report<'r>(&'r self, totals: &'r Totals) -> Report<'r> {
        Report {
            totals,
            gathered: self,
            organization: self.inventory.organization(),
        }
    }
}

/// What the pages tell.
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

/// What was accepted, who has to sign, and what the package follows.
pub(crate) struct Terms<'a> {
    /// The thresholds and exceptions.
    pub(crate) baseline: &'a Baseline,
    /// The roles that must sign.
    pub(crate) required_signatures: &'a [Role],
    /// The package before this one.
    pub(crate) previous: Option<&'a Previous>,
    /// The package this one corrects.
    pub(crate) supersedes: Option<&'a Supersedes>,
    /// Until when it must be kept.
    pub(crate) retain_until: Option<Date>,
}
