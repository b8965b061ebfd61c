//! Between a trail and its log group stands a role: without its rights nothing arrives.

use crate::need::Need;
use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, not_applicable, wanted};
use crate::rules::text::{PUT_ROLE, ROLE_RESOURCES};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "log-group-role-can-deliver",
    title: "The role of the trail can deliver to its log group",
    rationale: "Somebody tidies up a role that nobody seems to use, and alarms fall silent without a sound.",
    revision: 1,
    aws: Wording {
        title: "CloudWatchLogsRoleArn exists, trusts cloudtrail.amazonaws.com and can PutLogEvents to that group",
        remediation: PUT_ROLE,
        terraform: ROLE_RESOURCES,
    },
    needs: &[Need::DeliveryRoles],
    check: Check::EachTrail(role_can_deliver),
};

fn role_can_deliver(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    let Some(destination) = exam.read(trail.log_destination())? else {
        return not_applicable("the trail names no log group: trail-delivers-to-log-group fails for it");
    };
    require!(
        destination.role.is_some(),
        "the trail names no role to deliver to {} with",
        destination.group
    );
    wanted(exam.read(trail.role_can_deliver())?)
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{World, judge, known, no, sound_destination, unclear, unread};
    use crate::trail::LogDestination;

    fn verdict(change: fn(&mut World)) -> String {
        judge(&super::RULE, change)
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(|_| ()), @"pass: yes");
        insta::assert_snapshot!(verdict(|w| w.trail.role = no()), @"fail: no");
        insta::assert_snapshot!(verdict(|w| w.trail.role = unclear()), @"inconclusive: nobody can tell");
        insta::assert_snapshot!(verdict(|w| w.trail.role = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        insta::assert_snapshot!(verdict(|w| w.trail.destination = known(None)), @"not-applicable: the trail names no log group: trail-delivers-to-log-group fails for it");
        insta::assert_snapshot!(verdict(|w| w.trail.destination = known(Some(LogDestination { role: None, ..sound_destination() }))), @"fail: the trail names no role to deliver to arn:aws:logs:us-east-1:111111111111:log-group:trail with");
        assert!(verdict(|w| w.trail.destination = unread()).starts_with("inconclusive: "));
    }
}
