//! How often one call is repeated, and until when: each of its ways to fail has a bound, and so has the whole.

use std::time::Duration;

use tokio::time::Instant;

use crate::gap::Setback;
use crate::pace::{Lane, Pace, Quiet, pause};

/// How long a call is repeated that is throttled while nothing else of its lane is answered either.
const UNHEARD: Duration = Duration::from_mins(5);
/// How long it is repeated in any case.
const LONGEST: Duration = Duration::from_mins(30);
/// How often a call is sent that fails in one of the ways that pass.
const ATTEMPTS: u32 = 5;
/// How often, while nothing at all has answered yet: whoever waits there wants to hear what is wrong.
const FIRST_ATTEMPTS: u32 = 3;
/// How often a call is sent whose answer cannot be read.
const READINGS: u32 = 2;
/// How often the clock is set for one call.
const SETTINGS: u32 = 2;
/// The longest pauses between two attempts.
const WHEN_THROTTLED: Duration = Duration::from_secs(20);
const WHEN_FAILED: Duration = Duration::from_secs(10);

/// What one call has gone through.
pub(super) struct Patience {
    begun: Instant,
    throttled: u32,
    failed: u32,
    unreadable: u32,
    skewed: u32,
}

impl Patience {
    pub fn new() -> Self {
        Self {
            begun: Instant::now(),
            throttled: 0,
            failed: 0,
            unreadable: 0,
            skewed: 0,
        }
    }

    /// How long to wait before the call is sent again; nothing when it is not. `setback` is how the attempt failed that was
    /// sent at `sent`.
    pub fn after(&mut self, setback: Setback, sent: Instant, lane: &Lane, pace: &Pace) -> Option<Duration> {
        match setback {
            Setback::Throttled => {
                pace.throttled(lane, sent);
                self.throttled += 1;
                let heard = pace.last_answer(lane).map_or(self.begun, |at| at.max(self.begun));
                let patient = heard.elapsed() < UNHEARD && self.begun.elapsed() < LONGEST;
                patient.then(|| pause(lane, self.throttled, WHEN_THROTTLED))
            }
            Setback::Unanswered => {
                let most = match pace.silence(lane) {
                    Quiet::FromTheStart => FIRST_ATTEMPTS,
                    Quiet::Down => 1,
                    Quiet::Passing => ATTEMPTS,
                };
                let again = self.failed(lane, most);
                if again.is_none() {
                    pace.given_up(lane);
                }
                again
            }
            Setback::Unsent if pace.silence(lane) == Quiet::FromTheStart => None,
            Setback::Unsent => self.failed(lane, ATTEMPTS),
            Setback::Failing => {
                pace.failing(lane);
                self.failed(lane, ATTEMPTS)
            }
            Setback::Unreadable => {
                pace.failing(lane);
                self.unreadable += 1;
                (self.unreadable < READINGS).then(|| pause(lane, self.unreadable, WHEN_FAILED))
            }
            Setback::Skewed => {
                pace.answered(lane);
                self.skewed += 1;
                (self.skewed <= SETTINGS).then_some(Duration::ZERO)
            }
            Setback::Refused => {
                pace.answered(lane);
                None
            }
        }
    }

    fn failed(&mut self, lane: &Lane, most: u32) -> Option<Duration> {
        self.failed += 1;
        (self.failed < most).then(|| pause(lane, self.failed, WHEN_FAILED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane() -> Lane {
        Lane {
            account: "1".into(),
            region: "us-east-1".into(),
            service: "cloudtrail",
            operation: "DescribeTrails",
        }
    }

    /// How often a call is sent that always fails so, and how long that takes.
    async fn tried(pace: &Pace, lane: &Lane, setback: Setback, meanwhile: impl Fn()) -> (u32, Duration) {
        let (begun, mut patience, mut attempts) = (Instant::now(), Patience::new(), 0);
        loop {
            attempts += 1;
            pace.turn(lane).await;
            let again = patience.after(setback, Instant::now(), lane, pace);
            meanwhile();
            match again {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return (attempts, begun.elapsed()),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_way_to_fail_has_its_bound() {
        let (pace, lane) = (Pace::new(None), lane());
        let nothing = || ();
        assert_eq!(
            tried(&pace, &lane, Setback::Unanswered, nothing).await.0,
            FIRST_ATTEMPTS
        );
        assert_eq!(tried(&pace, &lane, Setback::Unsent, nothing).await.0, 1);
        pace.answered(&lane);
        for (setback, attempts) in [
            (Setback::Refused, 1),
            (Setback::Unreadable, 2),
            (Setback::Skewed, 3),
            (Setback::Failing, 5),
            (Setback::Unsent, 5),
            (Setback::Unanswered, 5),
            (Setback::Unanswered, 5),
            (Setback::Unanswered, 5),
            // Given up so often, it is down.
            (Setback::Unanswered, 1),
        ] {
            let (tried, took) = tried(&pace, &lane, setback, nothing).await;
            assert_eq!(tried, attempts, "{setback:?}");
            assert!(took < Duration::from_secs(15), "{setback:?} took {took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_is_outlasted_while_others_of_the_lane_are_answered() {
        let (pace, lane) = (Pace::new(None), lane());
        let (attempts, alone) = tried(&pace, &lane, Setback::Throttled, || ()).await;
        assert!(alone >= UNHEARD && alone < UNHEARD * 2, "{alone:?}");
        assert!((10..60).contains(&attempts), "{attempts}");
        let (_, among_others) = tried(&pace, &lane, Setback::Throttled, || pace.answered(&lane)).await;
        assert!(
            among_others >= LONGEST && among_others < LONGEST * 2,
            "{among_others:?}"
        );
    }
}
