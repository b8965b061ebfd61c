//! What a rule may ask of a store that keeps events ready to be queried.

use crate::observed::Observed;
use crate::organization::{EventStoreId, KeyId};

/// A store of events (in AWS an event data store of CloudTrail Lake).
pub trait EventStore: Sync {
    /// Its full name.
    fn id(&self) -> &EventStoreId;

    /// Whether it still takes in events, and is not on its way to be deleted.
    fn is_live(&self) -> Observed<bool> {
        Observed::not_collected("whether the event store is in use")
    }

    /// The key it is encrypted with, when it names one.
    fn encryption_key(&self) -> Observed<Option<KeyId>> {
        Observed::not_collected("the key that encrypts the event store")
    }

    /// Whether it takes in the events of every Region.
    fn is_multi_region(&self) -> Observed<bool> {
        Observed::not_collected("whether the event store takes in every Region")
    }

    /// Whether it takes in the events of every account of the organization.
    fn is_organization_wide(&self) -> Observed<bool> {
        Observed::not_collected("whether the event store takes in the whole organization")
    }

    /// Whether it refuses to be deleted.
    fn is_deletion_protected(&self) -> Observed<bool> {
        Observed::not_collected("whether the event store is protected against deletion")
    }

    /// For how many days it keeps events.
    fn retention_days(&self) -> Observed<u32> {
        Observed::not_collected("how long the event store keeps events")
    }
}
