//! Rule x subject x verdict, with the evidence it rests on.

use std::sync::Arc;

use crate::evidence::EvidenceId;
use crate::organization::{AccountId, AlarmId, BucketId, EventStoreId, KeyId, LogGroupId, Region, TrailId};
use crate::rule::{Rule, Verdict};

/// One row of the findings.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// The account it is about.
    pub account: AccountId,
    /// The Region it is about; none for an account as a whole and for what it inherits.
    pub region: Option<Region>,
    /// What was judged.
    pub subject: Subject,
    /// Whose verdict this is, when it was reached in another account.
    pub inherited_from: Option<TrailId>,
    /// The verdict.
    pub verdict: Verdict,
    /// The exception that accepts a fail, in words.
    pub exception: Option<Arc<str>>,
    /// Why, in a sentence for people.
    pub reason: String,
    /// The exchanges that were read, in the order they were read.
    pub evidence: Vec<EvidenceId>,
}

/// What was judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An account.
    Account,
    /// A Region of an account.
    Region,
    /// A trail.
    Trail(TrailId),
    /// A log group a trail delivers to.
    LogGroup(LogGroupId),
    /// An alarm that such a log group can raise.
    Alarm(AlarmId),
    /// A key a trail names.
    Key(KeyId),
    /// A bucket a trail delivers to.
    Bucket(BucketId),
    /// A store of events.
    EventStore(EventStoreId),
    /// The organization, by its id.
    Organization(String),
    /// An exception of the baseline, by its id.
    Exception(String),
}

impl Subject {
    /// The kind of thing, in one word.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Region => "region",
            Self::Trail(_) => "trail",
            Self::LogGroup(_) => "log-group",
            Self::Alarm(_) => "alarm",
            Self::Key(_) => "key",
            Self::Bucket(_) => "bucket",
            Self::EventStore(_) => "event-store",
            Self::Organization(_) => "organization",
            Self::Exception(_) => "exception",
        }
    }

    /// Its full name; empty for accounts and Regions, which have columns of their own.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Account | Self::Region => "",
            Self::Trail(id) => id.as_str(),
            Self::LogGroup(id) => id.as_str(),
            Self::Alarm(id) => id.as_str(),
            Self::Key(id) => id.as_str(),
            Self::Bucket(id) => id.as_str(),
            Self::EventStore(id) => id.as_str(),
            Self::Organization(id) | Self::Exception(id) => id,
        }
    }
}
