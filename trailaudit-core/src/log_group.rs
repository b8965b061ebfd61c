//! What a rule may ask of a log group.

use crate::observed::Observed;
use crate::organization::{KeyId, LogGroupId};

/// A log group a trail delivers to.
pub trait LogGroup: Sync {
    /// Its full name.
    fn id(&self) -> &LogGroupId;

    /// How long it keeps events.
    fn retention(&self) -> Observed<Retention> {
        Observed::not_collected("how long the log group keeps events")
    }

    /// The key it is encrypted with, when it names one.
    fn encryption_key(&self) -> Observed<Option<KeyId>> {
        Observed::not_collected("the key that encrypts the log group")
    }

    /// Whether it refuses to be deleted.
    fn is_deletion_protected(&self) -> Observed<bool> {
        Observed::not_collected("whether the log group is protected against deletion")
    }
}

/// How long a log group keeps events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// For ever.
    Forever,
    /// For so many days.
    Days(u32),
}
