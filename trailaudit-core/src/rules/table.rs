//! The sound world that every truth table starts from and breaks in one place.

mod accounts;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::alert::Activity;
use crate::baseline::Baseline;
use crate::bucket::{Lock, LockMode};
use crate::evidence::EvidenceId;
use crate::key::{KeyManager, KeyState, Rotation};
use crate::log_group::Retention;
use crate::memory::{
    MemoryAlarm, MemoryBucket, MemoryEventStore, MemoryInventory, MemoryKey, MemoryLogGroup, MemoryTrail,
};
use crate::observed::{Call, Gap, GapReason, Observed, Opinion};
use crate::organization::{AccountId, KeyId, Organization, Region};
use crate::rule::{Check, Exam, Rule, Ruling};
use crate::trail::{Channel, Delivery, EventClass, LogDestination};

pub(super) use accounts::{AccountWorld, judge_account, named_trail, sighting};

pub(super) const OWNER: &str = "111111111111";
pub(super) const MEMBER: &str = "222222222222";
pub(super) const HOME: &str = "us-east-1";
pub(super) const AWAY: &str = "eu-west-1";
const KEY: &str = "arn:aws:kms:us-east-1:111111111111:key/k1";
const BUCKET: &str = "arn:aws:s3:::trail-logs";

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

/// What a provider says of something it read, for better or worse.
pub(super) fn yes() -> Observed<Opinion> {
    known(Opinion::Yes("yes".into()))
}

pub(super) fn no() -> Observed<Opinion> {
    known(Opinion::No("no".into()))
}

