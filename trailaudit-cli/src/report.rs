//! Reports: the assessment as people read it.

pub(crate) mod html;
pub(crate) mod signatures;

use std::io::{self, Write};

use serde_json::{Map, Value};
use trailaudit_core::assessment::Totals;
use trailaudit_core::evidence::Recorded;
use trailaudit_core::evidence::report::{OpenReport, ReportWriter};
use trailaudit_core::finding::Finding;
use trailaudit_core::framework::Selection;

/// Writes `report.html`.
pub(crate) struct HtmlWriter;

impl ReportWriter for HtmlWriter {
    fn begin<'a>(&'a self, recorded: &'a Recorded, selection: &'a Selection) -> Box<dyn OpenReport + 'a> {
        let provenance = &recorded.provenance;
        let collection = html::Collection {
            started: provenance.collection.started.to_string(),
            finished: Some(provenance.collection.ended.to_string()),
            caller: &provenance.collector.caller_arn,
            tool: format!("{} {}", provenance.tool.name, provenance.tool.version),
            endpoints: &provenance.endpoint.hosts,
            simulated: provenance.endpoint.simulated,
            scope: scope_in_words(&provenance.scope),
        };
        Box::new(html::Gathering::new(&*recorded.inventory, selection, collection))
    }
}

impl OpenReport for html::Gathering<'_> {
    fn show(&mut self, findings: &[Finding]) {
        self.add(findings);
    }

    fn write(&mut self, totals: &Totals, mut out: &mut dyn Write) -> io::Result<()> {
        html::write(&self.report(totals), &mut out)
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
