//! Reading record files, exchange by exchange, into an inventory.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use trailaudit_core::evidence::Answer;
use trailaudit_core::inventory::Sighting;
use trailaudit_core::observed::{Gap, Observed};
use trailaudit_core::organization::{AccountId, KeyId, LogGroupId, Organization, Region, TrailId};
use trailaudit_core::{EvidenceId, Exchange, LogGroup, Trail};

use super::account::{Unit, refused_listing};
use super::key::{self, AwsKey, Rank};
use super::log_group::{self, AwsLogGroup};
use super::organization::{Facts, Listings, unlisted};
use super::trail::{self, AwsTrail, Description};
use super::{AwsInventory, gap_of, learn};
use crate::arn::{Arn, is_aws_managed_alias};
use crate::run::Run;

/// The reader. Record files may come in any order, exchanges in any order within them; only the run log comes first.
#[derive(Debug)]
pub struct Reading {
    run: Run,
    organization: Option<Organization>,
    listings: Listings,
    units: BTreeMap<AccountId, Unit>,
    trails: BTreeMap<TrailId, AwsTrail>,
    /// Where each trail's description was read: the home Region's listing wins.
    described_at_home: HashSet<TrailId>,
    /// Without a rank where nobody asked.
    keys: BTreeMap<KeyId, (Option<Rank>, Observed<Option<AwsKey>>)>,
    log_groups: BTreeMap<LogGroupId, Observed<Option<AwsLogGroup>>>,
    same: HashMap<Vec<Sighting>, Arc<[Sighting]>>,
    /// Accounts outside the plan that should have been entered for what trails name in them.
    closed: BTreeMap<AccountId, Gap>,
}

impl Reading {
    /// Begins to read what `run` recorded.
    #[must_use]
    pub fn new(run: Run) -> Self {
        Self {
            run,
            organization: None,
            listings: Listings::default(),
            units: BTreeMap::new(),
            trails: BTreeMap::new(),
            described_at_home: HashSet::new(),
            keys: BTreeMap::new(),
            log_groups: BTreeMap::new(),
            same: HashMap::new(),
            closed: BTreeMap::new(),
        }
    }

    /// With the organization known from elsewhere than its own listings.
    #[must_use]
    pub fn of(mut self, organization: Organization) -> Self {
        self.organization = Some(organization);
        self
    }

    /// Takes in one exchange of `organization.jsonl.gz`.
    pub fn organization_exchange(&mut self, id: EvidenceId, exchange: &Exchange) {
        self.listings.take(id, exchange);
    }

    /// Opens an account's record file: the account is known from now on, whatever the file holds.
    pub fn account(&mut self, account: &AccountId) {
        self.units.entry(account.clone()).or_default();
    }

    /// Takes in one exchange of an account's record file.
    pub fn account_exchange(&mut self, account: &AccountId, id: EvidenceId, exchange: &Exchange) {
        let unit = self.units.entry(account.clone()).or_default();
        if exchange.operation == "AssumeRole" {
            unit.note_assume_role(id, exchange);
            return;
        }
        unit.note_call(id);
        match exchange.operation.as_str() {
            "ListRegions" => unit.note_regions(id, exchange),
            // Asked for some by name, a Region does not tell of the others.
            "DescribeTrails" if exchange.parameters.get("trailNameList").is_none() => {
                self.listing(account, id, exchange);
            }
            _ => self.about_trail(account, id, exchange),
        }
    }

    /// Takes in one exchange of `resources/`.
    pub fn resource_exchange(&mut self, id: EvidenceId, exchange: &Exchange) {
        match exchange.operation.as_str() {
            "AssumeRole" => self.closed_account(id, exchange),
            "DescribeTrails" => self.described(id, exchange),
            "DescribeKey" => self.key(id, exchange),
            "DescribeLogGroups" => {
                if let Some((group, shown)) = log_group::observed(&self.run.partition, id, exchange) {
                    let unasked = || Observed::not_collected("the log group");
                    learn(self.log_groups.entry(group).or_insert_with(unasked), shown);
                }
            }
            _ => self.about_trail(&exchange.account, id, exchange),
        }
    }

