//! `findings.csv` and `findings.json`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{csv_writer, rfc3339, write_list, write_row};
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
        write_row(&mut csv, &entry.cells())?;
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
        let (severity, labels): &(&str, Vec<String>) = &described[finding.rule.id];
        let requirements = labels.iter().map(|label| Cow::from(label.clone())).collect();
        entry(finding, severity, requirements, assessment.account(&finding.account))
    })
}

fn entry<'a>(
    finding: &'a Finding,
    severity: &'a str,
    requirements: Vec<Cow<'a, str>>,
    account: Option<&'a Account>,
) -> v1::Entry<'a> {
    v1::Entry {
        account_id: finding.account.as_str().into(),
        account_name: account.map_or("", |account| &account.name).into(),
        evidence: finding.evidence.as_slice().into(),
        exception: finding.exception.as_deref().unwrap_or_default().into(),
        inherited_from: finding
            .inherited_from
            .as_ref()
            .map_or("", |trail| trail.as_str())
            .into(),
        organizational_unit: account.map_or("", |account| &account.organizational_unit).into(),
        reason: finding.reason.as_str().into(),
        region: finding.region.as_ref().map_or("", |region| region.as_str()).into(),
        requirements,
        resource_id: finding.subject.id().into(),
        resource_type: finding.subject.kind().into(),
        rule: finding.rule.id.into(),
        severity: severity.into(),
        title: finding.rule.aws.title.into(),
        verdict: finding.verdict.as_str().into(),
    }
}

/// The frozen form of version 1.
pub mod v1 {
    use std::borrow::Cow;

    use serde::{Deserialize, Serialize};

    use crate::evidence::EvidenceId;

    /// One finding; the fields stand in the order canonical JSON gives them.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(
        missing_docs,
        reason = "the fields are the columns of findings.csv, described in the interface"
    )]
    pub struct Entry<'a> {
        #[serde(borrow)]
        pub account_id: Cow<'a, str>,
        #[serde(borrow)]
        pub account_name: Cow<'a, str>,
        pub evidence: Cow<'a, [EvidenceId]>,
        #[serde(borrow)]
        pub exception: Cow<'a, str>,
        #[serde(borrow)]
        pub inherited_from: Cow<'a, str>,
        #[serde(borrow)]
        pub organizational_unit: Cow<'a, str>,
        #[serde(borrow)]
        pub reason: Cow<'a, str>,
        #[serde(borrow)]
        pub region: Cow<'a, str>,
        #[serde(borrow)]
        pub requirements: Vec<Cow<'a, str>>,
        #[serde(borrow)]
        pub resource_id: Cow<'a, str>,
        #[serde(borrow)]
        pub resource_type: Cow<'a, str>,
        #[serde(borrow)]
        pub rule: Cow<'a, str>,
        #[serde(borrow)]
        pub severity: Cow<'a, str>,
        #[serde(borrow)]
        pub title: Cow<'a, str>,
        #[serde(borrow)]
        pub verdict: Cow<'a, str>,
    }

    impl Entry<'_> {
        /// The same entry, on its own.
        #[must_use]
        pub fn into_owned(self) -> Entry<'static> {
            fn own(text: Cow<'_, str>) -> Cow<'static, str> {
                text.into_owned().into()
            }
            Entry {
                account_id: own(self.account_id),
                account_name: own(self.account_name),
                evidence: self.evidence.into_owned().into(),
                exception: own(self.exception),
                inherited_from: own(self.inherited_from),
                organizational_unit: own(self.organizational_unit),
                reason: own(self.reason),
                region: own(self.region),
                requirements: self.requirements.into_iter().map(own).collect(),
                resource_id: own(self.resource_id),
                resource_type: own(self.resource_type),
                rule: own(self.rule),
                severity: own(self.severity),
                title: own(self.title),
                verdict: own(self.verdict),
            }
        }

        /// The cells of `findings.csv`, in the order of its columns, as they are before a spreadsheet is kept from
        /// reading them as formulas.
        #[must_use]
        pub fn cells(&self) -> [Cow<'_, str>; 15] {
            let requirements = self.requirements.join(";").into();
            let evidence: Vec<_> = self.evidence.iter().map(EvidenceId::to_string).collect();
            [
                (&*self.rule).into(),
                (&*self.title).into(),
                (&*self.severity).into(),
                (&*self.verdict).into(),
                (&*self.account_id).into(),
                (&*self.account_name).into(),
                (&*self.organizational_unit).into(),
                (&*self.region).into(),
                (&*self.resource_type).into(),
                (&*self.resource_id).into(),
                (&*self.inherited_from).into(),
                (&*self.reason).into(),
                (&*self.exception).into(),
                requirements,
                evidence.join(";").into(),
            ]
        }
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
            account_id: "1".into(),
            account_name: text.into(),
            evidence: vec![EvidenceId::of(b"x")].into(),
            exception: "".into(),
            inherited_from: "".into(),
            organizational_unit: text.into(),
            reason: text.into(),
            region: "".into(),
            requirements: vec![text.into()],
            resource_id: "".into(),
            resource_type: "".into(),
            rule: "".into(),
            severity: "".into(),
            title: "".into(),
            verdict: "".into(),
        };
        let written = serde_json::to_vec(&entry).unwrap();
        assert_eq!(
            written,
            jcs::canonical(&serde_json::from_slice(&written).unwrap()).unwrap()
        );
        assert_eq!(serde_json::from_slice::<v1::Entry<'_>>(&written).unwrap(), entry);
    }
}
