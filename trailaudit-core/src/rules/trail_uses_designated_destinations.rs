//! Logs that go somewhere else than everybody looks are as good as lost, and sometimes meant to be.

use crate::observed::Gap;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, not_applicable, pass};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "trail-uses-designated-destinations",
    title: "The trail delivers to the destinations designated for it",
    rationale: "Retention, access and alarms are arranged where logs are meant to arrive, and nowhere else.",
    revision: 1,
    aws: Wording {
        title: "Trail uses the designated bucket / SNS topic / log group",
        remediation: "aws cloudtrail update-trail --name TRAIL --s3-bucket-name BUCKET --sns-topic-name TOPIC \
                      --cloud-watch-logs-log-group-arn GROUP_ARN --cloud-watch-logs-role-arn ROLE_ARN",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name                       = "TRAIL"
  s3_bucket_name             = "BUCKET"
  sns_topic_name             = "TOPIC"
  cloud_watch_logs_group_arn = "GROUP_ARN:*"
  cloud_watch_logs_role_arn  = "ROLE_ARN"
}"#,
    },
    needs: &[],
    check: Check::EachTrail(uses_designated_destinations),
};

fn uses_designated_destinations(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    let thresholds = &exam.baseline().thresholds;
    let destination = || Ok(exam.read(trail.log_destination())?.map(|to| to.group.to_string()));
    let mut held = Vec::new();
    let mut wrong = Vec::new();
    let mut compare = |what: &str, designated: &[String], read: &dyn Fn() -> Result<Option<String>, Gap>| {
        if designated.is_empty() {
            return Ok(());
        }
        match read()? {
            Some(used) if designated.contains(&used) => held.push(format!("{what} {used}")),
            Some(used) => wrong.push(format!("{what} {used} is not a designated one")),
            None => wrong.push(format!("it names no {what}")),
        }
        Ok(())
    };
    let bucket = || Ok(Some(exam.read(trail.bucket())?.name().to_owned()));
    let topic = || exam.read(trail.notification_topic());
    let outcomes = [
        compare("bucket", &thresholds.designated_buckets, &bucket),
        compare("topic", &thresholds.designated_topics, &topic),
        compare("log group", &thresholds.designated_log_groups, &destination),
    ];
    // One destination seen to be wrong decides, whatever could not be read of the others.
    if !wrong.is_empty() {
        return fail(format!("the trail delivers elsewhere: {}", wrong.join("; ")));
    }
    outcomes.into_iter().collect::<Result<(), Gap>>()?;
    if held.is_empty() {
        return not_applicable("the baseline designates no destination");
    }
    pass(format!("as designated: {}", held.join(", ")))
}

#[cfg(test)]
mod tests {
    use crate::baseline::Thresholds;
    use crate::rules::table::{World, judge, known, sound_destination, unread};

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge(&super::RULE, |w| {
            w.baseline.thresholds = Thresholds {
                designated_buckets: vec!["other-logs".into(), "trail-logs".into()],
                designated_topics: vec!["arn:aws:sns:us-east-1:111111111111:trail".into()],
                designated_log_groups: vec![sound_destination().group.to_string()],
                ..Thresholds::default()
            };
            change(w);
        })
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(|_| ()), @"pass: as designated: bucket trail-logs, topic arn:aws:sns:us-east-1:111111111111:trail, log group arn:aws:logs:us-east-1:111111111111:log-group:trail");
        insta::assert_snapshot!(verdict(|w| w.trail.bucket = known("mine".into())), @"fail: the trail delivers elsewhere: bucket mine is not a designated one");
        insta::assert_snapshot!(verdict(|w| w.trail.topic = known(None)), @"fail: the trail delivers elsewhere: it names no topic");
        insta::assert_snapshot!(verdict(|w| w.trail.destination = known(None)), @"fail: the trail delivers elsewhere: it names no log group");
        insta::assert_snapshot!(verdict(|w| (w.trail.topic, w.trail.destination) = (known(Some("other".into())), known(None))), @"fail: the trail delivers elsewhere: topic other is not a designated one; it names no log group");
        insta::assert_snapshot!(verdict(|w| w.trail.bucket = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        assert!(verdict(|w| (w.trail.bucket, w.trail.topic) = (unread(), known(None))).starts_with("fail: "));
    }

    #[test]
    fn what_is_not_designated_is_not_compared() {
        let only_bucket = |w: &mut World| {
            w.baseline.thresholds.designated_topics.clear();
            w.baseline.thresholds.designated_log_groups.clear();
            (w.trail.topic, w.trail.destination) = (unread(), known(None));
        };
        insta::assert_snapshot!(verdict(only_bucket), @"pass: as designated: bucket trail-logs");
        insta::assert_snapshot!(verdict(|w| w.baseline.thresholds = Thresholds::default()), @"not-applicable: the baseline designates no destination");
    }
}
