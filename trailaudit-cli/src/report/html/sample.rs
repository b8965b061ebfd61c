//! Organizations to render: a sound one, and one in which something of each kind is wrong.

use jiff::{SignedDuration, Timestamp};
use trailaudit_core::assessment::{Assessing, Totals};
use trailaudit_core::evidence::EvidenceId;
use trailaudit_core::evidence::report::FullPage;
use trailaudit_core::framework::Selection;
use trailaudit_core::inventory::Sighting;
use trailaudit_core::key::{Key, KeyManager, KeyState};
use trailaudit_core::log_group::LogGroup;
use trailaudit_core::memory::{MemoryInventory, MemoryKey, MemoryLogGroup, MemoryTrail};
use trailaudit_core::observed::{Call, GapReason};
use trailaudit_core::organization::{Account, AccountId, AccountState, KeyId, LogGroupId, Organization, TrailId};
use trailaudit_core::trail::{Delivery, EventClass, LogDestination};
use trailaudit_core::{Baseline, CATALOGUE, Gap, Inventory, Observed};

use crate::report::html::{Collection, Gathering, Terms};

const REGIONS: [&str; 6] = [
    "ap-east-1",
    "eu-central-1",
    "eu-west-1",
    "me-south-1",
    "us-east-1",
    "us-west-2",
];
const HOME: &str = "us-east-1";

/// A name that wants to be more than a name.
pub(crate) const HOSTILE: &str = "<script>alert('x')</script>\u{202e}gnp.exe\u{200b}\n\"quoted\" & more";

/// An organization with the terms it is judged under.
pub(crate) struct Sample {
    inventory: MemoryInventory,
    selection: Selection,
    baseline: Baseline,
}

impl Sample {
    /// An organization of `count` accounts; of every dozen, most have something wrong with them.
    pub(crate) fn of(count: usize) -> Self {
        Self::built(count, |i| i % 12, true)
    }

    /// An organization whose members all have the same wrong with them; nothing, when `kind` is 0.
    pub(crate) fn each(kind: usize, count: usize) -> Self {
        Self::built(count, |_| kind, true)
    }

    /// An organization whose only trail, which every member inherits, names no key.
    pub(crate) fn without_key(count: usize) -> Self {
        Self::built(count, |_| 0, false)
    }

    fn built(count: usize, kind: impl Fn(usize) -> usize, with_key: bool) -> Self {
        let management = account_id(0);
        let mut inventory = MemoryInventory::new(Organization {
            id: "o-exampleorg1".into(),
            management_account: management.clone(),
        });
        inventory.set_account_list(known((), "list"));
        inventory.set_delegated_administrators(known(Vec::new(), "delegated"));
        let mut main = trail(&management, "organization-trail");
        if !with_key {
            main.key = known(None, "describe");
        }
        let organization_trail = Sighting {
            trail: main.id.clone(),
            multi_region: true,
            organization: true,
        };
        add(
            &mut inventory,
            MemoryTrail {
                organization: known(true, "describe"),
                ..main
            },
        );
        for i in 0..count {
            place(&mut inventory, i, if i == 0 { 0 } else { kind(i) }, &organization_trail);
        }
        Self {
            inventory,
            selection: Selection::default(),
            baseline: Baseline::default(),
        }
    }

    /// The ids of its accounts.
    pub(crate) fn ids(&self) -> impl Iterator<Item = String> + '_ {
        self.inventory.accounts().iter().map(|account| account.id.to_string())
    }

    /// Says that the list of accounts ended early.
    pub(crate) fn cut_account_list(mut self) -> Self {
        let cut = gap(
            "the list of accounts",
            "organizations",
            "ListAccounts",
            &account_id(0),
            HOME,
            GapReason::TimedOut,
        );
        self.inventory.set_account_list(cut);
        self
    }

    /// What it comes to, with what was gathered of it.
    pub(crate) fn judged<'a>(&'a self, simulated: bool, hosts: &'a [String]) -> (Gathering<'a>, Vec<FullPage>, Totals) {
        let collection = Collection {
            started: "2026-11-22T11:58:03.120Z".into(),
            finished: Some("2026-11-22T12:03:47.001Z".into()),
            caller: "arn:aws:sts::100000000000:assumed-role/Auditor/quarterly",
            tool: "trailaudit 0.1.0".into(),
            endpoints: hosts,
            simulated,
            scope: String::new(),
            search: "exhaustively",
        };
        let terms = Terms {
            baseline: &self.baseline,
            required_signatures: &[],
            previous: None,
            supersedes: None,
            retain_until: None,
        };
        let mut gathering = Gathering::new(&self.inventory, &self.selection, collection, terms, as_of());
        // By the five rules the sample has facts for.
        let mut assessing = Assessing::new(&self.inventory, &CATALOGUE[..5], &self.baseline, as_of());
        let full = assessing
            .by_ref()
            .flat_map(|findings| gathering.add(&findings).unwrap());
        let full = full.collect();
        (gathering, full, assessing.finish())
    }
}

