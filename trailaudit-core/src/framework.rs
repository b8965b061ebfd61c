//! Frameworks as data: which requirement of which edition asks for which rule, and who says so.

mod unanswered;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::rule::Rule;
use crate::rules::is_always_asked;

pub use unanswered::{UNANSWERED, Unanswered, unanswered_requirements};

/// How grave a fail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    /// The word used in every output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// One requirement of one edition of a framework, and the rule that answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// The rule's id.
    pub rule: String,
    /// The framework's name.
    pub framework: String,
    /// The edition: requirements are renumbered between editions.
    pub edition: String,
    /// The clause or control id.
    pub requirement: String,
    /// Who states the mapping, joined by `+`.
    pub stated_by: String,
}

/// A framework with its editions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framework {
    /// The id used on the command line.
    pub id: String,
    /// The name.
    pub name: String,
    /// The editions, in order.
    pub editions: Vec<String>,
}

/// The framework an assessment answers when none is chosen.
pub const DEFAULT_FRAMEWORK: &str = "gxp-21-cfr-part-11";

/// Every requirement this version maps, in the order of the data.
#[must_use]
pub fn requirements() -> &'static [Requirement] {
    static DATA: LazyLock<Vec<Requirement>> = LazyLock::new(|| read(include_str!("frameworks/requirements.csv")));
    &DATA
}

/// Every framework this version knows, by id.
#[must_use]
pub fn frameworks() -> &'static [Framework] {
    static DATA: LazyLock<Vec<Framework>> = LazyLock::new(|| {
        let mut editions = BTreeMap::<&str, Vec<String>>::new();
        for row in requirements() {
            let editions = editions.entry(&row.framework).or_default();
            if !editions.contains(&row.edition) {
                editions.push(row.edition.clone());
            }
        }
        let framework = |(name, mut editions): (&str, Vec<String>)| {
            editions.sort();
            Framework {
                id: id_of(name),
                name: name.into(),
                editions,
            }
        };
        editions.into_iter().map(framework).collect()
    });
    &DATA
}

/// The framework with this id.
#[must_use]
pub fn framework(id: &str) -> Option<&'static Framework> {
    frameworks().iter().find(|framework| framework.id == id)
}

/// The frameworks an assessment is written for: they decide severities and the requirements that are listed.
#[derive(Clone, Debug)]
pub struct Selection(Vec<&'static Framework>);

impl Default for Selection {
    fn default() -> Self {
        Self(framework(DEFAULT_FRAMEWORK).into_iter().collect())
    }
}

impl Selection {
    /// The chosen frameworks, the first deciding; the default one when none is chosen.
    #[must_use]
    pub fn new(chosen: Vec<&'static Framework>) -> Self {
        if chosen.is_empty() {
            Self::default()
        } else {
            Self(chosen)
        }
    }

    /// The chosen frameworks.
    #[must_use]
    pub fn frameworks(&self) -> &[&'static Framework] {
        &self.0
    }

    /// The requirements of the chosen frameworks that a rule answers.
    pub fn requirements_of(&self, rule: &str) -> impl Iterator<Item = &'static Requirement> {
        self.0.iter().flat_map(move |chosen| {
            requirements()
                .iter()
                .filter(move |row| row.rule == rule && row.framework == chosen.name)
        })
    }

    /// Whether a rule is asked when these frameworks are: it answers a requirement of theirs, or is asked always.
    #[must_use]
    pub fn asks(&self, rule: &Rule) -> bool {
        is_always_asked(rule) || self.requirements_of(rule.id).next().is_some()
    }

    /// The requirements of a rule as they are written: `Framework edition:id`.
    #[must_use]
    pub fn labels_of(&self, rule: &str) -> Vec<String> {
        self.requirements_of(rule)
            .map(|row| format!("{} {}:{}", row.framework, row.edition, row.requirement))
            .collect()
    }

    /// How grave a fail of the rule is: the first chosen framework says; else Security Hub; else Prowler; else medium.
    #[must_use]
    pub fn severity_of(&self, rule: &Rule) -> Severity {
        let first = self.0.first().map(|framework| framework.name.as_str());
        let stated = |by: &str| {
            severities()
                .iter()
                .find(|row| row.rule == rule.id && row.stated_by == by)
        };
        first
            .and_then(stated)
            .or_else(|| stated("AWS Security Hub"))
            .or_else(|| stated("Prowler"))
            .map_or(Severity::Medium, |row| row.severity)
    }
}

#[derive(Deserialize)]
struct StatedSeverity {
    rule: String,
    stated_by: String,
    severity: Severity,
}