pub(super) fn unclear() -> Observed<Opinion> {
    known(Opinion::Unclear("nobody can tell".into()))
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

/// How delivery goes that last succeeded so many hours ago, and what went wrong since.
pub(super) fn delivered(hours: impl Into<Option<i64>>, error: Option<&str>) -> Observed<Delivery> {
    known(Delivery {
        latest: hours.into().map(hours_ago),
        error: error.map(str::to_owned),
    })
}

/// One trail with all it names, everything sound.
pub(super) struct World {
    pub trail: MemoryTrail,
    /// How it delivers from another Region, and for a member.
    pub elsewhere: BTreeMap<Channel, Observed<Delivery>>,
    pub log_group: Observed<Option<()>>,
    pub group: MemoryLogGroup,
    pub alarm: MemoryAlarm,
    pub bucket_found: Observed<Option<()>>,
    pub bucket: MemoryBucket,
    pub store: MemoryEventStore,
    pub delegated: Observed<Vec<AccountId>>,
    pub member: Observed<bool>,
    pub baseline: Baseline,
    key: MemoryKey,
    key_known: Option<Observed<()>>,
}

pub(super) fn sound_trail() -> MemoryTrail {
    let delivered = || delivered(1, None);
    MemoryTrail {
        id: "arn:aws:cloudtrail:us-east-1:111111111111:trail/main".into(),
        owner: OWNER.into(),
        home_region: HOME.into(),
        multi_region: known(true),
        organization: known(false),
        key: known(Some(KEY.into())),
        destination: known(Some(sound_destination())),
        validates: known(true),
        logging: known(true),
        since: known(Some(hours_ago(1000))),
        to_files: delivered(),
        to_digests: delivered(),
        to_group: delivered(),
        to_topic: delivered(),
        topic: known(Some("arn:aws:sns:us-east-1:111111111111:trail".into())),
        bucket: known(BUCKET.into()),
        prefix: known("AWSLogs/111111111111/CloudTrail".into()),
        role: yes(),
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

fn sound_group() -> MemoryLogGroup {
    MemoryLogGroup {
        id: sound_destination().group,
        retention: known(Retention::Forever),
        key: known(Some(KEY.into())),
        protected: known(true),
        public: no(),
        alerts: Activity::ALL.map(|activity| (activity, yes())).into(),
        alarms: known(Vec::new()),
    }
}

fn sound_key() -> MemoryKey {
    MemoryKey {
        id: KEY.into(),
        manager: known(KeyManager::Customer),
        state: known(KeyState::Enabled),
        region: known(HOME.into()),
        rotation: known(Rotation::On),
        public: no(),
        serving: yes(),
        readable: yes(),
        confined: yes(),
    }
}

fn sound_bucket() -> MemoryBucket {
    MemoryBucket {
        id: BUCKET.into(),
        owner: OWNER.into(),
        region: known(HOME.into()),
        public: no(),
        access_log: known(Some("access-logs".into())),
        second_factor: known(true),
        lock: known(Some(Lock {
            mode: LockMode::Compliance,
            days: 3_000,
        })),
        expiries: known(Vec::new()),
    }
}

fn sound_store() -> MemoryEventStore {
    MemoryEventStore {
        id: "arn:aws:cloudtrail:us-east-1:111111111111:eventdatastore/e1".into(),
        live: known(true),
        key: known(Some(KEY.into())),
        multi_region: known(true),
        organization_wide: known(true),
        protected: known(true),
        retention_days: known(2_557),
    }
}

impl World {
    fn sound() -> Self {
        let channels = [Channel::LogFiles, Channel::DigestFiles, Channel::LogGroup];
        Self {
            trail: sound_trail(),
            elsewhere: channels.map(|channel| (channel, delivered(1, None))).into(),
            log_group: known(Some(())),
            group: sound_group(),
            alarm: MemoryAlarm {
                id: "arn:aws:cloudwatch:us-east-1:111111111111:alarm:a1".into(),
                acting: yes(),
            },
            bucket_found: known(Some(())),
            bucket: sound_bucket(),
            store: sound_store(),
            delegated: known(Vec::new()),
            member: known(true),
            baseline: Baseline::default(),
            key: sound_key(),
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
        let mut inventory = MemoryInventory::new(Organization {
            id: "o-table".into(),
            management_account: OWNER.into(),
        });
        let key = match self.key_known {
            Some(asked) => asked.map(|()| Some(Box::new(self.key) as _)),
            None => known(None),
        };
        inventory.set_key(&KeyId::from(KEY), key);
        let id = self.group.id.clone();
        let group = self.log_group.map(|found| found.map(|()| Box::new(self.group) as _));
        inventory.set_log_group(&id, group);
        let id = self.bucket.id.clone();
        let bucket = self
            .bucket_found
            .map(|found| found.map(|()| Box::new(self.bucket) as _));
        inventory.set_bucket(&id, bucket);
        inventory.set_delegated_administrators(self.delegated);
        for account in [OWNER, MEMBER] {
            inventory.set_member(&account.into(), self.member.clone());
        }
        for (channel, delivery) in self.elsewhere {
            for (account, region) in [(OWNER, AWAY), (MEMBER, HOME)] {
                let (account, region) = (account.into(), region.into());
                inventory.set_delivery_in(&self.trail.id, &account, &region, channel, delivery.clone());
            }
        }
        inventory.add_trail(self.trail);
        inventory
    }
}

/// What a rule about something a trail is, or names, says of the sound world after `change`, as `verdict: reason`.
pub(super) fn judge(rule: &Rule, change: impl FnOnce(&mut World)) -> String {
    judge_at(rule, (OWNER, HOME), change)
}

/// The same of how the trail delivers for an account from a Region: the owner's, or a member's.
pub(super) fn judge_at(rule: &Rule, (account, region): (&str, &str), change: impl FnOnce(&mut World)) -> String {
    let mut world = World::sound();
    change(&mut world);
    let (trail, group, alarm) = (world.trail.clone(), world.group.clone(), world.alarm.clone());
    let (key, bucket, store) = (world.key.clone(), world.bucket.clone(), world.store.clone());
    let baseline = world.baseline.clone();
    let inventory = world.inventory();
    let exam = Exam::new(&inventory, &baseline, as_of());
    tell(match rule.check {
        Check::EachTrail(check) => check(&trail, &exam),
        Check::EachDelivery(check) => check(&trail, &AccountId::from(account), &Region::from(region), &exam),
        Check::EachLogGroup(check) => check(&group, &exam),
        Check::EachAlarm(check) => check(&alarm, &exam),
        Check::EachKey(check) => check(&key, &[&trail], &exam),
        Check::EachBucket(check) => check(&bucket, &[&trail], &exam),
        Check::EachEventStore(check) => check(&store, &exam),
        _ => panic!("{} is asked of something else", rule.id),
    })
}

fn tell(ruling: Ruling) -> String {
    match ruling {
        Ok(decision) => format!("{}: {}", decision.verdict, decision.reason),
        Err(gap) => format!("inconclusive: {gap}"),
    }
}
