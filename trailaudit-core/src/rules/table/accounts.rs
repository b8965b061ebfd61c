//! The worlds of rules about an account, its Regions, or the organization.

use std::collections::BTreeMap;

use super::{MEMBER, as_of, hours_ago, known, sound_group, sound_trail, tell, unread, yes};
use crate::baseline::Baseline;
use crate::inventory::{Inventory as _, Sighting, Tampering};
use crate::memory::{MemoryInventory, MemoryLogGroup, MemoryTrail};
use crate::observed::{Observed, Opinion};
use crate::organization::{Account, AccountId, AccountState, Organization, Region, TrailId};
use crate::rule::{Check, Exam, Rule};

/// One account, `222222222222`, whose Regions list what the table says.
pub(in crate::rules) struct AccountWorld {
    pub account: Account,
    pub region_list: Observed<()>,
    pub listings: Vec<(&'static str, Observed<Vec<Sighting>>)>,
    pub trails: Vec<MemoryTrail>,
    pub membership: Observed<bool>,
    pub all_features: Observed<bool>,
    pub delegated: Observed<Vec<AccountId>>,
    pub trusted: Observed<bool>,
    pub denials: BTreeMap<Tampering, Observed<Option<Opinion>>>,
    pub log_group: Observed<Option<()>>,
    pub group: MemoryLogGroup,
    pub baseline: Baseline,
}

/// A trail by a short name, as a Region lists it.
pub(in crate::rules) fn sighting(trail: &str, multi_region: bool) -> Sighting {
    Sighting {
        trail: trail.into(),
        multi_region,
        organization: trail.starts_with("org"),
    }
}

/// What a rule about an account, its Regions (the first, in the order of their names) or the organization says of an
/// account whose Regions list what `listings` says; a trail named `...-stopped` is stopped, one named `...-unread`
/// cannot be read, every other one logs.
pub(in crate::rules) fn judge_account(
    rule: &Rule,
    listings: Vec<(&'static str, Observed<Vec<Sighting>>)>,
    change: impl FnOnce(&mut AccountWorld),
) -> String {
    let account = Account {
        id: MEMBER.into(),
        name: "member".into(),
        organizational_unit: "r-1".into(),
        state: AccountState::Active,
        joined: Some(hours_ago(10_000)),
        excluded: false,
    };
    let mut world = AccountWorld {
        account,
        region_list: known(()),
        trails: trails_of(&listings),
        listings,
        membership: known(true),
        all_features: known(true),
        delegated: known(Vec::new()),
        trusted: known(true),
        denials: Tampering::ALL.map(|tampering| (tampering, yes().map(Some))).into(),
        log_group: known(Some(())),
        group: sound_group(),
        baseline: Baseline::default(),
    };
    change(&mut world);
    let (account, baseline) = (world.account.clone(), world.baseline.clone());
    let inventory = world.inventory();
    let exam = Exam::new(&inventory, &baseline, as_of());
    tell(match rule.check {
        Check::EachAccount(check) | Check::EachListedAccount(check) => check(&account, &exam),
        Check::EachRegion(check) => check(&account, &inventory.regions(&account.id)[0], &exam),
        Check::EachOrganization(check) => check(inventory.organization(), &exam),
        _ => panic!("{} is not asked of accounts", rule.id),
    })
}

impl AccountWorld {
    /// The account manages the organization, so that one world serves rules about either.
    fn inventory(self) -> MemoryInventory {
        let mut inventory = MemoryInventory::new(Organization {
            id: "o-table".into(),
            management_account: self.account.id.clone(),
        });
        inventory.set_in_organization(self.membership);
        inventory.set_all_features(self.all_features);
        inventory.set_delegated_administrators(self.delegated);
        inventory.set_trusts_trail_service(self.trusted);
        for (tampering, denial) in self.denials {
            inventory.set_denial(tampering, &self.account.id, denial);
        }
        let id = self.group.id.clone();
        let group = self.log_group.map(|found| found.map(|()| Box::new(self.group) as _));
        inventory.set_log_group(&id, group);
        inventory.add_account(self.account.clone(), known(()), self.region_list);
        for (region, listing) in self.listings {
            inventory.set_trails_in(&self.account.id, &Region::from(region), listing);
        }
        self.trails.into_iter().for_each(|trail| inventory.add_trail(trail));
        inventory
    }
}

fn trails_of(listings: &[(&'static str, Observed<Vec<Sighting>>)]) -> Vec<MemoryTrail> {
    let seen = listings.iter().filter_map(|(_, listing)| match listing {
        Observed::Known { value, .. } => Some(value.clone()),
        Observed::Unknown(_) => None,
    });
    seen.flatten()
        .map(|sighting| named_trail(&sighting.trail, sighting.organization))
        .collect()
}

/// A sound trail by another name; the end of the name says whether it logs.
pub(in crate::rules) fn named_trail(id: &TrailId, organization: bool) -> MemoryTrail {
    let logging = match id.as_str() {
        name if name.ends_with("-stopped") => known(false),
        name if name.ends_with("-unread") => unread(),
        _ => known(true),
    };
    MemoryTrail {
        id: id.clone(),
        organization: known(organization),
        logging,
        ..sound_trail()
    }
}
