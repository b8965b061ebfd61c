//! A token bucket whose rate learns: additive increase, multiplicative decrease.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

use super::Lane;
use super::quotas::Quota;

/// How fast a lane without a published quota is asked after it was throttled for the first time, doubled: requests a second.
const UNKNOWN: f64 = 20.0;
/// Slower than this no lane gets.
const SLOWEST: f64 = 0.2;
/// What throttling leaves of the rate.
const LEFT: f64 = 0.5;
/// What a second of answers adds to it, as a part of the greatest rate.
const RISE: f64 = 0.05;

/// Tokens, kept as the moment from which the bucket is full.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    /// Requests a second, now and at most.
    rate: f64,
    greatest: f64,
    burst: u32,
    full_at: Option<Instant>,
    /// When the rate last fell.
    fell: Option<Instant>,
    answered: Option<Instant>,
    /// Whether the greatest rate is known, and not only a rate at which nothing has to be held back any more.
    published: bool,
}

impl Bucket {
    /// That of a lane with a published quota: just under it, since others ask as well.
    pub fn of(lane: &Lane) -> Option<Self> {
        let quota = Quota::of(lane.service, lane.operation)?;
        Some(Self::new(quota.rate(), quota.burst, true))
    }

    /// That of a lane which had none until it was throttled.
    pub fn learnt(now: Instant) -> Self {
        Self {
            answered: Some(now),
            ..Self::new(UNKNOWN, 1, false)
        }
    }

    /// That of all lanes together.
    pub fn limit(most: NonZeroU32, now: Instant) -> Self {
        // No burst: whoever sets a limit wants it kept in every second.
        Self {
            full_at: Some(now),
            ..Self::new(f64::from(most.get()), 1, true)
        }
    }

    fn new(rate: f64, burst: u32, published: bool) -> Self {
        Self {
            rate,
            greatest: rate,
            burst,
            full_at: None,
            fell: None,
            answered: None,
            published,
        }
    }

    /// Takes a token, and tells when it is there.
    pub fn reserve(&mut self, now: Instant) -> Instant {
        let full_at = self.full_at.map_or(now, |at| at.max(now));
        let saved = self.interval() * self.burst.saturating_sub(1);
        self.full_at = Some(full_at + self.interval());
        full_at.checked_sub(saved).map_or(now, |at| at.max(now))
    }

    /// A request was answered: the rate rises by a little in each second of answers.
    pub fn speed_up(&mut self, now: Instant) {
        self.answered = Some(now);
        if self.rate < self.greatest {
            self.rate = (self.rate + self.greatest * RISE / self.rate).min(self.greatest);
        }
    }

    /// A request that was sent at `sent` was throttled: the rate falls, once for all that were sent before it fell.
    pub fn slow_down(&mut self, sent: Instant, now: Instant) {
        if self.fell.is_some_and(|fell| sent <= fell) {
            return;
        }
        self.fell = Some(now);
        self.rate = (self.rate * LEFT).max(SLOWEST).min(self.greatest);
        // Theirs is empty, so ours is.
        let empty = now + self.interval() * self.burst;
        self.full_at = Some(self.full_at.map_or(empty, |at| at.max(empty)));
    }

    pub fn last_answer(&self) -> Option<Instant> {
        self.answered
    }

    /// Whether another bucket in its place would do the same.
    pub fn is_as_new(&self, now: Instant) -> bool {
        self.full_at.is_none_or(|at| at <= now) && self.rate >= self.greatest
    }

    /// Whether it was learnt only by throttling, and that is over.
    pub fn has_nothing_to_hold_back(&self) -> bool {
        !self.published && self.rate >= self.greatest
    }

    fn interval(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(service: &'static str, operation: &'static str) -> Lane {
        Lane {
            account: "1".into(),
            region: "us-east-1".into(),
            service,
            operation,
        }
    }

    /// When each of so many requests may be sent, in milliseconds from now.
    fn slots(bucket: &mut Bucket, now: Instant, requests: usize) -> Vec<u128> {
        (0..requests).map(|_| (bucket.reserve(now) - now).as_millis()).collect()
    }

    #[test]
    fn a_burst_goes_out_at_once_and_the_rest_at_the_rate() {
        let mut bucket = Bucket::of(&lane("logs", "DescribeLogGroups")).unwrap();
        let now = Instant::now();
        let slots = slots(&mut bucket, now, 14);
        assert_eq!(slots[..10], [0; 10]);
        assert_eq!(slots[10..], [105, 210, 315, 421]);
        assert!(!bucket.is_as_new(now));
        assert!(bucket.is_as_new(now + Duration::from_secs(2)));
        assert!(Bucket::of(&lane("s3", "GetBucketPolicy")).is_none());
    }

    #[test]
    fn a_limit_has_no_burst() {
        let now = Instant::now();
        let mut bucket = Bucket::limit(NonZeroU32::new(4).unwrap(), now);
        assert_eq!(slots(&mut bucket, now, 3), [0, 250, 500]);
    }

    #[test]
    fn the_rate_halves_once_for_all_that_were_under_way_and_rises_slowly() {
        let now = Instant::now();
        let mut bucket = Bucket::learnt(now);
        let later = now + Duration::from_millis(100);
        for _ in 0..50 {
            bucket.slow_down(now, later);
        }
        assert_eq!(bucket.interval(), Duration::from_millis(100));
        assert_eq!(slots(&mut bucket, later, 2), [100, 200]);
        bucket.slow_down(later + Duration::from_millis(1), later + Duration::from_millis(50));
        assert_eq!(bucket.interval(), Duration::from_millis(200));
        for _ in 0..100 {
            let sent = bucket.fell.unwrap() + Duration::from_millis(1);
            bucket.slow_down(sent, sent);
        }
        assert_eq!(bucket.interval(), Duration::from_secs(5), "no slower");
        let mut answers = 0;
        while !bucket.is_as_new(now + Duration::from_hours(1)) {
            bucket.speed_up(now);
            answers += 1;
        }
        assert!((100..1_000).contains(&answers), "{answers}");
    }
}
