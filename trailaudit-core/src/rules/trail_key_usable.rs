//! A key that cannot be used, or lives elsewhere than the bucket, lets nothing be delivered.

use crate::key::{Key, KeyState};
use crate::need::Need;
use crate::observed::{Gap, Opinion};
use crate::organization::Region;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, inconclusive, not_applicable};
use crate::rules::customer_key::{PROVIDERS_OWN, is_customers_own};
use crate::rules::opinions::all_wanted;
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "trail-key-usable",
    title: "The trail's key can be used, in the Region of the trail's bucket",
    rationale: "The day a key is disabled or deleted, nothing new is recorded, and what was recorded cannot be read.",
    revision: 1,
    aws: Wording {
        title: "Trail KMS key is usable (not Disabled/PendingDeletion/PendingImport/Unavailable) and in the bucket region",
        remediation: "aws kms cancel-key-deletion --key-id KEY_ARN && aws kms enable-key --key-id KEY_ARN && \
                      aws cloudtrail update-trail --name TRAIL --kms-key-id KEY_IN_REGION_OF_BUCKET_ARN",
        terraform: r#"resource "aws_kms_key" "KEY" {
  region                  = "REGION_OF_BUCKET"
  description             = "Encrypts the trail"
  is_enabled              = true
  deletion_window_in_days = 30
}

resource "aws_cloudtrail" "TRAIL" {
  name           = "TRAIL"
  s3_bucket_name = "BUCKET"
  kms_key_id     = aws_kms_key.KEY.arn
}"#,
    },
    needs: &[Need::Keys, Need::Buckets],
    check: Check::EachKey(usable),
};

fn usable(key: &dyn Key, trails: &[&dyn Trail], exam: &Exam<'_>) -> Ruling {
    if !is_customers_own(key, exam)? {
        return not_applicable(PROVIDERS_OWN);
    }
    match exam.read(key.state())? {
        KeyState::Enabled => (),
        KeyState::Changing(state) => return inconclusive(format!("the key was {state} each time it was read")),
        KeyState::Unusable { state, deletion: None } => return fail(format!("the key cannot be used: {state}")),
        KeyState::Unusable {
            state,
            deletion: Some(date),
        } => return fail(format!("the key cannot be used: {state}, to be deleted at {date:.0}")),
    }
    let region = exam.read(key.region())?;
    all_wanted(trails.iter().map(|trail| beside_bucket(&region, *trail, exam)))
}

/// Whether a key in `region` can encrypt what goes into the trail's bucket.
fn beside_bucket(region: &Region, trail: &dyn Trail, exam: &Exam<'_>) -> Result<Opinion, Gap> {
    let id = exam.read(trail.bucket())?;
    let Some(bucket) = exam.bucket(&id)? else {
        return Ok(Opinion::Yes(format!(
            "enabled; there is no bucket {}: log-bucket-owned-by-organization fails",
            id.name()
        )));
    };
    let there = exam.read(bucket.region())?;
    Ok(if there == *region {
        Opinion::Yes(format!("enabled, in {region} as the bucket {}", id.name()))
    } else {
        Opinion::No(format!("the key is in {region}, the bucket {} in {there}", id.name()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyManager;
    use crate::rules::table::{AWAY, World, judge, known, unread};

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge(&RULE, change)
    }

    #[test]
    fn truth_table() {
        let in_state = |state| verdict(|w| w.key_mut().state = known(state));
        let unusable = |deletion: Option<&str>| KeyState::Unusable {
            state: "PendingDeletion".into(),
            deletion: deletion.map(|date| date.parse().unwrap()),
        };
        insta::assert_snapshot!(verdict(|_| ()), @"pass: enabled, in us-east-1 as the bucket trail-logs");
        insta::assert_snapshot!(in_state(unusable(None)), @"fail: the key cannot be used: PendingDeletion");
        insta::assert_snapshot!(in_state(unusable(Some("2026-12-01T00:00:00Z"))), @"fail: the key cannot be used: PendingDeletion, to be deleted at 2026-12-01T00:00:00Z");
        insta::assert_snapshot!(in_state(KeyState::Changing("Updating".into())), @"inconclusive: the key was Updating each time it was read");
        insta::assert_snapshot!(verdict(|w| w.bucket.region = known(AWAY.into())), @"fail: the key is in us-east-1, the bucket trail-logs in eu-west-1");
        insta::assert_snapshot!(verdict(|w| w.bucket_found = known(None)), @"pass: enabled; there is no bucket trail-logs: log-bucket-owned-by-organization fails");
        insta::assert_snapshot!(verdict(|w| w.key_mut().manager = known(KeyManager::Provider)), @"not-applicable: the key is managed by the provider: trail-encrypted-with-customer-key fails for its trails");
        insta::assert_snapshot!(verdict(|w| w.key_mut().state = unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }

    #[test]
    fn every_unread_fact_is_inconclusive() {
        let hide: [fn(&mut World); 5] = [
            |w| w.key_mut().manager = unread(),
            |w| w.key_mut().region = unread(),
            |w| w.trail.bucket = unread(),
            |w| w.bucket_found = unread(),
            |w| w.bucket.region = unread(),
        ];
        for hide in hide {
            assert!(verdict(hide).starts_with("inconclusive: "));
        }
    }
}
