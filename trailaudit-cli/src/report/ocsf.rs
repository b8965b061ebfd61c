//! OCSF 1.5, class 2003 Compliance Finding, with the profile `cloud`: a JSON array, one event a line.
//!
//! | verdict | `compliance.status` | `status` |
//! | --- | --- | --- |
//! | `pass` | Pass | Resolved |
//! | `fail` | Fail | New |
//! | `inconclusive` | Warning | New |
//! | `not-applicable` | Other: Not Applicable | Resolved |
//! | `excepted` | Fail | Suppressed |
//!
//! What needs no work is informational; the rule's own severity stands in `vendor_attributes` all the same.

use std::io::{self, Write};

use trailaudit_core::Verdict;

use super::json::{self, Each};
use super::source::{Finding, Source};

/// Each event is a line.
const DEPTH: usize = 1;

/// Writes the events.
pub(crate) fn write(source: &Source<'_>, out: &mut dyn Write) -> io::Result<()> {
    let events = Each {
        source,
        of: |finding: &Finding<'_>| Some(event(source, finding)),
    };
    json::write(source, DEPTH, &events, out)
}

fn event<'a>(source: &'a Source<'_>, finding: &Finding<'_>) -> v1::Event<'a> {
    let manifest = source.manifest();
    let lasting = finding.id.to_string();
    let (compliance_id, compliance) = compliance_status(finding.verdict);
    let (status_id, status) = status(finding.verdict);
    let (vendor_id, _) = severity(&finding.severity);
    let (severity_id, severity) = match finding.verdict {
        Verdict::Pass | Verdict::NotApplicable => severity("informational"),
        _ => severity(&finding.severity),
    };
    let excepted = finding.verdict == Verdict::Excepted;
    v1::Event {
        activity_id: 1,
        activity_name: "Create",
        category_uid: 2,
        category_name: "Findings",
        class_uid: 2003,
        class_name: "Compliance Finding",
        type_uid: 200_301,
        type_name: "Compliance Finding: Create",
        time: manifest.as_of.as_millisecond(),
        severity_id,
        severity,
        status_id,
        status,
        status_code: finding.verdict.as_str(),
        status_detail: finding.reason.to_string(),
        message: format!("{}: {}", finding.subject(), finding.reason_in_full()),
        comment: excepted.then(|| finding.exception.to_string()),
        metadata: v1::Metadata {
            version: "1.5.0",
            uid: source.ids.here(&["ocsf", &lasting]).to_string(),
            correlation_uid: manifest.package_id.to_string(),
            tenant_uid: &manifest.organization.id,
            event_code: finding.rule.id.clone(),
            profiles: ["cloud"],
            labels: manifest.endpoint.simulated.then_some(["simulated"]),
            product: v1::Product {
                uid: &manifest.tool.name,
                name: &manifest.tool.name,
                vendor_name: &manifest.tool.name,
                version: &manifest.tool.version,
            },
        },
        cloud: v1::Cloud {
            provider: "AWS",
            account: v1::Account {
                uid: finding.account_id.to_string(),
                name: some(&finding.account_name),
                kind: "AWS Account",
                type_id: 10,
            },
            org: v1::Organization {
                uid: &manifest.organization.id,
                ou_uid: some(&finding.organizational_unit),
            },
            region: some(&finding.region),
        },
        compliance: v1::Compliance {
            control: finding.rule.control.clone(),
            desc: finding.rule.title.clone(),
            standards: standards(finding),
            requirements: finding.requirements.iter().map(ToString::to_string).collect(),
            status_id: compliance_id,
            status: compliance,
            status_details: [finding.reason.to_string()],
        },
        finding_info: v1::FindingInfo {
            uid: lasting,
            title: finding.rule.control.clone(),
            desc: finding.rule.rationale.clone(),
            analytic: v1::Analytic {
                uid: finding.rule.id.clone(),
                name: finding.rule.title.clone(),
                version: finding.rule.revision.to_string(),
                kind: "Rule",
                type_id: 1,
            },
        },
        resources: [v1::Resource {
            uid: finding.subject(),
            kind: resource_type(&finding.resource_type).to_owned(),
            cloud_partition: source.partition(finding),
            region: some(&finding.region),
        }],
        remediation: v1::Remediation {
            desc: finding.rule.remediation.clone(),
        },
        vendor_attributes: v1::VendorAttributes {
            severity_id: vendor_id,
            severity: finding.severity.to_string(),
        },
        unmapped: v1::Unmapped {
            inherited_from: some(&finding.inherited_from),
            exception: some(&finding.exception),
            evidence: finding.evidence.iter().map(ToString::to_string).collect(),
            manifest_sha256: source.manifest_sha256().to_string(),
            simulated: manifest.endpoint.simulated,
        },
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The frameworks with their editions, each once.
fn standards(finding: &Finding<'_>) -> Vec<String> {
    let mut standards: Vec<String> = Vec::new();
    for row in &finding.rule.requirements {
        let standard = format!("{} {}", row.framework, row.edition);
        if !standards.contains(&standard) {
            standards.push(standard);
        }
    }
    standards
}

fn compliance_status(verdict: Verdict) -> (u8, &'static str) {
    match verdict {
        Verdict::Pass => (1, "Pass"),
        Verdict::Inconclusive => (2, "Warning"),
        Verdict::Fail | Verdict::Excepted => (3, "Fail"),
        Verdict::NotApplicable => (99, "Not Applicable"),
    }
}

fn status(verdict: Verdict) -> (u8, &'static str) {
    match verdict {
        Verdict::Fail | Verdict::Inconclusive => (1, "New"),
        Verdict::Excepted => (3, "Suppressed"),
        Verdict::Pass | Verdict::NotApplicable => (4, "Resolved"),
    }
}

fn severity(word: &str) -> (u8, &'static str) {
    match word {
        "informational" => (1, "Informational"),
        "low" => (2, "Low"),
        "medium" => (3, "Medium"),
        "high" => (4, "High"),
        "critical" => (5, "Critical"),
        _ => (0, "Unknown"),
    }
}

/// By the names `CloudFormation` has.
fn resource_type(kind: &str) -> &str {
    match kind {
        "trail" => "AWS::CloudTrail::Trail",
        "log-group" => "AWS::Logs::LogGroup",
        "alarm" => "AWS::CloudWatch::Alarm",
        "key" => "AWS::KMS::Key",
        "bucket" => "AWS::S3::Bucket",
        "event-store" => "AWS::CloudTrail::EventDataStore",
        "organization" => "AWS::Organizations::Organization",
        "account" | "region" => "AWS::Organizations::Account",
        other => other,
    }
}

/// The frozen form of version 1.
mod v1 {
    use serde::Serialize;

    #[derive(Serialize)]
    pub(super) struct Event<'a> {
        pub activity_id: u8,
        pub activity_name: &'static str,
        pub category_uid: u8,
        pub category_name: &'static str,
        pub class_uid: u16,
        pub class_name: &'static str,
        pub type_uid: u32,
        pub type_name: &'static str,
        /// Milliseconds since 1970.
        pub time: i64,
        pub severity_id: u8,
        pub severity: &'static str,
        pub status_id: u8,
        pub status: &'static str,
        /// The verdict, in our own word.
        pub status_code: &'static str,
        pub status_detail: String,
        pub message: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub comment: Option<String>,
        pub metadata: Metadata<'a>,
        pub cloud: Cloud<'a>,
        pub compliance: Compliance,
        pub finding_info: FindingInfo,
        pub resources: [Resource; 1],
        pub remediation: Remediation,
        pub vendor_attributes: VendorAttributes,
        pub unmapped: Unmapped,
    }

    #[derive(Serialize)]
    pub(super) struct Metadata<'a> {
        pub version: &'static str,
        pub uid: String,
        pub correlation_uid: String,
        pub tenant_uid: &'a str,
        pub event_code: String,
        pub profiles: [&'static str; 1],
        #[serde(skip_serializing_if = "Option::is_none")]
        pub labels: Option<[&'static str; 1]>,
        pub product: Product<'a>,
    }

    #[derive(Serialize)]
    pub(super) struct Product<'a> {
        pub uid: &'a str,
        pub name: &'a str,
        pub vendor_name: &'a str,
        pub version: &'a str,
    }

    #[derive(Serialize)]
    pub(super) struct Cloud<'a> {
        pub provider: &'static str,
        pub account: Account,
        pub org: Organization<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub region: Option<String>,
    }

    #[derive(Serialize)]
    pub(super) struct Account {
        pub uid: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        #[serde(rename = "type")]
        pub kind: &'static str,
        pub type_id: u8,
    }

    #[derive(Serialize)]
    pub(super) struct Organization<'a> {
        pub uid: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub ou_uid: Option<String>,
    }

    #[derive(Serialize)]
    pub(super) struct Compliance {
        pub control: String,
        pub desc: String,
        pub standards: Vec<String>,
        pub requirements: Vec<String>,
        pub status_id: u8,
        pub status: &'static str,
        pub status_details: [String; 1],
    }

    #[derive(Serialize)]
    pub(super) struct FindingInfo {
        pub uid: String,
        pub title: String,
        pub desc: String,
        pub analytic: Analytic,
    }

    #[derive(Serialize)]
    pub(super) struct Analytic {
        pub uid: String,
        pub name: String,
        pub version: String,
        #[serde(rename = "type")]
        pub kind: &'static str,
        pub type_id: u8,
    }

    #[derive(Serialize)]
    pub(super) struct Resource {
        pub uid: String,
        #[serde(rename = "type")]
        pub kind: String,
        pub cloud_partition: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub region: Option<String>,
    }

    #[derive(Serialize)]
    pub(super) struct Remediation {
        pub desc: String,
    }

    #[derive(Serialize)]
    pub(super) struct VendorAttributes {
        pub severity_id: u8,
        pub severity: String,
    }

    /// What the class has no attribute for.
    #[derive(Serialize)]
    pub(super) struct Unmapped {
        #[serde(skip_serializing_if = "Option::is_none")]
        pub inherited_from: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub exception: Option<String>,
        pub evidence: Vec<String>,
        pub manifest_sha256: String,
        pub simulated: bool,
    }
}
