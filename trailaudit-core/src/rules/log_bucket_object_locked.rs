//! What is locked can be changed or deleted by nobody before its time: the record outlives whoever fears it.

use crate::bucket::{Bucket, LockMode};
use crate::need::Need;
use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, pass};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "log-bucket-object-locked",
    title: "Log files are locked against change and deletion for as long as they have to be kept",
    rationale: "Validation tells that a log file was changed; only a lock keeps what it said before.",
    revision: 1,
    aws: Wording {
        title: "Trail bucket object lock",
        remediation: "aws s3api put-object-lock-configuration --bucket BUCKET --object-lock-configuration \
                      '{\"ObjectLockEnabled\":\"Enabled\",\"Rule\":{\"DefaultRetention\":{\"Mode\":\"COMPLIANCE\",\
                      \"Days\":DAYS}}}'",
        terraform: r#"resource "aws_s3_bucket_object_lock_configuration" "BUCKET" {
  bucket = "BUCKET"

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 365
    }
  }
}"#,
    },
    needs: &[Need::Buckets, Need::BucketLocks],
    check: Check::EachBucket(locked),
};

fn locked(bucket: &dyn Bucket, _: &[&dyn Trail], exam: &Exam<'_>) -> Ruling {
    let Some(lock) = exam.read(bucket.lock())? else {
        return fail("new objects are not locked");
    };
    let needed = exam.baseline().thresholds.log_file_retention_days;
    require!(
        lock.days >= needed,
        "new objects are locked for {} days, not for {needed}",
        lock.days
    );
    let how = match lock.mode {
        LockMode::Compliance => "and nobody can lift the lock",
        LockMode::Governance => "and whoever was given the right can lift the lock",
    };
    pass(format!(
        "new objects are locked for {} days, at least {needed}, {how}",
        lock.days
    ))
}

#[cfg(test)]
mod tests {
    use crate::bucket::{Lock, LockMode};
    use crate::observed::Observed;
    use crate::rules::table::{World, judge, known, unread};

    fn verdict(lock: Observed<Option<Lock>>, change: fn(&mut World)) -> String {
        judge(&super::RULE, |w| {
            w.bucket.lock = lock;
            change(w);
        })
    }

    fn days(mode: LockMode, days: u32) -> Observed<Option<Lock>> {
        known(Some(Lock { mode, days }))
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(days(LockMode::Compliance, 365), |_| ()), @"pass: new objects are locked for 365 days, at least 365, and nobody can lift the lock");
        insta::assert_snapshot!(verdict(days(LockMode::Governance, 400), |_| ()), @"pass: new objects are locked for 400 days, at least 365, and whoever was given the right can lift the lock");
        insta::assert_snapshot!(verdict(days(LockMode::Compliance, 30), |_| ()), @"fail: new objects are locked for 30 days, not for 365");
        insta::assert_snapshot!(verdict(known(None), |_| ()), @"fail: new objects are not locked");
        insta::assert_snapshot!(verdict(unread(), |_| ()), @"inconclusive: the fact could not be read: it was not asked for");
        let gxp = |w: &mut World| w.baseline.thresholds.log_file_retention_days = 2_555;
        insta::assert_snapshot!(verdict(days(LockMode::Compliance, 365), gxp), @"fail: new objects are locked for 365 days, not for 2555");
    }
}
