//! A trail that writes into somebody else's bucket tells a stranger everything, and cannot take it back.

use crate::need::Need;
use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, pass};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "log-bucket-owned-by-organization",
    title: "The bucket of the trail is there and belongs to an account of the organization",
    rationale: "Bucket names are free for all: where a deleted bucket is still named, whoever takes the name gets the logs.",
    revision: 1,
    aws: Wording {
        title: "Trail bucket exists and is owned by an account of the Organization",
        remediation: "aws cloudtrail update-trail --name TRAIL --s3-bucket-name BUCKET",
        terraform: r#"resource "aws_s3_bucket" "BUCKET" {
  bucket = "BUCKET"
}

resource "aws_cloudtrail" "TRAIL" {
  name           = "TRAIL"
  s3_bucket_name = aws_s3_bucket.BUCKET.id
}"#,
    },
    needs: &[Need::Buckets],
    check: Check::EachTrail(bucket_owned_by_organization),
};

fn bucket_owned_by_organization(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    let id = exam.read(trail.bucket())?;
    let Some(bucket) = exam.bucket(&id)? else {
        return fail(format!(
            "there is no bucket {}: whoever makes it gets the log files",
            id.name()
        ));
    };
    let owner = bucket.owner();
    if owner == trail.owner() {
        return pass(format!("the bucket {} belongs to the trail's own account", id.name()));
    }
    require!(
        exam.read(exam.inventory().is_member(owner))?,
        "the bucket {} belongs to account {owner}, which is not of the organization",
        id.name()
    );
    pass(format!(
        "the bucket {} belongs to account {owner} of the organization",
        id.name()
    ))
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{MEMBER, World, judge, known, unread};

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge(&super::RULE, change)
    }

    #[test]
    fn truth_table() {
        let elsewhere = |member| verdict(|w| (w.bucket.owner, w.member) = (MEMBER.into(), member));
        insta::assert_snapshot!(verdict(|_| ()), @"pass: the bucket trail-logs belongs to the trail's own account");
        insta::assert_snapshot!(elsewhere(known(true)), @"pass: the bucket trail-logs belongs to account 222222222222 of the organization");
        insta::assert_snapshot!(elsewhere(known(false)), @"fail: the bucket trail-logs belongs to account 222222222222, which is not of the organization");
        insta::assert_snapshot!(elsewhere(unread()), @"inconclusive: the fact could not be read: it was not asked for");
        insta::assert_snapshot!(verdict(|w| w.bucket_found = known(None)), @"fail: there is no bucket trail-logs: whoever makes it gets the log files");
        assert!(verdict(|w| w.bucket_found = unread()).starts_with("inconclusive: "));
        assert!(verdict(|w| w.trail.bucket = unread()).starts_with("inconclusive: "));
    }
}
