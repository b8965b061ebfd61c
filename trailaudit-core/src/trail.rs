//! What a rule may ask of a trail, whoever provides it.

use jiff::Timestamp;

use crate::observed::{Observed, Opinion};
use crate::organization::{AccountId, BucketId, KeyId, LogGroupId, Region, TrailId};

/// An audit trail, seen with its owner's data.
///
/// Every answer is collected beforehand: asking costs nothing and changes nothing. A provider that does not collect a
/// fact leaves the default, which is unknown and can never pass.
pub trait Trail: Sync {
    /// Its full name.
    fn id(&self) -> &TrailId;

    /// The account that owns it and whose data judges it.
    fn owner(&self) -> &AccountId;

    /// The Region it was made in.
    fn home_region(&self) -> &Region;

    /// Whether it records every Region, not only its home Region.
    fn is_multi_region(&self) -> Observed<bool> {
        Observed::not_collected("whether the trail records every Region")
    }

    /// Whether it records every account of the organization.
    fn is_organization_trail(&self) -> Observed<bool> {
        Observed::not_collected("whether the trail records the whole organization")
    }

    /// The key its log files are encrypted with, when it names one.
    fn encryption_key(&self) -> Observed<Option<KeyId>> {
        Observed::not_collected("the key that encrypts the log files")
    }

    /// The log group it delivers to, when it names one.
    fn log_destination(&self) -> Observed<Option<LogDestination>> {
        Observed::not_collected("the log group the trail delivers to")
    }

    /// Whether it writes digest files, by which a changed log file is discerned.
    fn validates_log_files(&self) -> Observed<bool> {
        Observed::not_collected("whether log file validation is on")
    }

    /// Whether it is recording now.
    fn is_logging(&self) -> Observed<bool> {
        Observed::not_collected("whether the trail is logging")
    }

    /// When recording last began.
    fn logging_since(&self) -> Observed<Option<Timestamp>> {
        Observed::not_collected("when the trail began logging")
    }

    /// How delivery into `channel` goes.
    fn delivery(&self, channel: Channel) -> Observed<Delivery> {
        let _ = channel;
        Observed::not_collected("how the trail delivers")
    }

    /// Where it says that log files arrived, when it names a topic.
    fn notification_topic(&self) -> Observed<Option<String>> {
        Observed::not_collected("the topic the trail notifies")
    }

    /// The bucket its log files go to.
    fn bucket(&self) -> Observed<BucketId> {
        Observed::not_collected("the bucket the trail delivers to")
    }

    /// What the names of all its log files and digest files begin with, as far as they have it in common (in AWS
    /// `[PREFIX/]AWSLogs/ACCOUNT/CloudTrail`, of an organization trail `[PREFIX/]AWSLogs/ORGANIZATION/`).
    fn log_file_prefix(&self) -> Observed<String> {
        Observed::not_collected("what the names of the trail's log files begin with")
    }

    /// Whether the role it delivers to its log group with exists, may be taken on by the service, and may write there.
    fn role_can_deliver(&self) -> Observed<Opinion> {
        Observed::not_collected("whether the trail's role can deliver to its log group")
    }

    /// When the latest event came into one of the streams that this trail writes in its log group; none when there is no
    /// such stream, or nothing in it.
    fn latest_in_log_group(&self) -> Observed<Option<Timestamp>> {
        Observed::not_collected("what the trail's log group received from it")
    }

    /// The kinds of unusual activity it looks for; empty when it looks for none.
    fn insights(&self) -> Observed<Vec<String>> {
        Observed::not_collected("which unusual activity the trail looks for")
    }

    /// The keys of the tags its owner gave it.
    fn tags(&self) -> Observed<Vec<String>> {
        Observed::not_collected("which tags the trail has")
    }

    /// Whether it records the events of services that belong to no Region.
    fn records_global_services(&self) -> Observed<bool> {
        Observed::not_collected("whether the trail records global services")
    }

    /// The event sources left out of the management events it records; none when it records no management events.
    fn excluded_sources(&self) -> Observed<Option<Vec<String>>> {
        Observed::not_collected("which event sources the trail leaves out")
    }

    /// Whether it records every event of `class`.
    fn records(&self, class: EventClass) -> Observed<bool> {
        let _ = class;
        Observed::not_collected("which events the trail records")
    }
}

/// Where a trail sends events besides its bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDestination {
    /// The log group.
    pub group: LogGroupId,
    /// The account the group lives in.
    pub account: AccountId,
    /// The Region the group lives in.
    pub region: Region,
    /// The role the events are delivered with; nothing is delivered without one.
    pub role: Option<String>,
}

/// What a trail delivers, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// Log files into the bucket.
    LogFiles,
    /// Digest files into the bucket: hourly, even when nothing happened.
    DigestFiles,
    /// Events into the log group.
    LogGroup,
    /// Notifications of delivered log files to the topic.
    Notifications,
}

/// How delivery goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// When something was last delivered.
    pub latest: Option<Timestamp>,
    /// What went wrong last, in the service's words; empty when nothing did.
    pub error: Option<String>,
}

/// A class of recorded events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EventClass {
    /// Management events that read.
    ManagementRead,
    /// Management events that write.
    ManagementWrite,
    /// Reading an object, in any bucket there is or will be.
    ObjectRead,
    /// Writing an object, in any bucket there is or will be.
    ObjectWrite,
}

impl EventClass {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::ManagementRead,
        Self::ManagementWrite,
        Self::ObjectRead,
        Self::ObjectWrite,
    ];
}
