//! Somebody is told of what should not happen unseen: one family, fifteen activities.

use crate::alert::Activity;
use crate::filter_pattern::ALARMS;
use crate::need::Need;
use crate::organization::Account;
use crate::rule::{Check, Exam, Rule, Ruling, Wording};
use crate::rules::one_trail::one_trail;
use crate::rules::text::joined;

/// How an alarm on any such metric goes on, and whom it reaches, in Terraform.
const ALARM_RESOURCE: &str = r#"  namespace           = "TRAILS"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.TOPIC.arn]
}

resource "aws_sns_topic" "TOPIC" {
  name = "TOPIC"
}

resource "aws_sns_topic_subscription" "TOPIC" {
  topic_arn = aws_sns_topic.TOPIC.arn
  protocol  = "email"
  endpoint  = "ADDRESS"
}"#;

/// Declares the rule about one activity, the `$place`th of the benchmark.
macro_rules! alarm {
    ($name:ident, place: $place:literal, id: $id:literal, told_of: $told_of:literal, control: $control:literal, why: $why:literal) => {
        pub(super) const $name: Rule = Rule {
            id: $id,
            title: concat!("Somebody is told of ", $told_of),
            rationale: $why,
            revision: 1,
            aws: Wording {
                title: concat!("Metric filter + alarm + subscribed SNS topic: ", $control),
                remediation: joined!(
                    "aws sns create-topic --name TOPIC && \
                     aws sns subscribe --topic-arn TOPIC_ARN --protocol email --notification-endpoint ADDRESS && ",
                    concat!("aws logs put-metric-filter --log-group-name GROUP --filter-name ", $id),
                    " --filter-pattern '",
                    ALARMS[$place].widest(),
                    concat!("' --metric-transformations metricName=", $id, ",metricNamespace=TRAILS,metricValue=1"),
                    concat!(" && aws cloudwatch put-metric-alarm --alarm-name ", $id, " --metric-name ", $id),
                    " --namespace TRAILS --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 \
                     --comparison-operator GreaterThanOrEqualToThreshold --treat-missing-data notBreaching \
                     --alarm-actions TOPIC_ARN",
                ),
                terraform: joined!(
                    concat!("resource \"aws_cloudwatch_log_metric_filter\" \"", $id, "\" {\n"),
                    concat!("  name           = \"", $id, "\"\n"),
                    "  log_group_name = \"GROUP\"\n  pattern        = chomp(<<-EOT\n    ",
                    ALARMS[$place].widest(),
                    concat!("\n  EOT\n  )\n\n  metric_transformation {\n    name      = \"", $id, "\"\n"),
                    "    namespace = \"TRAILS\"\n    value     = \"1\"\n  }\n}\n\n",
                    concat!("resource \"aws_cloudwatch_metric_alarm\" \"", $id, "\" {\n"),
                    concat!("  alarm_name          = \"", $id, "\"\n  metric_name         = \"", $id, "\"\n"),
                    ALARM_RESOURCE,
                ),
            },
            needs: &[Need::TrailStatus, Need::LogGroups, Need::Alerts],
            check: Check::EachAccount(somebody_is_told::<$place>),
        };
    };
}

alarm!(
    UNAUTHORIZED_CALLS,
    place: 0,
    id: "alarm-on-unauthorized-api-calls",
    told_of: "calls that are refused",
    control: "Unauthorized API calls",
    why: "An intruder tries what a stolen key may do: the refusals come before the damage."
);
alarm!(
    SIGN_IN_WITHOUT_SECOND_FACTOR,
    place: 1,
    id: "alarm-on-console-sign-in-without-mfa",
    told_of: "sign-ins without a second factor",
    control: "Console sign-in without MFA",
    why: "A password alone is soon somebody else's, and a sign-in with nothing but that may be theirs."
);
alarm!(
    ROOT_ACCOUNT_USE,
    place: 2,
    id: "alarm-on-root-account-use",
    told_of: "use of the root account",
    control: "Root account usage",
    why: "Root may do everything and is bound by no policy: nobody should be it without others knowing."
);
alarm!(
    IDENTITY_POLICY_CHANGES,
    place: 3,
    id: "alarm-on-iam-policy-changes",
    told_of: "changes of identity policies",
    control: "IAM policy changes",
    why: "Whoever got in gives themselves more rights next, and a way to come back."
);
alarm!(
    TRAIL_CHANGES,
    place: 4,
    id: "alarm-on-trail-configuration-changes",
    told_of: "changes of trails",
    control: "CloudTrail configuration changes",
    why: "Nobody sees what happens after a trail was stopped: the stopping itself is the last sign."
);
alarm!(
    FAILED_SIGN_INS,
    place: 5,
    id: "alarm-on-console-authentication-failures",
    told_of: "sign-ins that fail",
    control: "Console authentication failures",
    why: "Somebody who guesses passwords fails often before they get in once."
);
alarm!(
    KEY_DISABLED_OR_DELETED,
    place: 6,
    id: "alarm-on-customer-key-disabled-or-deleted",
    told_of: "keys that are disabled or about to be deleted",
    control: "Disable or schedule deletion of CMK",
    why: "A deleted key takes everything with it that was encrypted under it, log files first; until then it can be saved."
);
alarm!(
    BUCKET_POLICY_CHANGES,
    place: 7,
    id: "alarm-on-bucket-policy-changes",
    told_of: "changes of bucket policies",
    control: "S3 bucket policy changes",
    why: "One statement makes a bucket public, or lets its objects expire tomorrow."
);
alarm!(
    RECORDER_CHANGES,
    place: 8,
    id: "alarm-on-configuration-recorder-changes",
    told_of: "changes of the configuration recorder",
    control: "AWS Config configuration changes",
    why: "Who stops the recorder wants the next change to leave no trace in the history of resources."
);
alarm!(
    SECURITY_GROUP_CHANGES,
    place: 9,
    id: "alarm-on-security-group-changes",
    told_of: "changes of security groups",
    control: "Security group changes",
    why: "A port opened for a minute is enough to let somebody in or data out."
);
alarm!(
    NETWORK_ACL_CHANGES,
    place: 10,
    id: "alarm-on-network-acl-changes",
    told_of: "changes of network access lists",
    control: "Network ACL changes",
    why: "Access lists hold where security groups were opened: together they let everything pass."
);
alarm!(
    GATEWAY_CHANGES,
    place: 11,
    id: "alarm-on-network-gateway-changes",
    told_of: "changes of network gateways",
    control: "Network gateway changes",
    why: "A gateway joins a private network to the outside: each is a new way in and out."
);
alarm!(
    ROUTE_TABLE_CHANGES,
    place: 12,
    id: "alarm-on-route-table-changes",
    told_of: "changes of route tables",
    control: "Route table changes",
    why: "A changed route sends traffic past what inspects it, or to somebody who listens."
);
alarm!(
    NETWORK_CHANGES,
    place: 13,
    id: "alarm-on-vpc-changes",
    told_of: "changes of virtual networks",
    control: "VPC changes",
    why: "A peering made on the side joins networks that were meant to be apart."
);
alarm!(
    ORGANIZATION_CHANGES,
    place: 14,
    id: "alarm-on-organizations-changes",
    told_of: "changes of the organization",
    control: "AWS Organizations changes",
    why: "An account that leaves, or a policy that is detached, takes itself out of every control at once."
);

