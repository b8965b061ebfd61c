//! What would be inconclusive, call by call, each with its fix.

use std::collections::{BTreeMap, BTreeSet};

use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::organization::{AccountId, Region};

use super::cause::{self, Cause};
use super::fix::{Fix, Group};
use super::refused::{Refused, entry};
use super::{Ground, fix};
use crate::arn::Arn;

/// A call that a run would make in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Obstacle {
    /// The account that would not be read; that of the role where it is not let in.
    pub account: AccountId,
    /// Where it was asked; nothing where a role was to be assumed.
    pub region: Option<Region>,
    /// The service, by its IAM prefix.
    pub service: String,
    /// The operation, as the service names it.
    pub operation: String,
    /// The IAM action that is missing or denied.
    pub action: String,
    /// What it is about, where the message or the request says so.
    pub resource: Option<String>,
    /// The error code.
    pub code: String,
    /// Its message.
    pub message: String,
    /// Why.
    pub cause: Cause,
    /// The place of its fix among all.
    pub fix: usize,
}

/// What leads to the same fix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub cause: Cause,
    /// The policy, the resource, the role, or the actions that it is about.
    pub about: Option<String>,
    /// Whether the caller itself is refused, in its own account.
    pub of_caller: bool,
}

/// All obstacles, and what to change.
pub(super) fn told(
    refused: &Refused,
    elsewhere: &BTreeSet<(AccountId, String)>,
    ground: &Ground<'_>,
) -> (Vec<Obstacle>, Vec<Fix>) {
    let limited = regions_denied_by_policy(refused);
    let mut met: Vec<_> = refused
        .open()
        .map(|exchange| {
            let mut obstacle = of(exchange);
            let path = elsewhere.iter().find(|(account, _)| *account == obstacle.account);
            obstacle.cause = match obstacle.cause {
                Cause::RoleRefused if path.is_some() => Cause::RoleAtAnotherPath,
                Cause::RoleRefused if refused.entered.is_empty() => Cause::RoleRefusedEverywhere,
                Cause::ServiceControlPolicyDenies if is_limited(&obstacle, &limited) => {
                    Cause::ServiceControlPolicyDeniesRegion
                }
                cause => cause,
            };
            let key = Key {
                cause: obstacle.cause,
                about: about(&obstacle, path.map(|(_, name)| name)),
                of_caller: obstacle.region.is_some() && obstacle.account == ground.base,
            };
            (key, obstacle)
        })
        .collect();
    tell_accounts_apart(&mut met);
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    let mut keyed = Vec::new();
    for (key, obstacle) in &met {
        // What follows from another refusal goes with that one.
        let key = if let Some((first, _)) = behind(obstacle, &met) {
            first.clone()
        } else {
            let group = groups.entry(key.clone()).or_default();
            group.take(obstacle, refused.entered.get(&obstacle.account));
            key.clone()
        };
        keyed.push((key, obstacle.clone()));
    }
    let entered = refused.entered.len();
    let places: BTreeMap<_, _> = groups.keys().cloned().zip(0..).collect();
    let fixes = groups
        .into_iter()
        .map(|(key, group)| fix::worded(&key, group, entered, ground))
        .collect();
    let mut obstacles: Vec<_> = keyed
        .into_iter()
        .map(|(key, obstacle)| Obstacle {
            fix: places.get(&key).copied().unwrap_or_default(),
            ..obstacle
        })
        .collect();
    obstacles.sort_by(|one, other| order(one).cmp(&order(other)));
    (obstacles, fixes)
}

/// What is missing in the policies of an account is added there alone: accounts share a fix when they lack the same.
fn tell_accounts_apart(met: &mut [(Key, Obstacle)]) {
    let mut actions: BTreeMap<(Cause, AccountId), BTreeSet<String>> = BTreeMap::new();
    let is_of_account = |cause| {
        matches!(
            cause,
            Cause::IdentityPolicyDenies
                | Cause::IdentityPolicyOmits
                | Cause::BoundaryDenies
                | Cause::BoundaryOmits
                | Cause::ServiceControlPolicyOmits
        )
    };
    for (key, obstacle) in met.iter().filter(|(key, _)| is_of_account(key.cause)) {
        let of_account = actions.entry((key.cause, obstacle.account.clone())).or_default();
        of_account.insert(obstacle.action.clone());
    }
    for (key, obstacle) in met {
        let of_account = actions.get(&(key.cause, obstacle.account.clone()));
        if let Some(actions) = of_account {
            key.about = Some(actions.iter().cloned().collect::<Vec<_>>().join(", "));
        }
    }
}

