//! An account that stands alone escapes whatever the organization arranges.

use crate::organization::Account;
use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, pass};

pub(super) const RULE: Rule = Rule {
    id: "account-belongs-to-organization",
    title: "The account belongs to the organization",
    rationale: "Policies, the organization's trail and the people who watch it reach members, and nobody else.",
    revision: 1,
    aws: Wording {
        title: "Account is a member of an Organization",
        remediation: "aws organizations invite-account-to-organization --target Id=ACCOUNT,Type=ACCOUNT && \
                      aws organizations accept-handshake --handshake-id HANDSHAKE",
        terraform: r#"import {
  to = aws_organizations_account.ACCOUNT
  id = "ACCOUNT"
}

resource "aws_organizations_account" "ACCOUNT" {
  name  = "NAME"
  email = "ADDRESS"
}"#,
    },
    needs: &[],
    check: Check::EachListedAccount(belongs_to_organization),
};

fn belongs_to_organization(account: &Account, exam: &Exam<'_>) -> Ruling {
    require!(
        exam.read(exam.inventory().is_member(&account.id))?,
        "the account belongs to no organization"
    );
    pass("the account belongs to the organization")
}

#[cfg(test)]
mod tests {
    use crate::observed::Observed;
    use crate::rules::table::{judge_account, known, refused};

    #[test]
    fn truth_table() {
        let verdict = |member: Observed<bool>| judge_account(&super::RULE, Vec::new(), |w| w.membership = member);
        let refusal = || refused("the organization", "organizations", "DescribeOrganization");
        insta::assert_snapshot!(verdict(known(true)), @"pass: the account belongs to the organization");
        insta::assert_snapshot!(verdict(known(false)), @"fail: the account belongs to no organization");
        insta::assert_snapshot!(verdict(refusal()), @"inconclusive: the organization could not be read by organizations:DescribeOrganization in account 111111111111, Region us-east-1: denied (AccessDeniedException: no)");
    }
}
