//! Who read the record, or reached for it, is part of the record.

use crate::bucket::Bucket;
use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, pass};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "log-bucket-access-logged",
    title: "Access to the bucket of the trail is logged",
    rationale: "Whoever wants to know what is known of them, or to remove it, has to go to the bucket first.",
    revision: 1,
    aws: Wording {
        title: "Trail bucket access logging",
        remediation: "aws s3api put-bucket-logging --bucket BUCKET --bucket-logging-status \
                      '{\"LoggingEnabled\":{\"TargetBucket\":\"LOG_BUCKET\",\"TargetPrefix\":\"BUCKET/\"}}'",
        terraform: r#"resource "aws_s3_bucket_logging" "BUCKET" {
  bucket        = "BUCKET"
  target_bucket = "LOG_BUCKET"
  target_prefix = "BUCKET/"
}"#,
    },
    needs: &[Need::Buckets, Need::BucketLogging],
    check: Check::EachBucket(access_logged),
};

fn access_logged(bucket: &dyn Bucket, _: &[&dyn Trail], exam: &Exam<'_>) -> Ruling {
    match exam.read(bucket.access_log())? {
        Some(target) => pass(format!("access is logged into {target}")),
        None => fail("access to the bucket is not logged"),
    }
}

#[cfg(test)]
mod tests {
    use crate::observed::Observed;
    use crate::rules::table::{judge, known, unread};

    #[test]
    fn truth_table() {
        let verdict = |log: Observed<Option<String>>| judge(&super::RULE, |w| w.bucket.access_log = log);
        insta::assert_snapshot!(verdict(known(Some("access-logs".into()))), @"pass: access is logged into access-logs");
        insta::assert_snapshot!(verdict(known(None)), @"fail: access to the bucket is not logged");
        insta::assert_snapshot!(verdict(unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }
}
