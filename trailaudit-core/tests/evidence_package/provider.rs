//! A provider as small as one can be: an account's record says whether its one trail is logging.

use serde_json::json;
use trailaudit_core::evidence::provider::ReadError;
use trailaudit_core::evidence::records::{self, Header};
use trailaudit_core::evidence::{
    Answer, EvidenceId, Exchange, Files, InMemory, Provenance, Provider, Recorded, Salt, Transport, package,
};
use trailaudit_core::inventory::Sighting;
use trailaudit_core::key::{KeyManager, KeyState};
use trailaudit_core::memory::{MemoryInventory, MemoryKey, MemoryTrail};
use trailaudit_core::observed::Observed;
use trailaudit_core::organization::{Account, AccountId, AccountState, KeyId, Organization, Region, TrailId};
use trailaudit_core::trail::{Delivery, EventClass};
use trailaudit_core::{Inventory, rules};

use crate::sample::{ACCOUNTS, facts};

/// Reads the records that [`records`] writes.
pub struct Plain {
    /// What the run log would say.
    pub provenance: Provenance,
}

impl Provider for Plain {
    fn read(&self, files: &dyn Files) -> Result<Recorded, ReadError> {
        let mut inventory = empty();
        for account in ACCOUNTS {
            read_into(&mut inventory, files, &account.into())?;
        }
        Ok(Recorded {
            inventory: Box::new(inventory),
            provenance: self.provenance.clone(),
        })
    }

    fn read_account(
        &self,
        files: &dyn Files,
        account: &AccountId,
        _: &Provenance,
    ) -> Result<Box<dyn Inventory>, ReadError> {
        let mut inventory = empty();
        read_into(&mut inventory, files, account)?;
        Ok(Box::new(inventory))
    }
}

/// The record files of a collection in which the second account's trail does not log.
pub fn records() -> InMemory {
    let mut files = InMemory::default();
    let header = Header::of_organization("o-example").to_line().unwrap();
    files.insert("organization.jsonl.gz", records::write([header]).unwrap());
    files.insert("run.jsonl", "{}\n");
    for (i, account) in ACCOUNTS.into_iter().enumerate() {
        files.insert(
            package::account_records(&account.into()),
            account_file(account, i, i != 1),
        );
    }
    let header = Header::of_account(ACCOUNTS[1].into(), salt(9)).to_line().unwrap();
    let path = package::resource_records(&ACCOUNTS[1].into());
    files.insert(path, records::write([header]).unwrap());
    files
}

/// An account's record file.
pub fn account_file(account: &str, number: usize, logging: bool) -> Vec<u8> {
    let exchange = Exchange {
        account: account.into(),
        region: "north".into(),
        service: "trails".into(),
        operation: "Describe".into(),
        parameters: json!({}),
        answer: Answer::Ok(json!({"logging": logging})),
        transport: Transport::default(),
    };
    let header = Header::of_account(account.into(), salt(number)).to_line().unwrap();
    records::write([header, exchange.to_line().unwrap().1]).unwrap()
}

pub fn salt(i: usize) -> Salt {
    Salt::from([u8::try_from(i).unwrap(); 32])
}

/// The rule every sample is judged by, among others.
pub fn rule() -> &'static trailaudit_core::Rule {
    rules::rule("trail-logging").unwrap()
}

fn empty() -> MemoryInventory {
    let mut inventory = MemoryInventory::new(Organization {
        id: "o-example".into(),
        management_account: ACCOUNTS[0].into(),
    });
    inventory.set_account_list(Observed::known((), EvidenceId::of(b"list")));
    inventory
}

fn read_into(inventory: &mut MemoryInventory, files: &dyn Files, account: &AccountId) -> Result<(), ReadError> {
    let opened = files.open(&package::account_records(account))?;
    let lines = records::read_lines(opened).collect::<Result<Vec<_>, _>>()?;
    let (id, exchange) = Exchange::from_line(lines.get(1).ok_or("the account has no record")?)?;
    let Answer::Ok(answer) = exchange.answer else {
        return Err("the record is a refusal".into());
    };
    let (region, trail) = (Region::from("north"), TrailId::from(format!("trail-of-{account}")));
    let key = KeyId::from(format!("key-of-{account}"));
    let known = |value| Observed::known(value, id);
    let delivery = || {
        let latest = facts().as_of;
        Observed::known(
            Delivery {
                latest: Some(latest),
                error: None,
            },
            id,
        )
    };
    inventory.add_account(
        Account {
            id: account.clone(),
            name: format!("=account {account}"),
            organizational_unit: "r/ou".into(),
            state: AccountState::Active,
            joined: None,
            excluded: false,
        },
        Observed::known((), id),
        Observed::known((), id),
    );
    let sighting = Sighting {
        trail: trail.clone(),
        multi_region: true,
        organization: false,
    };
    inventory.set_trails_in(account, &region, Observed::known(vec![sighting], id));
    inventory.add_trail(MemoryTrail {
        multi_region: known(true),
        organization: known(false),
        key: Observed::known(Some(key.clone()), id),
        destination: Observed::known(None, id),
        validates: known(true),
        logging: known(answer["logging"] == true),
        since: Observed::known(None, id),
        to_files: delivery(),
        to_digests: delivery(),
        to_group: delivery(),
        records: Observed::known(EventClass::ALL.to_vec(), id),
        ..MemoryTrail::unknown(trail, account.clone(), region)
    });
    let enabled = MemoryKey {
        manager: Observed::known(KeyManager::Customer, id),
        state: Observed::known(KeyState::Enabled, id),
        ..MemoryKey::unknown(key.clone())
    };
    inventory.set_key(&key, Observed::known(Some(Box::new(enabled)), id));
    Ok(())
}
