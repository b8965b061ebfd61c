//! A key that anybody may use protects from nobody.

use crate::key::Key;
use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, not_applicable, unwanted};
use crate::rules::customer_key::{PROVIDERS_OWN, is_customers_own};
use crate::rules::text::{KEY_POLICY_RESOURCE, PUT_KEY_POLICY};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "trail-key-policy-not-public",
    title: "The policy of the trail's key lets in nobody but whom it names",
    rationale: "Whoever may use the key can read the record, or have it encrypted so that nobody else can.",
    revision: 1,
    aws: Wording {
        title: "Trail KMS key policy is not public",
        remediation: PUT_KEY_POLICY,
        terraform: KEY_POLICY_RESOURCE,
    },
    needs: &[Need::Keys, Need::KeyPolicies],
    check: Check::EachKey(not_public),
};

fn not_public(key: &dyn Key, _: &[&dyn Trail], exam: &Exam<'_>) -> Ruling {
    if !is_customers_own(key, exam)? {
        return not_applicable(PROVIDERS_OWN);
    }
    unwanted(exam.read(key.is_public())?)
}

#[cfg(test)]
mod tests {
    use crate::key::KeyManager;
    use crate::rules::table::{World, judge, known, no, unclear, unread, yes};

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge(&super::RULE, change)
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(|w| w.key_mut().public = no()), @"pass: no");
        insta::assert_snapshot!(verdict(|w| w.key_mut().public = yes()), @"fail: yes");
        insta::assert_snapshot!(verdict(|w| w.key_mut().public = unclear()), @"inconclusive: nobody can tell");
        insta::assert_snapshot!(verdict(|w| w.key_mut().public = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        insta::assert_snapshot!(verdict(|w| w.key_mut().manager = known(KeyManager::Provider)), @"not-applicable: the key is managed by the provider: trail-encrypted-with-customer-key fails for its trails");
        assert!(verdict(|w| w.key_mut().manager = unread()).starts_with("inconclusive: "));
    }
}