/// Wants one logging trail of every Region, the account's own or a copy, whose log group lets somebody know.
fn somebody_is_told<const PLACE: usize>(account: &Account, exam: &Exam<'_>) -> Ruling {
    let what = "is logging in every Region, and somebody is told";
    one_trail(&account.id, exam, what, |wants, sighting, trail| {
        wants.seen(sighting.multi_region, "records one Region only");
        if let Some(group) = wants.log_group(trail) {
            let told = group.alerts_on(Activity::ALL[PLACE]);
            wants.said(told, "whether somebody is told", "tells nobody");
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{Observed, Opinion};
    use crate::rules::CATALOGUE;
    use crate::rules::table::{AccountWorld, judge_account, known, no, sighting, unclear, unread, yes};

    fn family() -> Vec<&'static Rule> {
        CATALOGUE
            .iter()
            .copied()
            .filter(|rule| rule.id.starts_with("alarm-on-"))
            .collect()
    }

    fn verdict(rule: &Rule, trail: &'static str, change: impl FnOnce(&mut AccountWorld)) -> String {
        let listings = vec![("r1", known(vec![sighting(trail, trail != "single")]))];
        judge_account(rule, listings, change)
    }

    #[test]
    fn truth_table() {
        let root = |trail, alerts: Observed<Opinion>| {
            verdict(&ROOT_ACCOUNT_USE, trail, |w| {
                w.group.alerts.insert(Activity::RootAccountUse, alerts);
            })
        };
        insta::assert_snapshot!(root("a", yes()), @"pass: a is logging in every Region, and somebody is told: yes");
        insta::assert_snapshot!(root("org", yes()), @"pass: org is logging in every Region, and somebody is told: yes");
        insta::assert_snapshot!(root("a", no()), @"fail: a tells nobody (no)");
        insta::assert_snapshot!(root("a-stopped", yes()), @"fail: a-stopped is stopped");
        insta::assert_snapshot!(root("single", no()), @"fail: single records one Region only, tells nobody (no)");
        insta::assert_snapshot!(root("a", unclear()), @"inconclusive: whether somebody is told could not be read: nobody can tell");
        insta::assert_snapshot!(root("a", unread()), @"inconclusive: the fact could not be read: it was not asked for");
        let change = |change: fn(&mut AccountWorld)| verdict(&ROOT_ACCOUNT_USE, "a", change);
        insta::assert_snapshot!(change(|w| w.trails[0].destination = known(None)), @"fail: a delivers to no log group");
        insta::assert_snapshot!(change(|w| w.log_group = known(None)), @"fail: a delivers to arn:aws:logs:us-east-1:111111111111:log-group:trail, which does not exist");
        assert!(change(|w| w.log_group = unread()).starts_with("inconclusive: "));
        assert!(change(|w| w.trails[0].destination = unread()).starts_with("inconclusive: "));
    }

    #[test]
    fn each_rule_is_about_its_own_activity() {
        let family = family();
        assert_eq!(family.len(), Activity::ALL.len());
        for ((rule, activity), pattern) in family.into_iter().zip(Activity::ALL).zip(ALARMS) {
            assert_eq!(rule.id, pattern.rule);
            for other in Activity::ALL {
                let told = verdict(rule, "a", |w| _ = w.group.alerts.insert(other, no()));
                let expected = if other == activity { "fail: " } else { "pass: " };
                assert!(told.starts_with(expected), "{} and {other:?}: {told}", rule.id);
            }
        }
    }
}
