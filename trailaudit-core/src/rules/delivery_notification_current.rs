//! Whoever waits to be told of new log files waits for ever once the topic refuses.

use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, not_applicable, pass};
use crate::trail::{Channel, Trail};

pub(super) const RULE: Rule = Rule {
    id: "delivery-notification-current",
    title: "Notifications of delivered log files arrive",
    rationale: "What reads log files as they arrive falls silent, without an error of its own, when notifications stop.",
    revision: 1,
    aws: Wording {
        title: "SNS topic configured and delivering",
        remediation: "aws cloudtrail update-trail --name TRAIL --sns-topic-name TOPIC",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name           = "TRAIL"
  s3_bucket_name = "BUCKET"
  sns_topic_name = "TOPIC"
}"#,
    },
    needs: &[Need::TrailStatus],
    check: Check::EachTrail(notifications_arrive),
};

/// To be notified is a choice: a trail without a topic leaves nothing to judge.
fn notifications_arrive(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    let Some(topic) = exam.read(trail.notification_topic())? else {
        return not_applicable("the trail names no topic: notifications are a choice");
    };
    match exam.read(trail.delivery(Channel::Notifications))?.error {
        Some(error) => fail(format!("the topic {topic} cannot be notified: {error}")),
        None => pass(format!("the topic {topic} is notified, and no error is known")),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{World, judge, known, unread};
    use crate::trail::Delivery;

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge(&super::RULE, change)
    }

    #[test]
    fn truth_table() {
        let failing = Delivery {
            latest: None,
            error: Some("AuthorizationError".into()),
        };
        insta::assert_snapshot!(verdict(|_| ()), @"pass: the topic arn:aws:sns:us-east-1:111111111111:trail is notified, and no error is known");
        insta::assert_snapshot!(verdict(|w| w.trail.to_topic = known(Delivery::default())), @"pass: the topic arn:aws:sns:us-east-1:111111111111:trail is notified, and no error is known");
        insta::assert_snapshot!(verdict(|w| w.trail.to_topic = known(failing)), @"fail: the topic arn:aws:sns:us-east-1:111111111111:trail cannot be notified: AuthorizationError");
        insta::assert_snapshot!(verdict(|w| w.trail.topic = known(None)), @"not-applicable: the trail names no topic: notifications are a choice");
        insta::assert_snapshot!(verdict(|w| w.trail.to_topic = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        assert!(verdict(|w| w.trail.topic = unread()).starts_with("inconclusive: "));
    }
}