/// Puts one account into the organization, with what is wrong with it.
fn place(inventory: &mut MemoryInventory, i: usize, kind: usize, organization_trail: &Sighting) {
    let id = account_id(i);
    let state = if kind == 9 {
        AccountState::Suspended
    } else {
        AccountState::Active
    };
    let account = Account {
        id: id.clone(),
        name: if kind == 5 {
            HOSTILE.into()
        } else {
            format!("{}-{i:02}", ["payments", "research", "plant", "web"][i % 4])
        },
        organizational_unit: format!("Root/{}", ["Production", "Development", "Security"][i % 3]),
        state,
        joined: Some(hours_ago(9000)),
        excluded: kind == 11,
    };
    let entry = match kind {
        8 => gap("the account", "sts", "AssumeRole", &id, HOME, unavailable(&id)),
        _ => known((), "entry"),
    };
    inventory.add_account(account, entry, known((), "regions"));
    let mut listed = if kind == 7 {
        Vec::new()
    } else {
        vec![organization_trail.clone()]
    };
    if let Some(own) = own_trail(inventory, kind, &id) {
        listed.push(Sighting {
            trail: own.id.clone(),
            multi_region: true,
            organization: false,
        });
        add(inventory, own);
    }
    for region in REGIONS {
        let listing = match (region, kind) {
            ("ap-east-1" | "me-south-1", _) => gap(
                "the trails of the Region",
                "cloudtrail",
                "DescribeTrails",
                &id,
                region,
                GapReason::RegionDisabled,
            ),
            ("us-west-2" | "eu-west-1", 6) => gap(
                "the trails of the Region",
                "cloudtrail",
                "DescribeTrails",
                &id,
                region,
                denied(&id, region),
            ),
            _ => known(listed.clone(), &format!("{id} {region}")),
        };
        inventory.set_trails_in(&id, &region.into(), listing);
    }
}

/// The trail the account keeps besides the organization's, if it does, with what it names.
fn own_trail(inventory: &mut MemoryInventory, kind: usize, owner: &AccountId) -> Option<MemoryTrail> {
    let mut own = trail(owner, "local-trail");
    match kind {
        1 => own.key = known(None, "describe"),
        2 => {
            let state = KeyState::Unusable {
                state: "PendingDeletion".into(),
                deletion: Some(hours_ago(-200)),
            };
            name_key(inventory, &mut own, Some(state));
        }
        3 => {
            let group = own_group(owner);
            inventory.set_log_group(&group, known(None, "groups"));
            own.destination = known(Some(destination(owner, group)), "describe");
        }
        4 => name_key(inventory, &mut own, None),
        5 => own.logging = known(false, "status"),
        _ => return None,
    }
    Some(own)
}

fn name_key(inventory: &mut MemoryInventory, trail: &mut MemoryTrail, state: Option<KeyState>) {
    let id = KeyId::from(format!(
        "arn:aws:kms:{HOME}:{}:key/0d6f1a52-4c1e-4f0b-8f5e-2f9f6f3f6a10",
        trail.owner
    ));
    let key: Observed<Option<Box<dyn Key + Send>>> = match state {
        Some(state) => {
            let key = MemoryKey {
                manager: known(KeyManager::Customer, "key"),
                state: known(state, "key"),
                ..MemoryKey::unknown(id.clone())
            };
            known(Some(Box::new(key)), "key")
        }
        None => gap(
            "the key",
            "kms",
            "DescribeKey",
            &trail.owner,
            HOME,
            denied(&trail.owner, HOME),
        ),
    };
    inventory.set_key(&id, key);
    trail.key = known(Some(id), "describe");
}

