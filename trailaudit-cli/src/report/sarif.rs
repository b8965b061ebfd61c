//! SARIF 2.1.0: what code scanning takes, and editors show.
//!
//! | verdict | `kind` | |
//! | --- | --- | --- |
//! | `pass` | `pass` | |
//! | `fail` | `fail` | its `level` is the rule's |
//! | `inconclusive` | `open` | the standard's word for too little information to decide |
//! | `not-applicable` | `notApplicable` | |
//! | `excepted` | `fail` | with an accepted suppression, which keeps it from counting |
//!
//! A result lies where its evidence does: on its line of the package's `findings.json`.

use std::io::{self, Write};

use trailaudit_core::Verdict;
use trailaudit_core::evidence::package::FINDINGS_JSON;
use trailaudit_core::tables::catalogue::v1::Entry as Rule;
use trailaudit_core::tables::rfc3339;

use super::json::{self, Each};
use super::source::{Finding, Source};

/// Log, runs, run, results: each result is a line.
const DEPTH: usize = 4;

/// What SARIF calls the place of the package, which it does not know.
const PACKAGE: &str = "PACKAGE";

/// Writes the log.
pub(crate) fn write(source: &Source<'_>, out: &mut dyn Write) -> io::Result<()> {
    let manifest = source.manifest();
    let guid = |what: &str| source.ids.here(&["sarif", what]).to_string();
    let run = v1::Run {
        tool: v1::Tool {
            driver: v1::Driver {
                name: &manifest.tool.name,
                version: &manifest.tool.version,
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                rules: source.rules().map(|(rule, _)| described(rule)).collect(),
            },
        },
        automation_details: v1::AutomationDetails {
            id: format!("trailaudit/{}/{}", manifest.organization.id, rfc3339(manifest.as_of)),
            guid: guid("run"),
        },
        invocations: [v1::Invocation {
            execution_successful: true,
            start_time_utc: rfc3339(manifest.collection.started),
            end_time_utc: rfc3339(manifest.collection.ended),
        }],
        original_uri_base_ids: v1::Bases {
            package: v1::Base {
                description: v1::Text::plain("The evidence package."),
            },
        },
        column_kind: "unicodeCodePoints",
        properties: v1::RunProperties {
            package_id: manifest.package_id.to_string(),
            manifest_sha256: source.manifest_sha256().to_string(),
            organization: &manifest.organization.id,
            as_of: rfc3339(manifest.as_of),
            simulated: manifest.endpoint.simulated,
        },
        results: Each {
            source,
            of: |finding: &Finding<'_>| Some(result(source, finding)),
        },
    };
    let log = v1::Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [run],
    };
    json::write(source, DEPTH, &log, out)
}

fn described(rule: &Rule) -> v1::Rule<'_> {
    v1::Rule {
        id: &rule.id,
        short_description: v1::Text::plain(&rule.control),
        full_description: v1::Text::plain(&format!("{}. {}", rule.title, rule.rationale)),
        help: v1::Text::plain(&rule.remediation),
        default_configuration: v1::Configuration {
            level: level(&rule.severity),
        },
        properties: v1::RuleProperties {
            severity: &rule.severity,
            security_severity: score(&rule.severity),
            revision: rule.revision,
            requirements: rule.labels(),
            tags: ["security", "audit-trail"],
        },
    }
}

fn result(source: &Source<'_>, finding: &Finding<'_>) -> v1::Result {
    let (kind, level) = match finding.verdict {
        Verdict::Pass => ("pass", "none"),
        Verdict::Fail | Verdict::Excepted => ("fail", level(&finding.severity)),
        Verdict::Inconclusive => ("open", "none"),
        Verdict::NotApplicable => ("notApplicable", "none"),
    };
    let lasting = finding.id.to_string();
    v1::Result {
        rule_id: finding.rule.id.clone(),
        rule_index: finding.place,
        kind,
        level,
        message: v1::Text::plain(&format!("{}: {}", finding.subject(), finding.reason)),
        guid: source.ids.here(&["sarif", &lasting]).to_string(),
        locations: [v1::Location {
            physical_location: v1::PhysicalLocation {
                artifact_location: v1::ArtifactLocation {
                    uri: FINDINGS_JSON,
                    uri_base_id: PACKAGE,
                },
                // The table has its head on the first line, and then one finding a line.
                region: v1::Region {
                    start_line: finding.number + 2,
                },
            },
            logical_locations: [v1::LogicalLocation {
                fully_qualified_name: finding.subject(),
                kind: "resource",
            }],
        }],
        partial_fingerprints: v1::Fingerprints { finding: lasting },
        suppressions: (finding.verdict == Verdict::Excepted).then(|| {
            [v1::Suppression {
                kind: "external",
                status: "accepted",
                justification: finding.exception.to_string(),
            }]
        }),
        properties: v1::ResultProperties {
            verdict: finding.verdict.as_str(),
            severity: finding.severity.to_string(),
            account_id: finding.account_id.to_string(),
            account_name: finding.account_name.to_string(),
            organizational_unit: finding.organizational_unit.to_string(),
            region: finding.region.to_string(),
            resource_type: finding.resource_type.to_string(),
            resource_id: finding.resource_id.to_string(),
            inherited_from: finding.inherited_from.to_string(),
            reason: finding.reason.to_string(),
            evidence: finding.evidence.iter().map(ToString::to_string).collect(),
        },
    }
}

