//! A copy of the log needs the same lock as the log.

use crate::log_group::LogGroup;
use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail};
use crate::rules::customer_key::under_customer_key;

pub(super) const RULE: Rule = Rule {
    id: "log-group-encrypted-with-customer-key",
    title: "The trail's log group is encrypted with a customer managed key",
    rationale: "The log group holds the same events as the log files, and is read by whoever may read any log group.",
    revision: 1,
    aws: Wording {
        title: "Trail log group encrypted with CMK",
        remediation: "aws logs associate-kms-key --log-group-name GROUP --kms-key-id KEY_ARN",
        terraform: r#"resource "aws_cloudwatch_log_group" "GROUP" {
  name       = "GROUP"
  kms_key_id = "KEY_ARN"
}"#,
    },
    needs: &[Need::LogGroups, Need::LogGroupKeys],
    check: Check::EachLogGroup(encrypted_with_customer_key),
};

fn encrypted_with_customer_key(group: &dyn LogGroup, exam: &Exam<'_>) -> Ruling {
    match exam.read(group.encryption_key())? {
        Some(key) => under_customer_key(&key, exam),
        None => fail("the log group names no key: it is encrypted with the provider's own"),
    }
}

#[cfg(test)]
mod tests {
    use crate::key::{KeyManager, KeyState};
    use crate::rules::table::{World, judge, known, unread};

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge(&super::RULE, change)
    }

    #[test]
    fn truth_table() {
        let disabled = KeyState::Unusable {
            state: "Disabled".into(),
            deletion: None,
        };
        insta::assert_snapshot!(verdict(|_| ()), @"pass: encrypted with the customer managed key arn:aws:kms:us-east-1:111111111111:key/k1, which is enabled");
        insta::assert_snapshot!(verdict(|w| w.group.key = known(None)), @"fail: the log group names no key: it is encrypted with the provider's own");
        insta::assert_snapshot!(verdict(|w| w.key_mut().state = known(disabled)), @"fail: the key arn:aws:kms:us-east-1:111111111111:key/k1 cannot be used: Disabled");
        insta::assert_snapshot!(verdict(|w| w.key_mut().manager = known(KeyManager::Provider)), @"fail: the key arn:aws:kms:us-east-1:111111111111:key/k1 is managed by the provider, not by the customer");
        insta::assert_snapshot!(verdict(World::lose_key), @"fail: the key arn:aws:kms:us-east-1:111111111111:key/k1 does not exist any more");
        insta::assert_snapshot!(verdict(World::deny_key), @"inconclusive: the key could not be read by kms:DescribeKey in account 111111111111, Region us-east-1: denied (AccessDeniedException: no)");
        assert!(verdict(|w| w.group.key = unread()).starts_with("inconclusive: "));
    }
}
