//! Alarms see what reaches the log group: a Region or a member whose events do not is one that nobody watches.

use crate::need::Need;
use crate::organization::{AccountId, Region};
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, not_applicable, pass};
use crate::rules::freshness::reaches_log_group;
use crate::rules::text::{PUT_ROLE, ROLE_RESOURCES};
use crate::trail::{Channel, Trail};

pub(super) const RULE: Rule = Rule {
    id: "log-group-delivery-current",
    title: "Events of every covered Region reach the log group",
    rationale: "Delivery can fail in one Region or for one member alone, while the trail's home Region looks healthy.",
    revision: 1,
    aws: Wording {
        title: "CloudWatch Logs delivery healthy",
        remediation: PUT_ROLE,
        terraform: ROLE_RESOURCES,
    },
    needs: &[Need::TrailStatus, Need::Deliveries],
    check: Check::EachDelivery(events_arrive),
};

/// A Region where nothing happens delivers nothing: only of the home Region is it told how old the latest event may be.
fn events_arrive(trail: &dyn Trail, account: &AccountId, region: &Region, exam: &Exam<'_>) -> Ruling {
    if exam.log_group_of(trail)?.is_none() {
        return not_applicable("the trail can deliver to no log group: trail-delivers-to-log-group fails for it");
    }
    let delivery = |channel| exam.inventory().delivery_in(trail.id(), account, region, channel);
    if region == trail.home_region() {
        return reaches_log_group(trail, exam, &delivery);
    }
    let to_group = exam.read(delivery(Channel::LogGroup))?;
    match (to_group.error, to_group.latest) {
        (Some(error), _) => fail(format!("delivery to the log group fails: {error}")),
        (None, Some(latest)) => pass(format!("last event at {latest:.0}, and no error is known")),
        (None, None) => pass("no event so far, and no error is known: a quiet Region"),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{AWAY, HOME, MEMBER, OWNER, World, delivered, judge_at, known, unread};
    use crate::trail::Channel;

    #[test]
    fn truth_table() {
        let home = |change: fn(&mut World)| judge_at(&super::RULE, (OWNER, HOME), change);
        insta::assert_snapshot!(home(|_| ()), @"pass: delivered to the log group at 2026-11-22T11:00:00Z");
        insta::assert_snapshot!(home(|w| w.trail.destination = known(None)), @"not-applicable: the trail can deliver to no log group: trail-delivers-to-log-group fails for it");
        insta::assert_snapshot!(home(|w| w.trail.to_group = delivered(1, Some("AccessDenied"))), @"fail: delivery to the log group fails: AccessDenied");
        insta::assert_snapshot!(home(|w| w.trail.to_group = delivered(60, None)), @"fail: log files arrive (last at 2026-11-22T11:00:00Z), but the log group got its last event at 2026-11-20T00:00:00Z");
        insta::assert_snapshot!(home(|w| w.trail.to_group = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        assert!(home(|w| w.trail.destination = unread()).starts_with("inconclusive: "));
    }

    #[test]
    fn another_region_may_be_quiet_and_a_member_is_judged_by_its_own_reading() {
        let at = |place, group| {
            judge_at(&super::RULE, place, |w| {
                _ = w.elsewhere.insert(Channel::LogGroup, group);
            })
        };
        insta::assert_snapshot!(at((OWNER, AWAY), delivered(60, None)), @"pass: last event at 2026-11-20T00:00:00Z, and no error is known");
        insta::assert_snapshot!(at((OWNER, AWAY), delivered(None, None)), @"pass: no event so far, and no error is known: a quiet Region");
        insta::assert_snapshot!(at((OWNER, AWAY), delivered(1, Some("AccessDenied"))), @"fail: delivery to the log group fails: AccessDenied");
        insta::assert_snapshot!(at((MEMBER, HOME), delivered(60, None)), @"fail: log files arrive (last at 2026-11-22T11:00:00Z), but the log group got its last event at 2026-11-20T00:00:00Z");
        assert!(at((MEMBER, HOME), unread()).starts_with("inconclusive: "));
    }
}
