//! `findings.csv` and `findings.json`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::writing::Digests;
use super::{csv_writer, rfc3339, write_list, write_row};
use crate::assessment::Assessment;
use crate::evidence::EvidenceId;
use crate::finding::Finding;
use crate::framework::Selection;
use crate::organization::{Account, AccountId, find};
use crate::rule::Rule;

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
    let head = head(assessment.as_of, selection);
    write_list(&mut out, &head, LIST, entries(assessment, selection))
}

/// What the entries are called in `findings.json`.
pub(crate) const LIST: &str = "findings";

/// What stands before them.
pub(crate) fn head(as_of: Timestamp, selection: &Selection) -> Map<String, Value> {
    let mut head = Map::new();
    head.insert("format".into(), "trailaudit.findings/v1".into());
    head.insert("asOf".into(), rfc3339(as_of).into());
    let frameworks: Vec<_> = selection.frameworks().iter().map(|framework| &framework.id).collect();
    head.insert("frameworks".into(), json!(frameworks));
    head
}

/// For every account, the SHA-256 of the canonical JSON array of its entries in `findings.json`: what its leaf in the
/// accounts root commits to.
#[must_use]
pub fn digests(assessment: &Assessment, selection: &Selection) -> BTreeMap<AccountId, EvidenceId> {
    let mut digests = Digests::of(&assessment.accounts);
    for (finding, entry) in assessment.findings.iter().zip(entries(assessment, selection)) {
        // The fields of an entry are declared in canonical order and hold nothing but text: this is canonical JSON.
        let entry = serde_json::to_vec(&entry).unwrap_or_default();
        digests.of_account(&finding.account).add(&entry);
    }
    digests.finish()
}

/// The entries of `findings.json`, in the order of the findings.
pub fn entries<'a>(
    assessment: &'a Assessment,
    selection: &'a Selection,
) -> impl Iterator<Item = v1::Entry<'a>> + use<'a> {
    let rows = Rows::new(&assessment.accounts, &assessment.rules, selection);
    assessment.findings.iter().map(move |finding| {
        let (severity, labels) = &rows.rules[finding.rule.id];
        let labels = labels.iter().map(|label| Cow::from(label.clone())).collect();
        entry(finding, severity, labels, find(rows.accounts, &finding.account))
    })
}

/// What stands beside findings in their rows: what is known of their accounts and rules.
pub(crate) struct Rows<'a> {
    accounts: &'a [Account],
    /// The severity and the requirements of every rule.
    rules: HashMap<&'static str, (&'static str, Vec<String>)>,
}

impl<'a> Rows<'a> {
    /// With the accounts by id.
    pub(crate) fn new(accounts: &'a [Account], rules: &[&'static Rule], selection: &Selection) -> Self {
        let described = |rule: &&'static Rule| {
            let severity = selection.severity_of(rule).as_str();
            (rule.id, (severity, selection.labels_of(rule.id)))
        };
        Self {
            accounts,
            rules: rules.iter().map(described).collect(),
        }
    }

    /// The entry of a finding; none when its rule is none of these.
    pub(crate) fn entry<'f>(&'f self, finding: &'f Finding) -> Option<v1::Entry<'f>> {
        let (severity, labels) = self.rules.get(finding.rule.id)?;
        let labels = labels.iter().map(|label| Cow::from(label.as_str())).collect();
        let account = find(self.accounts, &finding.account);
        Some(entry(finding, severity, labels, account))
    }
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
                EvidenceId::joined(&self.evidence).into(),
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
