//! `findings.csv` and `findings.json`.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{csv_writer, inert, rfc3339, write_list};
use crate::assessment::Assessment;
use crate::evidence::EvidenceId;
use crate::finding::Finding;
use crate::framework::Selection;
use crate::organization::{Account, AccountId};

/// The columns of `findings.csv`, in order.
pub const COLUMNS: [&str; 15] = [
    "rule",
    "title",
    "severity",
    "verdict",
    "account_id",
    "account_name",
    "organizational_unit",
    "region",
    "resource_type",
    "resource_id",
    "inherited_from",
    "reason",
    "exception",
    "requirements",
    "evidence",
];

/// Writes `findings.csv`.
///
/// # Errors
/// When `out` refuses.
pub fn write_csv<W: Write>(assessment: &Assessment, selection: &Selection, out: W) -> io::Result<()> {
    let mut csv = csv_writer(out);
    csv.write_record(COLUMNS)?;
    for entry in entries(assessment, selection) {
        let evidence: Vec<_> = entry.evidence.iter().map(EvidenceId::to_string).collect();
        let requirements = entry.requirements.join(";");
        let evidence = evidence.join(";");
        let cells = [
            entry.rule,
            entry.title,
            entry.severity,
            entry.verdict,
            entry.account_id,
            entry.account_name,
            entry.organizational_unit,
            entry.region,
            entry.resource_type,
            entry.resource_id,
            entry.inherited_from,
            entry.reason,
            entry.exception,
            &requirements,
            &evidence,
        ];
        csv.write_record(cells.map(inert))?;
    }
    csv.flush()
}

/// Writes `findings.json`.
///
/// # Errors
/// When `out` refuses.
pub fn write_json<W: Write>(assessment: &Assessment, selection: &Selection, mut out: W) -> io::Result<()> {
    let mut head = Map::<String, Value>::new();
    head.insert("format".into(), "trailaudit.findings/v1".into());
    head.insert("asOf".into(), rfc3339(assessment.as_of).into());
    let frameworks: Vec<_> = selection.frameworks().iter().map(|framework| &framework.id).collect();
    head.insert("frameworks".into(), json!(frameworks));
    write_list(&mut out, &head, "findings", entries(assessment, selection))
}

/// For every account, the SHA-256 of the canonical JSON array of its entries in `findings.json`: what its leaf in the
/// accounts root commits to.
#[must_use]
pub fn digests(assessment: &Assessment, selection: &Selection) -> BTreeMap<AccountId, EvidenceId> {
    let empty = || Sha256::new_with_prefix(b"[");
    let mut open: BTreeMap<AccountId, (bool, Sha256)> = assessment
        .accounts
        .iter()
        .map(|account| (account.id.clone(), (true, empty())))
        .collect();
    for (finding, entry) in assessment.findings.iter().zip(entries(assessment, selection)) {
        let (first, digest) = open.entry(finding.account.clone()).or_insert_with(|| (true, empty()));
        if !std::mem::take(first) {
            digest.update(b",");
        }
        // The fields of an entry are declared in canonical order and hold nothing but text: this is canonical JSON.
        digest.update(serde_json::to_vec(&entry).unwrap_or_default());
    }
    let close = |mut digest: Sha256| {
        digest.update(b"]");
        EvidenceId::from(<[u8; 32]>::from(digest.finalize()))
    };
    open.into_iter()
        .map(|(account, (_, digest))| (account, close(digest)))
        .collect()
}

/// The entries of `findings.json`, in the order of the findings.
pub fn entries<'a>(
    assessment: &'a Assessment,
    selection: &'a Selection,
) -> impl Iterator<Item = v1::Entry<'a>> + use<'a> {
    let mut described = HashMap::new();
    for rule in &assessment.rules {
        described.insert(
            rule.id,
            (selection.severity_of(rule).as_str(), selection.labels_of(rule.id)),
        );
    }
    assessment.findings.iter().map(move |finding| {
        let (severity, requirements) = described.get(finding.rule.id).cloned().unwrap_or_default();
        entry(finding, severity, requirements, assessment.account(&finding.account))
    })
}

fn entry<'a>(
    finding: &'a Finding,
    severity: &'a str,
    requirements: Vec<String>,
    account: Option<&'a Account>,
) -> v1::Entry<'a> {
    v1::Entry {
        account_id: finding.account.as_str(),
        account_name: account.map_or("", |account| &account.name),
        evidence: &finding.evidence,
        exception: "",
        inherited_from: finding.inherited_from.as_ref().map_or("", |trail| trail.as_str()),
        organizational_unit: account.map_or("", |account| &account.organizational_unit),
        reason: &finding.reason,
        region: finding.region.as_ref().map_or("", |region| region.as_str()),
        requirements,
        resource_id: finding.subject.id(),
        resource_type: finding.subject.kind(),
        rule: finding.rule.id,
        severity,
        title: finding.rule.aws.title,
        verdict: finding.verdict.as_str(),
    }
}

/// The frozen form of version 1.
pub mod v1 {
    use serde::Serialize;

    use crate::evidence::EvidenceId;

    /// One finding; the fields stand in the order canonical JSON gives them.
    #[derive(Debug, Serialize)]
    #[allow(
        missing_docs,
        reason = "the fields are the columns of findings.csv, described in the interface"
    )]
    pub struct Entry<'a> {
        pub account_id: &'a str,
        pub account_name: &'a str,
        pub evidence: &'a [EvidenceId],
        pub exception: &'a str,
        pub inherited_from: &'a str,
        pub organizational_unit: &'a str,
        pub reason: &'a str,
        pub region: &'a str,
        pub requirements: Vec<String>,
        pub resource_id: &'a str,
        pub resource_type: &'a str,
        pub rule: &'a str,
        pub severity: &'a str,
        pub title: &'a str,
        pub verdict: &'a str,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::jcs;

    #[test]
    fn an_entry_is_written_canonically() {
        let text = "\u{7f}\u{1}\u{20ac}\"\\/\n<script>\u{202e}";
        let entry = v1::Entry {
            account_id: "1",
            account_name: text,
            evidence: &[EvidenceId::of(b"x")],
            exception: "",
            inherited_from: "",
            organizational_unit: text,
            reason: text,
            region: "",
            requirements: vec![text.into()],
            resource_id: "",
            resource_type: "",
            rule: "",
            severity: "",
            title: "",
            verdict: "",
        };
        let written = serde_json::to_vec(&entry).unwrap();
        assert_eq!(
            written,
            jcs::canonical(&serde_json::from_slice(&written).unwrap()).unwrap()
        );
    }
}
