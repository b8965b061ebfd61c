//! A rule that tidies up does not ask whether somebody still needs the record.

use crate::bucket::{Bucket, Expiry};
use crate::need::Need;
use crate::observed::Opinion;
use crate::rule::{Check, Exam, Rule, Ruling, Wording};
use crate::rules::opinions::all_wanted;
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "log-bucket-lifecycle-keeps-logs",
    title: "Nothing removes log files before they may go",
    rationale: "Records have to be there for as long as somebody may ask: one lifecycle rule ends that without a trace.",
    revision: 1,
    aws: Wording {
        title: "Trail bucket lifecycle keeps log files for the required time",
        remediation: "aws s3api get-bucket-lifecycle-configuration --bucket BUCKET && \
                      aws s3api put-bucket-lifecycle-configuration --bucket BUCKET --lifecycle-configuration \
                      '{\"Rules\":[{\"ID\":\"keep\",\"Status\":\"Enabled\",\"Filter\":{\"Prefix\":\"AWSLogs/\"},\
                      \"Expiration\":{\"Days\":DAYS}}]}'",
        terraform: r#"resource "aws_s3_bucket_lifecycle_configuration" "BUCKET" {
  bucket = "BUCKET"

  rule {
    id     = "keep"
    status = "Enabled"

    filter {
      prefix = "AWSLogs/"
    }

    expiration {
      days = 365
    }
  }
}"#,
    },
    needs: &[Need::Buckets, Need::BucketLifecycles],
    check: Check::EachBucket(keeps_log_files),
};

fn keeps_log_files(bucket: &dyn Bucket, trails: &[&dyn Trail], exam: &Exam<'_>) -> Ruling {
    let needed = exam.baseline().thresholds.log_file_retention_days;
    let expiries = exam.read(bucket.expiries())?;
    let soon: Vec<_> = expiries
        .iter()
        .filter(|expiry| expiry.days.is_none_or(|days| days < needed))
        .collect();
    if soon.is_empty() {
        let kept = format!("nothing removes objects before {needed} days");
        return all_wanted([Ok(Opinion::Yes(kept))]);
    }
    all_wanted(trails.iter().map(|trail| {
        let prefix = exam.read(trail.log_file_prefix())?;
        Ok(kept(&soon, &prefix, needed))
    }))
}

/// Whether what begins with `prefix` is kept though these go before their time. A lifecycle rule may name a part of it,
/// or more than it.
fn kept(soon: &[&Expiry], prefix: &str, needed: u32) -> Opinion {
    let reaches = |expiry: &&&Expiry| expiry.prefix.starts_with(prefix) || prefix.starts_with(&expiry.prefix);
    let mut reaching: Vec<_> = soon.iter().filter(reaches).collect();
    // One that removes everything it names says more than one that picks.
    reaching.sort_by_key(|expiry| expiry.only.is_some());
    let Some(expiry) = reaching.first() else {
        return Opinion::Yes(format!("nothing removes log files before {needed} days"));
    };
    let when = match expiry.days {
        Some(days) => format!("after {days} days, not after {needed}"),
        None => "on a date of the calendar".into(),
    };
    match &expiry.only {
        None => Opinion::No(format!("the lifecycle rule {} removes log files {when}", expiry.rule)),
        Some(only) => Opinion::Unclear(format!(
            "the lifecycle rule {} removes objects {when}, but only some ({only}): whether log files are among them is not known",
            expiry.rule
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::table::{World, judge, known, unread};

    fn expiry(prefix: &str, days: impl Into<Option<u32>>, only: Option<&str>) -> Expiry {
        Expiry {
            rule: "tidy".into(),
            prefix: prefix.into(),
            days: days.into(),
            only: only.map(str::to_owned),
        }
    }

    fn verdict(expiries: Vec<Expiry>) -> String {
        judge(&RULE, |w| w.bucket.expiries = known(expiries))
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(vec![]), @"pass: nothing removes objects before 365 days");
        insta::assert_snapshot!(verdict(vec![expiry("", 365, None)]), @"pass: nothing removes objects before 365 days");
        insta::assert_snapshot!(verdict(vec![expiry("", 30, None)]), @"fail: the lifecycle rule tidy removes log files after 30 days, not after 365");
        insta::assert_snapshot!(verdict(vec![expiry("AWSLogs/", None, None)]), @"fail: the lifecycle rule tidy removes log files on a date of the calendar");
        insta::assert_snapshot!(verdict(vec![expiry("AWSLogs/111111111111/CloudTrail-Digest/", 30, None)]), @"fail: the lifecycle rule tidy removes log files after 30 days, not after 365");
        insta::assert_snapshot!(verdict(vec![expiry("AWSLogs/111111111111/Config/", 30, None)]), @"pass: nothing removes log files before 365 days");
        insta::assert_snapshot!(verdict(vec![expiry("", 30, Some("objects greater than 1 MB"))]), @"inconclusive: the lifecycle rule tidy removes objects after 30 days, not after 365, but only some (objects greater than 1 MB): whether log files are among them is not known");
        assert!(verdict(vec![expiry("", 30, Some("tagged")), expiry("", 40, None)]).starts_with("fail: "));
    }

    #[test]
    fn the_baseline_says_how_long() {
        let verdict = judge(&RULE, |w| {
            w.bucket.expiries = known(vec![expiry("", 365, None)]);
            w.baseline.thresholds.log_file_retention_days = 2_555;
        });
        insta::assert_snapshot!(verdict, @"fail: the lifecycle rule tidy removes log files after 365 days, not after 2555");
    }

    #[test]
    fn every_unread_fact_is_inconclusive() {
        let hide: [fn(&mut World); 2] = [
            |w| w.bucket.expiries = unread(),
            |w| (w.bucket.expiries, w.trail.prefix) = (known(vec![expiry("", 30, None)]), unread()),
        ];
        for hide in hide {
            assert!(judge(&RULE, hide).starts_with("inconclusive: "));
        }
    }
}
