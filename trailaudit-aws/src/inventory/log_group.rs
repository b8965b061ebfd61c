//! A log group as `DescribeLogGroups` shows it, with who may reach into it and what it alerts on.

mod policies;
mod streams;

use serde_json::Value;
use trailaudit_core::alert::Activity;
use trailaudit_core::log_group::{LogGroup, Retention};
use trailaudit_core::observed::{Gap, GapReason, Observed, Opinion};
use trailaudit_core::organization::{AlarmId, KeyId, LogGroupId};
use trailaudit_core::{EvidenceId, Exchange};

pub(super) use self::policies::LogPolicies;
pub(super) use self::streams::Streams;
use super::said::{self, Part, Unreadable, flag, list, name, text};
use super::{call_of, key};

/// A log group that is there.
#[derive(Debug)]
pub(super) struct AwsLogGroup {
    id: LogGroupId,
    retention: Observed<Retention>,
    key: Observed<Option<KeyId>>,
    protected: Observed<bool>,
    /// Joined once everything was read.
    pub(super) public: Observed<Opinion>,
    /// By activity, in the order of [`Activity::ALL`]; empty where nothing was asked.
    pub(super) alerts: Vec<Observed<Opinion>>,
    pub(super) alarms: Observed<Vec<AlarmId>>,
}

#[deny(clippy::missing_trait_methods)]
impl LogGroup for AwsLogGroup {
    fn id(&self) -> &LogGroupId {
        &self.id
    }

    fn retention(&self) -> Observed<Retention> {
        self.retention.clone()
    }

    fn encryption_key(&self) -> Observed<Option<KeyId>> {
        self.key.clone()
    }

    fn is_deletion_protected(&self) -> Observed<bool> {
        self.protected.clone()
    }

    fn is_public(&self) -> Observed<Opinion> {
        self.public.clone()
    }

    fn alerts_on(&self, activity: Activity) -> Observed<Opinion> {
        let place = Activity::ALL.iter().position(|one| *one == activity);
        let told = place.and_then(|place| self.alerts.get(place)).cloned();
        told.unwrap_or_else(|| Observed::not_collected("whether somebody is told what shows in the log group"))
    }

    fn alarms(&self) -> Observed<Vec<AlarmId>> {
        self.alarms.clone()
    }
}

impl AwsLogGroup {
    /// One entry of an answer.
    fn of(group: LogGroupId, entry: &Value, partition: &str, id: EvidenceId, exchange: &Exchange) -> Self {
        let unread = |wanted, why: &str| Gap {
            wanted,
            call: Some(Box::new(call_of(exchange))),
            why: GapReason::Unreadable(why.into()),
            evidence: Some(id.into()),
        };
        let days = &entry["retentionInDays"];
        let retention = match days.as_u64().map(u32::try_from) {
            Some(Ok(days)) => Observed::known(Retention::Days(days), id),
            // Nothing said is kept for ever, unless a policy that is only named says otherwise.
            None if days.is_null() && entry["retentionPolicyName"].is_null() => Observed::known(Retention::Forever, id),
            _ => Observed::Unknown(unread(
                "how long the log group keeps events",
                "the answer does not say it in days",
            )),
        };
        let (account, region) = (&exchange.account, &exchange.region);
        let key = Part::of(entry).and_then(|entry| entry.name("kmsKeyId"));
        let key = key.map(|key| key.map(|name| key::absolute(name, partition, account, region)));
        let protected = Part::of(entry).and_then(|entry| entry.must("deletionProtectionEnabled", flag));
        let wanted = "whether the log group is protected against deletion";
        Self {
            id: group,
            retention,
            key: said::shown(key, id, exchange, "the key that encrypts the log group"),
            protected: said::shown(protected, id, exchange, wanted),
            public: Observed::not_collected("whether a policy lets anybody into the log group"),
            alerts: Vec::new(),
            alarms: Observed::not_collected("which alarms the log group can raise"),
        }
    }
}

/// What one `DescribeLogGroups` with a whole name as prefix shows: the groups come sorted, so the one of exactly that
/// name, if there is one, comes first. Another one that merely begins so is not it.
pub(super) fn observed(
    partition: &str,
    id: EvidenceId,
    exchange: &Exchange,
) -> Option<(LogGroupId, Observed<Option<AwsLogGroup>>)> {
    let asked = exchange.parameters["logGroupNamePrefix"].as_str()?;
    let Exchange { account, region, .. } = exchange;
    let group = LogGroupId::from(format!("arn:{partition}:logs:{region}:{account}:log-group:{asked}"));
    let first = said::told(id, exchange, "the log group", |answer| {
        let Some(first) = answer.must("logGroups", list)?.first() else {
            // An empty page that goes on says nothing yet.
            return match answer.may("nextToken", text)? {
                Some(_) => Err(Unreadable::because("the answer is an empty page that goes on")),
                None => Ok(None),
            };
        };
        let is_it = Part::of(first)?.must("logGroupName", name)? == asked;
        Ok(is_it.then_some(first))
    });
    let found = |entry| AwsLogGroup::of(group.clone(), entry, partition, id, exchange);
    let shown = first.map(|first| first.map(found));
    Some((group, shown))
}
