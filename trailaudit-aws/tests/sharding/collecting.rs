//! Organizations to collect from, whole and in shards, held in memory.

use std::collections::BTreeSet;
use std::io::Read;

use jiff::Timestamp;
use trailaudit_aws::{Folder, MergeError, Scope, Shard, ShardFiles, merge};
use trailaudit_core::evidence::{Files, InMemory};
use trailaudit_core::organization::AccountId;
use trailaudit_sim::{Account, AccountState, Key, KeyReaders, LogGroup, Server, Settings, Trail, World, populate};

use crate::support::{Run, collector, hand_made, member_role};

pub const MANAGEMENT: &str = "111111111111";
const ARCHIVE: &str = "222222222222";
pub const MEMBERS: [&str; 4] = ["333333333333", "444444444444", "555555555555", "666666666666"];
pub const HOME: &str = "us-east-1";
const CLOSED: &str = "777777777777";

/// Three members have trails of their own that name one key in the archive, which nobody can enter; its policy lets the
/// second and the third of them look. All trails deliver to the fourth. One account is closed.
pub fn central() -> World {
    let mut world = hand_made(&[HOME, "eu-west-1"]);
    let made: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
    let mut key = Key::new("0a1b2c3d-0000-4000-8000-000000000001", HOME, made);
    key.readers = KeyReaders::Accounts(MEMBERS[1..3].iter().map(ToString::to_string).collect());
    let group = LogGroup::new("organization-trail", HOME, made);
    let trail = |name: &str, owner: &str| {
        let mut trail = Trail::new(name, HOME, as_of());
        trail.multi_region = true;
        trail.kms_key_id = Some(key.arn(ARCHIVE));
        trail.log_group_arn = Some(format!("{}:*", group.arn(MEMBERS[3])));
        trail.log_group_role_arn = Some(format!("arn:aws:iam::{owner}:role/Logs"));
        trail
    };
    for (i, id) in MEMBERS.iter().enumerate() {
        let mut account = Account::new(id, id, made);
        account.roles = member_role("OrganizationAccountAccessRole");
        if i < 3 {
            account.trails.push(trail("own", id));
        } else {
            account.log_groups.push(group.clone());
        }
        world.add(account);
    }
    let mut closed = Account::new(CLOSED, CLOSED, made);
    closed.state = AccountState::Closed;
    world.add(closed);
    let mut organization_trail = trail("of-all", MANAGEMENT);
    organization_trail.organization = true;
    world
        .accounts
        .get_mut(MANAGEMENT)
        .unwrap()
        .trails
        .push(organization_trail);
    let mut archive = Account::new(ARCHIVE, "Archive", made);
    archive.keys.push(key);
    world.add(archive);
    world
}

pub fn populated() -> World {
    let settings = Settings {
        accounts: 25,
        regions: 3,
        seed: 11,
        as_of: as_of(),
    };
    populate(&settings).world
}

pub fn as_of() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

pub async fn sharded(server: &Server, scope: &Scope, of: u32) -> Vec<InMemory> {
    let mut shards = Vec::new();
    for index in 1..=of {
        shards.push(collected(server, scope, Some(Shard::new(index, of).unwrap())).await);
    }
    shards
}

pub async fn collected(server: &Server, scope: &Scope, shard: Option<Shard>) -> InMemory {
    let mut builder = collector(server).as_of(as_of()).scope(scope.clone());
    if let Some(shard) = shard {
        builder = builder.shard(shard);
    }
    let run = Run::of(builder.build().unwrap()).await;
    let folder = Folder::open(run.path()).unwrap();
    let mut held = InMemory::default();
    // A shard without accounts has an empty directory for them.
    for entry in folder
        .paths()
        .unwrap()
        .into_iter()
        .filter(|entry| entry.path != "accounts")
    {
        let mut bytes = Vec::new();
        folder.open(&entry.path).unwrap().read_to_end(&mut bytes).unwrap();
        held.insert(entry.path, bytes);
    }
    held
}

/// Merges shards that are called `d0`, `d1` and so on.
pub fn united(shards: &[InMemory]) -> Result<InMemory, MergeError> {
    let names: Vec<_> = (0..shards.len()).map(|i| format!("d{i}")).collect();
    let given: Vec<_> = shards
        .iter()
        .zip(&names)
        .map(|(files, name)| ShardFiles { name, files })
        .collect();
    let mut out = InMemory::default();
    merge(&given, &mut out).map(|_| out)
}

pub fn accounts_of(files: &InMemory) -> BTreeSet<AccountId> {
    let paths = files.paths().unwrap().into_iter();
    let id = |path: String| Some(path.strip_prefix("accounts/")?.strip_suffix(".jsonl.gz")?.into());
    paths.filter_map(|entry| id(entry.path)).collect()
}

pub fn text(files: &InMemory, path: &str) -> String {
    String::from_utf8(files.bytes(path).unwrap().to_vec()).unwrap()
}
