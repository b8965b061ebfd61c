//! Reports: the assessment as people read it.

pub(crate) mod html;

use std::io::{self, Write};

use serde_json::Value;
use trailaudit_aws::Run;
use trailaudit_core::Assessment;
use trailaudit_core::framework::Selection;
use trailaudit_core::organization::Organization;

/// Writes `report.html`.
pub(crate) fn write_html(
    run: &Run,
    organization: &Organization,
    assessment: &Assessment,
    selection: &Selection,
    mut out: &mut dyn Write,
) -> io::Result<()> {
    let tool = format!("{} {}", run.tool.0, run.tool.1);
    let scope = scope_in_words(&run.scope);
    let collection = html::Collection {
        started: &run.started,
        finished: run.finished.as_deref(),
        caller: &run.caller_arn,
        tool: &tool,
        endpoints: &run.endpoints,
        simulated: run.simulated,
        scope: &scope,
    };
    html::write(
        &html::Report {
            assessment,
            selection,
            organization,
            collection,
        },
        &mut out,
    )
}

/// The scope as a sentence; empty for the whole organization.
fn scope_in_words(scope: &Value) -> String {
    const PARTS: [(&str, &str); 6] = [
        ("accounts", "only accounts"),
        ("excludeAccounts", "without accounts"),
        ("organizationalUnits", "only below"),
        ("excludeOrganizationalUnits", "nothing below"),
        ("accountTags", "only accounts tagged"),
        ("regions", "only Regions"),
    ];
    let source = match scope["source"].as_str() {
        Some("accounts-file") => Some("the accounts of a file".to_owned()),
        Some("single-account") => Some("the caller's account alone".to_owned()),
        _ => None,
    };
    let part = |(name, words): (&str, &str)| {
        let list: Vec<_> = scope[name].as_array()?.iter().filter_map(Value::as_str).collect();
        Some(format!("{words} {}", list.join(", ")))
    };
    source
        .into_iter()
        .chain(PARTS.into_iter().filter_map(part))
        .collect::<Vec<_>>()
        .join("; ")
}
