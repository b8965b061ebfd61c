//! What nobody in an account may do, an intruder with every right in it cannot do either.

use crate::inventory::Tampering;
use crate::need::Need;
use crate::observed::Opinion;
use crate::organization::Account;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, not_applicable};
use crate::rules::opinions::all_wanted;

pub(super) const RULE: Rule = Rule {
    id: "trail-tampering-denied-by-policy",
    title: "Policies of the organization deny the account to tamper with trails",
    rationale: "An administrator of an account can stop its trail first and do the rest unseen, unless the organization \
                forbids it.",
    revision: 1,
    aws: Wording {
        title: "SCP denies StopLogging/DeleteTrail/UpdateTrail/PutEventSelectors in members",
        remediation: "aws organizations create-policy --type SERVICE_CONTROL_POLICY --name keep-trails \
                      --description 'Nobody tampers with trails' --content \
                      '{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\
                      [\"cloudtrail:StopLogging\",\"cloudtrail:DeleteTrail\",\"cloudtrail:UpdateTrail\",\
                      \"cloudtrail:PutEventSelectors\"],\"Resource\":\"*\"}}' && \
                      aws organizations attach-policy --policy-id POLICY_ID --target-id ROOT_OU_OR_ACCOUNT_ID",
        terraform: r#"resource "aws_organizations_policy" "KEEP_TRAILS" {
  name = "keep-trails"
  type = "SERVICE_CONTROL_POLICY"

  content = jsonencode({
    Version = "2012-10-17"
    Statement = {
      Effect = "Deny"
      Action = [
        "cloudtrail:StopLogging",
        "cloudtrail:DeleteTrail",
        "cloudtrail:UpdateTrail",
        "cloudtrail:PutEventSelectors",
      ]
      Resource = "*"
    }
  })
}

resource "aws_organizations_policy_attachment" "KEEP_TRAILS" {
  policy_id = aws_organizations_policy.KEEP_TRAILS.id
  target_id = "ROOT_OU_OR_ACCOUNT"
}"#,
    },
    needs: &[Need::OrganizationPolicies],
    check: Check::EachListedAccount(tampering_denied),
};

fn tampering_denied(account: &Account, exam: &Exam<'_>) -> Ruling {
    if exam.read(exam.inventory().described_organization())?.is_none() {
        return not_applicable("the account belongs to no organization");
    }
    let mut unbound = false;
    let readings = Tampering::ALL.map(|tampering| {
        let denied = exam.read(exam.inventory().denies(tampering, &account.id))?;
        unbound |= denied.is_none();
        Ok(denied.unwrap_or_else(|| Opinion::Unclear("no policy binds the account".into())))
    });
    if unbound {
        return not_applicable("the account manages the organization, and no policy binds it");
    }
    all_wanted(readings)
}

#[cfg(test)]
mod tests {
    use crate::inventory::Tampering;
    use crate::observed::{Observed, Opinion};
    use crate::rules::table::{judge_account, known, no, unclear, unread, yes};

    /// What the rule says where policies say this of stopping a trail, and deny everything else.
    fn verdict(denial: Observed<Option<Opinion>>) -> String {
        judge_account(&super::RULE, Vec::new(), |w| {
            w.denials.insert(Tampering::StopTrail, denial);
        })
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(yes().map(Some)), @"pass: yes");
        insta::assert_snapshot!(verdict(no().map(Some)), @"fail: no");
        insta::assert_snapshot!(verdict(known(None)), @"not-applicable: the account manages the organization, and no policy binds it");
        insta::assert_snapshot!(verdict(unclear().map(Some)), @"inconclusive: nobody can tell");
        insta::assert_snapshot!(verdict(unread()), @"inconclusive: the fact could not be read: it was not asked for");
        insta::assert_snapshot!(judge_account(&super::RULE, Vec::new(), |w| w.membership = known(false)), @"not-applicable: the account belongs to no organization");
    }

    #[test]
    fn each_kind_of_tampering_counts() {
        for tampering in Tampering::ALL {
            let of = |denial: Observed<Opinion>| {
                judge_account(&super::RULE, Vec::new(), |w| {
                    w.denials.insert(tampering, denial.map(Some));
                })
            };
            assert!(of(no()).starts_with("fail: "), "{tampering:?}");
            assert!(of(unread()).starts_with("inconclusive: "), "{tampering:?}");
        }
    }
}
