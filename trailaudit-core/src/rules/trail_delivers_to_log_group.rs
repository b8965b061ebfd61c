//! Events that reach a log group within the window: what alarms, and people, can see while it happens.

use crate::need::Need;
use crate::observed::Gap;
use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail};
use crate::rules::freshness::reaches_log_group;
use crate::rules::text::TRAIL_WITH_LOG_GROUP;
use crate::trail::{LogDestination, Trail};

pub(super) const RULE: Rule = Rule {
    id: "trail-delivers-to-log-group",
    title: "The trail delivers to its log group",
    rationale: "A log file nobody watches is found after the fact; what reaches a log group can raise an alarm now.",
    revision: 1,
    aws: Wording {
        title: "CloudTrail trails should be integrated with CloudWatch logs",
        remediation: "aws cloudtrail update-trail --name TRAIL --cloud-watch-logs-log-group-arn GROUP_ARN \
                      --cloud-watch-logs-role-arn ROLE_ARN",
        terraform: TRAIL_WITH_LOG_GROUP,
    },
    needs: &[Need::TrailStatus, Need::LogGroups, Need::Administrators],
    check: Check::EachTrail(delivers_to_log_group),
};

fn delivers_to_log_group(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    let Some(destination) = exam.read(trail.log_destination())? else {
        return fail("the trail names no log group");
    };
    require!(
        destination.role.is_some(),
        "the trail names no role to deliver to {} with",
        destination.group
    );
    require!(
        belongs_to_owner(trail, &destination, exam)?,
        "the log group {} is in account {}, not in the trail owner's account {}",
        destination.group,
        destination.account,
        trail.owner()
    );
    require!(
        destination.region == *trail.home_region(),
        "the log group {} is not in the trail's home Region {}",
        destination.group,
        trail.home_region()
    );
    require!(
        exam.log_group(&destination.group)?.is_some(),
        "the log group {} does not exist",
        destination.group
    );
    require!(
        exam.read(trail.is_logging())?,
        "the trail is stopped: nothing is delivered"
    );
    reaches_log_group(trail, exam, &|channel| trail.delivery(channel))
}

