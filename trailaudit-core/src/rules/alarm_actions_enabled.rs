//! An alarm that does nothing when it goes off is a light in an empty room.

use crate::alert::Alarm;
use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, wanted};

pub(super) const RULE: Rule = Rule {
    id: "alarm-actions-enabled",
    title: "Every alarm over a trail's log group does something when it is raised",
    rationale: "Actions are switched off for an afternoon of maintenance, and stay off: the alarm rings, nobody hears it.",
    revision: 1,
    aws: Wording {
        title: "Alarms have actions enabled",
        remediation: "aws cloudwatch enable-alarm-actions --alarm-names ALARM",
        terraform: r#"resource "aws_cloudwatch_metric_alarm" "ALARM" {
  alarm_name          = "ALARM"
  metric_name         = "METRIC"
  namespace           = "NAMESPACE"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  actions_enabled     = true
  alarm_actions       = ["TOPIC_ARN"]
}"#,
    },
    needs: &[Need::LogGroups, Need::Alerts],
    check: Check::EachAlarm(does_something),
};

fn does_something(alarm: &dyn Alarm, exam: &Exam<'_>) -> Ruling {
    wanted(exam.read(alarm.acts())?)
}

#[cfg(test)]
mod tests {
    use crate::observed::{Observed, Opinion};
    use crate::rules::table::{judge, no, unclear, unread, yes};

    #[test]
    fn truth_table() {
        let verdict = |acting: Observed<Opinion>| judge(&super::RULE, |w| w.alarm.acting = acting);
        insta::assert_snapshot!(verdict(yes()), @"pass: yes");
        insta::assert_snapshot!(verdict(no()), @"fail: no");
        insta::assert_snapshot!(verdict(unclear()), @"inconclusive: nobody can tell");
        insta::assert_snapshot!(verdict(unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }
}
