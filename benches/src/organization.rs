//! An organization in memory, of any size, with something to judge in every account.

use jiff::{SignedDuration, Timestamp};
use trailaudit_core::EvidenceId;
use trailaudit_core::alert::Activity;
use trailaudit_core::bucket::{Lock, LockMode};
use trailaudit_core::inventory::{Sighting, Tampering};
use trailaudit_core::key::{KeyManager, KeyState, Rotation};
use trailaudit_core::log_group::Retention;
use trailaudit_core::memory::{
    MemoryAlarm, MemoryBucket, MemoryEventStore, MemoryInventory, MemoryKey, MemoryLogGroup, MemoryTrail,
};
use trailaudit_core::observed::{Observed, Opinion};
use trailaudit_core::organization::{
    Account, AccountId, AccountState, AlarmId, BucketId, KeyId, LogGroupId, Organization, Region, TrailId,
};
use trailaudit_core::trail::{Channel, Delivery, EventClass, LogDestination};

const BUCKET: &str = "arn:aws:s3:::logs";

/// An organization trail that every member inherits, and in every third account a trail of its own; every ninth of
/// those is stopped.
#[must_use]
pub fn organization(accounts: usize, regions: usize, as_of: Timestamp) -> MemoryInventory {
    let management = account_id(0);
    let mut inventory = MemoryInventory::new(Organization {
        id: "o-synthetic".into(),
        management_account: management.clone(),
    });
    inventory.set_account_list(known(()));
    inventory.set_delegated_administrators(known(Vec::new()));
    inventory.set_in_organization(known(true));
    inventory.set_all_features(known(true));
    inventory.set_trusts_trail_service(known(true));
    let regions: Vec<_> = (0..regions).map(|i| Region::from(format!("region-{i:02}"))).collect();
    let Some(home) = regions.first() else { return inventory };
    add_bucket(&mut inventory, &management, home);
    let shared = add_trail(&mut inventory, &management, &regions, true, true, as_of);
    for i in 0..accounts {
        let id = account_id(i);
        inventory.add_account(account(&id, i), known(()), known(()));
        for tampering in Tampering::ALL {
            let denied = (i > 0).then(|| Opinion::Yes("denied by p-keep-trails".into()));
            inventory.set_denial(tampering, &id, known(denied));
        }
        if i > 0 {
            add_deliveries(&mut inventory, &shared, &id, home, as_of);
        }
        let mut seen = vec![Sighting {
            trail: shared.clone(),
            multi_region: true,
            organization: true,
        }];
        if i % 3 == 1 {
            let trail = add_trail(&mut inventory, &id, &regions, false, i % 9 != 1, as_of);
            seen.push(Sighting {
                trail,
                multi_region: true,
                organization: false,
            });
        }
        for region in &regions {
            inventory.set_trails_in(&id, region, known(seen.clone()));
            let stores = if i % 5 == 0 && region == home {
                vec![Box::new(store(&id, home)) as _]
            } else {
                Vec::new()
            };
            inventory.set_event_stores_in(&id, region, known(stores));
        }
    }
    inventory
}

fn add_trail(
    inventory: &mut MemoryInventory,
    owner: &AccountId,
    regions: &[Region],
    organization: bool,
    logging: bool,
    as_of: Timestamp,
) -> TrailId {
    let home = &regions[0];
    let id = TrailId::from(format!("arn:aws:cloudtrail:{home}:{owner}:trail/t"));
    let key = KeyId::from(format!("arn:aws:kms:{home}:{owner}:key/k"));
    let group = LogGroupId::from(format!("arn:aws:logs:{home}:{owner}:log-group:g"));
    let delivery = delivered(as_of);
    inventory.add_trail(MemoryTrail {
        id: id.clone(),
        owner: owner.clone(),
        home_region: home.clone(),
        multi_region: known(true),
        organization: known(organization),
        key: known(Some(key.clone())),
        destination: known(Some(LogDestination {
            group: group.clone(),
            account: owner.clone(),
            region: home.clone(),
            role: Some(format!("arn:aws:iam::{owner}:role/delivery")),
        })),
        validates: known(true),
        logging: known(logging),
        since: known(minutes_before(as_of, 100_000)),
        to_files: delivery.clone(),
        to_digests: delivery.clone(),
        to_topic: delivery.clone(),
        to_group: delivery,
        topic: known(None),
        bucket: known(BUCKET.into()),
        prefix: known(format!("AWSLogs/{owner}/CloudTrail")),
        role: yes("the role may deliver"),
        streamed: known(minutes_before(as_of, 5)),
        insights: known(vec!["ApiCallRateInsight".into()]),
        tags: known(vec!["owner".into()]),
        global: known(true),
        excluded: known(Some(Vec::new())),
        records: known(EventClass::ALL.to_vec()),
    });
    for region in &regions[1..] {
        add_deliveries(inventory, &id, owner, region, as_of);
    }
    add_key(inventory, &key, home);
    add_log_group(inventory, &group, key);
    id
}

