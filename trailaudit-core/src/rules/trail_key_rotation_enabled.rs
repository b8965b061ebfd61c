//! The longer one key encrypts, the more is lost with it.

use crate::key::{Key, Rotation};
use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, not_applicable, pass};
use crate::rules::customer_key::{PROVIDERS_OWN, is_customers_own};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "trail-key-rotation-enabled",
    title: "The trail's key is rotated",
    rationale: "Material that changes every year opens one year of the record to whoever gets hold of it, not all of it.",
    revision: 1,
    aws: Wording {
        title: "Trail KMS key rotation enabled",
        remediation: "aws kms enable-key-rotation --key-id KEY_ARN",
        terraform: r#"resource "aws_kms_key" "KEY" {
  description         = "Encrypts the trail"
  enable_key_rotation = true
}"#,
    },
    needs: &[Need::Keys, Need::KeyRotation],
    check: Check::EachKey(rotated),
};

fn rotated(key: &dyn Key, _: &[&dyn Trail], exam: &Exam<'_>) -> Ruling {
    if !is_customers_own(key, exam)? {
        return not_applicable(PROVIDERS_OWN);
    }
    match exam.read(key.rotation())? {
        Rotation::On => pass("the key's material is changed automatically"),
        Rotation::Off => fail("the key's material is not changed automatically"),
        Rotation::Impossible(why) => not_applicable(format!("the key cannot be rotated automatically: {why}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyManager;
    use crate::rules::table::{World, judge, known, unread};

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge(&RULE, change)
    }

    #[test]
    fn truth_table() {
        let of = |rotation| verdict(|w| w.key_mut().rotation = known(rotation));
        insta::assert_snapshot!(of(Rotation::On), @"pass: the key's material is changed automatically");
        insta::assert_snapshot!(of(Rotation::Off), @"fail: the key's material is not changed automatically");
        insta::assert_snapshot!(of(Rotation::Impossible("its material was imported".into())), @"not-applicable: the key cannot be rotated automatically: its material was imported");
        insta::assert_snapshot!(verdict(|w| w.key_mut().rotation = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        insta::assert_snapshot!(verdict(|w| w.key_mut().manager = known(KeyManager::Provider)), @"not-applicable: the key is managed by the provider: trail-encrypted-with-customer-key fails for its trails");
        assert!(verdict(|w| w.key_mut().manager = unread()).starts_with("inconclusive: "));
    }
}
