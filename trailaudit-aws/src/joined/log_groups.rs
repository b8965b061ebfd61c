//! The log groups that trails deliver to, and what is in force and goes on in them.

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;
use serde_json::Value;
use trailaudit_core::need::Need;
use trailaudit_core::organization::{AccountId, Region};

use super::references::{GroupReference, KeyReference};
use super::{Join, Seen};
use crate::calls::Question;
use crate::calls::logs::DESCRIBE_LOG_GROUPS;
use crate::fan_out;
use crate::session::Session;
use crate::streams;
use crate::trail::SeenTrail;

/// Each group with the beginnings of the names of the streams that trails write in it.
pub(super) type Groups = BTreeMap<GroupReference, BTreeSet<String>>;

impl Join<'_> {
    pub(super) fn groups(&self, seen: &Seen) -> Groups {
        let mut groups = Groups::new();
        if self.agenda.makes(&DESCRIBE_LOG_GROUPS) {
            let organization = self
                .directory
                .organization
                .as_ref()
                .map(|organization| &*organization.id);
            for trail in seen.trails() {
                if let Some(group) = self.group_of(trail) {
                    let streams = streams::beginning(&trail.owner, trail.of_organization, organization);
                    groups.entry(group).or_default().insert(streams);
                }
            }
        }
        groups
    }

    /// Asks for each group, and what it is about; gives back the keys they name, each with the account that may ask for
    /// it across accounts.
    pub(super) async fn log_groups(&self, groups: &Groups) -> Vec<(KeyReference, AccountId)> {
        let places: BTreeSet<_> = groups.keys().map(|group| (&group.account, &group.region)).collect();
        let (asked, _) = futures::join!(
            fan_out::all(groups, |(group, streams)| self.log_group(group, streams).boxed()),
            fan_out::all(places, |(account, region)| self
                .account_policies(account, region)
                .boxed()),
        );
        let (keys, metrics): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
        self.alerts(metrics.into_iter().flatten().collect()).await;
        keys.into_iter().flatten().collect()
    }

    /// The policies of an account that may be about any of its groups.
    async fn account_policies(&self, account: &AccountId, region: &Region) {
        if !self.agenda.needs(&[Need::LogGroupPolicies]) {
            return;
        }
        if let Some(session) = self.enter(account).await {
            let question = |next| Question::LogPolicies { of: None, next };
            let sheet = self.sheets.of(account);
            self.sessions.list(&session, region, &sheet, question).await;
        }
    }

    /// Asks for one group; gives back its key, and the metrics that its filters count.
    async fn log_group(
        &self,
        group: &GroupReference,
        streams: &BTreeSet<String>,
    ) -> (Option<(KeyReference, AccountId)>, Option<super::alarms::Metrics>) {
        let Some(session) = self.enter(&group.account).await else {
            return (None, None);
        };
        let sheet = self.sheets.of(&group.account);
        let question = |next| Question::LogGroup {
            name: group.name.clone(),
            next,
        };
        // The group itself comes first, but it may come after pages without any.
        let has_any = |page: &Value| page["logGroups"].as_array().is_some_and(|groups| !groups.is_empty());
        let sessions = self.sessions;
        let listing = sessions
            .list_until(&session, &group.region, &sheet, question, has_any)
            .await;
        let found = listing.entries("logGroups").next();
        let Some(found) = found.filter(|found| found["logGroupName"] == group.name.as_str()) else {
            return (None, None);
        };
        let ((), (), metrics) = futures::join!(
            self.group_policies(&session, group, found),
            self.streams(&session, group, streams),
            self.metric_filters(&session, group),
        );
        let key = found["kmsKeyId"].as_str();
        let key = key.and_then(|key| KeyReference::named(key, &group.account, &group.region));
        (key.map(|key| (key, group.account.clone())), metrics)
    }

    /// The policies that hang on the group itself.
    async fn group_policies(&self, session: &Session, group: &GroupReference, found: &Value) {
        let Some(arn) = found["arn"]
            .as_str()
            .filter(|_| self.agenda.needs(&[Need::LogGroupPolicies]))
        else {
            return;
        };
        let arn = arn.strip_suffix(":*").unwrap_or(arn);
        let question = |next| Question::LogPolicies {
            of: Some(arn.to_owned()),
            next,
        };
        let sheet = self.sheets.of(&group.account);
        self.sessions.list(session, &group.region, &sheet, question).await;
    }

    /// The streams of the group, the latest first, until one of every trail was met.
    async fn streams(&self, session: &Session, group: &GroupReference, wanted: &BTreeSet<String>) {
        if !self.agenda.needs(&[Need::LogStreams]) {
            return;
        }
        let question = |next| Question::LogStreams {
            group: group.name.clone(),
            next,
        };
        let mut missing: BTreeSet<_> = wanted.iter().map(String::as_str).collect();
        let met_all = |page: &Value| {
            for (name, _) in streams::received(page) {
                missing.retain(|beginning| !name.starts_with(beginning));
            }
            missing.is_empty()
        };
        let sheet = self.sheets.of(&group.account);
        self.sessions
            .list_until(session, &group.region, &sheet, question, met_all)
            .await;
    }

    /// The log group of a trail, when asking for it can decide anything: the trail delivers only with a role, and only
    /// within its home Region, to its owner or (an organization trail) to another account of the organization.
    fn group_of(&self, trail: &SeenTrail) -> Option<GroupReference> {
        let group = GroupReference::of(trail).filter(|group| trail.log_role.is_some() && group.region == trail.home)?;
        let is_allowed = group.account == trail.owner
            || (trail.of_organization && self.directory.accounts.contains_key(&group.account));
        is_allowed.then_some(group)
    }
}
