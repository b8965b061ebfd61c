//! A stolen key is one factor: it should not be enough to make the record disappear.

use crate::bucket::Bucket;
use crate::need::Need;
use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, pass};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "log-bucket-mfa-delete-enabled",
    title: "Deleting from the bucket of the trail needs a second factor",
    rationale: "Deleted log files can be brought back as long as nobody can delete their versions with a key alone.",
    revision: 1,
    aws: Wording {
        title: "Trail bucket MFA delete",
        remediation: "aws s3api put-bucket-versioning --bucket BUCKET --versioning-configuration \
                      Status=Enabled,MFADelete=Enabled --mfa 'MFA_DEVICE_ARN CODE'",
        terraform: r#"resource "aws_s3_bucket_versioning" "BUCKET" {
  bucket = "BUCKET"
  mfa    = "MFA_DEVICE_ARN CODE"

  versioning_configuration {
    status     = "Enabled"
    mfa_delete = "Enabled"
  }
}"#,
    },
    needs: &[Need::Buckets, Need::BucketVersioning],
    check: Check::EachBucket(needs_second_factor),
};

fn needs_second_factor(bucket: &dyn Bucket, _: &[&dyn Trail], exam: &Exam<'_>) -> Ruling {
    require!(
        exam.read(bucket.needs_second_factor())?,
        "versions of objects can be deleted without a second factor"
    );
    pass("deleting versions of objects needs a second factor")
}

#[cfg(test)]
mod tests {
    use crate::observed::Observed;
    use crate::rules::table::{judge, known, unread};

    #[test]
    fn truth_table() {
        let verdict = |needed: Observed<bool>| judge(&super::RULE, |w| w.bucket.second_factor = needed);
        insta::assert_snapshot!(verdict(known(true)), @"pass: deleting versions of objects needs a second factor");
        insta::assert_snapshot!(verdict(known(false)), @"fail: versions of objects can be deleted without a second factor");
        insta::assert_snapshot!(verdict(unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }
}
