//! The service says that it delivered; the log group says what it got.

use jiff::{SignedDuration, Timestamp};

use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, inconclusive, not_applicable, pass};
use crate::rules::freshness::is_new;
use crate::rules::text::TRAIL_WITH_LOG_GROUP;
use crate::trail::{Channel, Trail};

/// How long a log group may take to tell of what it got (`CloudWatch` Logs: rarely more than an hour).
const TOLD_WITHIN: SignedDuration = SignedDuration::from_hours(1);

pub(super) const RULE: Rule = Rule {
    id: "log-group-receives-trail-streams",
    title: "The trail's log group receives what the trail records",
    rationale: "Only events that are there can be searched and raise alarms, whatever the status of the trail says.",
    revision: 1,
    aws: Wording {
        title: "Trail log group receives the trail's log streams",
        remediation: "aws cloudtrail update-trail --name TRAIL --cloud-watch-logs-log-group-arn GROUP_ARN \
                      --cloud-watch-logs-role-arn ROLE_ARN",
        terraform: TRAIL_WITH_LOG_GROUP,
    },
    needs: &[Need::TrailStatus, Need::LogStreams],
    check: Check::EachTrail(streams_arrive),
};

fn streams_arrive(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    if exam.log_group_of(trail)?.is_none() {
        return not_applicable("the trail can deliver to no log group: trail-delivers-to-log-group fails for it");
    }
    let window = exam.baseline().thresholds.delivery_window_hours;
    let received = exam.read(trail.latest_in_log_group())?;
    let told = match received {
        Some(latest) if exam.is_within(latest, window) => {
            return pass(format!("the log group got an event of the trail at {latest:.0}"));
        }
        Some(latest) => format!("the log group got its last event of the trail at {latest:.0}"),
        None => "the log group never got an event of the trail".into(),
    };
    // What the service delivered since, the log group should have told of long ago.
    let missing = |delivered: Timestamp| {
        let due = exam.as_of().duration_since(delivered) > TOLD_WITHIN;
        due && received.is_none_or(|received| delivered.duration_since(received) > TOLD_WITHIN)
    };
    let to_group = exam.read(trail.delivery(Channel::LogGroup))?.latest;
    if let Some(delivered) = to_group.filter(|delivered| missing(*delivered)) {
        return fail(format!("{told}, but the trail says it delivered at {delivered:.0}"));
    }
    let files = exam.read(trail.delivery(Channel::LogFiles))?.latest;
    let lag = SignedDuration::from_hours(window.into());
    let is_ahead =
        |files: Timestamp| received.is_none_or(|received| files > received && lag < files.duration_since(received));
    if is_new(trail, exam)? {
        return inconclusive(format!("{told}: not yet due, logging began only recently"));
    }
    match files.filter(|files| is_ahead(*files)) {
        Some(files) => fail(format!("{told}, while log files arrive (last at {files:.0})")),
        None => inconclusive(format!("{told}: quiet or broken, nothing tells")),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{World, delivered, hours_ago, judge, known, unread};

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge(&super::RULE, change)
    }

    /// Hours since the log group got an event, since the trail says it delivered one, and since the last log file.
    fn times(received: Option<i64>, group: Option<i64>, files: Option<i64>) -> String {
        verdict(|w| {
            w.trail.streamed = known(received.map(hours_ago));
            (w.trail.to_group, w.trail.to_files) = (delivered(group, None), delivered(files, None));
        })
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(times(Some(1), None, None), @"pass: the log group got an event of the trail at 2026-11-22T11:00:00Z");
        insta::assert_snapshot!(times(Some(60), Some(2), Some(2)), @"fail: the log group got its last event of the trail at 2026-11-20T00:00:00Z, but the trail says it delivered at 2026-11-22T10:00:00Z");
        insta::assert_snapshot!(times(None, Some(60), Some(60)), @"fail: the log group never got an event of the trail, but the trail says it delivered at 2026-11-20T00:00:00Z");
        insta::assert_snapshot!(times(Some(60), Some(60), Some(2)), @"fail: the log group got its last event of the trail at 2026-11-20T00:00:00Z, while log files arrive (last at 2026-11-22T10:00:00Z)");
        insta::assert_snapshot!(times(Some(60), Some(60), Some(50)), @"inconclusive: the log group got its last event of the trail at 2026-11-20T00:00:00Z: quiet or broken, nothing tells");
        insta::assert_snapshot!(verdict(|w| w.trail.destination = known(None)), @"not-applicable: the trail can deliver to no log group: trail-delivers-to-log-group fails for it");
        insta::assert_snapshot!(verdict(|w| w.trail.streamed = unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }

    #[test]
    fn what_was_delivered_just_now_may_not_be_told_of_yet() {
        assert!(times(Some(60), Some(1), Some(60)).starts_with("inconclusive: "));
        let began = |w: &mut World| {
            (w.trail.streamed, w.trail.since) = (known(None), known(Some(hours_ago(1))));
            w.trail.to_group = delivered(None, None);
        };
        insta::assert_snapshot!(verdict(began), @"inconclusive: the log group never got an event of the trail: not yet due, logging began only recently");
    }

    #[test]
    fn every_unread_fact_is_inconclusive() {
        let hide: [fn(&mut World); 4] = [
            |w| w.trail.destination = unread(),
            |w| w.trail.to_group = unread(),
            |w| w.trail.to_files = unread(),
            |w| w.trail.since = unread(),
        ];
        for hide in hide {
            let quiet = |w: &mut World| {
                w.trail.streamed = known(Some(hours_ago(60)));
                w.trail.to_group = delivered(60, None);
                hide(w);
            };
            assert!(verdict(quiet).starts_with("inconclusive: "));
        }
    }
}
