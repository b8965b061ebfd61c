//! Recorded exchanges as the facts the rules read: the only way from evidence to verdict, live or years later.

mod account;
mod key;
mod log_group;
mod organization;
mod pages;
mod reading;
mod selectors;
mod trail;

use std::collections::BTreeMap;

use trailaudit_core::inventory::{Inventory, Sighting};
use trailaudit_core::observed::{Call, Gap, GapReason, Observed};
use trailaudit_core::organization::{Account, AccountId, KeyId, LogGroupId, Organization, Region, TrailId};
use trailaudit_core::{EvidenceId, Exchange, Key, LogGroup, Trail};

pub use reading::Reading;

use self::account::Unit;
use self::key::AwsKey;
use self::log_group::AwsLogGroup;
use self::organization::Facts;
use self::trail::AwsTrail;
use crate::gap;

/// Everything the recorded exchanges show about one organization, joined by id and held in little memory: no
/// exchange is kept.
#[derive(Debug)]
pub struct AwsInventory {
    organization: Organization,
    accounts: Vec<Account>,
    account_list: Observed<()>,
    units: BTreeMap<AccountId, Unit>,
    trails: BTreeMap<TrailId, AwsTrail>,
    keys: BTreeMap<KeyId, Observed<Option<AwsKey>>>,
    log_groups: BTreeMap<LogGroupId, Observed<Option<AwsLogGroup>>>,
    delegated: Observed<Vec<AccountId>>,
    facts: Facts,
}

impl Inventory for AwsInventory {
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
        match self.units.get(account) {
            Some(unit) => unit.entry(account),
            None => Observed::not_collected("the account"),
        }
    }

    fn regions(&self, account: &AccountId) -> Vec<Region> {
        self.units
            .get(account)
            .map(|unit| unit.plan().keys().cloned().collect())
            .unwrap_or_default()
    }

    fn region_list(&self, account: &AccountId) -> Observed<()> {
        match self.units.get(account) {
            Some(unit) => unit.region_list(),
            None => Observed::not_collected("the list of Regions"),
        }
    }

    fn trails_in(&self, account: &AccountId, region: &Region) -> Observed<&[Sighting]> {
        match self.units.get(account).and_then(|unit| unit.plan().get(region)) {
            Some(listing) => listing.as_ref().map(|sightings| &**sightings),
            None => Observed::not_collected("the trails of the Region"),
        }
    }

    fn trails(&self) -> Vec<&dyn Trail> {
        self.trails.values().map(|trail| -> &dyn Trail { trail }).collect()
    }

    fn trail(&self, id: &TrailId) -> Option<&dyn Trail> {
        self.trails.get(id).map(|trail| -> &dyn Trail { trail })
    }

    fn is_logging_for(&self, trail: &TrailId, account: &AccountId) -> Observed<bool> {
        const WANTED: &str = "whether the trail is logging";
        let owner = self.trails.get(trail);
        if owner.is_some_and(|trail| trail.owner() == account) {
            return owner.map_or_else(|| Observed::not_collected(WANTED), Trail::is_logging);
        }
        match (self.units.get(account).and_then(|unit| unit.logging(trail)), owner) {
            (Some(read @ Observed::Known { .. }), _) => read.clone(),
            // The member was refused, and the refusal is on record: the owner's answer stands.
            (Some(Observed::Unknown(_)), Some(owner)) => owner.is_logging(),
            _ => Observed::not_collected(WANTED),
        }
    }

    fn key(&self, id: &KeyId) -> Observed<Option<&dyn Key>> {
        match self.keys.get(id) {
            Some(key) => key.as_ref().map(|key| key.as_ref().map(|key| -> &dyn Key { key })),
            None => Observed::not_collected("the key"),
        }
    }

    fn log_group(&self, id: &LogGroupId) -> Observed<Option<&dyn LogGroup>> {
        match self.log_groups.get(id) {
            Some(group) => group
                .as_ref()
                .map(|group| group.as_ref().map(|group| -> &dyn LogGroup { group })),
            None => Observed::not_collected("the log group"),
        }
    }

    fn delegated_administrators(&self) -> Observed<Vec<AccountId>> {
        self.delegated.clone()
    }

    fn described_organization(&self) -> Observed<Option<Organization>> {
        self.facts.organization.clone()
    }

    fn is_member(&self, account: &AccountId) -> Observed<bool> {
        self.facts.is_member(account)
    }

    fn has_all_features(&self) -> Observed<bool> {
        self.facts.all_features.clone()
    }
}

/// The gap an exchange leaves where a fact was wanted.
fn gap_of(exchange: &Exchange, id: EvidenceId, wanted: &'static str) -> Gap {
    let why = gap::reason(exchange).unwrap_or_else(|| GapReason::Unreadable("the answer does not say it".into()));
    Gap {
        wanted,
        call: Some(Box::new(call_of(exchange))),
        why,
        evidence: Some(id.into()),
    }
}

fn call_of(exchange: &Exchange) -> Call {
    Call {
        service: exchange.service.clone(),
        operation: exchange.operation.clone(),
        account: exchange.account.clone(),
        region: exchange.region.clone(),
    }
}

/// Keeps what tells more: a call that was refused and then repeated (with renewed credentials) is on record twice, and
/// the answer counts, wherever it stands.
fn learn<T>(known: &mut Observed<T>, news: Observed<T>) {
    if !matches!((&*known, &news), (Observed::Known { .. }, Observed::Unknown(_))) {
        *known = news;
    }
}
