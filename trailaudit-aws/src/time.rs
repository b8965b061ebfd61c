//! How times are written, and whose clock tells them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource, TimeSource};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use jiff::Timestamp;

/// RFC 3339 in UTC with milliseconds, such as `2026-11-22T03:00:00.000Z`.
pub(crate) fn rfc3339(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// From how far apart this machine's clock and AWS's are told to be (AWS refuses a signature from five minutes on).
const APART: Duration = Duration::from_mins(4);

/// The clock of a run: that of this machine, or of whoever embeds the run, and how far AWS's own is ahead of it.
///
/// Records are dated by this machine's clock. What AWS compares with its own (signatures, and when a session ends) goes by
/// AWS's, as far as a refusal has told it.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    source: SharedTimeSource,
    /// Whether it may be set; the user's configuration can be against it.
    may_follow: bool,
    /// Milliseconds; negative when AWS's is behind.
    ahead: Arc<AtomicI64>,
}

impl Default for Clock {
    fn default() -> Self {
        Self::of(&SdkConfig::builder().build())
    }
}

impl Clock {
    /// The clock of an SDK configuration.
    pub fn of(config: &SdkConfig) -> Self {
        let source = config.time_source();
        Self {
            source: source.unwrap_or_else(|| SharedTimeSource::new(SystemTimeSource::new())),
            may_follow: config.disable_clock_skew_correction() != Some(true),
            ahead: Arc::default(),
        }
    }

    /// Now, by this machine's clock.
    pub fn now(&self) -> Timestamp {
        Timestamp::try_from(self.source.now()).unwrap_or_default()
    }

    /// Now, by AWS's clock as far as it is known.
    pub fn of_aws(&self) -> SystemTime {
        let ahead = self.ahead.load(Ordering::Relaxed);
        let by = Duration::from_millis(ahead.unsigned_abs());
        let now = self.source.now();
        let moved = if ahead < 0 {
            now.checked_sub(by)
        } else {
            now.checked_add(by)
        };
        moved.unwrap_or(now)
    }

    /// Follows the `Date` of an answer that refused a signature for its time; false when that cannot have been it.
    pub fn follow(&self, date: &str) -> bool {
        let date = DateTime::from_str(date, Format::HttpDate)
            .ok()
            .filter(|_| self.may_follow);
        let Some(theirs) = date.and_then(|date| SystemTime::try_from(date).ok()) else {
            return false;
        };
        let ours = self.of_aws();
        let apart = theirs.duration_since(ours).unwrap_or_else(|behind| behind.duration());
        if apart < APART {
            return false;
        }
        let ahead = milliseconds(theirs) - milliseconds(self.source.now());
        self.ahead.store(ahead, Ordering::Relaxed);
        let behind = if ahead < 0 { "ahead of" } else { "behind" };
        let minutes = ahead.unsigned_abs() / 60_000;
        tracing::warn!(
            "this machine's clock is {minutes} minutes {behind} AWS's: signatures follow AWS's, records do not"
        );
        true
    }
}

/// Signatures go by AWS's clock.
impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        self.of_aws()
    }
}

fn milliseconds(time: SystemTime) -> i64 {
    Timestamp::try_from(time).map_or(0, Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_always_written() {
        assert_eq!(
            rfc3339("2026-11-22T03:00:00Z".parse().unwrap()),
            "2026-11-22T03:00:00.000Z"
        );
        assert_eq!(
            rfc3339("2026-11-22T03:00:00.1239Z".parse().unwrap()),
            "2026-11-22T03:00:00.123Z"
        );
    }

    #[derive(Debug)]
    struct Still(SystemTime);

    impl TimeSource for Still {
        fn now(&self) -> SystemTime {
            self.0
        }
    }

    #[test]
    fn the_clock_follows_aws_and_records_do_not() {
        let here: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let config = SdkConfig::builder().time_source(Still(here.into())).build();
        let clock = Clock::of(&config);
        let of_aws = |clock: &Clock| Timestamp::try_from(clock.of_aws()).unwrap().to_string();
        assert!(
            !clock.follow("Sun, 22 Nov 2026 03:03:00 GMT"),
            "that is no reason to refuse"
        );
        assert!(!clock.follow("yesterday"));
        assert_eq!(of_aws(&clock), "2026-11-22T03:00:00Z");
        for (date, then) in [
            ("Sun, 22 Nov 2026 05:00:00 GMT", "2026-11-22T05:00:00Z"),
            ("Sat, 21 Nov 2026 23:30:00 GMT", "2026-11-21T23:30:00Z"),
        ] {
            assert!(clock.follow(date));
            assert!(!clock.follow(date), "it is followed already");
            assert_eq!(of_aws(&clock), then);
        }
        assert_eq!(clock.now(), here);
    }
}
