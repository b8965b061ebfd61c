//! Whether what reached a destination is recent, and whether what is not recent is late or only quiet.

use jiff::{SignedDuration, Timestamp};

use crate::observed::{Gap, Observed};
use crate::rule::{Exam, Ruling, fail, inconclusive, pass};
use crate::trail::{Channel, Delivery, Trail};

/// Whether a trail began logging within the window, so that what did not arrive is not due yet.
pub(super) fn is_new(trail: &dyn Trail, exam: &Exam<'_>) -> Result<bool, Gap> {
    let window = exam.baseline().thresholds.delivery_window_hours;
    let since = exam.read(trail.logging_since())?;
    Ok(since.is_some_and(|since| exam.is_within(since, window)))
}

/// Passes when events reach the log group within the window, as `delivery` tells: the trail's own, or what was read in
/// one Region of one account.
pub(super) fn reaches_log_group(
    trail: &dyn Trail,
    exam: &Exam<'_>,
    delivery: &dyn Fn(Channel) -> Observed<Delivery>,
) -> Ruling {
    let to_group = exam.read(delivery(Channel::LogGroup))?;
    if let Some(error) = &to_group.error {
        return fail(format!("delivery to the log group fails: {error}"));
    }
    // No error is known: only the times can tell whether events arrive.
    let window = exam.baseline().thresholds.delivery_window_hours;
    let within = |moment: Timestamp| exam.is_within(moment, window);
    match to_group.latest {
        Some(latest) if within(latest) => pass(format!("delivered to the log group at {latest:.0}")),
        Some(latest) => decide_by_other_channels(trail, exam, delivery, latest),
        None => match exam.read(trail.logging_since())? {
            Some(start) if within(start) => inconclusive(format!(
                "not yet due: logging since {start:.0}, nothing delivered so far"
            )),
            Some(_) => fail("nothing was ever delivered to the log group"),
            None => inconclusive("nothing was delivered, and when the trail began logging is not known"),
        },
    }
}

/// The log group got nothing within the window: a quiet trail is not a broken one, if something else still tells.
fn decide_by_other_channels(
    trail: &dyn Trail,
    exam: &Exam<'_>,
    delivery: &dyn Fn(Channel) -> Observed<Delivery>,
    to_group: Timestamp,
) -> Ruling {
    let window = exam.baseline().thresholds.delivery_window_hours;
    let within = |moment: &Timestamp| exam.is_within(*moment, window);
    let files = exam.read(delivery(Channel::LogFiles))?.latest;
    let lag = SignedDuration::from_hours(window.into());
    if let Some(files) = files.filter(|files| files.duration_since(to_group) > lag) {
        return fail(format!(
            "log files arrive (last at {files:.0}), but the log group got its last event at {to_group:.0}"
        ));
    }
    let digest = exam.read(delivery(Channel::DigestFiles))?.latest;
    if let Some(digest) = digest.filter(within) {
        return pass(format!(
            "quiet since {to_group:.0}; digest files still arrive (last at {digest:.0})"
        ));
    }
    if files.is_none_or(|files| !within(&files)) && exam.read(trail.validates_log_files())? {
        return fail(format!(
            "nothing is delivered: last event at {to_group:.0}, and digest files stopped as well"
        ));
    }
    inconclusive(format!(
        "last event at {to_group:.0}: quiet or broken, no current digest file tells"
    ))
}
