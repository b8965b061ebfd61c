//! A world of two accounts: the organization's trail, which the member has a copy of, and one of the member's own, with
//! all they name; both deliver to one bucket. Every fact has a place of its own and the need that names it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use trailaudit_core::EvidenceId;
use trailaudit_core::alert::Activity;
use trailaudit_core::bucket::{Expiry, Lock, LockMode};
use trailaudit_core::inventory::{Sighting, Tampering};
use trailaudit_core::key::{KeyManager, KeyState, Rotation};
use trailaudit_core::log_group::Retention;
use trailaudit_core::memory::{
    MemoryAlarm, MemoryBucket, MemoryEventStore, MemoryInventory, MemoryKey, MemoryLogGroup, MemoryTrail,
};
use trailaudit_core::need::Need;
use trailaudit_core::observed::{Observed, Opinion};
use trailaudit_core::organization::{Account, AccountId, AccountState, KeyId, Organization, Region, TrailId};
use trailaudit_core::trail::{Channel, Delivery, EventClass, LogDestination};

pub const MANAGER: &str = "111111111111";
pub const MEMBER: &str = "222222222222";
const HOME: &str = "home";
const AWAY: &str = "away";
const BUCKET: &str = "arn:aws:s3:::bucket";

/// The facts, which of them are bad, and which are not known.
pub struct World<'a> {
    unsound: &'a BTreeSet<usize>,
    hidden: &'a BTreeSet<usize>,
    needs: Vec<Option<Need>>,
}

impl<'a> World<'a> {
    pub fn new(unsound: &'a BTreeSet<usize>, hidden: &'a BTreeSet<usize>) -> Self {
        let needs = Vec::new();
        Self { unsound, hidden, needs }
    }

    /// The next fact, which comes with `need`, sound or not, if it is known. Its place is its evidence.
    fn fact<T>(&mut self, need: impl Into<Option<Need>>, sound: T, unsound: T) -> Observed<T> {
        let place = self.needs.len();
        self.needs.push(need.into());
        if self.hidden.contains(&place) {
            return Observed::not_collected("a hidden fact");
        }
        let value = if self.unsound.contains(&place) { unsound } else { sound };
        Observed::known(value, evidence(place))
    }

    /// A fact that a provider reads: whether something wanted holds.
    fn wanted(&mut self, need: Need) -> Observed<Opinion> {
        self.fact(need, Opinion::Yes("yes".into()), Opinion::No("no".into()))
    }

    fn unwanted(&mut self, need: Need) -> Observed<Opinion> {
        self.fact(need, Opinion::No("no".into()), Opinion::Yes("yes".into()))
    }

    /// The inventory, and for every fact what it comes with.
    pub fn inventory(mut self) -> (MemoryInventory, Vec<Option<Need>>) {
        let mut inventory = MemoryInventory::new(Organization {
            id: "o-hidden".into(),
            management_account: MANAGER.into(),
        });
        inventory.set_account_list(self.fact(None, (), ()));
        inventory.set_in_organization(self.fact(None, true, false));
        inventory.set_all_features(self.fact(None, true, false));
        let (approved, stranger) = (vec![MANAGER.into()], vec![MEMBER.into()]);
        inventory.set_delegated_administrators(self.fact(Need::Administrators, approved, stranger));
        inventory.set_trusts_trail_service(self.fact(Need::TrustedServices, true, false));
        self.add_bucket(&mut inventory);
        for id in [MANAGER, MEMBER] {
            self.add_account(&mut inventory, id);
            let trail = self.trail(id);
            inventory.add_trail(trail);
            self.add_deliveries(&mut inventory, id, id, AWAY);
            self.add_key(&mut inventory, &key_id(id), Need::Keys);
            self.add_key(&mut inventory, &group_key_id(id), Need::LogGroupKeys);
            self.add_key(&mut inventory, &store_key_id(id), Need::EventStoreKeys);
            self.add_log_group(&mut inventory, id);
            self.add_event_stores(&mut inventory, id);
        }
        self.add_deliveries(&mut inventory, MANAGER, MEMBER, HOME);
        (inventory, self.needs)
    }

