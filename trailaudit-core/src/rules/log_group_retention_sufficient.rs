//! Events that have gone before anybody asks for them were recorded for nothing.

use crate::log_group::{LogGroup, Retention};
use crate::need::Need;
use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, pass};

pub(super) const RULE: Rule = Rule {
    id: "log-group-retention-sufficient",
    title: "The trail's log group keeps events long enough",
    rationale: "Intrusions are found after months on average: what was kept for weeks tells nothing about them.",
    revision: 1,
    aws: Wording {
        title: "Trail log group retention >= 365 days",
        remediation: "aws logs put-retention-policy --log-group-name GROUP --retention-in-days 365",
        terraform: r#"resource "aws_cloudwatch_log_group" "GROUP" {
  name              = "GROUP"
  retention_in_days = 365
}"#,
    },
    needs: &[Need::LogGroups],
    check: Check::EachLogGroup(keeps_long_enough),
};

fn keeps_long_enough(group: &dyn LogGroup, exam: &Exam<'_>) -> Ruling {
    let needed = exam.baseline().thresholds.log_group_retention_days;
    match exam.read(group.retention())? {
        Retention::Forever => pass("events are kept for ever"),
        Retention::Days(days) => {
            require!(days >= needed, "events are kept for {days} days, not for {needed}");
            pass(format!("events are kept for {days} days, at least {needed}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::table::{judge, known, unread};

    #[test]
    fn truth_table() {
        let verdict = |retention| judge(&RULE, |w| w.group.retention = retention);
        insta::assert_snapshot!(verdict(known(Retention::Forever)), @"pass: events are kept for ever");
        insta::assert_snapshot!(verdict(known(Retention::Days(365))), @"pass: events are kept for 365 days, at least 365");
        insta::assert_snapshot!(verdict(known(Retention::Days(180))), @"fail: events are kept for 180 days, not for 365");
        assert!(verdict(unread()).starts_with("inconclusive: the fact could not be read"));
    }

    #[test]
    fn the_baseline_says_how_long() {
        let verdict = judge(&RULE, |w| {
            w.group.retention = known(Retention::Days(90));
            w.baseline.thresholds.log_group_retention_days = 90;
        });
        assert_eq!(verdict, "pass: events are kept for 90 days, at least 90");
    }
}
