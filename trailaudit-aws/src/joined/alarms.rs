//! The alarms that something in a trail's log group can raise, and whom they reach.

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;
use trailaudit_core::need::Need;
use trailaudit_core::organization::{AccountId, Region};

use super::Join;
use super::references::{GroupReference, TopicReference};
use crate::calls::Question;
use crate::fan_out;
use crate::metrics::{self, Metric};
use crate::session::Session;

/// The metrics that the filters of one group count, and where.
pub(super) struct Metrics {
    account: AccountId,
    region: Region,
    counted: BTreeSet<Metric>,
}

impl Join<'_> {
    /// Asks for the metric filters of a group; gives back the metrics they count, if there are any.
    pub(super) async fn metric_filters(&self, session: &Session, group: &GroupReference) -> Option<Metrics> {
        if !self.agenda.needs(&[Need::Alerts]) {
            return None;
        }
        let question = |next| Question::MetricFilters {
            group: group.name.clone(),
            next,
        };
        let sheet = self.sheets.of(&group.account);
        let listed = self.sessions.list(session, &group.region, &sheet, question).await;
        let counted: BTreeSet<_> = listed.entries("metricFilters").flat_map(metrics::counted_by).collect();
        (!counted.is_empty()).then(|| Metrics {
            account: group.account.clone(),
            region: group.region.clone(),
            counted,
        })
    }

    /// Asks for the alarms once wherever anything is counted, and for the subscribers of each topic that one of those on
    /// these metrics notifies, in the topic's own account.
    pub(super) async fn alerts(&self, metrics: Vec<Metrics>) {
        let mut places: BTreeMap<_, BTreeSet<Metric>> = BTreeMap::new();
        for Metrics {
            account,
            region,
            counted,
        } in metrics
        {
            places.entry((account, region)).or_default().extend(counted);
        }
        let topics = fan_out::all(&places, |((account, region), counted)| {
            self.alarms(account, region, counted).boxed()
        });
        let topics: BTreeSet<_> = topics.await.into_iter().flatten().collect();
        fan_out::all(&topics, |topic| self.subscribers(topic).boxed()).await;
    }

    async fn alarms(&self, account: &AccountId, region: &Region, counted: &BTreeSet<Metric>) -> Vec<TopicReference> {
        let Some(session) = self.enter(account).await else {
            return Vec::new();
        };
        let sheet = self.sheets.of(account);
        let question = |next| Question::Alarms { next };
        let listed = self.sessions.list(&session, region, &sheet, question).await;
        let watching = listed
            .entries("MetricAlarms")
            .filter(|alarm| metrics::watched_by(alarm).any(|metric| counted.contains(&metric)));
        let actions = watching.flat_map(|alarm| alarm["AlarmActions"].as_array().into_iter().flatten());
        actions
            .filter_map(|action| TopicReference::of(action.as_str()?))
            .collect()
    }

    async fn subscribers(&self, topic: &TopicReference) {
        if let Some(session) = self.enter(&topic.account).await {
            let question = |next| Question::Subscribers {
                topic: topic.arn.clone(),
                next,
            };
            let sheet = self.sheets.of(&topic.account);
            self.sessions.list(&session, &topic.region, &sheet, question).await;
        }
    }
}
