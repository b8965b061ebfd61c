//! A log group held in memory.

use std::collections::BTreeMap;

use crate::alert::Activity;
use crate::log_group::{LogGroup, Retention};
use crate::observed::{Observed, Opinion};
use crate::organization::{AlarmId, KeyId, LogGroupId};

/// A log group that is plain data.
#[derive(Clone, Debug)]
pub struct MemoryLogGroup {
    /// [`LogGroup::id`].
    pub id: LogGroupId,
    /// [`LogGroup::retention`].
    pub retention: Observed<Retention>,
    /// [`LogGroup::encryption_key`].
    pub key: Observed<Option<KeyId>>,
    /// [`LogGroup::is_deletion_protected`].
    pub protected: Observed<bool>,
    /// [`LogGroup::is_public`].
    pub public: Observed<Opinion>,
    /// [`LogGroup::alerts_on`]; what is not in it is unknown.
    pub alerts: BTreeMap<Activity, Observed<Opinion>>,
    /// [`LogGroup::alarms`].
    pub alarms: Observed<Vec<AlarmId>>,
}

impl MemoryLogGroup {
    /// A log group of which nothing is known but that it is there.
    #[must_use]
    pub fn unknown(id: LogGroupId) -> Self {
        Self {
            id,
            retention: Observed::not_collected("how long the log group keeps events"),
            key: Observed::not_collected("the key that encrypts the log group"),
            protected: Observed::not_collected("whether the log group is protected against deletion"),
            public: Observed::not_collected("whether a policy lets anybody into the log group"),
            alerts: BTreeMap::new(),
            alarms: Observed::not_collected("which alarms the log group can raise"),
        }
    }
}

impl LogGroup for MemoryLogGroup {
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
        self.alerts
            .get(&activity)
            .cloned()
            .unwrap_or_else(|| Observed::not_collected("whether somebody is told what shows in the log group"))
    }

    fn alarms(&self) -> Observed<Vec<AlarmId>> {
        self.alarms.clone()
    }
}
