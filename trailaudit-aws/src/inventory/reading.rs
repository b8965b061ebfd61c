//! Reading record files, exchange by exchange; what was read is joined in [`super::joining`].

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Gap, Observed};
use trailaudit_core::organization::{AccountId, LogGroupId, Organization, Region, TrailId};
use trailaudit_core::{EvidenceId, Exchange};

use super::account::{Listing, TRAILS, Unit, looks_off};
use super::alerts::Alerts;
use super::buckets::Buckets;
use super::event_stores::EventStores;
use super::guardrails::Guardrails;
use super::kept::Same;
use super::keys::Keys;
use super::log_group::{self, AwsLogGroup, LogPolicies, Streams};
use super::organization::Listings;
use super::roles::Roles;
use super::said;
use super::trail::{self, AwsTrail, Description};
use super::{gap_of, learn};
use crate::arn::Arn;
use crate::run::Run;

/// The reader. Record files may come in any order, exchanges in any order within them; only the run log comes first.
#[derive(Debug)]
pub struct Reading {
    pub(super) run: Run,
    pub(super) organization: Option<Organization>,
    pub(super) listings: Listings,
    /// Each apart: what a tree holds within itself has half of its room empty.
    pub(super) units: BTreeMap<AccountId, Box<Unit>>,
    pub(super) trails: BTreeMap<TrailId, AwsTrail>,
    /// Where each trail's description was read: the home Region's listing wins.
    pub(super) described_at_home: HashSet<TrailId>,
    pub(super) keys: Keys,
    pub(super) log_groups: BTreeMap<LogGroupId, Observed<Option<AwsLogGroup>>>,
    pub(super) log_policies: LogPolicies,
    pub(super) streams: Streams,
    pub(super) alerts: Alerts,
    pub(super) roles: Roles,
    pub(super) buckets: Buckets,
    pub(super) event_stores: EventStores,
    pub(super) guardrails: Guardrails,
    pub(super) same: Same,
    /// Accounts outside the plan that should have been entered for what trails name in them.
    pub(super) closed: BTreeMap<AccountId, Gap>,
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
            keys: Keys::default(),
            log_groups: BTreeMap::new(),
            log_policies: LogPolicies::default(),
            streams: Streams::default(),
            alerts: Alerts::default(),
            roles: Roles::default(),
            buckets: Buckets::default(),
            event_stores: EventStores::default(),
            guardrails: Guardrails::default(),
            same: Same::default(),
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
        self.guardrails.take(id, exchange);
    }

    /// Opens an account's record file: the account is known from now on, whatever the file holds.
    pub fn account(&mut self, account: &AccountId) {
        self.units.entry(account.clone()).or_default();
    }

    /// Closes it again, so that the account takes as little room as it can. Exchanges may still follow.
    pub fn account_read(&mut self, account: &AccountId) {
        if let Some(unit) = self.units.get_mut(account) {
            unit.share(&mut self.same);
        }
        self.event_stores.share(account, &mut self.same);
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
            "ListRegions" => unit.note_regions(id, exchange, &mut self.same),
            // Asked for some by name, a Region does not tell of the others.
            "DescribeTrails" if exchange.parameters.get("trailNameList").is_none() => {
                self.listing(account, id, exchange);
            }
            "ListTrails" => unit.note_names(id, exchange),
            "ListEventDataStores" | "GetEventDataStore" => self.event_stores.take(id, exchange, &mut self.same),
            _ => self.about_trail(account, id, exchange),
        }
    }

    /// Takes in one exchange of `resources/`.
    pub fn resource_exchange(&mut self, id: EvidenceId, exchange: &Exchange) {
        let partition = self.run.partition.as_str();
        match (exchange.service.as_str(), exchange.operation.as_str()) {
            (_, "AssumeRole") => self.closed_account(id, exchange),
            (_, "DescribeTrails") => self.described(id, exchange),
            ("kms", _) => self.keys.take(id, exchange, partition),
            ("iam", _) => self.roles.take(id, exchange),
            ("s3", _) => self.buckets.take(id, exchange),
            ("cloudwatch" | "sns", _) | (_, "DescribeMetricFilters") => self.alerts.take(id, exchange, partition),
            (_, "DescribeResourcePolicies") => self.log_policies.take(id, exchange),
            (_, "DescribeLogStreams") => self.streams.take(id, exchange, partition),
            (_, "DescribeLogGroups") => {
                if let Some((group, shown)) = log_group::observed(partition, id, exchange) {
                    let unasked = || Observed::not_collected("the log group");
                    learn(self.log_groups.entry(group).or_insert_with(unasked), shown);
                }
            }
            _ => self.about_trail(&exchange.account, id, exchange),
        }
    }

    /// What a Region of an account lists.
    fn listing(&mut self, account: &AccountId, id: EvidenceId, exchange: &Exchange) {
        let listing = self.sightings(id, exchange);
        let region = self.same.region(&exchange.region);
        let unit = self.units.entry(account.clone()).or_default();
        unit.note_listing(region, listing, looks_off(exchange));
    }

    fn sightings(&mut self, id: EvidenceId, exchange: &Exchange) -> Listing {
        let mut sightings = Vec::new();
        let listed = said::told(id, exchange, TRAILS, |answer| {
            said::each(answer.must("trailList", said::list)?, |entry| {
                let (trail, description) = Description::of(entry)?;
                let sighting = description.sighting(trail.clone());
                self.describe(trail, description, id, exchange);
                sightings.push(sighting?);
                Ok(())
            })
        });
        sightings.sort_by(|a, b| a.trail.cmp(&b.trail));
        listed.map(|()| self.same.sightings(&sightings))
    }

    /// A trail asked for by name in its owner account.
    fn described(&mut self, id: EvidenceId, exchange: &Exchange) {
        let Answer::Ok(answer) = &exchange.answer else { return };
        for entry in answer["trailList"].as_array().into_iter().flatten() {
            if let Ok((trail, description)) = Description::of(entry) {
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
        let (parameters, as_of) = (&exchange.parameters, self.run.as_of);
        if exchange.operation == "ListTags" {
            self.tags(id, exchange);
            return;
        }
        let Some(name) = parameters["Name"].as_str().or_else(|| parameters["TrailName"].as_str()) else {
            return;
        };
        let Some(arn) = Arn::parse(name) else { return };
        let trail = TrailId::from(name);
        if arn.account != exchange.account.as_str() {
            if exchange.operation == "GetTrailStatus" {
                // Thousands of members read the same copies: one name serves all.
                let known = self.trails.get_key_value(&trail).map(|(known, _)| known.clone());
                let region = self.same.region(&exchange.region);
                let unit = self.units.entry(account.clone()).or_default();
                unit.note_copy(known.unwrap_or(trail), region, trail::status(id, exchange, as_of));
            }
            return;
        }
        let entry = self
            .trails
            .entry(trail.clone())
            .or_insert_with(|| AwsTrail::unseen(trail));
        match exchange.operation.as_str() {
            "GetTrailStatus" if exchange.region.as_str() == arn.region => {
                learn(&mut entry.status, trail::status(id, exchange, as_of));
            }
            "GetTrailStatus" => {
                let unasked = || Observed::not_collected("how the trail delivers from the Region");
                let place = entry.abroad.entry(exchange.region.clone());
                learn(place.or_insert_with(unasked), trail::status(id, exchange, as_of));
            }
            "GetEventSelectors" => learn(&mut entry.recorded, trail::recorded(id, exchange)),
            "GetInsightSelectors" => learn(&mut entry.insights, trail::insights(id, exchange)),
            _ => (),
        }
    }

    /// One call may ask for the tags of several trails.
    fn tags(&mut self, id: EvidenceId, exchange: &Exchange) {
        let asked = exchange.parameters["ResourceIdList"].as_array().into_iter().flatten();
        for name in asked.filter_map(|name| name.as_str()) {
            if Arn::parse(name).is_some_and(|arn| arn.account == exchange.account.as_str()) {
                let entry = self.trails.entry(name.into());
                let trail = entry.or_insert_with(|| AwsTrail::unseen(name.into()));
                learn(&mut trail.tags, trail::tags(name, id, exchange));
            }
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
    pub(super) fn refusal(&self, account: &AccountId, region: Option<&Region>) -> Option<Gap> {
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
}
