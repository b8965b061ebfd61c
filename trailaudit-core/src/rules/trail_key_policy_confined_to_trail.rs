//! A service that may use a key for anybody can be made to use it by anybody: the trail has to be named.

use crate::key::Key;
use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, not_applicable};
use crate::rules::customer_key::{PROVIDERS_OWN, is_customers_own};
use crate::rules::opinions::all_wanted;
use crate::rules::text::{KEY_POLICY_RESOURCE, PUT_KEY_POLICY};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "trail-key-policy-confined-to-trail",
    title: "The policy of the trail's key serves the audit service for this account's trails alone",
    rationale: "A stranger's trail that may encrypt under the key makes its owner pay, and believe what is not theirs.",
    revision: 1,
    aws: Wording {
        title: "Trail KMS key policy confines CloudTrail by aws:SourceArn and kms:EncryptionContext:aws:cloudtrail:arn",
        remediation: PUT_KEY_POLICY,
        terraform: KEY_POLICY_RESOURCE,
    },
    needs: &[Need::Keys, Need::KeyPolicies],
    check: Check::EachKey(confined),
};

fn confined(key: &dyn Key, trails: &[&dyn Trail], exam: &Exam<'_>) -> Ruling {
    if !is_customers_own(key, exam)? {
        return not_applicable(PROVIDERS_OWN);
    }
    all_wanted(trails.iter().map(|trail| exam.read(key.is_confined_to(*trail))))
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
        insta::assert_snapshot!(verdict(|w| w.key_mut().confined = no()), @"fail: no");
        insta::assert_snapshot!(verdict(|w| w.key_mut().confined = unclear()), @"inconclusive: nobody can tell");
        insta::assert_snapshot!(verdict(|w| w.key_mut().confined = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        insta::assert_snapshot!(verdict(|w| w.key_mut().manager = known(KeyManager::Provider)), @"not-applicable: the key is managed by the provider: trail-encrypted-with-customer-key fails for its trails");
        assert!(verdict(|w| w.key_mut().manager = unread()).starts_with("inconclusive: "));
    }
}
