//! The sound world that every truth table starts from and breaks in one place.

use jiff::{SignedDuration, Timestamp};

use crate::baseline::Baseline;
use crate::evidence::EvidenceId;
use crate::inventory::Inventory as _;
use crate::inventory::Sighting;
use crate::key::{Key, KeyManager, KeyState};
use crate::log_group::{LogGroup, Retention};
use crate::memory::{MemoryInventory, MemoryKey, MemoryLogGroup, MemoryTrail};
use crate::observed::{Call, Gap, GapReason, Observed, Opinion};
use crate::organization::{Account, AccountId, AccountState, KeyId, Organization, Region, TrailId};
use crate::rule::{Check, Exam, Rule, Ruling};
use crate::trail::{Delivery, EventClass, LogDestination};

const OWNER: &str = "111111111111";
const HOME: &str = "us-east-1";
const MEMBER: &str = "222222222222";

pub(super) fn as_of() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

pub(super) fn hours_ago(hours: i64) -> Timestamp {
    as_of() - SignedDuration::from_hours(hours)
}

pub(super) fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, EvidenceId::of(b"shown"))
}

/// A fact nobody asked for.
pub(super) fn unread<T>() -> Observed<T> {
    Observed::not_collected("the fact")
}

/// A refusal that was recorded, as a service gives it.
pub(super) fn refused<T>(wanted: &'static str, service: &str, operation: &str) -> Observed<T> {
    Observed::Unknown(Gap {
        wanted,
        call: Some(Box::new(Call {
            service: service.into(),
            operation: operation.into(),
            account: OWNER.into(),
            region: HOME.into(),
        })),
        why: GapReason::Denied {
            code: "AccessDeniedException".into(),
            message: "no".into(),
        },
        evidence: Some(EvidenceId::of(b"refused").into()),
    })
}

/// One trail with all it names, everything sound.
pub(super) struct World {
    pub trail: MemoryTrail,
    pub log_group: Observed<Option<()>>,
    pub group: MemoryLogGroup,
    pub delegated: Observed<Vec<AccountId>>,
    pub baseline: Baseline,
    key: MemoryKey,
    key_known: Option<Observed<()>>,
}

pub(super) fn sound_trail() -> MemoryTrail {
    let delivered = || {
        known(Delivery {
            latest: Some(hours_ago(1)),
            error: None,
        })
    };
    MemoryTrail {
        id: "arn:aws:cloudtrail:us-east-1:111111111111:trail/main".into(),
        owner: OWNER.into(),
        home_region: HOME.into(),
        multi_region: known(true),
        organization: known(false),
        key: known(Some("arn:aws:kms:us-east-1:111111111111:key/k1".into())),
        destination: known(Some(sound_destination())),
        validates: known(true),
        logging: known(true),
        since: known(Some(hours_ago(1000))),
        to_files: delivered(),
        to_digests: delivered(),
        to_group: delivered(),
        to_topic: delivered(),
        topic: known(Some("arn:aws:sns:us-east-1:111111111111:trail".into())),
        bucket: known("arn:aws:s3:::trail-logs".into()),
        prefix: known(String::new()),
        role: known(Opinion::Yes("the role may".into())),
        streamed: known(Some(hours_ago(1))),
        insights: known(vec!["calls".into()]),
        tags: known(vec!["owner".into()]),
        global: known(true),
        excluded: known(Some(Vec::new())),
        records: known(EventClass::ALL.to_vec()),
    }
}

pub(super) fn sound_destination() -> LogDestination {
    LogDestination {
        group: "arn:aws:logs:us-east-1:111111111111:log-group:trail".into(),
        account: OWNER.into(),
        region: HOME.into(),
        role: Some("arn:aws:iam::111111111111:role/deliver".into()),
    }
}

impl World {
    fn sound() -> Self {
        Self {
            trail: sound_trail(),
            log_group: known(Some(())),
            group: MemoryLogGroup {
                retention: known(Retention::Forever),
                key: known(Some("arn:aws:kms:us-east-1:111111111111:key/k1".into())),
                protected: known(true),
                ..MemoryLogGroup::unknown(sound_destination().group)
            },
            delegated: known(Vec::new()),
            baseline: Baseline::default(),
            key: MemoryKey {
                manager: known(KeyManager::Customer),
                state: known(KeyState::Enabled),
                ..MemoryKey::unknown("arn:aws:kms:us-east-1:111111111111:key/k1".into())
            },
            key_known: Some(known(())),
        }
    }