/// The refusal of which another is the consequence: of an account that may not tell which Regions it has off, and of the owner
/// of a bucket or a key that could not be asked.
fn behind<'a>(obstacle: &Obstacle, met: &'a [(Key, Obstacle)]) -> Option<&'a (Key, Obstacle)> {
    let first = |is_first: &dyn Fn(&Obstacle) -> bool| met.iter().find(|(_, other)| is_first(other));
    match obstacle.cause {
        Cause::RegionOff => first(&|other| other.operation == "ListRegions" && other.account == obstacle.account)
            .filter(|(_, other)| other.cause != Cause::RegionOff),
        Cause::BucketElsewhere => {
            first(&|other| other.region.is_none()).or_else(|| first(&|other| other.operation == "ListBuckets"))
        }
        Cause::ResourcePolicyOmits => {
            let owner = obstacle.resource.as_deref().and_then(Arn::parse)?.account_id()?;
            first(&|other| other.region.is_none() && other.account == owner)
        }
        _ => None,
    }
}

fn order(obstacle: &Obstacle) -> impl Ord + '_ {
    (
        &obstacle.account,
        &obstacle.region,
        &obstacle.service,
        &obstacle.operation,
        &obstacle.resource,
    )
}

fn of(exchange: &Exchange) -> Obstacle {
    let (code, message) = match &exchange.answer {
        Answer::Error { code, message } => (code.clone(), message.clone()),
        Answer::Ok(_) => Default::default(),
    };
    let entry = entry(exchange);
    let is_entry = entry.is_some();
    let (account, role) = entry.unzip();
    Obstacle {
        account: account.unwrap_or_else(|| exchange.account.clone()),
        region: (!is_entry).then(|| exchange.region.clone()),
        service: exchange.service.clone(),
        operation: exchange.operation.clone(),
        action: cause::action(exchange),
        resource: role.or_else(|| cause::resource(&message)).or_else(|| named(exchange)),
        code,
        message,
        cause: Cause::of(exchange),
        fix: 0,
    }
}

/// What the request names.
fn named(exchange: &Exchange) -> Option<String> {
    let names = ["KeyId", "Bucket", "TopicArn", "Name", "TrailName", "PolicyId"];
    let mut found = names.iter().filter_map(|name| exchange.parameters[*name].as_str());
    found.next().map(str::to_owned)
}

fn about(obstacle: &Obstacle, bare_name: Option<&String>) -> Option<String> {
    match obstacle.cause {
        Cause::RoleAtAnotherPath => bare_name.cloned(),
        Cause::ServiceControlPolicyDenies | Cause::ServiceControlPolicyDeniesRegion | Cause::ResourceControlPolicy => {
            cause::policy(&obstacle.message)
        }
        Cause::ResourcePolicyDenies | Cause::ResourcePolicyOmits | Cause::BucketElsewhere => obstacle.resource.clone(),
        Cause::Other => Some(format!("{}: {}", obstacle.code, obstacle.message)),
        _ => None,
    }
}

/// The Regions in which a policy denies to list trails, though the account shows them in others.
fn regions_denied_by_policy(refused: &Refused) -> BTreeSet<(AccountId, Region)> {
    let denied = refused.open().filter(|exchange| {
        exchange.operation == "DescribeTrails" && Cause::of(exchange) == Cause::ServiceControlPolicyDenies
    });
    let limited = denied.filter(|exchange| refused.reached.iter().any(|(account, _)| *account == exchange.account));
    limited
        .map(|exchange| (exchange.account.clone(), exchange.region.clone()))
        .collect()
}

fn is_limited(obstacle: &Obstacle, limited: &BTreeSet<(AccountId, Region)>) -> bool {
    let place = obstacle.region.clone().map(|region| (obstacle.account.clone(), region));
    place.is_some_and(|place| limited.contains(&place))
}