fn severities() -> &'static [StatedSeverity] {
    static DATA: LazyLock<Vec<StatedSeverity>> = LazyLock::new(|| read(include_str!("frameworks/severities.csv")));
    &DATA
}

/// Reads embedded data. A row that does not fit is left out here and found by a test.
fn read<T: serde::de::DeserializeOwned>(data: &str) -> Vec<T> {
    csv::Reader::from_reader(data.as_bytes())
        .deserialize()
        .filter_map(Result::ok)
        .collect()
}

fn id_of(name: &str) -> String {
    let words = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{CATALOGUE, rule};

    #[test]
    fn every_row_of_the_data_is_read_and_names_a_rule() {
        assert_eq!(
            requirements().len(),
            include_str!("frameworks/requirements.csv").lines().count() - 1
        );
        assert_eq!(
            severities().len(),
            include_str!("frameworks/severities.csv").lines().count() - 1
        );
        for id in requirements()
            .iter()
            .map(|row| &row.rule)
            .chain(severities().iter().map(|row| &row.rule))
        {
            assert!(rule(id).is_some(), "{id} is no rule");
        }
    }

    #[test]
    fn the_seeds_are_critical_under_gxp_and_answer_their_clauses() {
        let gxp = Selection::default();
        let seed = rule("trail-encrypted-with-customer-key").unwrap();
        assert_eq!(gxp.severity_of(seed), Severity::Critical);
        insta::assert_snapshot!(gxp.labels_of(seed.id).join(";"), @"GxP 21 CFR Part 11 current:11.10(c);GxP 21 CFR Part 11 current:11.30");
        let cis = Selection::new(vec![framework("cis-aws-foundations").unwrap()]);
        assert_eq!(cis.severity_of(seed), Severity::Medium);
        assert!(
            cis.labels_of(seed.id)
                .contains(&"CIS AWS Foundations 7.0:4.5".to_owned())
        );
    }

    #[test]
    fn a_framework_asks_its_own_rules_and_those_that_are_always_asked() {
        let asked = |framework_id: &str| {
            let selection = Selection::new(vec![framework(framework_id).unwrap()]);
            let asked: Vec<_> = CATALOGUE
                .iter()
                .filter(|rule| selection.asks(rule))
                .map(|rule| rule.id)
                .collect();
            asked.join("\n")
        };
        insta::assert_snapshot!(asked(DEFAULT_FRAMEWORK), @"
        trail-encrypted-with-customer-key
        trail-delivers-to-log-group
        trail-logging
        account-has-logging-trail
        every-region-covered
        log-file-validation-enabled
        trail-key-usable
        trail-key-rotation-enabled
        trail-key-policy-allows-delivery-and-reading
        log-group-receives-trail-streams
        log-group-retention-sufficient
        log-group-encrypted-with-customer-key
        log-bucket-object-locked
        log-bucket-lifecycle-keeps-logs
        security-trail-complete
        multi-region-trail-exists
        region-has-logging-trail
        object-write-events-recorded
        object-read-events-recorded
        account-belongs-to-organization
        ");
        insta::assert_snapshot!(asked("aws-security-hub"), @"
        trail-encrypted-with-customer-key
        trail-delivers-to-log-group
        trail-logging
        account-has-logging-trail
        every-region-covered
        log-file-validation-enabled
        trail-tagged
        trail-key-usable
        trail-key-rotation-enabled
        trail-key-policy-not-public
        log-group-retention-sufficient
        log-bucket-not-public
        log-bucket-access-logged
        event-data-store-encrypted-with-customer-key
        management-events-recorded
        object-write-events-recorded
        object-read-events-recorded
        alarm-on-unauthorized-api-calls
        alarm-on-console-sign-in-without-mfa
        alarm-on-root-account-use
        alarm-on-iam-policy-changes
        alarm-on-trail-configuration-changes
        alarm-on-console-authentication-failures
        alarm-on-customer-key-disabled-or-deleted
        alarm-on-bucket-policy-changes
        alarm-on-configuration-recorder-changes
        alarm-on-security-group-changes
        alarm-on-network-acl-changes
        alarm-on-network-gateway-changes
        alarm-on-route-table-changes
        alarm-on-vpc-changes
        alarm-actions-enabled
        ");
    }

    #[test]
    fn ids_are_words_with_dashes() {
        let ids: Vec<_> = frameworks().iter().map(|framework| framework.id.as_str()).collect();
        assert!(ids.contains(&DEFAULT_FRAMEWORK) && ids.contains(&"nist-sp-800-53") && ids.contains(&"pci-dss"));
    }
}
