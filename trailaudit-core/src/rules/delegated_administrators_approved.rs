//! Whoever administers the trails of all accounts can stop them.

use crate::need::Need;
use crate::organization::{AccountId, Organization};
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, not_applicable, pass};

pub(super) const RULE: Rule = Rule {
    id: "delegated-administrators-approved",
    title: "Only approved accounts administer audit trails by delegation",
    rationale: "A delegated administrator can change or stop the organization's trail from an account few people watch.",
    revision: 1,
    aws: Wording {
        title: "Delegated administrators are on the approved list",
        remediation: "aws cloudtrail deregister-organization-delegated-admin --delegated-admin-account-id ACCOUNT",
        terraform: r#"resource "aws_cloudtrail_organization_delegated_admin_account" "APPROVED" {
  account_id = "APPROVED_ACCOUNT"
}"#,
    },
    needs: &[Need::Administrators],
    check: Check::EachOrganization(administrators_approved),
};

fn administrators_approved(_: &Organization, exam: &Exam<'_>) -> Ruling {
    let administrators = exam.read(exam.inventory().delegated_administrators())?;
    let approved = &exam.baseline().thresholds.approved_administrators;
    let list = |accounts: &[&AccountId]| accounts.iter().map(|a| a.as_str()).collect::<Vec<_>>().join(", ");
    let is_approved = |account: &&AccountId| approved.iter().any(|known| known == account.as_str());
    let (known, unknown): (Vec<_>, Vec<_>) = administrators.iter().partition(is_approved);
    if administrators.is_empty() {
        not_applicable("no account administers trails by delegation")
    } else if unknown.is_empty() {
        pass(format!("approved to administer trails: {}", list(&known)))
    } else {
        fail(format!("administers trails without approval: {}", list(&unknown)))
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{judge_account, known, refused};

    fn verdict(approved: &[&str], delegated: &[&str]) -> String {
        judge_account(&super::RULE, Vec::new(), |w| {
            w.baseline.thresholds.approved_administrators = approved.iter().map(ToString::to_string).collect();
            w.delegated = known(delegated.iter().map(|account| (*account).into()).collect());
        })
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(&["1", "2"], &["2"]), @"pass: approved to administer trails: 2");
        insta::assert_snapshot!(verdict(&["1"], &["1", "3"]), @"fail: administers trails without approval: 3");
        insta::assert_snapshot!(verdict(&[], &["3"]), @"fail: administers trails without approval: 3");
        insta::assert_snapshot!(verdict(&["1"], &[]), @"not-applicable: no account administers trails by delegation");
        let refusal = || {
            refused(
                "the delegated administrators",
                "organizations",
                "ListDelegatedAdministrators",
            )
        };
        insta::assert_snapshot!(judge_account(&super::RULE, Vec::new(), |w| w.delegated = refusal()), @"inconclusive: the delegated administrators could not be read by organizations:ListDelegatedAdministrators in account 111111111111, Region us-east-1: denied (AccessDeniedException: no)");
    }
}
