//! AWS Security Finding Format, for Security Hub: JSON lines, each an array for `BatchImportFindings`.
//!
//! Security Hub takes at most 100 findings at once, and only those of the account that asks (a product of one's own has
//! the ARN `…:product/ACCOUNT/default`). So no line holds findings of two accounts, and lines stand in the order of the
//! accounts: `aws securityhub batch-import-findings --findings file://LINE`, as that account, in the Region of the ARN.
//!
//! | verdict | `Compliance.Status` | `Workflow.Status` |
//! | --- | --- | --- |
//! | `pass` | `PASSED` | `RESOLVED` |
//! | `fail` | `FAILED` | `NEW` |
//! | `inconclusive` | `WARNING` | `NEW` |
//! | `not-applicable` | `NOT_AVAILABLE` | `RESOLVED` |
//! | `excepted` | `FAILED` | `SUPPRESSED`, with a note |
//!
//! `Id` lasts from quarter to quarter: the next import updates what the last one brought.

use std::collections::BTreeMap;
use std::io::{self, Write};

use trailaudit_aws::Partition;
use trailaudit_core::Verdict;
use trailaudit_core::tables::rfc3339;

use super::json;
use super::source::{Finding, Source};
use super::spool::Spool;

/// The most findings that are imported at once.
const MOST: usize = 100;

/// The most requirements a finding may relate to.
const MOST_REQUIREMENTS: usize = 32;

/// Writes the arrays, for the Security Hub of `region`; without one, of the partition's own. Findings wait in a temporary file until those of one account are together.
pub(crate) fn write(source: &Source<'_>, region: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let mut spool = Spool::new()?;
    let mut written = Vec::new();
    source.each(|finding| {
        written.clear();
        json::write_one(&shown(source, region, finding), &mut written)?;
        spool.put(finding.account_id.to_string(), &written)
    })?;
    let mut spooled = spool.filled()?;
    for places in spooled.take().values() {
        for batch in places.chunks(MOST) {
            let mut before = b"[";
            for place in batch {
                out.write_all(before)?;
                before = b",";
                spooled.read(*place, &mut written)?;
                out.write_all(&written)?;
            }
            out.write_all(b"]\n")?;
        }
    }
    Ok(())
}

fn shown<'a>(source: &'a Source<'_>, region: Option<&str>, finding: &Finding<'_>) -> v1::Finding<'a> {
    let manifest = source.manifest();
    let partition = source.partition(finding);
    let as_of = rfc3339(manifest.as_of);
    let region = region.unwrap_or_else(|| home(&partition));
    let account = &finding.account_id;
    let (compliance, workflow) = statuses(finding.verdict);
    v1::Finding {
        schema_version: "2018-10-08",
        id: format!("trailaudit/{}", finding.id),
        product_arn: format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        product_name: &manifest.tool.name,
        company_name: &manifest.tool.name,
        generator_id: within(&format!("trailaudit/{}", finding.rule.id), 512),
        aws_account_id: account.to_string(),
        types: ["Software and Configuration Checks/Industry and Regulatory Standards"],
        created_at: as_of.clone(),
        updated_at: as_of.clone(),
        severity: v1::Severity {
            label: label(finding),
            original: some(&finding.severity, 64),
        },
        title: within(&finding.rule.control, 256),
        description: within(&finding.reason_in_full(), 1_024),
        remediation: v1::Remediation {
            recommendation: v1::Recommendation {
                text: within(&finding.rule.remediation, 512),
            },
        },
        product_fields: fields(source, finding),
        resources: [v1::Resource {
            kind: match &*finding.resource_type {
                "trail" => "AwsCloudTrailTrail",
                "account" | "region" => "AwsAccount",
                "key" => "AwsKmsKey",
                "bucket" => "AwsS3Bucket",
                "alarm" => "AwsCloudWatchAlarm",
                _ => "Other",
            },
            id: match &*finding.resource_id {
                "" => format!("AWS::::Account:{account}"),
                id => within(id, 512),
            },
            region: some(&finding.region, 64),
            partition,
        }],
        compliance: v1::Compliance {
            status: compliance,
            related_requirements: requirements(finding),
            status_reasons: matches!(finding.verdict, Verdict::Fail | Verdict::Inconclusive).then(|| {
                [v1::StatusReason {
                    reason_code: match finding.verdict {
                        Verdict::Inconclusive => "INCONCLUSIVE",
                        _ => "CONTROL_FAILED",
                    },
                    description: within(&finding.reason, 1_024),
                }]
            }),
        },
        workflow: v1::Workflow { status: workflow },
        record_state: "ACTIVE",
        note: (finding.verdict == Verdict::Excepted).then(|| v1::Note {
            text: within(&format!("accepted: {}", finding.exception), 512),
            updated_by: &manifest.tool.name,
            updated_at: as_of,
        }),
        sample: manifest.endpoint.simulated,
    }
}

