//! What each account showed, as a tool sees it that enters one account after the other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use trailaudit_core::evidence::package::RecordFile;
use trailaudit_core::evidence::{Answer, Exchange, Files};
use trailaudit_core::organization::{AccountId, Region};

use crate::arn::Arn;
use crate::package::{self, PackageError};

/// Everything that peers look at.
pub(super) struct Seen {
    accounts: BTreeMap<AccountId, Account>,
    /// How long log groups keep events, by ARN; none for ever.
    retention: HashMap<String, Option<u64>>,
    as_of: Timestamp,
}

/// One account.
#[derive(Default)]
pub(super) struct Account {
    /// By Region; none where the listing was refused.
    listings: BTreeMap<Region, Option<Vec<Arc<Trail>>>>,
    /// By trail; none where the status was refused.
    statuses: HashMap<String, Option<Status>>,
    selectors: HashMap<String, Value>,
}

/// One entry of `DescribeTrails`.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Trail {
    pub arn: String,
    pub owner: String,
    pub home: String,
    pub multi_region: bool,
    pub has_key: bool,
    pub has_log_group: bool,
    pub validates: bool,
}

/// One answer of `GetTrailStatus`.
pub(super) struct Status {
    pub is_logging: bool,
    pub to_group: Option<Timestamp>,
    pub to_bucket: Option<Timestamp>,
}

impl Seen {
    pub fn read(files: &dyn Files) -> Result<Self, PackageError> {
        let run = package::whole_run(files)?;
        let mut seen = Self {
            accounts: BTreeMap::new(),
            retention: HashMap::new(),
            as_of: run.as_of,
        };
        // Thousands of accounts list the same copies.
        let mut same = HashSet::new();
        for path in package::listed(files)? {
            let Some(file) = RecordFile::at(&path) else { continue };
            match &file {
                RecordFile::Account(account) => {
                    let shown = seen.accounts.entry(account.clone()).or_default();
                    package::exchanges(files, &path, &file, &run, |_, exchange| {
                        shown.take(&exchange, &mut same)
                    })?;
                }
                RecordFile::Resources(_) => {
                    package::exchanges(files, &path, &file, &run, |_, exchange| {
                        seen.take_group(&exchange, &run.partition)
                    })?;
                }
                RecordFile::Organization | RecordFile::RunLog => {}
            }
        }
        Ok(seen)
    }

    /// An account of which at least one Region could be read: of others peers say nothing.
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts
            .get(id)
            .filter(|account| account.read_regions().next().is_some())
    }

    /// Whether a moment lies within the day before the one the verdicts speak about.
    pub fn is_of_the_last_day(&self, moment: Option<Timestamp>) -> bool {
        let start = self.as_of.checked_sub(SignedDuration::from_hours(24));
        moment.is_some_and(|moment| start.is_ok_and(|start| moment > start))
    }

    /// For how many days a log group keeps events: none for ever; nothing where it was not shown.
    pub fn retention(&self, group: &str) -> Option<Option<u64>> {
        self.retention.get(group).copied()
    }

    fn take_group(&mut self, exchange: &Exchange, partition: &str) {
        let name = exchange.parameters["logGroupNamePrefix"].as_str();
        let (Some(name), Answer::Ok(answer), "DescribeLogGroups") = (name, &exchange.answer, &*exchange.operation)
        else {
            return;
        };
        let group = &answer["logGroups"][0];
        if group["logGroupName"] == name {
            let Exchange { account, region, .. } = exchange;
            let arn = format!("arn:{partition}:logs:{region}:{account}:log-group:{name}");
            self.retention.insert(arn, group["retentionInDays"].as_u64());
        }
    }
}

impl Account {
    /// A trail it shows in any Region.
    pub fn trail(&self, arn: &str) -> Option<&Trail> {
        self.trails().find(|trail| trail.arn == arn)
    }

    /// The trails of every Region that could be read, in the order of the Regions; multi-Region trails once a Region.
    pub fn trails(&self) -> impl Iterator<Item = &Trail> {
        self.listings.values().flatten().flatten().map(|trail| &**trail)
    }

    /// The trails of one Region; nothing where it could not be read.
    pub fn trails_in(&self, region: &str) -> Option<&[Arc<Trail>]> {
        self.listings.get(&Region::from(region))?.as_deref()
    }

    /// The Regions that could be read, with their trails.
    pub fn read_regions(&self) -> impl Iterator<Item = &[Arc<Trail>]> {
        self.listings.values().filter_map(Option::as_deref)
    }

    /// The status it reads of a trail; nothing where it was refused or not asked.
    pub fn status(&self, arn: &str) -> Option<&Status> {
        self.statuses.get(arn)?.as_ref()
    }

    /// The event selectors it reads of a trail.
    pub fn selectors(&self, arn: &str) -> Option<&Value> {
        self.selectors.get(arn)
    }

    fn take(&mut self, exchange: &Exchange, same: &mut HashSet<Arc<Trail>>) {
        let parameters = &exchange.parameters;
        let named = parameters["Name"].as_str().or_else(|| parameters["TrailName"].as_str());
        let answer = match &exchange.answer {
            Answer::Ok(answer) => Some(answer),
            Answer::Error { .. } => None,
        };
        match (&*exchange.operation, named) {
            ("DescribeTrails", _) if parameters.get("trailNameList").is_none() => {
                let trails = answer.and_then(|answer| answer["trailList"].as_array());
                let trails = trails.map(|trails| trails.iter().filter_map(|entry| Trail::of(entry, same)).collect());
                let known = self.listings.entry(exchange.region.clone()).or_default();
                *known = trails.or_else(|| known.take());
            }
            ("GetTrailStatus", Some(name)) => {
                let home = Arn::parse(name).is_some_and(|arn| arn.region == exchange.region.as_str());
                if home || !self.statuses.contains_key(name) {
                    let known = self.statuses.entry(name.to_owned()).or_default();
                    *known = answer.map(Status::of).or_else(|| known.take());
                }
            }
            ("GetEventSelectors", Some(name)) => {
                if let Some(answer) = answer {
                    self.selectors.insert(name.to_owned(), answer.clone());
                }
            }
            _ => {}
        }
    }
}

impl Trail {
    fn of(entry: &Value, same: &mut HashSet<Arc<Self>>) -> Option<Arc<Self>> {
        let has = |field: &str| entry[field].as_str().is_some_and(|text| !text.is_empty());
        let is = |field: &str| entry[field].as_bool().unwrap_or(false);
        let name = entry["TrailARN"].as_str()?;
        let arn = Arn::parse(name)?;
        let trail = Self {
            arn: name.to_owned(),
            owner: arn.account.to_owned(),
            home: arn.region.to_owned(),
            multi_region: is("IsMultiRegionTrail"),
            has_key: has("KmsKeyId"),
            has_log_group: has("CloudWatchLogsLogGroupArn"),
            validates: is("LogFileValidationEnabled"),
        };
        if let Some(known) = same.get(&trail) {
            return Some(known.clone());
        }
        let trail = Arc::new(trail);
        same.insert(trail.clone());
        Some(trail)
    }
}

impl Status {
    fn of(answer: &Value) -> Self {
        let moment = |field: &str| answer[field].as_str().and_then(|text| text.parse().ok());
        Self {
            is_logging: answer["IsLogging"].as_bool().unwrap_or(false),
            to_group: moment("LatestCloudWatchLogsDeliveryTime"),
            to_bucket: moment("LatestDeliveryTime"),
        }
    }
}
