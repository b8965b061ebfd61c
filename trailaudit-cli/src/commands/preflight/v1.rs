//! `trailaudit.preflight/v1`: frozen. What it says more than this is said in another version.

use serde::Serialize;
use serde_json::Value;
use trailaudit_aws::preflight::{Fix, Obstacle};
use trailaudit_core::organization::{AccountId, Region};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Preflight<'a> {
    format: &'static str,
    complete: bool,
    caller: &'a str,
    simulated: bool,
    accounts: usize,
    entered: usize,
    regions: usize,
    calls: u64,
    obstacles: Vec<ObstacleRow<'a>>,
    fixes: Vec<FixRow<'a>>,
    not_in_use: Vec<NotInUse<'a>>,
    regions_off: Vec<RegionOff<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ObstacleRow<'a> {
    account: &'a str,
    region: Option<&'a str>,
    call: String,
    action: &'a str,
    resource: Option<&'a str>,
    cause: &'static str,
    code: &'a str,
    message: &'a str,
    /// From 1.
    fix: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixRow<'a> {
    fix: usize,
    cause: &'static str,
    change: &'a str,
    statement: Option<&'a Value>,
    accounts: Vec<&'a str>,
    regions: Vec<&'a str>,
    actions: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotInUse<'a> {
    account: &'a str,
    state: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionOff<'a> {
    account: &'a str,
    region: &'a str,
}

impl<'a> Preflight<'a> {
    pub fn of(told: &'a trailaudit_aws::preflight::Preflight) -> Self {
        let not_in_use = told.not_in_use.iter().map(|(account, state)| NotInUse {
            account: account.as_str(),
            state: state.to_string(),
        });
        let regions_off = told.regions_off.iter().map(|(account, region)| RegionOff {
            account: account.as_str(),
            region: region.as_str(),
        });
        Self {
            format: "trailaudit.preflight/v1",
            complete: told.is_complete(),
            caller: &told.caller,
            simulated: told.simulated,
            accounts: told.accounts,
            entered: told.entered,
            regions: told.regions,
            calls: told.calls,
            obstacles: told.obstacles.iter().map(ObstacleRow::of).collect(),
            fixes: told.fixes.iter().zip(1..).map(FixRow::of).collect(),
            not_in_use: not_in_use.collect(),
            regions_off: regions_off.collect(),
        }
    }
}

impl<'a> ObstacleRow<'a> {
    fn of(obstacle: &'a Obstacle) -> Self {
        Self {
            account: obstacle.account.as_str(),
            region: obstacle.region.as_ref().map(Region::as_str),
            call: format!("{}:{}", obstacle.service, obstacle.operation),
            action: &obstacle.action,
            resource: obstacle.resource.as_deref(),
            cause: obstacle.cause.as_str(),
            code: &obstacle.code,
            message: &obstacle.message,
            fix: obstacle.fix + 1,
        }
    }
}

impl<'a> FixRow<'a> {
    fn of((fix, number): (&'a Fix, usize)) -> Self {
        Self {
            fix: number,
            cause: fix.cause.as_str(),
            change: &fix.change,
            statement: fix.statement.as_ref(),
            accounts: fix.accounts.iter().map(AccountId::as_str).collect(),
            regions: fix.regions.iter().map(Region::as_str).collect(),
            actions: fix.actions.iter().map(String::as_str).collect(),
        }
    }
}
