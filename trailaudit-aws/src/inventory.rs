//! Recorded exchanges as the facts the rules read: the only way from evidence to verdict, live or years later.

mod account;
mod alerts;
mod bucket;
mod buckets;
mod event_stores;
mod few;
mod guardrails;
mod joining;
mod kept;
mod key;
mod keys;
mod log_group;
mod members;
mod organization;
mod pages;
mod reading;
mod roles;
mod said;
mod selectors;
mod trail;
mod words;

use std::collections::BTreeMap;

use trailaudit_core::alert::Alarm;
use trailaudit_core::bucket::Bucket;
use trailaudit_core::event_store::EventStore;
use trailaudit_core::inventory::{Inventory, Sighting, Tampering};
use trailaudit_core::observed::{Call, Gap, GapReason, Observed, Opinion};
use trailaudit_core::organization::{
    Account, AccountId, AlarmId, BucketId, KeyId, LogGroupId, Organization, Region, TrailId,
};
use trailaudit_core::trail::{Channel, Delivery};
use trailaudit_core::{EvidenceId, Exchange, Key, LogGroup, Trail};

pub(crate) use key::{rotating_key, why_never_rotated};
pub use reading::Reading;

use self::account::Unit;
use self::alerts::Alerts;
use self::bucket::AwsBucket;
use self::event_stores::EventStores;
use self::few::Few;
use self::guardrails::Guardrails;
use self::kept::Kept;
use self::key::AwsKey;
use self::log_group::AwsLogGroup;
use self::organization::Facts;
use self::trail::AwsTrail;
use crate::gap;
use crate::partition::Partition;

/// Everything the recorded exchanges show about one organization, joined by id and held in little memory: no
/// exchange is kept.
#[derive(Debug)]
pub struct AwsInventory {
    organization: Organization,
    accounts: Vec<Account>,
    account_list: Observed<()>,
    units: BTreeMap<AccountId, Box<Unit>>,
    trails: BTreeMap<TrailId, AwsTrail>,
    /// The trails that each account owns.
    trails_of: BTreeMap<AccountId, Vec<TrailId>>,
    keys: BTreeMap<KeyId, Observed<Option<AwsKey>>>,
    log_groups: BTreeMap<LogGroupId, Observed<Option<AwsLogGroup>>>,
    buckets: BTreeMap<BucketId, Observed<Option<AwsBucket>>>,
    alerts: Alerts,
    event_stores: EventStores,
    delegated: Observed<Vec<AccountId>>,
    guardrails: Guardrails,
    facts: Facts,
    partition: String,
}

#[deny(clippy::missing_trait_methods)]
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
            .map(|unit| unit.plan().iter().map(|(region, _)| region.clone()).collect())
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

    fn listings(&self, account: &AccountId) -> Vec<(Region, Observed<&[Sighting]>)> {
        let plan = self.units.get(account).map(|unit| unit.plan());
        let listed = plan.into_iter().flat_map(Few::iter);
        listed
            .map(|(region, listing)| (region.clone(), listing.as_ref().map(|sightings| &**sightings)))
            .collect()
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
            (Some(read @ Observed::Known { .. }), _) => read,
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

    fn delivery_in(
        &self,
        trail: &TrailId,
        account: &AccountId,
        region: &Region,
        channel: Channel,
    ) -> Observed<Delivery> {
        let read = match self.trails.get(trail) {
            Some(trail) if trail.owner() == account => trail.status_in(region).map(Observed::as_ref),
            _ => self.units.get(account).and_then(|unit| unit.copy_in(trail, region)),
        };
        match read {
            Some(status) => status.then(|status| status.delivery(channel)),
            None => Observed::not_collected("how the trail delivers from the Region"),
        }
    }

    fn bucket(&self, id: &BucketId) -> Observed<Option<&dyn Bucket>> {
        match self.buckets.get(id) {
            Some(bucket) => bucket
                .as_ref()
                .map(|bucket| bucket.as_ref().map(|bucket| -> &dyn Bucket { bucket })),
            None => Observed::not_collected("the bucket"),
        }
    }

    fn alarm(&self, id: &AlarmId) -> Observed<Option<&dyn Alarm>> {
        let alarm = self.alerts.alarm(id);
        alarm.unwrap_or_else(|| Observed::not_collected("the alarm"))
    }

    fn event_stores_in(&self, account: &AccountId, region: &Region) -> Observed<Vec<&dyn EventStore>> {
        const WANTED: &str = "the event stores of the Region";
        if let Some(listed) = self.event_stores.listed_in(account, region) {
            return listed;
        }
        // In a Region that is off nobody was to ask.
        let listing = self.units.get(account).and_then(|unit| unit.plan().get(region));
        match listing.and_then(Kept::gap) {
            Some(gap) if gap.why == GapReason::RegionDisabled => Observed::Unknown(Gap {
                wanted: WANTED,
                ..gap.clone()
            }),
            _ => Observed::not_collected(WANTED),
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

    fn trusts_trail_service(&self) -> Observed<bool> {
        self.guardrails.trusts_trail_service()
    }

    fn denies(&self, tampering: Tampering, account: &AccountId) -> Observed<Option<Opinion>> {
        const WANTED: &str = "what policies of the organization deny the account";
        self.described_organization().then(|organization| {
            let Some(organization) = organization else {
                return Observed::not_collected(WANTED);
            };
            if organization.management_account == *account {
                return self.described_organization().map(|_| None);
            }
            let Ok(place) = self.accounts.binary_search_by(|known| known.id.cmp(account)) else {
                return Observed::not_collected(WANTED);
            };
            let denied = self
                .guardrails
                .deny(tampering, &self.accounts[place], &self.trails_to_protect(account));
            denied.map(Some)
        })
    }
}

impl AwsInventory {
    /// The account's own trails; where it has none, one it might have.
    fn trails_to_protect(&self, account: &AccountId) -> Vec<String> {
        if let Some(own) = self.trails_of.get(account) {
            own.iter().map(ToString::to_string).collect()
        } else {
            let partition = &self.partition;
            let region = Partition::of(partition).map_or("us-east-1", |partition| partition.global_region);
            vec![format!("arn:{partition}:cloudtrail:{region}:{account}:trail/any")]
        }
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
