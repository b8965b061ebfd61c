//! An organization held in memory: for tests, for examples, and for providers that need nothing more.

mod trail;

use std::collections::BTreeMap;

use crate::inventory::{Inventory, Sighting};
use crate::key::{Key, KeyManager, KeyState};
use crate::log_group::{LogGroup, Retention};
use crate::observed::Observed;
use crate::organization::{Account, AccountId, KeyId, LogGroupId, Organization, Region, TrailId};
use crate::trail::Trail;

pub use trail::MemoryTrail;

/// An inventory that is plain data. What was never put in is unknown.
pub struct MemoryInventory {
    organization: Organization,
    accounts: Vec<Account>,
    account_list: Observed<()>,
    entries: BTreeMap<AccountId, Observed<()>>,
    region_lists: BTreeMap<AccountId, Observed<()>>,
    listings: BTreeMap<AccountId, BTreeMap<Region, Observed<Vec<Sighting>>>>,
    trails: BTreeMap<TrailId, Box<dyn Trail + Send>>,
    logging: BTreeMap<(TrailId, AccountId), Observed<bool>>,
    keys: BTreeMap<KeyId, Observed<Option<Box<dyn Key + Send>>>>,
    log_groups: BTreeMap<LogGroupId, Observed<Option<Box<dyn LogGroup + Send>>>>,
    delegated: Observed<Vec<AccountId>>,
    described: Observed<Option<Organization>>,
    all_features: Observed<bool>,
    strangers: BTreeMap<AccountId, Observed<bool>>,
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
            keys: BTreeMap::new(),
            log_groups: BTreeMap::new(),
            delegated: Observed::not_collected("who administers audit trails by delegation"),
            described: Observed::not_collected("whether there is an organization"),
            all_features: Observed::not_collected("which features of the organization are on"),
            strangers: BTreeMap::new(),
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
        self.logging.insert((trail.clone(), account.clone()), logging);
    }

    /// Says what is known of a key.
    pub fn set_key(&mut self, id: &KeyId, key: Observed<Option<Box<dyn Key + Send>>>) {
        self.keys.insert(id.clone(), key);
    }

    /// Says what is known of a log group.
    pub fn set_log_group(&mut self, id: &LogGroupId, group: Observed<Option<Box<dyn LogGroup + Send>>>) {
        self.log_groups.insert(id.clone(), group);
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
        match (self.logging.get(&(trail.clone(), account.clone())), self.trail(trail)) {
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
}

/// A key that is plain data.
#[derive(Clone, Debug)]
pub struct MemoryKey {
    /// [`Key::id`].
    pub id: KeyId,
    /// [`Key::manager`].
    pub manager: Observed<KeyManager>,
    /// [`Key::state`].
    pub state: Observed<KeyState>,
}

impl MemoryKey {
    /// A key of which nothing is known but that it is there.
    #[must_use]
    pub fn unknown(id: KeyId) -> Self {
        Self {
            id,
            manager: Observed::not_collected("who manages the key"),
            state: Observed::not_collected("the key's state"),
        }
    }
}

impl Key for MemoryKey {
    fn id(&self) -> &KeyId {
        &self.id
    }

    fn manager(&self) -> Observed<KeyManager> {
        self.manager.clone()
    }

    fn state(&self) -> Observed<KeyState> {
        self.state.clone()
    }
}

/// A log group that is plain data.
#[derive(Clone, Debug)]
pub struct MemoryLogGroup {
    /// [`LogGroup::id`].
    pub id: LogGroupId,
    /// [`LogGroup::retention`].
    pub retention: Observed<Retention>,
    /// [`LogGroup::encryption_key`].
    pub key: Observed<Option<KeyId>>,
    /// [`LogGroup::is_deletion_protected`].
    pub protected: Observed<bool>,
}

impl MemoryLogGroup {
    /// A log group of which nothing is known but that it is there.
    #[must_use]
    pub fn unknown(id: LogGroupId) -> Self {
        Self {
            id,
            retention: Observed::not_collected("how long the log group keeps events"),
            key: Observed::not_collected("the key that encrypts the log group"),
            protected: Observed::not_collected("whether the log group is protected against deletion"),
        }
    }
}

impl LogGroup for MemoryLogGroup {
    fn id(&self) -> &LogGroupId {
        &self.id
    }

    fn retention(&self) -> Observed<Retention> {
        self.retention.clone()
    }

    fn encryption_key(&self) -> Observed<Option<KeyId>> {
        self.key.clone()
    }

    fn is_deletion_protected(&self) -> Observed<bool> {
        self.protected.clone()
    }
}