    /// Joins everything that was read.
    #[must_use]
    pub fn finish(mut self) -> AwsInventory {
        for (account, name) in &self.run.planned {
            self.listings.name_account(account.clone(), name);
        }
        let named = !self.run.planned.is_empty();
        let account_list = if named {
            self.run.plan()
        } else {
            self.listings.account_list()
        };
        // Where the user named the accounts, the run is about them, and not about the organization they are in.
        let described = self.listings.organization().filter(|_| !named);
        let known = described.or(self.organization.as_ref()).cloned();
        let organization = known.unwrap_or_else(|| Organization {
            id: self.run.caller.to_string(),
            management_account: self.run.caller.clone(),
        });
        let delegated = self.listings.delegated();
        let facts = if self.run.scope["source"] == "accounts-file" {
            Facts::out_of_scope()
        } else {
            self.listings.facts()
        };
        let mut accounts: BTreeMap<_, _> = std::mem::take(&mut self.listings)
            .into_accounts()
            .into_iter()
            .map(|account| (account.id.clone(), account))
            .collect();
        // A file about an account that no listing names still stands for an account.
        for id in self.units.keys() {
            accounts.entry(id.clone()).or_insert_with(|| unlisted(id.clone(), ""));
        }
        for id in &self.run.excluded {
            accounts
                .entry(id.clone())
                .or_insert_with(|| unlisted(id.clone(), ""))
                .excluded = true;
        }
        for (account, unit) in &mut self.units {
            unit.settle(account, &self.run.regions, &self.run.partition);
        }
        self.explain_unread_owners();
        self.explain_unasked_keys();
        AwsInventory {
            organization,
            accounts: accounts.into_values().collect(),
            account_list,
            units: self.units,
            trails: self.trails,
            keys: self.keys.into_iter().map(|(id, (_, key))| (id, key)).collect(),
            log_groups: self.log_groups,
            delegated,
            facts,
        }
    }

    /// What a Region of an account lists.
    fn listing(&mut self, account: &AccountId, id: EvidenceId, exchange: &Exchange) {
        let (listing, looks_off) = match self.sightings(id, exchange) {
            Some(sightings) => (Observed::known(sightings, id), false),
            None => refused_listing(id, exchange),
        };
        let unit = self.units.entry(account.clone()).or_default();
        unit.note_listing(exchange.region.clone(), listing, looks_off);
    }

    fn sightings(&mut self, id: EvidenceId, exchange: &Exchange) -> Option<Arc<[Sighting]>> {
        let Answer::Ok(answer) = &exchange.answer else {
            return None;
        };
        let mut sightings = Vec::new();
        for entry in answer["trailList"].as_array()? {
            let (trail, description) = Description::of(entry)?;
            sightings.push(description.sighting(trail.clone()));
            self.describe(trail, description, id, exchange);
        }
        sightings.sort_by(|a, b| a.trail.cmp(&b.trail));
        // Thousands of members list the same copies: one list serves all.
        let same = self.same.entry(sightings);
        Some(same.or_insert_with_key(|sightings| sightings.as_slice().into()).clone())
    }

    /// A trail asked for by name in its owner account.
    fn described(&mut self, id: EvidenceId, exchange: &Exchange) {
        let Answer::Ok(answer) = &exchange.answer else { return };
        for entry in answer["trailList"].as_array().into_iter().flatten() {
            if let Some((trail, description)) = Description::of(entry) {
                self.describe(trail, description, id, exchange);
            }
        }
    }

    /// A trail is judged by its owner's data: what others list only says that it is there.
    fn describe(&mut self, id: TrailId, description: Description, evidence: EvidenceId, exchange: &Exchange) {
        let trail = self
            .trails
            .entry(id.clone())
            .or_insert_with(|| AwsTrail::unseen(id.clone()));
        if Arn::parse(id.as_str()).is_none_or(|arn| arn.account != exchange.account.as_str()) {
            return;
        }
        let at_home = Arn::parse(id.as_str()).is_some_and(|arn| arn.region == exchange.region.as_str());
        let better = at_home && !self.described_at_home.contains(&id)
            || match &trail.description {
                Observed::Unknown(_) => true,
                // Among several Regions that say the same, always the same one: the smallest digest.
                Observed::Known { evidence: known, .. } => {
                    at_home == self.described_at_home.contains(&id) && evidence < known.first()
                }
            };
        if better {
            trail.description = Observed::known(Arc::new(description), evidence);
            if at_home {
                self.described_at_home.insert(id);
            }
        }
    }