fn belongs_to_owner(trail: &dyn Trail, destination: &LogDestination, exam: &Exam<'_>) -> Result<bool, Gap> {
    Ok(destination.account == *trail.owner()
        || (exam.read(trail.is_organization_trail())?
            && exam
                .read(exam.inventory().delegated_administrators())?
                .contains(&destination.account)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::table::{World, hours_ago, judge, known, sound_destination, unread};
    use crate::trail::Delivery;

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge(&RULE, change)
    }

    fn destination(change: impl FnOnce(&mut LogDestination)) -> String {
        verdict(|w| {
            let mut destination = sound_destination();
            change(&mut destination);
            w.trail.destination = known(Some(destination));
        })
    }

    /// Hours since the last delivery to the log group, as files, and as digests; and whether validation is on.
    fn times(group: Option<i64>, files: Option<i64>, digest: Option<i64>, validated: bool) -> String {
        let at = |hours: Option<i64>| {
            known(Delivery {
                latest: hours.map(hours_ago),
                error: None,
            })
        };
        verdict(|w| {
            (w.trail.to_group, w.trail.to_files, w.trail.to_digests) = (at(group), at(files), at(digest));
            w.trail.validates = known(validated);
        })
    }

    #[test]
    fn truth_table_of_the_configuration() {
        insta::assert_snapshot!(verdict(|_| ()), @"pass: delivered to the log group at 2026-11-22T11:00:00Z");
        insta::assert_snapshot!(verdict(|w| w.trail.destination = known(None)), @"fail: the trail names no log group");
        insta::assert_snapshot!(destination(|d| d.role = None), @"fail: the trail names no role to deliver to arn:aws:logs:us-east-1:111111111111:log-group:trail with");
        insta::assert_snapshot!(destination(|d| d.account = "222222222222".into()), @"fail: the log group arn:aws:logs:us-east-1:111111111111:log-group:trail is in account 222222222222, not in the trail owner's account 111111111111");
        insta::assert_snapshot!(destination(|d| d.region = "eu-west-1".into()), @"fail: the log group arn:aws:logs:us-east-1:111111111111:log-group:trail is not in the trail's home Region us-east-1");
        insta::assert_snapshot!(verdict(|w| w.log_group = known(None)), @"fail: the log group arn:aws:logs:us-east-1:111111111111:log-group:trail does not exist");
        insta::assert_snapshot!(verdict(|w| w.trail.logging = known(false)), @"fail: the trail is stopped: nothing is delivered");
        insta::assert_snapshot!(verdict(|w| w.trail.to_group = known(Delivery { latest: Some(hours_ago(1)), error: Some("ACCESS_DENIED".into()) })), @"fail: delivery to the log group fails: ACCESS_DENIED");
    }

    #[test]
    fn an_organization_trail_may_deliver_to_a_delegated_administrator() {
        let verdict = |delegated: &[&str]| {
            verdict(|w| {
                w.trail.organization = known(true);
                w.delegated = known(delegated.iter().map(|id| (*id).into()).collect());
                let destination = LogDestination {
                    account: "222222222222".into(),
                    ..sound_destination()
                };
                w.trail.destination = known(Some(destination));
            })
        };
        assert!(verdict(&["222222222222"]).starts_with("pass"));
        assert!(verdict(&["333333333333"]).starts_with("fail"));
    }

    #[test]
    fn truth_table_of_the_times() {
        insta::assert_snapshot!(times(Some(24), None, None, false), @"pass: delivered to the log group at 2026-11-21T12:00:00Z");
        insta::assert_snapshot!(times(Some(-1), None, None, false), @"pass: delivered to the log group at 2026-11-22T13:00:00Z");
        insta::assert_snapshot!(times(None, Some(1), Some(1), true), @"fail: nothing was ever delivered to the log group");
        insta::assert_snapshot!(times(Some(60), Some(1), Some(1), true), @"fail: log files arrive (last at 2026-11-22T11:00:00Z), but the log group got its last event at 2026-11-20T00:00:00Z");
        insta::assert_snapshot!(times(Some(60), Some(50), Some(1), true), @"pass: quiet since 2026-11-20T00:00:00Z; digest files still arrive (last at 2026-11-22T11:00:00Z)");
        insta::assert_snapshot!(times(Some(60), Some(60), Some(60), true), @"fail: nothing is delivered: last event at 2026-11-20T00:00:00Z, and digest files stopped as well");
        insta::assert_snapshot!(times(Some(60), Some(60), None, false), @"inconclusive: last event at 2026-11-20T00:00:00Z: quiet or broken, no current digest file tells");
        // Files newer, but by less than the window: only a current digest can tell quiet from broken.
        assert!(times(Some(30), Some(20), Some(1), true).starts_with("pass: quiet"));
        assert!(times(Some(30), Some(20), Some(60), true).starts_with("inconclusive"));
    }

    #[test]
    fn never_delivered_is_judged_by_the_start() {
        let never = |since| {
            verdict(|w| {
                w.trail.to_group = known(Delivery::default());
                w.trail.since = known(since);
            })
        };
        insta::assert_snapshot!(never(Some(hours_ago(3))), @"inconclusive: not yet due: logging since 2026-11-22T09:00:00Z, nothing delivered so far");
        insta::assert_snapshot!(never(Some(hours_ago(30))), @"fail: nothing was ever delivered to the log group");
        insta::assert_snapshot!(never(None), @"inconclusive: nothing was delivered, and when the trail began logging is not known");
    }

    #[test]
    fn every_unread_fact_is_inconclusive() {
        let unread: [fn(&mut World); 5] = [
            |w| w.trail.destination = unread(),
            |w| w.log_group = unread(),
            |w| w.trail.logging = unread(),
            |w| w.trail.to_group = unread(),
            |w| {
                w.trail.to_group = known(Delivery {
                    latest: Some(hours_ago(60)),
                    error: None,
                });
                w.trail.to_files = unread();
            },
        ];
        for hide in unread {
            assert!(verdict(hide).starts_with("inconclusive"));
        }
    }
}
