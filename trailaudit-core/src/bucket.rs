//! What a rule may ask of a bucket.

use crate::observed::{Observed, Opinion};
use crate::organization::{AccountId, BucketId, Region};

/// A bucket that trails deliver their log files to.
pub trait Bucket: Sync {
    /// Its full name.
    fn id(&self) -> &BucketId;

    /// The account it belongs to.
    fn owner(&self) -> &AccountId;

    /// The Region it lives in.
    fn region(&self) -> Observed<Region> {
        Observed::not_collected("the bucket's Region")
    }

    /// Whether anybody may reach into it, by its policy or its access list.
    fn is_public(&self) -> Observed<Opinion> {
        Observed::not_collected("whether the bucket is public")
    }

    /// Where it is written down who reached into it; none when it is not.
    fn access_log(&self) -> Observed<Option<String>> {
        Observed::not_collected("whether access to the bucket is logged")
    }

    /// Whether a second factor is needed to delete a version of an object for good.
    fn needs_second_factor(&self) -> Observed<bool> {
        Observed::not_collected("whether deleting from the bucket needs a second factor")
    }

    /// How new objects are locked against change and deletion; none when they are not.
    fn lock(&self) -> Observed<Option<Lock>> {
        Observed::not_collected("whether objects in the bucket are locked")
    }

    /// What removes objects once they are old enough; empty when nothing does.
    fn expiries(&self) -> Observed<Vec<Expiry>> {
        Observed::not_collected("how long the bucket keeps objects")
    }
}

/// How new objects are locked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// How strictly.
    pub mode: LockMode,
    /// For how many days.
    pub days: u32,
}

/// How strictly objects are locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// Nobody can lift the lock before its time, not even the account's root.
    Compliance,
    /// Whoever was given the right can.
    Governance,
}

/// What removes objects once they are old enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The rule's name.
    pub rule: String,
    /// What the names of the objects begin with; empty for all.
    pub prefix: String,
    /// After how many days; none when they go on a date instead.
    pub days: Option<u32>,
    /// What narrows the rule down to some of these objects (a tag, a size), in words; none when nothing does.
    pub only: Option<String>,
}
