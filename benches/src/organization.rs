//! An organization in memory, of any size, with something to judge in every account.

use jiff::{SignedDuration, Timestamp};
use trailaudit_core::EvidenceId;
use trailaudit_core::inventory::Sighting;
use trailaudit_core::key::{KeyManager, KeyState};
use trailaudit_core::log_group::Retention;
use trailaudit_core::memory::{MemoryInventory, MemoryKey, MemoryLogGroup, MemoryTrail};
use trailaudit_core::observed::Observed;
use trailaudit_core::organization::{
    Account, AccountId, AccountState, KeyId, LogGroupId, Organization, Region, TrailId,
};
use trailaudit_core::trail::{Delivery, EventClass, LogDestination};

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
    let regions: Vec<_> = (0..regions).map(|i| Region::from(format!("region-{i:02}"))).collect();
    let Some(home) = regions.first() else { return inventory };
    let shared = add_trail(&mut inventory, &management, home, true, true, as_of);
    for i in 0..accounts {
        let id = account_id(i);
        inventory.add_account(account(&id, i), known(()), known(()));
        let mut seen = vec![Sighting {
            trail: shared.clone(),
            multi_region: true,
            organization: true,
        }];
        if i % 3 == 1 {
            let trail = add_trail(&mut inventory, &id, home, false, i % 9 != 1, as_of);
            seen.push(Sighting {
                trail,
                multi_region: true,
                organization: false,
            });
        }
        for region in &regions {
            inventory.set_trails_in(&id, region, known(seen.clone()));
        }
    }
    inventory
}

fn add_trail(
    inventory: &mut MemoryInventory,
    owner: &AccountId,
    home: &Region,
    organization: bool,
    logging: bool,
    as_of: Timestamp,
) -> TrailId {
    let id = TrailId::from(format!("arn:aws:cloudtrail:{home}:{owner}:trail/t"));
    let key = KeyId::from(format!("arn:aws:kms:{home}:{owner}:key/k"));
    let group = LogGroupId::from(format!("arn:aws:logs:{home}:{owner}:log-group:g"));
    let minutes_ago = |minutes| as_of.checked_sub(SignedDuration::from_mins(minutes)).ok();
    let delivery = known(Delivery {
        latest: minutes_ago(5),
        error: None,
    });
    inventory.add_trail(MemoryTrail {
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
        since: known(minutes_ago(100_000)),
        to_files: delivery.clone(),
        to_digests: delivery.clone(),
        to_group: delivery,
        topic: known(None),
        bucket: known("arn:aws:s3:::logs".into()),
        global: known(true),
        excluded: known(Some(Vec::new())),
        records: known(EventClass::ALL.to_vec()),
        ..MemoryTrail::unknown(id.clone(), owner.clone(), home.clone())
    });
    let enabled = MemoryKey {
        manager: known(KeyManager::Customer),
        state: known(KeyState::Enabled),
        ..MemoryKey::unknown(key.clone())
    };
    inventory.set_key(&key, known(Some(Box::new(enabled))));
    let kept = MemoryLogGroup {
        retention: known(Retention::Days(400)),
        key: known(Some(key)),
        protected: known(true),
        ..MemoryLogGroup::unknown(group.clone())
    };
    inventory.set_log_group(&group, known(Some(Box::new(kept))));
    id
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
