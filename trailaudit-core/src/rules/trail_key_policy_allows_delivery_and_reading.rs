//! A record has to be written, and it has to be read: the key's policy decides about both.

use crate::key::Key;
use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, not_applicable};
use crate::rules::customer_key::{PROVIDERS_OWN, is_customers_own};
use crate::rules::opinions::all_wanted;
use crate::rules::text::{KEY_POLICY_RESOURCE, PUT_KEY_POLICY};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "trail-key-policy-allows-delivery-and-reading",
    title: "The policy of the trail's key lets log files be written, and somebody read them",
    rationale: "A key nobody may decrypt with keeps the record from everybody, the one who needs it in an inquiry first.",
    revision: 1,
    aws: Wording {
        title: "Trail KMS key policy lets CloudTrail encrypt and a named principal decrypt",
        remediation: PUT_KEY_POLICY,
        terraform: KEY_POLICY_RESOURCE,
    },
    needs: &[Need::Keys, Need::KeyPolicies],
    check: Check::EachKey(allows_delivery_and_reading),
};

fn allows_delivery_and_reading(key: &dyn Key, trails: &[&dyn Trail], exam: &Exam<'_>) -> Ruling {
    if !is_customers_own(key, exam)? {
        return not_applicable(PROVIDERS_OWN);
    }
    let both = |trail: &&dyn Trail| [key.serves(*trail), key.lets_read(*trail)];
    all_wanted(trails.iter().flat_map(both).map(|reading| exam.read(reading)))
}

#[cfg(test)]
mod tests {
    use crate::key::KeyManager;
    use crate::rules::table::{World, judge, known, no, unclear, unread};

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge(&super::RULE, change)
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(|_| ()), @"pass: yes");
        insta::assert_snapshot!(verdict(|w| w.key_mut().serving = no()), @"fail: no");
        insta::assert_snapshot!(verdict(|w| w.key_mut().readable = no()), @"fail: no");
        insta::assert_snapshot!(verdict(|w| w.key_mut().readable = unclear()), @"inconclusive: nobody can tell");
        insta::assert_snapshot!(verdict(|w| w.key_mut().serving = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        insta::assert_snapshot!(verdict(|w| w.key_mut().manager = known(KeyManager::Provider)), @"not-applicable: the key is managed by the provider: trail-encrypted-with-customer-key fails for its trails");
        assert!(verdict(|w| w.key_mut().readable = unread()).starts_with("inconclusive: "));
        assert!(verdict(|w| w.key_mut().manager = unread()).starts_with("inconclusive: "));
    }
}
