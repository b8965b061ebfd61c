//! What was read, joined by id into an inventory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use rayon::prelude::*;
use trailaudit_core::observed::{Gap, Observed, Opinion};
use trailaudit_core::organization::{AccountId, BucketId, LogGroupId, Organization, TrailId};
use trailaudit_core::trail::LogDestination;
use trailaudit_core::{EvidenceId, LogGroup, Trail};

use super::organization::{Facts, unlisted};
use super::reading::Reading;
use super::roles::{self, Errand};
use super::trail::AwsTrail;
use super::{AwsInventory, key};
use crate::arn::{Arn, is_aws_managed_alias};
use crate::run::Run;
use crate::streams;

impl Reading {
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
            unit.settle(account, &self.run, &mut self.same);
        }
        self.event_stores.settle();
        self.alerts.settle();
        self.explain_unread_owners();
        self.explain_unasked_keys();
        self.join_log_groups();
        self.join_trails(&facts);
        let buckets = self.named_buckets();
        let buckets = std::mem::take(&mut self.buckets).into_buckets(buckets, |account| self.refusal(account, None));
        let members = Arc::new(facts.members(&accounts, &account_list));
        let keys = std::mem::take(&mut self.keys).into_keys(&members);
        AwsInventory {
            organization,
            accounts: accounts.into_values().collect(),
            account_list,
            units: self.units,
            trails_of: trails_of(&self.trails),
            trails: self.trails,
            keys,
            log_groups: self.log_groups,
            buckets,
            alerts: self.alerts,
            event_stores: self.event_stores,
            delegated,
            guardrails: self.guardrails,
            facts,
            partition: self.run.partition,
        }
    }

    /// Where an owner's data is missing because its account or Region could not be read, the trail says so.
    fn explain_unread_owners(&mut self) {
        let mut trails = std::mem::take(&mut self.trails);
        for trail in trails.values_mut() {
            let Some(refusal) = self.refusal(trail.owner(), Some(trail.home_region())) else {
                continue;
            };
            explain(&mut trail.description, &refusal);
            explain(&mut trail.status, &refusal);
            explain(&mut trail.recorded, &refusal);
            explain(&mut trail.insights, &refusal);
            explain(&mut trail.tags, &refusal);
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
        let of_others = groups.map(LogGroup::encryption_key).chain(self.event_stores.keys());
        let named: Vec<_> = of_trails.chain(of_others).collect();
        for named in named {
            let Observed::Known {
                value: Some(name),
                evidence,
            } = named
            else {
                continue;
            };
            if self.keys.knows(&name) {
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
            self.keys.explain(name, shown);
        }
    }

    /// Whom each log group lets in, and what it alerts on.
    fn join_log_groups(&mut self) {
        let mut groups = std::mem::take(&mut self.log_groups);
        let joined: Vec<_> = groups
            .par_iter_mut()
            .filter_map(|(id, group)| match group {
                Observed::Known { value: Some(group), .. } => Some((id, group)),
                _ => None,
            })
            .map(|(id, group)| {
                let refusal = |account: &AccountId| self.refusal(account, None);
                group.alerts = self.alerts.of_group(id, &refusal);
                if let Some(alarms) = self.alerts.alarms_of(id) {
                    group.alarms = alarms;
                }
                if let Some(public) = self.log_policies.publicity(id) {
                    group.public = public;
                }
            })
            .collect();
        drop(joined);
        self.log_groups = groups;
    }

    /// What trails have from elsewhere: the name of the organization, their roles, what their log groups received.
    fn join_trails(&mut self, facts: &Facts) {
        let mut trails = std::mem::take(&mut self.trails);
        let organization = match &facts.organization {
            Observed::Known { value, .. } => value.as_ref().map(|organization| &*organization.id),
            Observed::Unknown(_) => None,
        };
        for trail in trails.values_mut() {
            trail.begin_files(&facts.organization);
            let (wide, destination) = (trail.is_organization_trail(), trail.log_destination());
            let (Observed::Known { value: wide, .. }, Observed::Known { value, .. }) = (wide, destination) else {
                continue;
            };
            let Some(LogDestination { group, role, .. }) = value else {
                continue;
            };
            if let Some(received) = self.received(trail, &group, wide, organization) {
                trail.received = received;
            }
            if let Some(role) = role
                && let Some(told) = self.role(trail, &role, &group, organization.filter(|_| wide))
            {
                trail.role = told;
            }
        }
        self.trails = trails;
    }

    fn received(
        &self,
        trail: &AwsTrail,
        group: &LogGroupId,
        wide: bool,
        organization: Option<&str>,
    ) -> Option<Observed<Option<Timestamp>>> {
        let beginning = streams::beginning(trail.owner(), wide, organization);
        let received = self.streams.latest(group, &beginning);
        let wanted = "what the trail's log group received from it";
        received.or_else(|| match self.log_groups.get(group) {
            // Into a group that does not exist nothing comes.
            Some(Observed::Known { value: None, evidence }) => Some(Observed::known(None, evidence.clone())),
            Some(Observed::Known { .. }) => None,
            Some(Observed::Unknown(gap)) => Some(Observed::Unknown(Gap { wanted, ..gap.clone() })),
            None => {
                let account = Arn::parse(group.as_str())?.account_id()?;
                let gap = self.refusal(&account, None)?;
                Some(Observed::Unknown(Gap { wanted, ..gap }))
            }
        })
    }

    fn role(
        &self,
        trail: &AwsTrail,
        role: &str,
        group: &LogGroupId,
        organization: Option<&str>,
    ) -> Option<Observed<Opinion>> {
        let errand = Errand {
            trail: trail.id(),
            role,
            group: group.as_str(),
            streams: roles::streams(trail.owner(), trail.home_region(), organization),
        };
        self.roles.can_deliver(&errand).or_else(|| {
            let account = Arn::parse(role)?.account_id()?;
            let gap = self.refusal(&account, None)?;
            let wanted = "the role the trail delivers to its log group with";
            Some(Observed::Unknown(Gap { wanted, ..gap }))
        })
    }

    /// The buckets that trails name, with the accounts that own these trails.
    fn named_buckets(&self) -> BTreeMap<BucketId, BTreeSet<AccountId>> {
        let mut named: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for trail in self.trails.values() {
            if let Observed::Known { value: bucket, .. } = trail.bucket() {
                named.entry(bucket).or_default().insert(trail.owner().clone());
            }
        }
        named
    }
}

/// Gives a reason to what nobody asked for.
fn explain<T>(fact: &mut Observed<T>, refusal: &Gap) {
    if let Observed::Unknown(gap) = fact
        && gap.evidence.is_none()
    {
        *gap = refusal.clone();
    }
}

/// The trails that each account owns.
fn trails_of(trails: &BTreeMap<TrailId, AwsTrail>) -> BTreeMap<AccountId, Vec<TrailId>> {
    let mut of: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (id, trail) in trails {
        of.entry(trail.owner().clone()).or_default().push(id.clone());
    }
    of
}

impl Run {
    /// The list of accounts when the user named them: complete by definition, and shown by the run log.
    fn plan(&self) -> Observed<()> {
        Observed::known((), EvidenceId::of(self.caller.as_str().as_bytes()))
    }
}
