//! The event data stores of `CloudTrail` Lake, as `GetEventDataStore` shows them.

use std::collections::{BTreeMap, BTreeSet};

use trailaudit_core::event_store::EventStore;
use trailaudit_core::observed::Observed;
use trailaudit_core::organization::{AccountId, EventStoreId, KeyId, Region};
use trailaudit_core::{EvidenceId, Exchange};

use super::few::Few;
use super::kept::Same;
use super::key;
use super::pages::Pages;
use super::said::{self, Part, Said, flag, name, number, word};
use crate::arn::Arn;

const STORES: &str = "the event stores of the Region";

/// What the records show of event stores, by account and Region.
#[derive(Debug, Default)]
pub(super) struct EventStores(BTreeMap<AccountId, Few<Region, Place>>);

#[derive(Debug, Default)]
struct Place {
    pages: Pages,
    /// Nothing where there are none, as in most places.
    stores: Option<Box<Stores>>,
}

#[derive(Debug, Default)]
struct Stores {
    listed: BTreeSet<EventStoreId>,
    read: BTreeMap<EventStoreId, AwsEventStore>,
}

impl EventStores {
    pub(super) fn take(&mut self, id: EvidenceId, exchange: &Exchange, same: &mut Same) {
        let regions = self.0.entry(exchange.account.clone()).or_default();
        let place = regions.get_or_insert_with(same.region(&exchange.region), Place::default);
        match exchange.operation.as_str() {
            "ListEventDataStores" => {
                let arn = |store| Part::of(store)?.must("EventDataStoreArn", name);
                for named in place.pages.entries(id, exchange, ("EventDataStores", STORES), arn) {
                    place.stores.get_or_insert_default().listed.insert(named.into());
                }
            }
            "GetEventDataStore" => {
                let Some(name) = exchange.parameters["EventDataStore"].as_str() else {
                    return;
                };
                let store = AwsEventStore::read(name.into(), id, exchange);
                let better = |known: &AwsEventStore| known.is_read() && !store.is_read();
                let read = &mut place.stores.get_or_insert_default().read;
                if !read.get(&store.id).is_some_and(better) {
                    read.insert(store.id.clone(), store);
                }
            }
            _ => (),
        }
    }

    /// Takes less room for an account, when its records were read: others have the same Regions.
    pub(super) fn share(&mut self, account: &AccountId, same: &mut Same) {
        if let Some(regions) = self.0.get_mut(account) {
            regions.share(|regions| same.plan(regions));
        }
    }

    /// Once everything was read: a store that is listed and was not asked about is there all the same.
    pub(super) fn settle(&mut self) {
        let places = self.0.values_mut().flat_map(Few::values_mut);
        for stores in places.filter_map(|place| place.stores.as_deref_mut()) {
            for id in &stores.listed {
                let unasked = || AwsEventStore::unasked(id.clone());
                stores.read.entry(id.clone()).or_insert_with(unasked);
            }
        }
    }

    pub(super) fn listed_in(&self, account: &AccountId, region: &Region) -> Option<Observed<Vec<&dyn EventStore>>> {
        let place = self.0.get(account)?.get(region)?;
        let stores = || {
            let stores = place.stores.iter();
            let listed = stores.flat_map(|stores| stores.listed.iter().filter_map(|id| stores.read.get(id)));
            listed.map(|store| -> &dyn EventStore { store }).collect()
        };
        Some(place.pages.complete(STORES).map(|()| stores()))
    }

    /// The keys that stores name, each with what shows it.
    pub(super) fn keys(&self) -> impl Iterator<Item = Observed<Option<KeyId>>> {
        let places = self.0.values().flat_map(Few::iter);
        let stores = places.filter_map(|(_, place)| place.stores.as_deref());
        stores.flat_map(|stores| stores.read.values().map(EventStore::encryption_key))
    }
}

/// One event data store.
#[derive(Debug)]
struct AwsEventStore {
    id: EventStoreId,
    live: Observed<bool>,
    key: Observed<Option<KeyId>>,
    multi_region: Observed<bool>,
    organization_wide: Observed<bool>,
    protected: Observed<bool>,
    retention: Observed<u32>,
}

#[deny(clippy::missing_trait_methods)]
impl EventStore for AwsEventStore {
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
        self.retention.clone()
    }
}

const LIVE: &str = "whether the event store is in use";
const KEY: &str = "the key that encrypts the event store";
const REGIONS: &str = "whether the event store takes in every Region";
const ACCOUNTS: &str = "whether the event store takes in the whole organization";
const PROTECTED: &str = "whether the event store is protected against deletion";
const RETENTION: &str = "how long the event store keeps events";

impl AwsEventStore {
    fn unasked(id: EventStoreId) -> Self {
        Self {
            id,
            live: Observed::not_collected(LIVE),
            key: Observed::not_collected(KEY),
            multi_region: Observed::not_collected(REGIONS),
            organization_wide: Observed::not_collected(ACCOUNTS),
            protected: Observed::not_collected(PROTECTED),
            retention: Observed::not_collected(RETENTION),
        }
    }

    fn is_read(&self) -> bool {
        matches!(self.key, Observed::Known { .. }) || matches!(self.live, Observed::Known { .. })
    }

    /// What one `GetEventDataStore` shows. A store without a key of its own has no `KmsKeyId`; all else it always tells.
    fn read(store: EventStoreId, id: EvidenceId, exchange: &Exchange) -> Self {
        let is = |field: &str, wanted| said::told(id, exchange, wanted, |answer| answer.must(field, flag));
        let partition = Arn::parse(store.as_str()).map_or("aws", |arn| arn.partition);
        let absolute = |name: &str| key::absolute(name, partition, &exchange.account, &exchange.region);
        let days = |value| number(value)?.try_into().ok();
        Self {
            live: said::told(id, exchange, LIVE, takes_events),
            key: said::told(id, exchange, KEY, |answer| Ok(answer.name("KmsKeyId")?.map(absolute))),
            multi_region: is("MultiRegionEnabled", REGIONS),
            organization_wide: is("OrganizationEnabled", ACCOUNTS),
            protected: is("TerminationProtectionEnabled", PROTECTED),
            retention: said::told(id, exchange, RETENTION, |answer| answer.must("RetentionPeriod", days)),
            id: store,
        }
    }
}

/// Whether a store in its status takes in events (botocore, `EventDataStoreStatus`).
fn takes_events(store: Part<'_>) -> Said<bool> {
    const TAKES: [&str; 3] = ["CREATED", "ENABLED", "STARTING_INGESTION"];
    const TAKES_NONE: [&str; 3] = ["STOPPING_INGESTION", "STOPPED_INGESTION", "PENDING_DELETION"];
    let status = store.must("Status", word(&[TAKES, TAKES_NONE].concat()))?;
    Ok(TAKES.contains(&status))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_store_takes_in_events_as_its_status_says() {
        let read = |status: Value| {
            let store = json!({"Status": status});
            takes_events(Part::of(&store).unwrap()).ok()
        };
        assert_eq!(
            [read("ENABLED".into()), read("PENDING_DELETION".into())],
            [Some(true), Some(false)]
        );
        for odd in [json!("zz"), json!(7), json!(null)] {
            assert_eq!(read(odd.clone()), None, "{odd}");
        }
    }
}
