//! A trail of the whole organization works only where the organization trusts the service that keeps it.

use crate::need::Need;
use crate::organization::Organization;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, pass};

pub(super) const RULE: Rule = Rule {
    id: "trail-service-trusted-by-organization",
    title: "The organization trusts the audit service",
    rationale: "Without trust the service makes no copies in new accounts: they join, and nothing of them is recorded.",
    revision: 1,
    aws: Wording {
        title: "CloudTrail trusted access is enabled for the Organization",
        remediation: "aws organizations enable-aws-service-access --service-principal cloudtrail.amazonaws.com",
        terraform: r#"resource "aws_organizations_organization" "ORGANIZATION" {
  feature_set                   = "ALL"
  aws_service_access_principals = ["cloudtrail.amazonaws.com"]
}"#,
    },
    needs: &[Need::TrustedServices],
    check: Check::EachOrganization(trusts_trail_service),
};

fn trusts_trail_service(organization: &Organization, exam: &Exam<'_>) -> Ruling {
    if exam.read(exam.inventory().trusts_trail_service())? {
        pass(format!("{} trusts the audit service", organization.id))
    } else {
        fail(format!(
            "{} does not let the audit service act across its accounts",
            organization.id
        ))
    }
}

#[cfg(test)]
mod tests {
    use crate::observed::Observed;
    use crate::rules::table::{judge_account, known, unread};

    #[test]
    fn truth_table() {
        let verdict = |trusted: Observed<bool>| judge_account(&super::RULE, Vec::new(), |w| w.trusted = trusted);
        insta::assert_snapshot!(verdict(known(true)), @"pass: o-table trusts the audit service");
        insta::assert_snapshot!(verdict(known(false)), @"fail: o-table does not let the audit service act across its accounts");
        insta::assert_snapshot!(verdict(unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }
}
