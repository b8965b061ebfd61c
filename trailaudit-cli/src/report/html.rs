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
#[cfg(test)]
mod sample;
mod standing;
#[cfg(test)]
mod tests;
mod verify;
mod words;

use std::io::{self, BufWriter, Write};

use askama::Template;
use trailaudit_core::Assessment;
use trailaudit_core::framework::Selection;
use trailaudit_core::organization::Organization;

/// How many rows of a table stand on the page; the rest is in `findings.csv` or `coverage.csv`.
const ROWS: usize = 200;

/// What the page tells.
pub(crate) struct Report<'a> {
    /// What was concluded.
    pub(crate) assessment: &'a Assessment,
    /// The frameworks it is written for.
    pub(crate) selection: &'a Selection,
    /// Whose accounts they are.
    pub(crate) organization: &'a Organization,
    /// How the facts were collected.
    pub(crate) collection: Collection<'a>,
}

/// How the facts were collected.
pub(crate) struct Collection<'a> {
    /// When collection began, RFC 3339.
    pub(crate) started: &'a str,
    /// When it ended, RFC 3339; none while it has not.
    pub(crate) finished: Option<&'a str>,
    /// The ARN that asked.
    pub(crate) caller: &'a str,
    /// The tool and its version.
    pub(crate) tool: &'a str,
    /// The hosts that answered.
    pub(crate) endpoints: &'a [String],
    /// Whether any of them is not AWS's own.
    pub(crate) simulated: bool,
    /// The scope, in words or as the run log has it; empty for the whole organization.
    pub(crate) scope: &'a str,
    /// How trails were searched for, and what that proves.
    pub(crate) search: &'a str,
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
        let standings = standing::of(report.assessment);
        Self {
            organization: &report.organization.id,
            simulated: report.collection.simulated.then_some(report.collection.endpoints),
            front: front::Front::of(report, &standings),
            accounts: accounts::Failing::of(report, &standings),
            coverage: coverage::View::of(report.assessment, &standings),
            verify: verify::Verify::of(report),
            controls: controls::Controls::of(report, standings),
        }
    }
}
