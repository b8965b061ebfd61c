//! A bucket as S3 shows it: whose it is, and setting by setting how it keeps what is in it.

mod access;
mod retention;

use trailaudit_core::bucket::{Bucket, Expiry, Lock};
use trailaudit_core::observed::{Observed, Opinion};
use trailaudit_core::organization::{AccountId, BucketId, Region};

pub(super) use self::access::{AccessBlock, access_block, is_policy_public, open_grants, public};
pub(super) use self::retention::{access_log, expiries, lock, needs_second_factor};

/// A bucket whose owner was found.
#[derive(Debug)]
pub(super) struct AwsBucket {
    pub(super) id: BucketId,
    pub(super) owner: AccountId,
    pub(super) region: Observed<Region>,
    pub(super) public: Observed<Opinion>,
    pub(super) access_log: Observed<Option<String>>,
    pub(super) second_factor: Observed<bool>,
    pub(super) lock: Observed<Option<Lock>>,
    pub(super) expiries: Observed<Vec<Expiry>>,
}

#[deny(clippy::missing_trait_methods)]
impl Bucket for AwsBucket {
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
