//! Everything that was seen, joined by id: what a provider implements and rules read.

use crate::alert::Alarm;
use crate::bucket::Bucket;
use crate::event_store::EventStore;
use crate::key::Key;
use crate::log_group::LogGroup;
use crate::observed::{Observed, Opinion};
use crate::organization::{Account, AccountId, AlarmId, BucketId, KeyId, LogGroupId, Organization, Region, TrailId};
use crate::trail::{Channel, Delivery, Trail};

/// The collected facts about one organization. Sync, without side effects, and the same answer every time.
pub trait Inventory: Sync {
    /// The organization.
    fn organization(&self) -> &Organization;

    /// Every account that is known, by id; also the ones left out by scope or not entered.
    fn accounts(&self) -> &[Account];

    /// Whether the list of accounts is complete.
    fn account_list(&self) -> Observed<()>;

    /// Whether an account could be entered.
    fn entry(&self, account: &AccountId) -> Observed<()>;

    /// The Regions planned in an account, in order; empty when it was not entered.
    fn regions(&self, account: &AccountId) -> Vec<Region>;

    /// Whether the account's own list of Regions could be read; if not, every Region was planned.
    fn region_list(&self, account: &AccountId) -> Observed<()>;

    /// The trails listed in a Region of an account, copies included.
    fn trails_in(&self, account: &AccountId, region: &Region) -> Observed<&[Sighting]>;

    /// The trails listed in every planned Region, in order: what [`Inventory::regions`] and [`Inventory::trails_in`] say, by
    /// one look where there would be many.
    fn listings(&self, account: &AccountId) -> Vec<(Region, Observed<&[Sighting]>)> {
        let listed = |region: Region| {
            let trails = self.trails_in(account, &region);
            (region, trails)
        };
        self.regions(account).into_iter().map(listed).collect()
    }

    /// Every trail seen anywhere, by id.
    fn trails(&self) -> Vec<&dyn Trail>;

    /// One trail, as its owner shows it.
    fn trail(&self, id: &TrailId) -> Option<&dyn Trail>;

    /// Whether a trail logs for an account it was seen in: that account's own reading, else the owner's.
    fn is_logging_for(&self, trail: &TrailId, account: &AccountId) -> Observed<bool>;

    /// A key, `None` when it was asked for in its own account and is not there.
    fn key(&self, id: &KeyId) -> Observed<Option<&dyn Key>>;

    /// A log group, `None` when no group has exactly that name.
    fn log_group(&self, id: &LogGroupId) -> Observed<Option<&dyn LogGroup>>;

    /// How a trail delivers what happens in one Region of an account it was seen in: as that account's own reading shows,
    /// the owner's in its own account.
    fn delivery_in(
        &self,
        trail: &TrailId,
        account: &AccountId,
        region: &Region,
        channel: Channel,
    ) -> Observed<Delivery> {
        let _ = (trail, account, region, channel);
        Observed::not_collected("how the trail delivers from the Region")
    }

    /// A bucket, `None` when there is no bucket of that name.
    fn bucket(&self, id: &BucketId) -> Observed<Option<&dyn Bucket>> {
        let _ = id;
        Observed::not_collected("the bucket")
    }

    /// An alarm, `None` when it is not there any more.
    fn alarm(&self, id: &AlarmId) -> Observed<Option<&dyn Alarm>> {
        let _ = id;
        Observed::not_collected("the alarm")
    }

    /// The event stores of a Region of an account.
    fn event_stores_in(&self, account: &AccountId, region: &Region) -> Observed<Vec<&dyn EventStore>> {
        let _ = (account, region);
        Observed::not_collected("the event stores of the Region")
    }

    /// The organization as it describes itself, which a run about single accounts may not be about; none where they
    /// stand alone.
    fn described_organization(&self) -> Observed<Option<Organization>> {
        Observed::not_collected("whether there is an organization")
    }

    /// Whether an account belongs to the organization, as a member or as the one that manages it.
    fn is_member(&self, account: &AccountId) -> Observed<bool> {
        let _ = account;
        Observed::not_collected("whether the account belongs to an organization")
    }

    /// Whether every feature of the organization is on: policies over its members, services trusted across it.
    fn has_all_features(&self) -> Observed<bool> {
        Observed::not_collected("which features of the organization are on")
    }

    /// The accounts to which the administration of audit trails was delegated.
    fn delegated_administrators(&self) -> Observed<Vec<AccountId>> {
        Observed::not_collected("who administers audit trails by delegation")
    }

    /// Whether the audit service may act across the organization.
    fn trusts_trail_service(&self) -> Observed<bool> {
        Observed::not_collected("whether the organization trusts the audit service")
    }

    /// Whether policies of the organization deny `tampering` to an account; none in the account that manages the
    /// organization, which no policy binds.
    fn denies(&self, tampering: Tampering, account: &AccountId) -> Observed<Option<Opinion>> {
        let _ = (tampering, account);
        Observed::not_collected("what policies of the organization deny the account")
    }
}

/// What somebody would do to a trail to be seen no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tampering {
    /// Stop it.
    StopTrail,
    /// Delete it.
    DeleteTrail,
    /// Send its log files elsewhere, or switch parts of it off.
    ChangeTrail,
    /// Have it record less.
    ChangeSelectors,
}

impl Tampering {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::StopTrail,
        Self::DeleteTrail,
        Self::ChangeTrail,
        Self::ChangeSelectors,
    ];
}

/// A trail as an account and Region list it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sighting {
    /// Which trail.
    pub trail: TrailId,
    /// Whether the listing says it records every Region.
    pub multi_region: bool,
    /// Whether the listing says it records the whole organization.
    pub organization: bool,
}
