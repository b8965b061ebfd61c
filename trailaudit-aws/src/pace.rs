//! Where every request waits for its turn. Whoever is asked too often says so, and is asked less often for a while.
//!
//! Three things bound how fast is asked: what the user wants at most, the quotas that AWS publishes, and what throttling has
//! taught. What is in flight at once is bounded elsewhere; nobody who waits here counts as in flight.

mod bucket;
mod quotas;
mod silence;

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use trailaudit_core::organization::{AccountId, Region};

use self::bucket::Bucket;
pub(crate) use self::silence::Quiet;
use self::silence::Silence;
use crate::calls::Call;

/// How many buckets may be kept before those that are full again are looked for.
const MANY: usize = 1_024;

/// The pace of a run.
#[derive(Debug)]
pub(crate) struct Pace {
    /// All requests together, when the user limits them.
    all: Option<Mutex<Bucket>>,
    lanes: Mutex<Lanes>,
    silence: Mutex<Silence>,
}

/// What is counted together: an operation in an account and Region, or the few that share a quota.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Lane {
    /// Who is charged: the account whose credentials ask.
    pub account: AccountId,
    pub region: Region,
    pub service: &'static str,
    pub operation: &'static str,
}

#[derive(Debug, Default)]
struct Lanes {
    buckets: HashMap<Lane, Bucket>,
    /// How many are left of those that were looked through last.
    kept: usize,
}

impl Lane {
    pub fn of(call: &Call, account: &AccountId, region: &Region) -> Self {
        Self {
            account: account.clone(),
            region: region.clone(),
            service: call.service,
            operation: quotas::shared(call.service, call.operation),
        }
    }

    /// A number between 0 and 1 that differs between lanes and from one `turn` to the next, and is always the same for both.
    pub fn chance(&self, turn: u32) -> f64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        (self, turn).hash(&mut hasher);
        f64::from(u32::try_from(hasher.finish() >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }
}

impl Pace {
    /// With at most so many requests a second, or as many as the quotas allow.
    pub fn new(most: Option<NonZeroU32>) -> Self {
        Self {
            all: most.map(|most| Mutex::new(Bucket::limit(most, Instant::now()))),
            lanes: Mutex::default(),
            silence: Mutex::default(),
        }
    }

    /// Waits until it is this request's turn. Turns come in the order they were waited for.
    pub async fn turn(&self, lane: &Lane) {
        let slot = self.lanes().reserve(lane, Instant::now());
        if let Some(slot) = slot {
            tokio::time::sleep_until(slot).await;
        }
        // Only now, so that nobody waits for a lane that has to wait itself.
        if let Some(all) = &self.all {
            let slot = locked(all).reserve(Instant::now());
            tokio::time::sleep_until(slot).await;
        }
    }

    /// A request was answered as it should be, or refused for what it asks.
    pub fn answered(&self, lane: &Lane) {
        self.lanes().answered(lane, Instant::now());
        locked(&self.silence).broken(lane);
    }

    /// A request was answered by something that fails.
    pub fn failing(&self, lane: &Lane) {
        locked(&self.silence).broken(lane);
    }

    /// A request that was sent at `sent` was throttled.
    pub fn throttled(&self, lane: &Lane, sent: Instant) {
        let now = Instant::now();
        let mut lanes = self.lanes();
        let bucket = lanes.buckets.entry(lane.clone());
        bucket
            .or_insert_with(|| Bucket::of(lane).unwrap_or_else(|| Bucket::learnt(now)))
            .slow_down(sent, now);
        drop(lanes);
        locked(&self.silence).broken(lane);
    }

    /// When a request of this lane was last answered, as far as that is remembered: while it is slowed down.
    pub fn last_answer(&self, lane: &Lane) -> Option<Instant> {
        self.lanes().buckets.get(lane).and_then(Bucket::last_answer)
    }

    /// No request to this endpoint gets an answer, however often it is sent.
    pub fn given_up(&self, lane: &Lane) {
        locked(&self.silence).given_up(lane);
    }

    /// What the silence means.
    pub fn silence(&self, lane: &Lane) -> Quiet {
        locked(&self.silence).meaning(lane)
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        locked(&self.lanes)
    }
}

impl Lanes {
    /// When the next request of a lane may be sent; nothing where it may be sent at once.
    fn reserve(&mut self, lane: &Lane, now: Instant) -> Option<Instant> {
        let slot = if let Some(bucket) = self.buckets.get_mut(lane) {
            bucket.reserve(now)
        } else {
            let mut bucket = Bucket::of(lane)?;
            let slot = bucket.reserve(now);
            self.forget_full(now);
            self.buckets.insert(lane.clone(), bucket);
            slot
        };
        (slot > now).then_some(slot)
    }

    fn answered(&mut self, lane: &Lane, now: Instant) {
        let Some(bucket) = self.buckets.get_mut(lane) else {
            return;
        };
        bucket.speed_up(now);
        if bucket.has_nothing_to_hold_back() {
            self.buckets.remove(lane);
        }
    }

    /// A bucket that is full again and has learnt nothing is as good as none: memory does not grow with the organization.
    fn forget_full(&mut self, now: Instant) {
        if self.buckets.len() >= MANY.max(2 * self.kept) {
            self.buckets.retain(|_, bucket| !bucket.is_as_new(now));
            self.kept = self.buckets.len();
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long to wait before a request is repeated for the `turn`th time (from 1): twice as long each time, up to `most`, and
/// not for all at the same moment.
pub(crate) fn pause(lane: &Lane, turn: u32, most: Duration) -> Duration {
    const FIRST: Duration = Duration::from_millis(500);
    let doubled = FIRST.saturating_mul(1_u32.checked_shl(turn.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(most).mul_f64(0.5 + lane.chance(turn) / 2.0)
}