fn add_deliveries(
    inventory: &mut MemoryInventory,
    trail: &TrailId,
    account: &AccountId,
    region: &Region,
    as_of: Timestamp,
) {
    for channel in [Channel::LogFiles, Channel::DigestFiles, Channel::LogGroup] {
        inventory.set_delivery_in(trail, account, region, channel, delivered(as_of));
    }
}

fn add_key(inventory: &mut MemoryInventory, id: &KeyId, home: &Region) {
    let key = MemoryKey {
        id: id.clone(),
        manager: known(KeyManager::Customer),
        state: known(KeyState::Enabled),
        region: known(home.clone()),
        rotation: known(Rotation::On),
        public: known(Opinion::No("no statement lets anybody in".into())),
        serving: yes("statement \"Encrypt\" lets the service encrypt"),
        readable: yes("statement \"Read\" lets somebody read"),
        confined: yes("statement \"Encrypt\" names the trail"),
    };
    inventory.set_key(id, known(Some(Box::new(key))));
}

fn add_log_group(inventory: &mut MemoryInventory, id: &LogGroupId, key: KeyId) {
    let alarm = AlarmId::from(format!("alarm over {id}"));
    let group = MemoryLogGroup {
        id: id.clone(),
        retention: known(Retention::Days(400)),
        key: known(Some(key)),
        protected: known(true),
        public: known(Opinion::No("no policy lets anybody in".into())),
        alerts: Activity::ALL
            .map(|activity| (activity, yes("a filter, an alarm, and somebody who reads mail")))
            .into(),
        alarms: known(vec![alarm.clone()]),
    };
    inventory.set_log_group(id, known(Some(Box::new(group))));
    let acting = MemoryAlarm {
        id: alarm.clone(),
        acting: yes("it notifies a topic"),
    };
    inventory.set_alarm(&alarm, known(Some(Box::new(acting))));
}

fn add_bucket(inventory: &mut MemoryInventory, owner: &AccountId, home: &Region) {
    let bucket = MemoryBucket {
        id: BUCKET.into(),
        owner: owner.clone(),
        region: known(home.clone()),
        public: known(Opinion::No("public access is blocked".into())),
        access_log: known(Some("access-logs".into())),
        second_factor: known(true),
        lock: known(Some(Lock {
            mode: LockMode::Compliance,
            days: 2_555,
        })),
        expiries: known(Vec::new()),
    };
    inventory.set_bucket(&BucketId::from(BUCKET), known(Some(Box::new(bucket))));
}

fn store(owner: &AccountId, home: &Region) -> MemoryEventStore {
    MemoryEventStore {
        id: format!("arn:aws:cloudtrail:{home}:{owner}:eventdatastore/e").into(),
        live: known(true),
        key: known(None),
        multi_region: known(true),
        organization_wide: known(false),
        protected: known(true),
        retention_days: known(2_557),
    }
}

fn delivered(as_of: Timestamp) -> Observed<Delivery> {
    known(Delivery {
        latest: minutes_before(as_of, 5),
        error: None,
    })
}

fn minutes_before(as_of: Timestamp, minutes: i64) -> Option<Timestamp> {
    as_of.checked_sub(SignedDuration::from_mins(minutes)).ok()
}

fn yes(how: &str) -> Observed<Opinion> {
    known(Opinion::Yes(how.into()))
}

fn account(id: &AccountId, i: usize) -> Account {
    Account {
        id: id.clone(),
        name: format!("account {i}"),
        organizational_unit: format!("Root/Unit {}", i % 20),
        state: AccountState::Active,
        joined: None,
        excluded: false,
    }
}

fn account_id(i: usize) -> AccountId {
    format!("{:012}", 100_000_000_000 + i).into()
}

fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, EvidenceId::of(b"synthetic"))
}
