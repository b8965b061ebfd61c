//! `catalogue.json`: the rules and mappings an assessment was made with.

use crate::baseline::{Baseline, Thresholds};
use crate::evidence::jcs::{self, NotCanonical};
use crate::framework::Selection;
use crate::rule::{Check, Rule};

/// The catalogue as canonical JSON.
///
/// # Errors
/// Never for text; the type says that a number could not be carried.
pub fn to_json(rules: &[&'static Rule], selection: &Selection, baseline: &Baseline) -> Result<Vec<u8>, NotCanonical> {
    let frameworks = selection.frameworks().iter();
    jcs::to_canonical(&v1::Catalogue {
        format: v1::Format::V1,
        frameworks: frameworks.map(|framework| framework.id.clone()).collect(),
        rules: rules.iter().map(|rule| entry(rule, selection)).collect(),
        thresholds: for_everybody(&baseline.thresholds),
    })
}

/// The thresholds without the accounts they name: every account's extract has the catalogue. `baseline.toml`, which no
/// extract has, names them.
pub(crate) fn for_everybody(thresholds: &Thresholds) -> Thresholds {
    let mut thresholds = thresholds.clone();
    let administrators = &mut thresholds.approved_administrators;
    if !administrators.is_empty() {
        *administrators = vec![format!("{}, named in baseline.toml", administrators.len())];
    }
    thresholds
}

/// A rule as the catalogue has it.
pub(crate) fn entry(rule: &Rule, selection: &Selection) -> v1::Entry {
    let requirements = selection.requirements_of(rule.id);
    v1::Entry {
        id: rule.id.into(),
        revision: rule.revision,
        title: rule.title.into(),
        control: rule.aws.title.into(),
        rationale: rule.rationale.into(),
        remediation: rule.aws.remediation.into(),
        terraform: rule.aws.terraform.into(),
        subject: subject(rule).into(),
        severity: selection.severity_of(rule).as_str().into(),
        requirements: requirements
            .map(|row| v1::Requirement {
                framework: row.framework.clone(),
                edition: row.edition.clone(),
                requirement: row.requirement.clone(),
                stated_by: row.stated_by.split('+').map(str::to_owned).collect(),
            })
            .collect(),
    }
}

/// What the rule is asked of, in one word.
#[must_use]
pub fn subject(rule: &Rule) -> &'static str {
    match rule.check {
        Check::EachTrail(_) => "trail",
        Check::EachAccount(_) | Check::EachListedAccount(_) => "account",
        Check::EachRegion(_) => "region",
        Check::EachDelivery(_) => "delivery",
        Check::EachLogGroup(_) => "log-group",
        Check::EachAlarm(_) => "alarm",
        Check::EachKey(_) => "key",
        Check::EachBucket(_) => "bucket",
        Check::EachEventStore(_) => "event-store",
        Check::EachOrganization(_) => "organization",
        Check::EachException => "exception",
    }
}

/// The frozen form of version 1.
pub mod v1 {
    use serde::{Deserialize, Serialize};

    use crate::baseline::Thresholds;
    use crate::evidence::jcs::{self, NotStrict};

    /// What a package was judged against.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Catalogue {
        /// The version of this form.
        pub format: Format,
        /// The ids of the frameworks that were answered, the first deciding severities.
        pub frameworks: Vec<String>,
        /// The rules, in the order of the report.
        pub rules: Vec<Entry>,
        /// How much was enough.
        pub thresholds: Thresholds,
    }

    /// The version of the form.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub enum Format {
        /// Version 1.
        #[serde(rename = "trailaudit.catalogue/v1")]
        V1,
    }

    /// One rule, as it was.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(missing_docs, reason = "the fields are those of a rule, described there")]
    pub struct Entry {
        pub id: String,
        pub revision: u32,
        pub title: String,
        pub control: String,
        pub rationale: String,
        pub remediation: String,
        pub terraform: String,
        pub subject: String,
        pub severity: String,
        pub requirements: Vec<Requirement>,
    }

    /// One requirement the rule answers.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[allow(missing_docs, reason = "the fields are those of a requirement, described there")]
    #[allow(
        clippy::struct_field_names,
        reason = "the field is called what the frameworks call it"
    )]
    pub struct Requirement {
        pub framework: String,
        pub edition: String,
        pub requirement: String,
        pub stated_by: Vec<String>,
    }

    impl Catalogue {
        /// Reads `catalogue.json`.
        ///
        /// # Errors
        /// When it is not the canonical JSON of a catalogue.
        pub fn parse(bytes: &[u8]) -> Result<Self, NotStrict> {
            jcs::parse_canonical(bytes)
        }

        /// A rule by its id.
        #[must_use]
        pub fn rule(&self, id: &str) -> Option<&Entry> {
            self.rules.iter().find(|rule| rule.id == id)
        }
    }

    impl Entry {
        /// The requirements as the tables write them: `Framework edition:id`.
        #[must_use]
        pub fn labels(&self) -> Vec<String> {
            let label = |row: &Requirement| format!("{} {}:{}", row.framework, row.edition, row.requirement);
            self.requirements.iter().map(label).collect()
        }
    }
}
