//! What was refused, and what was answered as far as it says how bad that is.

use std::collections::{BTreeMap, BTreeSet};

use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::organization::{AccountId, Region};

use crate::arn::Arn;
use crate::gap;

/// What makes two requests the same.
type Request = (AccountId, Region, String, String, String);

/// Everything that was refused, and not answered later.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refused {
    exchanges: BTreeMap<Request, Exchange>,
    /// Accounts that let somebody in, with the role.
    pub entered: BTreeMap<AccountId, String>,
    /// Regions that showed their trails.
    pub reached: BTreeSet<(AccountId, Region)>,
    /// Regions that an account says are off.
    pub regions_off: BTreeSet<(AccountId, Region)>,
    /// Buckets whose owner is known.
    buckets: BTreeSet<String>,
    /// How many requests there were.
    pub calls: u64,
}

impl Refused {
    pub fn note(&mut self, exchange: &Exchange) {
        self.calls += 1;
        let request = || {
            (
                exchange.account.clone(),
                exchange.region.clone(),
                exchange.service.clone(),
                exchange.operation.clone(),
                exchange.parameters.to_string(),
            )
        };
        if gap::is_gap(exchange) {
            self.exchanges.insert(request(), exchange.clone());
            return;
        }
        if !self.exchanges.is_empty() {
            self.exchanges.remove(&request());
        }
        let Answer::Ok(answer) = &exchange.answer else { return };
        match exchange.operation.as_str() {
            "AssumeRole" => {
                if let Some((account, role)) = entry(exchange) {
                    self.entered.insert(account, role);
                }
            }
            "DescribeTrails" => {
                self.reached.insert((exchange.account.clone(), exchange.region.clone()));
            }
            "ListRegions" => {
                let listed = answer["Regions"].as_array().into_iter().flatten();
                let off = listed.filter(|entry| matches!(entry["RegionOptStatus"].as_str(), Some("DISABLED")));
                let names = off.filter_map(|entry| entry["RegionName"].as_str());
                self.regions_off
                    .extend(names.map(|name| (exchange.account.clone(), name.into())));
            }
            "ListBuckets" => {
                let listed = answer["Buckets"].as_array().into_iter().flatten();
                let names = listed.filter_map(|entry| entry["Name"].as_str());
                self.buckets.extend(names.map(str::to_owned));
            }
            _ => {}
        }
    }

    /// Accounts that no role let anybody into.
    pub fn accounts(&self) -> BTreeSet<AccountId> {
        let refused = self.exchanges.values().filter_map(entry).map(|(account, _)| account);
        refused.filter(|account| !self.entered.contains_key(account)).collect()
    }

    /// The refusals that leave something open: not that of a role where the next one let in, of a key that its own account
    /// says does not exist, or of a bucket whose owner was found after all.
    pub fn open(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges.values().filter(|exchange| {
            let is_made_good = match exchange.operation.as_str() {
                "AssumeRole" => entry(exchange).is_some_and(|(account, _)| self.entered.contains_key(&account)),
                "GetBucketLocation" => {
                    let bucket = exchange.parameters["Bucket"].as_str();
                    bucket.is_some_and(|bucket| self.buckets.contains(bucket))
                }
                _ => exchange.service == "kms" && gap::code(exchange).is_some_and(gap::is_not_found),
            };
            !is_made_good
        })
    }
}

/// The account of the role that was to be assumed, and the role.
pub(super) fn entry(exchange: &Exchange) -> Option<(AccountId, String)> {
    let role = exchange.parameters["RoleArn"].as_str()?;
    (exchange.operation == "AssumeRole").then_some(())?;
    Some((Arn::parse(role)?.account_id()?, role.to_owned()))
}
