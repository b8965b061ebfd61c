//! An organization that only shares a bill cannot hold its members to anything.

use crate::organization::Organization;
use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, pass};

pub(super) const RULE: Rule = Rule {
    id: "organization-all-features-enabled",
    title: "Every feature of the organization is on",
    rationale: "A trail over all accounts, and policies that nobody can stop it, need more than consolidated billing.",
    revision: 1,
    aws: Wording {
        title: "Organization has all features enabled",
        remediation: "aws organizations enable-all-features",
        terraform: r#"resource "aws_organizations_organization" "ORGANIZATION" {
  feature_set = "ALL"
}"#,
    },
    needs: &[],
    check: Check::EachOrganization(all_features_enabled),
};

fn all_features_enabled(_: &Organization, exam: &Exam<'_>) -> Ruling {
    require!(
        exam.read(exam.inventory().has_all_features())?,
        "the organization has consolidated billing alone"
    );
    pass("all features are on")
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{judge_account, known, unread};

    #[test]
    fn truth_table() {
        let verdict = |on| judge_account(&super::RULE, Vec::new(), |w| w.all_features = on);
        assert_eq!(verdict(known(true)), "pass: all features are on");
        assert_eq!(
            verdict(known(false)),
            "fail: the organization has consolidated billing alone"
        );
        assert!(verdict(unread()).starts_with("inconclusive: the fact could not be read"));
    }
}
