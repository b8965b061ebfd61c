//! Powerpipe with the AWS compliance mod, on the tables of Steampipe.

use super::seen::{Account, Trail};
use super::{Control, Question, Said, Theirs};

pub(super) const CONTROLS: &[Control] = &[
    Control {
        rule: "trail-encrypted-with-customer-key",
        check: "cloudtrail_trail_logs_encrypted_with_kms_cmk",
        says: |question| {
            let how = "it passes whatever names a KMS key, in the row of the home Region: whose key it is, in what state, \
                       and whether it is still there is not asked";
            at_home(question, how, |_, trail| trail.has_key)
        },
    },
    Control {
        rule: "trail-delivers-to-log-group",
        check: "cloudtrail_trail_integrated_with_logs",
        says: |question| {
            let how = "it wants a log group and a delivery of the last 24 hours, but reads the time of deliveries to the \
                       bucket; a status it cannot read, as in a member that of an organization trail, is NULL, which alarms";
            at_home(question, how, |account, trail| {
                let own = trail.owner == question.account.as_str();
                let status = account.status(&trail.arn).filter(|_| own);
                trail.has_log_group
                    && question
                        .seen
                        .is_of_the_last_day(status.and_then(|status| status.to_bucket))
            })
        },
    },
    Control {
        rule: "log-file-validation-enabled",
        check: "cloudtrail_trail_validation_enabled",
        says: |question| {
            at_home(
                question,
                "it reads the same setting, in the row of the home Region",
                |_, trail| trail.validates,
            )
        },
    },
    Control {
        rule: "log-group-retention-sufficient",
        check: "log_group_retention_period_365",
        says: |question| {
            let how = "it asks for 365 days of every log group; one that keeps events for ever has NULL there, which \
                       alarms";
            question.by_log_group(how, |days| days.is_some_and(|days| days >= 365))
        },
    },
];

/// Its rows are those of the trail's home Region alone.
fn at_home(question: &Question<'_>, how: &'static str, holds: impl FnOnce(&Account, &Trail) -> bool) -> Said {
    const NONE: &str = "there is no row where the trail's home Region is not shown";
    let Some(account) = question.seen.account(question.account) else {
        return Said(Theirs::NoRow, NONE);
    };
    let at_home = |trail: &&Trail| {
        let listed = account.trails_in(&trail.home);
        listed.is_some_and(|listed| listed.iter().any(|listed| listed.arn == trail.arn))
    };
    match account.trail(question.resource).filter(at_home) {
        None => Said(Theirs::NoRow, NONE),
        Some(trail) if holds(account, trail) => Said(Theirs::Pass, how),
        Some(_) => Said(Theirs::Fail, how),
    }
}
