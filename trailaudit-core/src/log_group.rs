//! What a rule may ask of a log group.

use crate::alert::Activity;
use crate::observed::{Observed, Opinion};
use crate::organization::{AlarmId, KeyId, LogGroupId};

/// A log group a trail delivers to.
pub trait LogGroup: Sync {
    /// Its full name.
    fn id(&self) -> &LogGroupId;

    /// How long it keeps events.
    fn retention(&self) -> Observed<Retention> {
        Observed::not_collected("how long the log group keeps events")
    }

    /// The key it is encrypted with, when it names one.
    fn encryption_key(&self) -> Observed<Option<KeyId>> {
        Observed::not_collected("the key that encrypts the log group")
    }

    /// Whether it refuses to be deleted.
    fn is_deletion_protected(&self) -> Observed<bool> {
        Observed::not_collected("whether the log group is protected against deletion")
    }

    /// Whether a policy lets anybody in.
    fn is_public(&self) -> Observed<Opinion> {
        Observed::not_collected("whether a policy lets anybody into the log group")
    }

    /// Whether somebody is told when `activity` shows in it: every such event is counted, a count raises an alarm, the
    /// alarm does something, and what it does reaches somebody who wants to be reached.
    fn alerts_on(&self, activity: Activity) -> Observed<Opinion> {
        let _ = activity;
        Observed::not_collected("whether somebody is told what shows in the log group")
    }

    /// The alarms that something in it can raise.
    fn alarms(&self) -> Observed<Vec<AlarmId>> {
        Observed::not_collected("which alarms the log group can raise")
    }
}

/// How long a log group keeps events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// For ever.
    Forever,
    /// For so many days.
    Days(u32),
}
