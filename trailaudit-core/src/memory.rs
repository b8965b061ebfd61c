//! An organization held in memory: for tests, for examples, and for providers that need nothing more.

mod alarm;
mod bucket;
mod event_store;
mod key;
mod log_group;
mod trail;

use std::collections::BTreeMap;

use crate::alert::Alarm;
use crate::bucket::Bucket;
use crate::event_store::EventStore;
use crate::inventory::{Inventory, Sighting, Tampering};
use crate::key::Key;
use crate::log_group::LogGroup;
use crate::observed::{Observed, Opinion};
use crate::organization::{Account, AccountId, AlarmId, BucketId, KeyId, LogGroupId, Organization, Region, TrailId};
use crate::trail::{Channel, Delivery, Trail};

pub use alarm::MemoryAlarm;
pub use bucket::MemoryBucket;
pub use event_store::MemoryEventStore;
pub use key::MemoryKey;
pub use log_group::MemoryLogGroup;
pub use trail::MemoryTrail;

type Deliveries = BTreeMap<Channel, Observed<Delivery>>;
type EventStores = Vec<Box<dyn EventStore + Send>>;

/// An inventory that is plain data. What was never put in is unknown.
pub struct MemoryInventory {
    organization: Organization,
    accounts: Vec<Account>,
    account_list: Observed<()>,
    entries: BTreeMap<AccountId, Observed<()>>,
    region_lists: BTreeMap<AccountId, Observed<()>>,
    listings: BTreeMap<AccountId, BTreeMap<Region, Observed<Vec<Sighting>>>>,
    trails: BTreeMap<TrailId, Box<dyn Trail + Send>>,
    logging: BTreeMap<TrailId, BTreeMap<AccountId, Observed<bool>>>,
    deliveries: BTreeMap<TrailId, BTreeMap<AccountId, BTreeMap<Region, Deliveries>>>,
    keys: BTreeMap<KeyId, Observed<Option<Box<dyn Key + Send>>>>,
    log_groups: BTreeMap<LogGroupId, Observed<Option<Box<dyn LogGroup + Send>>>>,
    buckets: BTreeMap<BucketId, Observed<Option<Box<dyn Bucket + Send>>>>,
    alarms: BTreeMap<AlarmId, Observed<Option<Box<dyn Alarm + Send>>>>,
    event_stores: BTreeMap<AccountId, BTreeMap<Region, Observed<EventStores>>>,
    delegated: Observed<Vec<AccountId>>,
    described: Observed<Option<Organization>>,
    all_features: Observed<bool>,
    strangers: BTreeMap<AccountId, Observed<bool>>,
    trusted: Observed<bool>,
    denials: BTreeMap<AccountId, BTreeMap<Tampering, Observed<Option<Opinion>>>>,
}

impl MemoryInventory {
    /// An organization about which nothing is known yet.
    #[must_use]
    pub fn new(organization: Organization) -> Self {
        Self {
            organization,
            accounts: Vec::new(),
            account_list: Observed::not_collected("the list of accounts"),
            entries: BTreeMap::new(),
            region_lists: BTreeMap::new(),
            listings: BTreeMap::new(),
            trails: BTreeMap::new(),
            logging: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            keys: BTreeMap::new(),
            log_groups: BTreeMap::new(),
            buckets: BTreeMap::new(),
            alarms: BTreeMap::new(),
            event_stores: BTreeMap::new(),
            delegated: Observed::not_collected("who administers audit trails by delegation"),
            described: Observed::not_collected("whether there is an organization"),
            all_features: Observed::not_collected("which features of the organization are on"),
            strangers: BTreeMap::new(),
            trusted: Observed::not_collected("whether the organization trusts the audit service"),
            denials: BTreeMap::new(),
        }
    }

    /// Says whether the list of accounts is complete.
    pub fn set_account_list(&mut self, list: Observed<()>) {
        self.account_list = list;
    }

