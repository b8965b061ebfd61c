//! Log files encrypted under a key of one's own: readable by whom one chose, and by nobody else.

use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail};
use crate::rules::customer_key::under_customer_key;
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "trail-encrypted-with-customer-key",
    title: "Trail logs are encrypted with a customer managed key",
    rationale: "Whoever holds the key decides who can read the record, and who can quietly make it unreadable.",
    revision: 1,
    aws: Wording {
        title: "CloudTrail trail logs should be encrypted with KMS CMK",
        remediation: "aws cloudtrail update-trail --name TRAIL --kms-key-id KEY_ARN",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name           = "TRAIL"
  s3_bucket_name = "BUCKET"
  kms_key_id     = "KEY_ARN"
}"#,
    },
    needs: &[Need::Keys],
    check: Check::EachTrail(encrypted_with_customer_key),
};

fn encrypted_with_customer_key(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    let Some(id) = exam.read(trail.encryption_key())? else {
        return fail(
            "the trail names no key: log files are encrypted with the storage's own (in AWS, S3 managed keys)",
        );
    };
    under_customer_key(&id, exam)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{KeyManager, KeyState};
    use crate::rules::table::{World, judge, known, unread};

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge(&RULE, change)
    }

    fn in_state(state: KeyState) -> String {
        verdict(|w| w.key_mut().state = known(state))
    }

    fn unusable(state: &str) -> KeyState {
        KeyState::Unusable {
            state: state.into(),
            deletion: None,
        }
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(|_| ()), @"pass: encrypted with the customer managed key arn:aws:kms:us-east-1:111111111111:key/k1, which is enabled");
        insta::assert_snapshot!(verdict(|w| w.trail.key = known(None)), @"fail: the trail names no key: log files are encrypted with the storage's own (in AWS, S3 managed keys)");
        insta::assert_snapshot!(verdict(|w| w.key_mut().manager = known(KeyManager::Provider)), @"fail: the key arn:aws:kms:us-east-1:111111111111:key/k1 is managed by the provider, not by the customer");
        insta::assert_snapshot!(verdict(World::lose_key), @"fail: the key arn:aws:kms:us-east-1:111111111111:key/k1 does not exist any more");
        insta::assert_snapshot!(verdict(World::deny_key), @"inconclusive: the key could not be read by kms:DescribeKey in account 111111111111, Region us-east-1: denied (AccessDeniedException: no)");
        insta::assert_snapshot!(verdict(|w| w.trail.key = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        for state in ["Disabled", "PendingReplicaDeletion", "PendingImport", "Unavailable"] {
            assert_eq!(
                in_state(unusable(state)),
                format!("fail: the key arn:aws:kms:us-east-1:111111111111:key/k1 cannot be used: {state}")
            );
        }
        let deletion = Some("2026-12-01T00:00:00Z".parse().unwrap());
        insta::assert_snapshot!(in_state(KeyState::Unusable { state: "PendingDeletion".into(), deletion }), @"fail: the key arn:aws:kms:us-east-1:111111111111:key/k1 cannot be used: PendingDeletion, to be deleted at 2026-12-01T00:00:00Z");
        insta::assert_snapshot!(in_state(KeyState::Changing("Creating".into())), @"inconclusive: the key arn:aws:kms:us-east-1:111111111111:key/k1 was Creating each time it was read");
    }
}
