//! A second copy of the record, ready to be queried, deserves the same key as the first.

use crate::event_store::EventStore;
use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, not_applicable};
use crate::rules::customer_key::under_customer_key;

pub(super) const RULE: Rule = Rule {
    id: "event-data-store-encrypted-with-customer-key",
    title: "The event store is encrypted with a customer managed key",
    rationale: "An event store is the record once more: whoever holds its key decides who can read it.",
    revision: 1,
    aws: Wording {
        title: "CloudTrail Lake event data store encrypted with CMK",
        remediation: "aws cloudtrail update-event-data-store --event-data-store STORE_ARN --kms-key-id KEY_ARN",
        terraform: r#"resource "aws_cloudtrail_event_data_store" "STORE" {
  name       = "STORE"
  kms_key_id = "KEY_ARN"
}"#,
    },
    needs: &[Need::EventStores, Need::EventStoreKeys],
    check: Check::EachEventStore(encrypted_with_customer_key),
};

fn encrypted_with_customer_key(store: &dyn EventStore, exam: &Exam<'_>) -> Ruling {
    if !exam.read(store.is_live())? {
        return not_applicable("the event store takes in nothing any more, or is being deleted");
    }
    let Some(id) = exam.read(store.encryption_key())? else {
        return fail("the event store names no key: it is encrypted with one of the provider's");
    };
    under_customer_key(&id, exam)
}

#[cfg(test)]
mod tests {
    use crate::key::KeyManager;
    use crate::rules::table::{World, judge, known, unread};

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge(&super::RULE, change)
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(|_| ()), @"pass: encrypted with the customer managed key arn:aws:kms:us-east-1:111111111111:key/k1, which is enabled");
        insta::assert_snapshot!(verdict(|w| w.store.key = known(None)), @"fail: the event store names no key: it is encrypted with one of the provider's");
        insta::assert_snapshot!(verdict(|w| w.key_mut().manager = known(KeyManager::Provider)), @"fail: the key arn:aws:kms:us-east-1:111111111111:key/k1 is managed by the provider, not by the customer");
        insta::assert_snapshot!(verdict(|w| w.store.live = known(false)), @"not-applicable: the event store takes in nothing any more, or is being deleted");
        insta::assert_snapshot!(verdict(|w| w.store.key = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        insta::assert_snapshot!(verdict(World::deny_key), @"inconclusive: the key could not be read by kms:DescribeKey in account 111111111111, Region us-east-1: denied (AccessDeniedException: no)");
        assert!(verdict(|w| w.store.live = unread()).starts_with("inconclusive: "));
    }
}
