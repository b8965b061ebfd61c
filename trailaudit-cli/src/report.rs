//! Reports: the assessment as people read it.

pub(crate) mod html;
pub(crate) mod signatures;

use std::io::{self, Write};

use serde_json::{Map, Value};
use trailaudit_core::evidence::draft::Contents;

/// Writes `report.html`.
pub(crate) fn write_html(contents: &Contents<'_>, mut out: &mut dyn Write) -> io::Result<()> {
    let provenance = &contents.recorded.provenance;
    let tool = format!("{} {}", provenance.tool.name, provenance.tool.version);
    let scope = scope_in_words(&provenance.scope);
    let started = provenance.collection.started.to_string();
    let ended = provenance.collection.ended.to_string();
    let collection = html::Collection {
        started: &started,
        finished: Some(&ended),
        caller: &provenance.collector.caller_arn,
        tool: &tool,
        endpoints: &provenance.endpoint.hosts,
        simulated: provenance.endpoint.simulated,
        scope: &scope,
        search: search_in_words(&provenance.scope),
    };
    html::write(
        &html::Report {
            assessment: contents.assessment,
            selection: contents.selection,
            organization: contents.recorded.inventory.organization(),
            collection,
        },
        &mut out,
    )
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
