//! The pages of the report: what each is called, what stands on it, and the frame around it.

use std::fmt::Display;
use std::io::{self, BufWriter, Write};

use askama::Template;

use super::standing::{self, Standing};
use super::{Gathering, Report, account, words};
use super::{
    account::Accounts, accounts::Failing, control::Control, coverage, evidence::Evidence, exceptions::Exceptions,
    frameworks::Frameworks, front::Front, matrix, signing::Signing, verify::Verify,
};

/// The paths of the pages behind the first.
pub(super) fn paths(report: &Report<'_>) -> Vec<String> {
    let gathered = report.gathered;
    let numbered = |what: &'static str, pages: usize| (1..=pages).map(move |page| format!("report/{what}-{page}.html"));
    let controls = report.totals.controls.iter();
    ["coverage", "frameworks"]
        .map(|what| format!("report/{what}.html"))
        .into_iter()
        .chain(controls.map(|control| format!("report/control-{}.html", control.rule.id)))
        .chain(numbered("regions", gathered.matrix.pages()))
        .chain(numbered("accounts", account::pages(gathered.inventory.accounts())))
        .chain(numbered("evidence", gathered.exchanges.pages()))
        .chain([format!("report/{}", gathered.every.last().name())])
        .collect()
}

/// Writes the first page. The same report gives the same bytes.
///
/// # Errors
/// When `out` refuses.
pub(crate) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let standings = standing::of(report.totals);
    let coverage = coverage::View::of(report, &standings);
    let frameworks = Frameworks::of(report, &standings);
    let body = First {
        front: Front::of(report, &standings, &coverage, frameworks.names()),
        accounts: Failing::of(report, &standings),
        exceptions: Exceptions::of(report),
        signing: Signing::of(report),
        verify: Verify::of(report),
    };
    framed(report.gathered, "", &body, out)
}

/// Writes the page at this path.
///
/// # Errors
/// When `out` refuses, or there is no such page.
pub(crate) fn write_page(report: &Report<'_>, path: &str, out: &mut impl Write) -> io::Result<()> {
    let standings = standing::of(report.totals);
    let name = path.strip_prefix("report/").and_then(|name| name.strip_suffix(".html"));
    match name.and_then(|name| name.split_once('-').or(Some((name, "")))) {
        Some(("coverage", "")) => {
            let view = coverage::View::of(report, &standings);
            framed(report.gathered, "What was read, and what was not", &view, out)
        }
        Some(("frameworks", "")) => {
            let frameworks = Frameworks::of(report, &standings);
            framed(report.gathered, "Requirements of the frameworks", &frameworks, out)
        }
        Some(("control", id)) => control(report, &standings, id, out),
        Some(("regions", page)) => {
            let view = matrix::View::of(report, number(page)?);
            framed(report.gathered, "Accounts and Regions", &view, out)
        }
        Some(("accounts", page)) => {
            let accounts = Accounts::of(report, &standings, number(page)?);
            framed(report.gathered, "Account by account", &accounts, out)
        }
        Some(("evidence", page)) => {
            let evidence = Evidence::of(report, number(page)?);
            framed(report.gathered, "Recorded exchanges", &evidence, out)
        }
        Some(("findings", _)) => {
            // All but the last were full, and are written.
            let last = report.gathered.every.last();
            let is_it = name == last.name().strip_suffix(".html");
            let last = is_it.then_some(last).ok_or(io::ErrorKind::NotFound)?;
            framed(report.gathered, &last.title(), last, out)
        }
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

fn control(report: &Report<'_>, standings: &[Standing<'_>], id: &str, out: &mut impl Write) -> io::Result<()> {
    let place = standings.iter().position(|standing| standing.rule.id == id);
    let control = place.and_then(|place| Control::of(report, standings, place));
    let control = control.ok_or(io::ErrorKind::NotFound)?;
    framed(report.gathered, control.title(), &control, out)
}

/// The number of a page, from 1.
fn number(text: &str) -> io::Result<usize> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// What stands on the first page.
#[derive(Template)]
#[template(path = "report/first.html")]
struct First<'a> {
    front: Front<'a>,
    accounts: Failing<'a>,
    exceptions: Exceptions<'a>,
    signing: Signing<'a>,
    verify: Verify<'a>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Frame<'a, B: Display> {
    organization: &'a str,
    simulated: Option<&'a [String]>,
    as_of: String,
    /// What the page is called; nothing for the first.
    title: &'a str,
    body: B,
}

/// Writes a page around its body.
pub(super) fn framed(
    gathered: &Gathering<'_>,
    title: &str,
    body: impl Display,
    out: &mut impl Write,
) -> io::Result<()> {
    let collection = &gathered.collection;
    let frame = Frame {
        organization: &gathered.inventory.organization().id,
        simulated: collection.simulated.then_some(collection.endpoints),
        as_of: words::moment(gathered.as_of),
        title,
        body,
    };
    let mut out = BufWriter::new(out);
    frame.write_into(&mut out)?;
    out.flush()
}