fn level(severity: &str) -> &'static str {
    match severity {
        "critical" | "high" => "error",
        "medium" => "warning",
        _ => "note",
    }
}

/// The number by which GitHub sorts: within the bands it gives the words.
fn score(severity: &str) -> &'static str {
    match severity {
        "critical" => "9.5",
        "high" => "8.0",
        "medium" => "5.5",
        _ => "2.0",
    }
}

/// The frozen form of version 1.
mod v1 {
    use serde::Serialize;

    #[derive(Serialize)]
    pub(super) struct Log<R> {
        #[serde(rename = "$schema")]
        pub schema: &'static str,
        pub version: &'static str,
        pub runs: [R; 1],
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Run<'a, L> {
        pub tool: Tool<'a>,
        pub automation_details: AutomationDetails,
        pub invocations: [Invocation; 1],
        pub original_uri_base_ids: Bases,
        pub column_kind: &'static str,
        pub properties: RunProperties<'a>,
        pub results: L,
    }

    #[derive(Serialize)]
    pub(super) struct Tool<'a> {
        pub driver: Driver<'a>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Driver<'a> {
        pub name: &'a str,
        pub version: &'a str,
        pub information_uri: &'static str,
        pub rules: Vec<Rule<'a>>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Rule<'a> {
        pub id: &'a str,
        pub short_description: Text,
        pub full_description: Text,
        pub help: Text,
        pub default_configuration: Configuration,
        pub properties: RuleProperties<'a>,
    }

    #[derive(Serialize)]
    pub(super) struct Configuration {
        pub level: &'static str,
    }

    #[derive(Serialize)]
    pub(super) struct RuleProperties<'a> {
        pub severity: &'a str,
        #[serde(rename = "security-severity")]
        pub security_severity: &'static str,
        pub revision: u32,
        pub requirements: Vec<String>,
        pub tags: [&'static str; 2],
    }

    #[derive(Serialize)]
    pub(super) struct AutomationDetails {
        pub id: String,
        pub guid: String,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Invocation {
        pub execution_successful: bool,
        pub start_time_utc: String,
        pub end_time_utc: String,
    }

    #[derive(Serialize)]
    pub(super) struct Bases {
        #[serde(rename = "PACKAGE")]
        pub package: Base,
    }

    #[derive(Serialize)]
    pub(super) struct Base {
        pub description: Text,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct RunProperties<'a> {
        pub package_id: String,
        pub manifest_sha256: String,
        pub organization: &'a str,
        pub as_of: String,
        pub simulated: bool,
    }

    /// A message in plain text, in which the standard still finds links and placeholders.
    #[derive(Serialize)]
    pub(super) struct Text {
        text: String,
    }

    impl Text {
        /// A text that is nothing but text (SARIF 2.1.0, 3.11.5 and 3.11.6).
        pub(super) fn plain(text: &str) -> Self {
            let mut out = String::with_capacity(text.len());
            for c in text.chars() {
                match c {
                    '[' | ']' | '\\' => out.extend(['\\', c]),
                    '{' | '}' => out.extend([c, c]),
                    c => out.push(c),
                }
            }
            Self { text: out }
        }
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Result {
        pub rule_id: String,
        pub rule_index: usize,
        pub kind: &'static str,
        pub level: &'static str,
        pub message: Text,
        pub guid: String,
        pub locations: [Location; 1],
        pub partial_fingerprints: Fingerprints,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub suppressions: Option<[Suppression; 1]>,
        pub properties: ResultProperties,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Location {
        pub physical_location: PhysicalLocation,
        pub logical_locations: [LogicalLocation; 1],
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct PhysicalLocation {
        pub artifact_location: ArtifactLocation,
        pub region: Region,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct ArtifactLocation {
        pub uri: &'static str,
        pub uri_base_id: &'static str,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Region {
        pub start_line: usize,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct LogicalLocation {
        pub fully_qualified_name: String,
        pub kind: &'static str,
    }

    #[derive(Serialize)]
    pub(super) struct Fingerprints {
        #[serde(rename = "finding/v1")]
        pub finding: String,
    }

    #[derive(Serialize)]
    pub(super) struct Suppression {
        pub kind: &'static str,
        pub status: &'static str,
        pub justification: String,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct ResultProperties {
        pub verdict: &'static str,
        pub severity: String,
        pub account_id: String,
        pub account_name: String,
        pub organizational_unit: String,
        pub region: String,
        pub resource_type: String,
        pub resource_id: String,
        pub inherited_from: String,
        pub reason: String,
        pub evidence: Vec<String>,
    }
}

#[cfg(test)]
mod tests {
    use super::v1::Text;

    #[test]
    fn a_text_has_neither_links_nor_placeholders() {
        let text = serde_json::to_value(Text::plain(r"[click](http://x) {0} \[")).unwrap();
        assert_eq!(text["text"], r"\[click\](http://x) {{0}} \\\[");
    }
}