/// What else the table says, and where it stands. At most fifty fields of 2,048 characters are taken.
fn fields(source: &Source<'_>, finding: &Finding<'_>) -> BTreeMap<String, String> {
    let evidence: Vec<_> = finding.evidence.iter().take(31).map(ToString::to_string).collect();
    let evidence = evidence.join(";");
    let (package, manifest) = (
        source.manifest().package_id.to_string(),
        source.manifest_sha256().to_string(),
    );
    let more = [
        ("evidence", &*evidence),
        ("package-id", &package),
        ("manifest-sha256", &manifest),
    ];
    let all = finding
        .columns()
        .chain(more)
        .filter(|(_, text)| !text.trim().is_empty());
    all.map(|(name, text)| (format!("trailaudit/{name}"), within(text, 2_048)))
        .collect()
}

fn requirements(finding: &Finding<'_>) -> Option<Vec<String>> {
    let all = &finding.requirements;
    let most: Vec<_> = all
        .iter()
        .take(MOST_REQUIREMENTS)
        .map(|text| within(text, 256))
        .collect();
    (!most.is_empty()).then_some(most)
}

fn statuses(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Pass => ("PASSED", "RESOLVED"),
        Verdict::Fail => ("FAILED", "NEW"),
        Verdict::Inconclusive => ("WARNING", "NEW"),
        Verdict::NotApplicable => ("NOT_AVAILABLE", "RESOLVED"),
        Verdict::Excepted => ("FAILED", "SUPPRESSED"),
    }
}

/// What needs no work is informational, as in Security Hub's own findings; the rule's severity is the original one.
fn label(finding: &Finding<'_>) -> &'static str {
    match (finding.verdict, &*finding.severity) {
        (Verdict::Pass | Verdict::NotApplicable, _) => "INFORMATIONAL",
        (_, "critical") => "CRITICAL",
        (_, "high") => "HIGH",
        (_, "medium") => "MEDIUM",
        (_, "low") => "LOW",
        _ => "INFORMATIONAL",
    }
}

/// The Region whose Security Hub is meant: the one that answers for all others of the partition.
fn home(partition: &str) -> &'static str {
    Partition::of(partition).map_or("us-east-1", |partition| partition.global_region)
}

fn some(text: &str, longest: usize) -> Option<String> {
    (!text.trim().is_empty()).then(|| within(text, longest))
}

/// As much as Security Hub takes, which takes nothing that is blank.
fn within(text: &str, longest: usize) -> String {
    if text.trim().is_empty() {
        return "-".to_owned();
    }
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some(_) => text.chars().take(longest - 1).chain(['…']).collect(),
    }
}

/// The frozen form of version 1.
mod v1 {
    use std::collections::BTreeMap;

    use serde::Serialize;

    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    pub(super) struct Finding<'a> {
        pub schema_version: &'static str,
        pub id: String,
        pub product_arn: String,
        pub product_name: &'a str,
        pub company_name: &'a str,
        pub generator_id: String,
        pub aws_account_id: String,
        pub types: [&'static str; 1],
        pub created_at: String,
        pub updated_at: String,
        pub severity: Severity,
        pub title: String,
        pub description: String,
        pub remediation: Remediation,
        pub product_fields: BTreeMap<String, String>,
        pub resources: [Resource; 1],
        pub compliance: Compliance,
        pub workflow: Workflow,
        pub record_state: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub note: Option<Note<'a>>,
        pub sample: bool,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    pub(super) struct Severity {
        pub label: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub original: Option<String>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    pub(super) struct Remediation {
        pub recommendation: Recommendation,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    pub(super) struct Recommendation {
        pub text: String,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    pub(super) struct Resource {
        #[serde(rename = "Type")]
        pub kind: &'static str,
        pub id: String,
        pub partition: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub region: Option<String>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    pub(super) struct Compliance {
        pub status: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub related_requirements: Option<Vec<String>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub status_reasons: Option<[StatusReason; 1]>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    pub(super) struct StatusReason {
        pub reason_code: &'static str,
        pub description: String,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    pub(super) struct Workflow {
        pub status: &'static str,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    pub(super) struct Note<'a> {
        pub text: String,
        pub updated_by: &'a str,
        pub updated_at: String,
    }
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_text_is_as_long_as_it_may_be() {
        assert_eq!(within("äöü", 3), "äöü");
        assert_eq!(within("äöüß", 3), "äö…");
        assert_eq!(within(" \t", 3), "-");
    }
}