/// Adds a trail, and what it names where nothing is wrong with it.
fn add(inventory: &mut MemoryInventory, trail: MemoryTrail) {
    let group = own_group(&trail.owner);
    if let Observed::Unknown(_) = inventory.log_group(&group) {
        let found: Box<dyn LogGroup + Send> = Box::new(MemoryLogGroup::unknown(group.clone()));
        inventory.set_log_group(&group, known(Some(found), "groups"));
    }
    let key = sound_key(&trail.owner);
    let sound = MemoryKey {
        manager: known(KeyManager::Customer, "key"),
        state: known(KeyState::Enabled, "key"),
        ..MemoryKey::unknown(key.clone())
    };
    inventory.set_key(&key, known(Some(Box::new(sound)), "key"));
    inventory.add_trail(trail);
}

/// A trail with which nothing is wrong.
fn trail(owner: &AccountId, name: &str) -> MemoryTrail {
    let delivered = || {
        known(
            Delivery {
                latest: Some(hours_ago(1)),
                error: None,
            },
            "status",
        )
    };
    let id = TrailId::from(format!("arn:aws:cloudtrail:{HOME}:{owner}:trail/{name}"));
    MemoryTrail {
        multi_region: known(true, "describe"),
        organization: known(false, "describe"),
        key: known(Some(sound_key(owner)), "describe"),
        destination: known(Some(destination(owner, own_group(owner))), "describe"),
        validates: known(true, "describe"),
        logging: known(true, "status"),
        since: known(Some(hours_ago(1000)), "status"),
        to_files: delivered(),
        to_digests: delivered(),
        to_group: delivered(),
        records: known(EventClass::ALL.to_vec(), "selectors"),
        ..MemoryTrail::unknown(id, owner.clone(), HOME.into())
    }
}

fn sound_key(owner: &AccountId) -> KeyId {
    format!("arn:aws:kms:{HOME}:{owner}:key/5a1c0f2e-9d3b-4b6e-8a77-1e2d3c4b5a69").into()
}

fn own_group(owner: &AccountId) -> LogGroupId {
    format!("arn:aws:logs:{HOME}:{owner}:log-group:cloudtrail").into()
}

fn destination(owner: &AccountId, group: LogGroupId) -> LogDestination {
    let role = Some(format!("arn:aws:iam::{owner}:role/CloudTrailToLogs"));
    LogDestination {
        group,
        account: owner.clone(),
        region: HOME.into(),
        role,
    }
}

fn account_id(i: usize) -> AccountId {
    format!("{:012}", 100_000_000_000_u64 + (i as u64) * 7_777_777).into()
}

fn as_of() -> Timestamp {
    Timestamp::from_second(1_795_348_800).unwrap_or_default()
}

fn hours_ago(hours: i64) -> Timestamp {
    as_of() - SignedDuration::from_hours(hours)
}

fn known<T>(value: T, shown_by: &str) -> Observed<T> {
    Observed::known(value, EvidenceId::of(shown_by.as_bytes()))
}

fn gap<T>(
    wanted: &'static str,
    service: &str,
    operation: &str,
    at: &AccountId,
    region: &str,
    why: GapReason,
) -> Observed<T> {
    let call = Call {
        service: service.into(),
        operation: operation.into(),
        account: at.clone(),
        region: region.into(),
    };
    let evidence = Some(EvidenceId::of(format!("{operation} {at} {region}").as_bytes()));
    Observed::Unknown(Gap {
        wanted,
        call: Some(Box::new(call)),
        why,
        evidence: evidence.map(Into::into),
    })
}

fn denied(account: &AccountId, region: &str) -> GapReason {
    GapReason::Denied {
        code: "AccessDeniedException".into(),
        message: format!(
            "User: arn:aws:sts::{account}:assumed-role/OrganizationAccountAccessRole/trailaudit is not authorized to perform \
             this call on resource: arn:aws:cloudtrail:{region}:{account}:trail/* with an explicit deny in a service control \
             policy: arn:aws:organizations::100000000000:policy/o-exampleorg1/service_control_policy/p-deny0001"
        ),
    }
}

fn unavailable(account: &AccountId) -> GapReason {
    GapReason::RoleUnavailable {
        code: "AccessDenied".into(),
        message: format!(
            "not authorized to perform: sts:AssumeRole on arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        ),
    }
}
