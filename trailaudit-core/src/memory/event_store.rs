//! An event store held in memory.

use crate::event_store::EventStore;
use crate::observed::Observed;
use crate::organization::{EventStoreId, KeyId};

/// An event store that is plain data.
#[derive(Clone, Debug)]
pub struct MemoryEventStore {
    /// [`EventStore::id`].
    pub id: EventStoreId,
    /// [`EventStore::is_live`].
    pub live: Observed<bool>,
    /// [`EventStore::encryption_key`].
    pub key: Observed<Option<KeyId>>,
    /// [`EventStore::is_multi_region`].
    pub multi_region: Observed<bool>,
    /// [`EventStore::is_organization_wide`].
    pub organization_wide: Observed<bool>,
    /// [`EventStore::is_deletion_protected`].
    pub protected: Observed<bool>,
    /// [`EventStore::retention_days`].
    pub retention_days: Observed<u32>,
}

impl MemoryEventStore {
    /// An event store of which nothing is known but that it is there.
    #[must_use]
    pub fn unknown(id: EventStoreId) -> Self {
        Self {
            id,
            live: Observed::not_collected("whether the event store is in use"),
            key: Observed::not_collected("the key that encrypts the event store"),
            multi_region: Observed::not_collected("whether the event store takes in every Region"),
            organization_wide: Observed::not_collected("whether the event store takes in the whole organization"),
            protected: Observed::not_collected("whether the event store is protected against deletion"),
            retention_days: Observed::not_collected("how long the event store keeps events"),
        }
    }
}

impl EventStore for MemoryEventStore {
    fn id(&self) -> &EventStoreId {
        &self.id
    }

    fn is_live(&self) -> Observed<bool> {
        self.live.clone()
    }

    fn encryption_key(&self) -> Observed<Option<KeyId>> {
        self.key.clone()
    }

    fn is_multi_region(&self) -> Observed<bool> {
        self.multi_region.clone()
    }

    fn is_organization_wide(&self) -> Observed<bool> {
        self.organization_wide.clone()
    }

    fn is_deletion_protected(&self) -> Observed<bool> {
        self.protected.clone()
    }

    fn retention_days(&self) -> Observed<u32> {
        self.retention_days.clone()
    }
}