    fn add_account(&mut self, inventory: &mut MemoryInventory, id: &str) {
        let (entry, regions) = (self.fact(None, (), ()), self.fact(None, (), ()));
        inventory.add_account(account(id), entry, regions);
        for region in [HOME, AWAY] {
            let of = |owner: &str| Sighting {
                trail: trail_id(owner),
                multi_region: true,
                organization: owner == MANAGER,
            };
            let sound = if id == MANAGER {
                vec![of(MANAGER)]
            } else {
                vec![of(MANAGER), of(MEMBER)]
            };
            let listing = self.fact(None, sound, Vec::new());
            inventory.set_trails_in(&id.into(), &Region::from(region), listing);
        }
        for tampering in Tampering::ALL {
            let denial = if id == MANAGER {
                self.fact(Need::OrganizationPolicies, None, None)
            } else {
                self.wanted(Need::OrganizationPolicies).map(Some)
            };
            inventory.set_denial(tampering, &id.into(), denial);
        }
    }

    fn trail(&mut self, owner: &str) -> MemoryTrail {
        // An organization's trail may deliver to a delegated administrator, which no other trail may.
        let elsewhere = (owner == MANAGER).then(|| LogDestination {
            account: MEMBER.into(),
            ..destination(owner)
        });
        let [to_files, to_digests, to_group, to_topic] = [(); 4].map(|()| self.delivery(Need::TrailStatus));
        MemoryTrail {
            id: trail_id(owner),
            owner: owner.into(),
            home_region: HOME.into(),
            multi_region: self.fact(None, true, false),
            organization: self.fact(None, owner == MANAGER, owner == MANAGER),
            key: self.fact(None, Some(key_id(owner)), None),
            destination: self.fact(None, Some(destination(owner)), elsewhere),
            validates: self.fact(None, true, false),
            logging: self.fact(Need::TrailStatus, true, false),
            since: self.fact(Need::TrailStatus, Some(hours_ago(1_000)), None),
            to_files,
            to_digests,
            to_group,
            to_topic,
            topic: self.fact(None, Some("topic".into()), Some("elsewhere".into())),
            bucket: self.fact(None, BUCKET.into(), "arn:aws:s3:::elsewhere".into()),
            prefix: self.fact(None, "logs/".into(), "archive/".into()),
            role: self.wanted(Need::DeliveryRoles),
            streamed: self.fact(Need::LogStreams, Some(hours_ago(1)), None),
            insights: self.fact(Need::Insights, vec!["calls".into()], Vec::new()),
            tags: self.fact(Need::TrailTags, vec!["owner".into()], Vec::new()),
            global: self.fact(None, true, false),
            excluded: self.fact(Need::EventSelectors, Some(Vec::new()), Some(vec!["kms".into()])),
            records: self.fact(Need::EventSelectors, EventClass::ALL.to_vec(), Vec::new()),
        }
    }

    fn delivery(&mut self, need: Need) -> Observed<Delivery> {
        let delivered = Delivery {
            latest: Some(hours_ago(1)),
            error: None,
        };
        let failing = Delivery {
            latest: None,
            error: Some("no".into()),
        };
        self.fact(need, delivered, failing)
    }

    fn add_deliveries(&mut self, inventory: &mut MemoryInventory, owner: &str, account: &str, region: &str) {
        for channel in [Channel::LogFiles, Channel::DigestFiles, Channel::LogGroup] {
            let (account, region) = (AccountId::from(account), Region::from(region));
            let delivery = self.delivery(Need::Deliveries);
            inventory.set_delivery_in(&trail_id(owner), &account, &region, channel, delivery);
        }
    }

    /// A key; its policy and its rotation are asked of trails' keys alone.
    fn add_key(&mut self, inventory: &mut MemoryInventory, id: &KeyId, need: Need) {
        let mut key = MemoryKey {
            manager: self.fact(need, KeyManager::Customer, KeyManager::Provider),
            state: self.fact(need, KeyState::Enabled, KeyState::Changing("Creating".into())),
            region: self.fact(need, HOME.into(), AWAY.into()),
            ..MemoryKey::unknown(id.clone())
        };
        if need == Need::Keys {
            key.rotation = self.fact(Need::KeyRotation, Rotation::On, Rotation::Off);
            key.public = self.unwanted(Need::KeyPolicies);
            key.serving = self.wanted(Need::KeyPolicies);
            key.readable = self.wanted(Need::KeyPolicies);
            key.confined = self.wanted(Need::KeyPolicies);
        }
        let key = self.fact(need, (), ()).map(|()| Some(Box::new(key) as _));
        inventory.set_key(id, key);
    }

