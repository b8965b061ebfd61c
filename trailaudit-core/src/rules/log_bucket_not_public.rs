//! The record of an organization tells an intruder where to go, and where nobody looks.

use crate::bucket::Bucket;
use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, unwanted};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "log-bucket-not-public",
    title: "The bucket of the trail is not public",
    rationale: "Log files name every account, role, resource and habit: who can read them knows where to break in.",
    revision: 1,
    aws: Wording {
        title: "Trail bucket not public",
        remediation: "aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration \
                      BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        terraform: r#"resource "aws_s3_bucket_public_access_block" "BUCKET" {
  bucket                  = "BUCKET"
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}"#,
    },
    needs: &[Need::Buckets, Need::BucketAccess],
    check: Check::EachBucket(not_public),
};

fn not_public(bucket: &dyn Bucket, _: &[&dyn Trail], exam: &Exam<'_>) -> Ruling {
    unwanted(exam.read(bucket.is_public())?)
}

#[cfg(test)]
mod tests {
    use crate::observed::{Observed, Opinion};
    use crate::rules::table::{judge, no, unclear, unread, yes};

    #[test]
    fn truth_table() {
        let verdict = |public: Observed<Opinion>| judge(&super::RULE, |w| w.bucket.public = public);
        insta::assert_snapshot!(verdict(no()), @"pass: no");
        insta::assert_snapshot!(verdict(yes()), @"fail: yes");
        insta::assert_snapshot!(verdict(unclear()), @"inconclusive: nobody can tell");
        insta::assert_snapshot!(verdict(unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }
}