    /// Adds an account and says whether it was entered and its Regions listed.
    pub fn add_account(&mut self, account: Account, entry: Observed<()>, region_list: Observed<()>) {
        self.entries.insert(account.id.clone(), entry);
        self.region_lists.insert(account.id.clone(), region_list);
        self.accounts.push(account);
        self.accounts.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// Plans a Region of an account and says which trails it lists.
    pub fn set_trails_in(&mut self, account: &AccountId, region: &Region, trails: Observed<Vec<Sighting>>) {
        self.listings
            .entry(account.clone())
            .or_default()
            .insert(region.clone(), trails);
    }

    /// Adds a trail as its owner shows it.
    pub fn add_trail(&mut self, trail: impl Trail + Send + 'static) {
        self.trails.insert(trail.id().clone(), Box::new(trail));
    }

    /// Says whether a trail logs for an account that is not its owner.
    pub fn set_logging_for(&mut self, trail: &TrailId, account: &AccountId, logging: Observed<bool>) {
        let of_trail = self.logging.entry(trail.clone()).or_default();
        of_trail.insert(account.clone(), logging);
    }

    /// Says how a trail delivers what happens in a Region of an account. Of what is not said, the trail itself tells in
    /// its owner's home Region.
    pub fn set_delivery_in(
        &mut self,
        trail: &TrailId,
        account: &AccountId,
        region: &Region,
        channel: Channel,
        delivery: Observed<Delivery>,
    ) {
        let of_trail = self.deliveries.entry(trail.clone()).or_default();
        let of_account = of_trail.entry(account.clone()).or_default();
        of_account.entry(region.clone()).or_default().insert(channel, delivery);
    }

    /// Says what is known of a key.
    pub fn set_key(&mut self, id: &KeyId, key: Observed<Option<Box<dyn Key + Send>>>) {
        self.keys.insert(id.clone(), key);
    }

    /// Says what is known of a log group.
    pub fn set_log_group(&mut self, id: &LogGroupId, group: Observed<Option<Box<dyn LogGroup + Send>>>) {
        self.log_groups.insert(id.clone(), group);
    }

    /// Says what is known of a bucket.
    pub fn set_bucket(&mut self, id: &BucketId, bucket: Observed<Option<Box<dyn Bucket + Send>>>) {
        self.buckets.insert(id.clone(), bucket);
    }

    /// Says what is known of an alarm.
    pub fn set_alarm(&mut self, id: &AlarmId, alarm: Observed<Option<Box<dyn Alarm + Send>>>) {
        self.alarms.insert(id.clone(), alarm);
    }

    /// Says which event stores a Region of an account has.
    pub fn set_event_stores_in(
        &mut self,
        account: &AccountId,
        region: &Region,
        stores: Observed<Vec<Box<dyn EventStore + Send>>>,
    ) {
        let of_account = self.event_stores.entry(account.clone()).or_default();
        of_account.insert(region.clone(), stores);
    }

    /// Says to whom the administration of audit trails was delegated.
    pub fn set_delegated_administrators(&mut self, accounts: Observed<Vec<AccountId>>) {
        self.delegated = accounts;
    }

    /// Says whether there is an organization, to which every account belongs of which nothing else is said.
    pub fn set_in_organization(&mut self, is_there: Observed<bool>) {
        self.described = is_there.map(|is_there| is_there.then(|| self.organization.clone()));
    }

    /// Says whether one account belongs to the organization.
    pub fn set_member(&mut self, account: &AccountId, is_member: Observed<bool>) {
        self.strangers.insert(account.clone(), is_member);
    }

    /// Says whether every feature of the organization is on.
    pub fn set_all_features(&mut self, on: Observed<bool>) {
        self.all_features = on;
    }

    /// Says whether the audit service may act across the organization.
    pub fn set_trusts_trail_service(&mut self, trusted: Observed<bool>) {
        self.trusted = trusted;
    }

    /// Says whether policies of the organization deny `tampering` to an account.
    pub fn set_denial(&mut self, tampering: Tampering, account: &AccountId, denial: Observed<Option<Opinion>>) {
        let of_account = self.denials.entry(account.clone()).or_default();
        of_account.insert(tampering, denial);
    }
}

impl Inventory for MemoryInventory {
    fn organization(&self) -> &Organization {
        &self.organization
    }

    fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    fn account_list(&self) -> Observed<()> {
        self.account_list.clone()
    }

    fn entry(&self, account: &AccountId) -> Observed<()> {
        self.entries
            .get(account)
            .cloned()
            .unwrap_or_else(|| Observed::not_collected("the account"))
    }

    fn regions(&self, account: &AccountId) -> Vec<Region> {
        self.listings
            .get(account)
            .map(|regions| regions.keys().cloned().collect())
            .unwrap_or_default()
    }

    fn region_list(&self, account: &AccountId) -> Observed<()> {
        self.region_lists
            .get(account)
            .cloned()
            .unwrap_or_else(|| Observed::not_collected("the list of Regions"))
    }

    fn trails_in(&self, account: &AccountId, region: &Region) -> Observed<&[Sighting]> {
        match self.listings.get(account).and_then(|regions| regions.get(region)) {
            Some(listing) => listing.as_ref().map(Vec::as_slice),
            None => Observed::not_collected("the trails of the Region"),
        }
    }

