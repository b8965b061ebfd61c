//! A bucket held in memory.

use crate::bucket::{Bucket, Expiry, Lock};
use crate::observed::{Observed, Opinion};
use crate::organization::{AccountId, BucketId, Region};

/// A bucket that is plain data.
#[derive(Clone, Debug)]
pub struct MemoryBucket {
    /// [`Bucket::id`].
    pub id: BucketId,
    /// [`Bucket::owner`].
    pub owner: AccountId,
    /// [`Bucket::region`].
    pub region: Observed<Region>,
    /// [`Bucket::is_public`].
    pub public: Observed<Opinion>,
    /// [`Bucket::access_log`].
    pub access_log: Observed<Option<String>>,
    /// [`Bucket::needs_second_factor`].
    pub second_factor: Observed<bool>,
    /// [`Bucket::lock`].
    pub lock: Observed<Option<Lock>>,
    /// [`Bucket::expiries`].
    pub expiries: Observed<Vec<Expiry>>,
}

impl MemoryBucket {
    /// A bucket of which nothing is known but that it is there.
    #[must_use]
    pub fn unknown(id: BucketId, owner: AccountId) -> Self {
        Self {
            id,
            owner,
            region: Observed::not_collected("the bucket's Region"),
            public: Observed::not_collected("whether the bucket is public"),
            access_log: Observed::not_collected("whether access to the bucket is logged"),
            second_factor: Observed::not_collected("whether deleting from the bucket needs a second factor"),
            lock: Observed::not_collected("whether objects in the bucket are locked"),
            expiries: Observed::not_collected("how long the bucket keeps objects"),
        }
    }
}

impl Bucket for MemoryBucket {
    fn id(&self) -> &BucketId {
        &self.id
    }

    fn owner(&self) -> &AccountId {
        &self.owner
    }

    fn region(&self) -> Observed<Region> {
        self.region.clone()
    }

    fn is_public(&self) -> Observed<Opinion> {
        self.public.clone()
    }

    fn access_log(&self) -> Observed<Option<String>> {
        self.access_log.clone()
    }

    fn needs_second_factor(&self) -> Observed<bool> {
        self.second_factor.clone()
    }

    fn lock(&self) -> Observed<Option<Lock>> {
        self.lock.clone()
    }

    fn expiries(&self) -> Observed<Vec<Expiry>> {
        self.expiries.clone()
    }
}
