//! `catalogue.json`: the rules and mappings an assessment was made with.

use serde::Serialize;

use crate::evidence::jcs::{self, NotCanonical};
use crate::framework::Selection;
use crate::rule::{Check, Rule};

/// The catalogue as canonical JSON.
///
/// # Errors
/// Never for text; the type says that a number could not be carried.
pub fn to_json(rules: &[&'static Rule], selection: &Selection) -> Result<Vec<u8>, NotCanonical> {
    let catalogue = v1::Catalogue {
        format: "trailaudit.catalogue/v1",
        frameworks: selection
            .frameworks()
            .iter()
            .map(|framework| framework.id.as_str())
            .collect(),
        rules: rules.iter().map(|rule| entry(rule, selection)).collect(),
    };
    jcs::canonical(&serde_json::json!(catalogue))
}

fn entry(rule: &Rule, selection: &Selection) -> v1::Entry {
    v1::Entry {
        id: rule.id,
        revision: rule.revision,
        title: rule.title,
        control: rule.aws.title,
        rationale: rule.rationale,
        remediation: rule.aws.remediation,
        subject: subject(rule),
        severity: selection.severity_of(rule).as_str(),
        requirements: selection
            .requirements_of(rule.id)
            .map(|row| v1::Requirement {
                framework: &row.framework,
                edition: &row.edition,
                requirement: &row.requirement,
                stated_by: row.stated_by.split('+').collect(),
            })
            .collect(),
    }
}

/// What the rule is asked of, in one word.
#[must_use]
pub fn subject(rule: &Rule) -> &'static str {
    match rule.check {
        Check::EachTrail(_) => "trail",
        Check::EachAccount(_) => "account",
    }
}

/// The frozen form of version 1.
mod v1 {
    use super::Serialize;

    #[derive(Serialize)]
    pub(super) struct Catalogue {
        pub format: &'static str,
        pub frameworks: Vec<&'static str>,
        pub rules: Vec<Entry>,
    }

    #[derive(Serialize)]
    pub(super) struct Entry {
        pub id: &'static str,
        pub revision: u32,
        pub title: &'static str,
        pub control: &'static str,
        pub rationale: &'static str,
        pub remediation: &'static str,
        pub subject: &'static str,
        pub severity: &'static str,
        pub requirements: Vec<Requirement>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    #[allow(
        clippy::struct_field_names,
        reason = "the field is called what the frameworks call it"
    )]
    pub(super) struct Requirement {
        pub framework: &'static str,
        pub edition: &'static str,
        pub requirement: &'static str,
        pub stated_by: Vec<&'static str>,
    }
}
