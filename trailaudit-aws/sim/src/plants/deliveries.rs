//! What can be wrong with the deliveries of a trail.

use super::Plot;
use super::draft::Draft;
use super::own_trail::Flaw;
use crate::truth::rules::{
    DIGESTS_ARRIVE, EVENTS_ARRIVE, FILES_ARRIVE, INSIGHTS, LOG_GROUP, LOGGING, NOTIFIED, OF_DELIVERIES, STREAMS_ARRIVE,
    VALIDATED,
};
use crate::world::{Denial, DeniedBy, SubscriptionState, Topic};

pub(super) const STOPPED: Flaw = flaw("stopped", |draft, plot| {
    let status = &mut draft.trail.status;
    status.logging = false;
    status.stopped = Some(plot.hours_ago(2));
    draft.fails(plot, &[LOGGING], "logging was stopped two hours ago");
    draft.fails(
        plot,
        &[LOG_GROUP],
        "logging was stopped two hours ago, so nothing is delivered",
    );
    let because = "logging was stopped two hours ago, so nothing unusual is looked for";
    draft.fails(plot, &[INSIGHTS], because);
});

pub(super) const ERROR: Flaw = flaw("delivery-error", |draft, plot| {
    let error = "Access denied. Verify in IAM that the role has the required permissions.";
    draft.trail.status.latest_log_group_delivery_error = Some(error.to_owned());
    draft.fails(
        plot,
        &[LOG_GROUP, EVENTS_ARRIVE],
        "the latest delivery to the log group ended in an error",
    );
});

/// What the bucket refuses it refuses in every Region, digest files too.
pub(super) const REFUSED: Flaw = flaw("delivery-refused", |draft, plot| {
    let status = &mut draft.trail.status;
    status.latest_delivery_error = Some("AccessDenied".to_owned());
    status.latest_digest_delivery_error = Some("AccessDenied".to_owned());
    let because = "the bucket refuses what CloudTrail delivers";
    draft.fails(plot, &[FILES_ARRIVE, DIGESTS_ARRIVE], because);
});

pub(super) const DIGESTS_STOPPED: Flaw = flaw("digests-stopped", |draft, plot| {
    draft.trail.status.latest_digest_delivery = Some(plot.days_ago(3));
    draft.fails(
        plot,
        &[DIGESTS_ARRIVE],
        "no digest file for three days: one comes every hour",
    );
});

pub(super) const NEVER: Flaw = flaw("delivery-never", |draft, plot| {
    draft.trail.status.latest_log_group_delivery = None;
    draft.trail.status.started = Some(plot.days_ago(60));
    let because = "nothing was delivered to the log group since logging started 60 days ago";
    draft.fails(plot, &[LOG_GROUP, STREAMS_ARRIVE], because);
    draft.at_home(plot, &[EVENTS_ARRIVE], "fail", because);
});

pub(super) const NOT_YET: Flaw = flaw("delivery-not-yet", |draft, plot| {
    draft.trail.status.latest_log_group_delivery = None;
    draft.trail.status.started = Some(plot.hours_ago(5));
    let because = "nothing was delivered to the log group yet, and logging started five hours ago";
    draft.is_open(plot, &[LOG_GROUP, STREAMS_ARRIVE], because);
    draft.at_home(plot, &[EVENTS_ARRIVE], "inconclusive", because);
});

pub(super) const BEHIND: Flaw = flaw("delivery-behind", |draft, plot| {
    draft.trail.status.latest_log_group_delivery = Some(plot.days_ago(4));
    let because = "the bucket receives log files, but the log group nothing for four days";
    draft.fails(plot, &[LOG_GROUP, STREAMS_ARRIVE], because);
    draft.at_home(plot, &[EVENTS_ARRIVE], "fail", because);
});

/// As good as sound: digests still come, so there was nothing to deliver; what the log group has cannot tell that.
pub(super) const QUIET: Flaw = flaw("delivery-quiet", |draft, plot| {
    set_all_old(draft, plot);
    note_old_streams(draft, plot);
});

pub(super) const ALL_OLD: Flaw = flaw("delivery-all-old", |draft, plot| {
    set_all_old(draft, plot);
    draft.trail.status.latest_digest_delivery = Some(plot.days_ago(3));
    let because = "nothing was delivered for three days, not even a digest";
    draft.fails(plot, &[LOG_GROUP, DIGESTS_ARRIVE], because);
    draft.at_home(plot, &[FILES_ARRIVE, EVENTS_ARRIVE], "fail", because);
    note_old_streams(draft, plot);
});

pub(super) const ALL_OLD_UNVALIDATED: Flaw = flaw("delivery-all-old-unvalidated", |draft, plot| {
    set_all_old(draft, plot);
    draft.trail.log_file_validation = false;
    draft.trail.status.latest_digest_delivery = None;
    let because = "nothing was delivered for three days, and without digests nothing tells quiet from broken";
    draft.is_open(plot, &[LOG_GROUP], because);
    draft.at_home(plot, &[FILES_ARRIVE, EVENTS_ARRIVE], "inconclusive", because);
    note_old_streams(draft, plot);
    draft.fails(plot, &[VALIDATED], "log file validation is off");
});

/// Sound: somebody wants to be told of every log file, and is.
pub(super) const NOTIFYING: Flaw = flaw("notifying", |draft, plot| {
    subscribe(draft);
    draft.trail.status.latest_notification = Some(plot.hours_ago(1));
});

pub(super) const NOTIFICATION_ERROR: Flaw = flaw("notification-error", |draft, plot| {
    subscribe(draft);
    draft.trail.status.latest_notification_error = Some("AuthorizationError".to_owned());
    draft.fails(plot, &[NOTIFIED], "the topic refuses the notifications of the trail");
});

pub(super) const STATUS_DENIED: Flaw = flaw("status-denied", |draft, plot| {
    draft.denials.push(Denial {
        by: DeniedBy::IdentityPolicy,
        actions: vec!["cloudtrail:GetTrailStatus".to_owned()],
        regions: Vec::new(),
        resources: vec![draft.arn()],
    });
    let because = "cloudtrail:GetTrailStatus is denied for this trail";
    draft.is_open(plot, &[LOGGING, LOG_GROUP, INSIGHTS], because);
    draft.is_open(plot, OF_DELIVERIES, because);
});

const fn flaw(name: &'static str, apply: fn(&mut Draft, &mut Plot)) -> Flaw {
    Flaw {
        name,
        fewest_regions: 1,
        apply,
    }
}

/// The trail tells a topic of its log files, and the topic somebody else.
fn subscribe(draft: &mut Draft) {
    let endpoint = format!("arn:aws:sqs:{}:{}:log-files", draft.region(), draft.owner);
    let topic = Topic::new("trail-logs", draft.region());
    let topic = topic.with_subscription("sqs", &endpoint, SubscriptionState::Confirmed);
    let arn = topic.arn(&draft.owner);
    draft.trail.topic_arn = Some(arn);
    draft.topics.push(topic);
}

fn set_all_old(draft: &mut Draft, plot: &Plot) {
    draft.trail.status.latest_delivery = Some(plot.days_ago(3));
    draft.trail.status.latest_log_group_delivery = Some(plot.days_ago(3));
}

fn note_old_streams(draft: &Draft, plot: &mut Plot) {
    let because = "the log group got nothing for three days, and everything the trail delivered";
    draft.is_open(plot, &[STREAMS_ARRIVE], because);
}