    pub(super) fn key_mut(&mut self) -> &mut MemoryKey {
        &mut self.key
    }

    pub(super) fn lose_key(&mut self) {
        self.key_known = None;
    }

    pub(super) fn deny_key(&mut self) {
        self.key_known = Some(refused("the key", "kms", "DescribeKey"));
    }

    fn inventory(self) -> MemoryInventory {
        let mut inventory = organization();
        let key: Observed<Option<Box<dyn Key + Send>>> = match self.key_known {
            Some(asked) => asked.map(|()| -> Option<Box<dyn Key + Send>> { Some(Box::new(self.key)) }),
            None => known(None),
        };
        inventory.set_key(&KeyId::from("arn:aws:kms:us-east-1:111111111111:key/k1"), key);
        let id = self.group.id.clone();
        let group = self
            .log_group
            .map(|found| found.map(|()| -> Box<dyn LogGroup + Send> { Box::new(self.group) }));
        inventory.set_log_group(&id, group);
        inventory.set_delegated_administrators(self.delegated);
        inventory.add_trail(self.trail);
        inventory
    }
}

fn organization() -> MemoryInventory {
    MemoryInventory::new(Organization {
        id: "o-table".into(),
        management_account: OWNER.into(),
    })
}

/// What a trail rule says of the sound world after `change`, as `verdict: reason`.
pub(super) fn judge_trail(rule: &Rule, change: impl FnOnce(&mut World)) -> String {
    let mut world = World::sound();
    change(&mut world);
    let (trail, baseline) = (world.trail.clone(), world.baseline.clone());
    let inventory = world.inventory();
    let exam = Exam::new(&inventory, &baseline, as_of());
    let Check::EachTrail(check) = rule.check else {
        panic!("{} is not asked of trails", rule.id)
    };
    tell(check(&trail, &exam))
}

/// What a log group rule says of the sound world after `change`.
pub(super) fn judge_log_group(rule: &Rule, change: impl FnOnce(&mut World)) -> String {
    let mut world = World::sound();
    change(&mut world);
    let (group, baseline) = (world.group.clone(), world.baseline.clone());
    let inventory = world.inventory();
    let exam = Exam::new(&inventory, &baseline, as_of());
    let Check::EachLogGroup(check) = rule.check else {
        panic!("{} is not asked of log groups", rule.id)
    };
    tell(check(&group, &exam))
}

/// One account, `222222222222`, whose Regions list what the table says.
pub(super) struct AccountWorld {
    pub account: Account,
    pub region_list: Observed<()>,
    pub listings: Vec<(&'static str, Observed<Vec<Sighting>>)>,
    pub trails: Vec<MemoryTrail>,
    pub membership: Observed<bool>,
    pub all_features: Observed<bool>,
    pub delegated: Observed<Vec<AccountId>>,
    pub baseline: Baseline,
}

/// A trail by a short name, as a Region lists it.
pub(super) fn sighting(trail: &str, multi_region: bool) -> Sighting {
    Sighting {
        trail: trail.into(),
        multi_region,
        organization: trail.starts_with("org"),
    }
}

/// What a rule about an account, its Regions (the first, in the order of their names) or the organization says of an
/// account whose Regions list what `listings` says; a trail named `...-stopped` is stopped, one named `...-unread`
/// cannot be read, every other one logs.
pub(super) fn judge_account(
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
        Check::EachTrail(_) | Check::EachLogGroup(_) | Check::EachException => {
            panic!("{} is not asked of accounts", rule.id)
        }
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
pub(super) fn named_trail(id: &TrailId, organization: bool) -> MemoryTrail {
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

fn tell(ruling: Ruling) -> String {
    match ruling {
        Ok(decision) => format!("{}: {}", decision.verdict, decision.reason),
        Err(gap) => format!("inconclusive: {gap}"),
    }
}