    fn listings(&self, account: &AccountId) -> Vec<(Region, Observed<&[Sighting]>)> {
        let listed = self.listings.get(account).into_iter().flatten();
        listed
            .map(|(region, listing)| (region.clone(), listing.as_ref().map(Vec::as_slice)))
            .collect()
    }

    fn trails(&self) -> Vec<&dyn Trail> {
        self.trails
            .values()
            .map(|trail| -> &dyn Trail { trail.as_ref() })
            .collect()
    }

    fn trail(&self, id: &TrailId) -> Option<&dyn Trail> {
        self.trails.get(id).map(|trail| -> &dyn Trail { trail.as_ref() })
    }

    fn is_logging_for(&self, trail: &TrailId, account: &AccountId) -> Observed<bool> {
        let read = self.logging.get(trail).and_then(|of_trail| of_trail.get(account));
        match (read, self.trail(trail)) {
            (Some(logging @ Observed::Known { .. }), _) => logging.clone(),
            (_, Some(trail)) => trail.is_logging(),
            (_, None) => Observed::not_collected("whether the trail is logging"),
        }
    }

    fn key(&self, id: &KeyId) -> Observed<Option<&dyn Key>> {
        match self.keys.get(id) {
            Some(key) => key
                .as_ref()
                .map(|key| key.as_ref().map(|key| -> &dyn Key { key.as_ref() })),
            None => Observed::not_collected("the key"),
        }
    }

    fn log_group(&self, id: &LogGroupId) -> Observed<Option<&dyn LogGroup>> {
        match self.log_groups.get(id) {
            Some(group) => group
                .as_ref()
                .map(|group| group.as_ref().map(|group| -> &dyn LogGroup { group.as_ref() })),
            None => Observed::not_collected("the log group"),
        }
    }

    fn delivery_in(
        &self,
        trail: &TrailId,
        account: &AccountId,
        region: &Region,
        channel: Channel,
    ) -> Observed<Delivery> {
        let of_account = self.deliveries.get(trail).and_then(|of_trail| of_trail.get(account));
        let of_region = of_account.and_then(|of_account| of_account.get(region));
        match (
            of_region.and_then(|of_region| of_region.get(&channel)),
            self.trail(trail),
        ) {
            (Some(delivery), _) => delivery.clone(),
            (None, Some(trail)) if trail.owner() == account && trail.home_region() == region => trail.delivery(channel),
            _ => Observed::not_collected("how the trail delivers from the Region"),
        }
    }

    fn bucket(&self, id: &BucketId) -> Observed<Option<&dyn Bucket>> {
        match self.buckets.get(id) {
            Some(bucket) => bucket
                .as_ref()
                .map(|bucket| bucket.as_ref().map(|bucket| -> &dyn Bucket { bucket.as_ref() })),
            None => Observed::not_collected("the bucket"),
        }
    }

    fn alarm(&self, id: &AlarmId) -> Observed<Option<&dyn Alarm>> {
        match self.alarms.get(id) {
            Some(alarm) => alarm
                .as_ref()
                .map(|alarm| alarm.as_ref().map(|alarm| -> &dyn Alarm { alarm.as_ref() })),
            None => Observed::not_collected("the alarm"),
        }
    }

    fn event_stores_in(&self, account: &AccountId, region: &Region) -> Observed<Vec<&dyn EventStore>> {
        let of_account = self.event_stores.get(account);
        match of_account.and_then(|of_account| of_account.get(region)) {
            Some(stores) => stores.as_ref().map(|stores| {
                let stores = stores.iter().map(|store| -> &dyn EventStore { store.as_ref() });
                stores.collect()
            }),
            None => Observed::not_collected("the event stores of the Region"),
        }
    }

    fn delegated_administrators(&self) -> Observed<Vec<AccountId>> {
        self.delegated.clone()
    }

    fn described_organization(&self) -> Observed<Option<Organization>> {
        self.described.clone()
    }

    fn is_member(&self, account: &AccountId) -> Observed<bool> {
        match self.strangers.get(account) {
            Some(said) => said.clone(),
            None => self.described.as_ref().map(Option::is_some),
        }
    }

    fn has_all_features(&self) -> Observed<bool> {
        self.all_features.clone()
    }

    fn trusts_trail_service(&self) -> Observed<bool> {
        self.trusted.clone()
    }

    fn denies(&self, tampering: Tampering, account: &AccountId) -> Observed<Option<Opinion>> {
        let of_account = self.denials.get(account);
        of_account
            .and_then(|of_account| of_account.get(&tampering))
            .cloned()
            .unwrap_or_else(|| Observed::not_collected("what policies of the organization deny the account"))
    }
}