    fn add_log_group(&mut self, inventory: &mut MemoryInventory, owner: &str) {
        let alarm = MemoryAlarm {
            id: format!("alarm-of-{owner}").into(),
            acting: self.wanted(Need::Alerts),
        };
        let group = MemoryLogGroup {
            id: destination(owner).group,
            retention: self.fact(Need::LogGroups, Retention::Forever, Retention::Days(7)),
            key: self.fact(Need::LogGroups, Some(group_key_id(owner)), None),
            protected: self.fact(Need::LogGroups, true, false),
            public: self.unwanted(Need::LogGroupPolicies),
            alerts: Activity::ALL
                .map(|activity| (activity, self.wanted(Need::Alerts)))
                .into(),
            alarms: self.fact(Need::Alerts, vec![alarm.id.clone()], vec![alarm.id.clone()]),
        };
        let id = alarm.id.clone();
        let alarm = self.fact(Need::Alerts, (), ()).map(|()| Some(Box::new(alarm) as _));
        inventory.set_alarm(&id, alarm);
        let group = self.fact(Need::LogGroups, (), ()).map(|()| Some(Box::new(group) as _));
        inventory.set_log_group(&destination(owner).group, group);
    }

    fn add_bucket(&mut self, inventory: &mut MemoryInventory) {
        let expiry = Expiry {
            rule: "soon".into(),
            prefix: String::new(),
            days: Some(7),
            only: None,
        };
        let lock = Lock {
            mode: LockMode::Compliance,
            days: 400,
        };
        let bucket = MemoryBucket {
            region: self.fact(Need::Buckets, HOME.into(), AWAY.into()),
            public: self.unwanted(Need::BucketAccess),
            access_log: self.fact(Need::BucketLogging, Some("elsewhere".into()), None),
            second_factor: self.fact(Need::BucketVersioning, true, false),
            lock: self.fact(Need::BucketLocks, Some(lock), None),
            expiries: self.fact(Need::BucketLifecycles, Vec::new(), vec![expiry]),
            ..MemoryBucket::unknown(BUCKET.into(), MANAGER.into())
        };
        let bucket = self.fact(Need::Buckets, (), ()).map(|()| Some(Box::new(bucket) as _));
        inventory.set_bucket(&BUCKET.into(), bucket);
    }

    fn add_event_stores(&mut self, inventory: &mut MemoryInventory, owner: &str) {
        let need = Need::EventStores;
        let store = MemoryEventStore {
            id: format!("store-of-{owner}").into(),
            live: self.fact(need, true, true),
            key: self.fact(need, Some(store_key_id(owner)), None),
            multi_region: self.fact(need, true, false),
            organization_wide: self.fact(need, true, false),
            protected: self.fact(need, true, false),
            retention_days: self.fact(need, 400, 7),
        };
        let home = self.fact(need, (), ()).map(|()| vec![Box::new(store) as _]);
        inventory.set_event_stores_in(&owner.into(), &HOME.into(), home);
        let away = self.fact(need, (), ()).map(|()| Vec::new());
        inventory.set_event_stores_in(&owner.into(), &AWAY.into(), away);
    }
}

/// What shows the fact at a place.
pub fn evidence(place: usize) -> EvidenceId {
    EvidenceId::of(&place.to_be_bytes())
}

fn account(id: &str) -> Account {
    Account {
        id: id.into(),
        name: String::new(),
        organizational_unit: String::new(),
        state: AccountState::Active,
        joined: None,
        excluded: false,
    }
}

fn trail_id(owner: &str) -> TrailId {
    format!("trail-of-{owner}").into()
}

fn key_id(owner: &str) -> KeyId {
    format!("key-of-{owner}").into()
}

fn group_key_id(owner: &str) -> KeyId {
    format!("key-of-group-of-{owner}").into()
}

fn store_key_id(owner: &str) -> KeyId {
    format!("key-of-store-of-{owner}").into()
}

fn destination(owner: &str) -> LogDestination {
    LogDestination {
        group: format!("group-of-{owner}").into(),
        account: owner.into(),
        region: HOME.into(),
        role: Some("role".into()),
    }
}

pub fn as_of() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn hours_ago(hours: i64) -> Timestamp {
    as_of() - SignedDuration::from_hours(hours)
}
