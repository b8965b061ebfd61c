//! Reports: the assessment as people read it, and as their programs do.
//!
//! `html` is made while a package is. All others are made of a package that is there: each in a file of its own, with a form
//! of its own, from what [`source`] reads.

mod asff;
mod beside;
pub(crate) mod folder;
pub(crate) mod format;
pub(crate) mod html;
mod ids;
mod json;
mod junit;
mod markdown;
mod markup;
mod ocsf;
mod oscal;
pub(crate) mod reconcile;
pub(crate) mod remediation;
mod requirements;
mod sarif;
pub(crate) mod signatures;
mod source;
mod spool;
pub(crate) mod trend;
mod xlsx;

use std::io::{self, Write};

use serde_json::{Map, Value};
use trailaudit_core::assessment::Totals;
use trailaudit_core::evidence::package::{COVERAGE_CSV, COVERAGE_JSON, FINDINGS_CSV, FINDINGS_JSON, REPORT_HTML};
use trailaudit_core::evidence::report::{About, FullPage, OpenReport, ReportWriter};
use trailaudit_core::evidence::{Files, Listed};
use trailaudit_core::finding::Finding;

pub(crate) use beside::{Beside, refuse_existing, told};
use format::{Format, Table};
use source::Source;

/// Shows a package in a format. What is read of it must be what its manifest lists.
///
/// # Errors
/// When it is not, as a [`ListedError`](trailaudit_core::evidence::ListedError) within the error; and when `out` refuses.
pub(crate) fn write(
    package: &dyn Files,
    format: Format,
    table: Table,
    region: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let own = match (format, table) {
        (Format::Csv, Table::Findings) => FINDINGS_CSV,
        (Format::Csv, Table::Coverage) => COVERAGE_CSV,
        (Format::Json, Table::Findings) => FINDINGS_JSON,
        (Format::Json, Table::Coverage) => COVERAGE_JSON,
        (Format::Html, _) => REPORT_HTML,
        _ => {
            let source = Source::open(package)?;
            return match format {
                Format::Xlsx => xlsx::write(&source, out),
                Format::Oscal => oscal::write(&source, out),
                Format::Ocsf => ocsf::write(&source, out),
                Format::Asff => asff::write(&source, region, out),
                Format::Sarif => sarif::write(&source, out),
                Format::Junit => junit::write(&source, out),
                _ => markdown::write(&source, out),
            };
        }
    };
    let listed = Listed::open(package)?;
    listed.check(own)?;
    io::copy(&mut listed.open(own)?, out).map(drop)
}

/// Writes `report.html` and the pages it leads to.
pub(crate) struct HtmlWriter;

impl ReportWriter for HtmlWriter {
    fn begin<'a>(&'a self, about: About<'a>) -> Box<dyn OpenReport + 'a> {
        let provenance = &about.recorded.provenance;
        let collection = html::Collection {
            started: provenance.collection.started.to_string(),
            finished: Some(provenance.collection.ended.to_string()),
            caller: &provenance.collector.caller_arn,
            tool: format!("{} {}", provenance.tool.name, provenance.tool.version),
            endpoints: &provenance.endpoint.hosts,
            simulated: provenance.endpoint.simulated,
            scope: scope_in_words(&provenance.scope),
            search: search_in_words(&provenance.scope),
        };
        let terms = html::Terms {
            baseline: about.baseline,
            required_signatures: about.required_signatures,
            previous: about.previous,
            supersedes: about.supersedes,
            retain_until: about.retain_until,
        };
        Box::new(html::Gathering::new(
            &*about.recorded.inventory,
            about.selection,
            collection,
            terms,
            about.as_of,
        ))
    }
}

impl OpenReport for html::Gathering<'_> {
    fn show(&mut self, findings: &[Finding]) -> io::Result<Vec<FullPage>> {
        self.add(findings)
    }

    fn finish(&mut self, totals: &Totals, records: &dyn Files) -> io::Result<Vec<String>> {
        html::Gathering::finish(self, totals, records)
    }

    fn write(&self, totals: &Totals, mut out: &mut dyn Write) -> io::Result<()> {
        html::write(&self.report(totals), &mut out)
    }

    fn write_page(&self, totals: &Totals, path: &str, mut out: &mut dyn Write) -> io::Result<()> {
        html::write_page(&self.report(totals), path, &mut out)
    }
}

/// How trails were searched for, and what that proves.
fn search_in_words(scope: &Map<String, Value>) -> &'static str {
    if scope.get("plan").and_then(Value::as_str) == Some("economical") {
        "economically: each account was asked for the list of its trails, and the home Regions it names for those trails. \
         AWS does not promise that this list has trails of other single Regions, so nothing is said about Regions that \
         were not asked: nothing passes there, and no account counts as one without a trail"
    } else {
        "exhaustively: every Region that an account has on, and that is in scope, was asked for its trails"
    }
}

/// The scope as a sentence; empty for the whole organization.
fn scope_in_words(scope: &Map<String, Value>) -> String {
    const PARTS: [(&str, &str); 6] = [
        ("accounts", "only accounts"),
        ("excludeAccounts", "without accounts"),
        ("organizationalUnits", "only below"),
        ("excludeOrganizationalUnits", "nothing below"),
        ("accountTags", "only accounts tagged"),
        ("regions", "only Regions"),
    ];
    let source = match scope.get("source").and_then(Value::as_str) {
        Some("accounts-file") => Some("the accounts of a file".to_owned()),
        Some("single-account") => Some("the caller's account alone".to_owned()),
        _ => None,
    };
    let part = |(name, words): (&str, &str)| {
        let list = match scope.get(name)? {
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            text => text.as_str()?.to_owned(),
        };
        Some(format!("{words} {list}"))
    };
    source
        .into_iter()
        .chain(PARTS.into_iter().filter_map(part))
        .collect::<Vec<_>>()
        .join("; ")
}