    fn about_trail(&mut self, account: &AccountId, id: EvidenceId, exchange: &Exchange) {
        let parameters = &exchange.parameters;
        let Some(name) = parameters["Name"].as_str().or_else(|| parameters["TrailName"].as_str()) else {
            return;
        };
        let Some(arn) = Arn::parse(name) else { return };
        let trail = TrailId::from(name);
        let by_owner = arn.account == exchange.account.as_str();
        match exchange.operation.as_str() {
            "GetTrailStatus" if by_owner => {
                let entry = self
                    .trails
                    .entry(trail.clone())
                    .or_insert_with(|| AwsTrail::unseen(trail));
                learn(&mut entry.status, trail::status(id, exchange));
            }
            "GetTrailStatus" => {
                let unit = self.units.entry(account.clone()).or_default();
                unit.note_logging(trail, trail::logging(id, exchange));
            }
            "GetEventSelectors" if by_owner => {
                let entry = self
                    .trails
                    .entry(trail.clone())
                    .or_insert_with(|| AwsTrail::unseen(trail));
                learn(&mut entry.recorded, trail::recorded(id, exchange));
            }
            _ => (),
        }
    }

    fn key(&mut self, id: EvidenceId, exchange: &Exchange) {
        let Some(name) = exchange.parameters["KeyId"].as_str() else {
            return;
        };
        let key = key::absolute(name, &self.run.partition, &exchange.account, &exchange.region);
        let rank = Some(key::rank(&key, name, exchange));
        if self.keys.get(&key).is_none_or(|(known, _)| *known < rank) {
            let shown = key::observed(&key, id, exchange);
            self.keys.insert(key, (rank, shown));
        }
    }

    fn closed_account(&mut self, id: EvidenceId, exchange: &Exchange) {
        let role = exchange.parameters["RoleArn"].as_str().and_then(Arn::parse);
        if let (Some(role), Answer::Error { .. }) = (role, &exchange.answer) {
            self.closed
                .insert(role.account.into(), gap_of(exchange, id, "the account"));
        }
    }

    /// Why nothing could be asked in an account: its role, or its Region, refused.
    fn refusal(&self, account: &AccountId, region: Option<&Region>) -> Option<Gap> {
        let unread = |observed: Observed<()>| match observed {
            Observed::Unknown(gap) => Some(gap).filter(|gap| gap.evidence.is_some()),
            Observed::Known { .. } => None,
        };
        let Some(unit) = self.units.get(account) else {
            return self.closed.get(account).cloned();
        };
        unread(unit.entry(account))
            .or_else(|| unread(unit.plan().get(region?)?.as_ref().map(|_| ())))
            .or_else(|| self.closed.get(account).cloned())
    }

    /// Where an owner's data is missing because its account or Region could not be read, the trail says so.
    fn explain_unread_owners(&mut self) {
        let mut trails = std::mem::take(&mut self.trails);
        for trail in trails.values_mut() {
            let Some(refusal) = self.refusal(trail.owner(), Some(trail.home_region())) else {
                continue;
            };
            let unasked = |gap: &Gap| gap.evidence.is_none();
            if matches!(&trail.description, Observed::Unknown(gap) if unasked(gap)) {
                trail.description = Observed::Unknown(refusal.clone());
            }
            if matches!(&trail.status, Observed::Unknown(gap) if unasked(gap)) {
                trail.status = Observed::Unknown(refusal);
            }
        }
        self.trails = trails;
    }

    /// A key nobody asked for: its name tells all there is to know, or its account could not be entered.
    fn explain_unasked_keys(&mut self) {
        let of_trails = self.trails.values().map(Trail::encryption_key);
        let groups = self.log_groups.values().filter_map(|group| match group {
            Observed::Known { value, .. } => value.as_ref(),
            Observed::Unknown(_) => None,
        });
        let named: Vec<_> = of_trails.chain(groups.map(LogGroup::encryption_key)).collect();
        for named in named {
            let Observed::Known {
                value: Some(name),
                evidence,
            } = named
            else {
                continue;
            };
            if self.keys.contains_key(&name) {
                continue;
            }
            let account = Arn::parse(name.as_str()).map(|arn| AccountId::from(arn.account));
            let shown = if is_aws_managed_alias(name.as_str()) {
                key::managed_by_name(&name, &evidence)
            } else if let Some(gap) = account.and_then(|account| self.refusal(&account, None)) {
                Observed::Unknown(Gap {
                    wanted: "the key",
                    ..gap
                })
            } else {
                continue;
            };
            self.keys.insert(name, (None, shown));
        }
    }
}

impl Run {
    /// The list of accounts when the user named them: complete by definition, and shown by the run log.
    fn plan(&self) -> Observed<()> {
        Observed::known((), EvidenceId::of(self.caller.as_str().as_bytes()))
    }
}
