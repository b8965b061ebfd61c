//! A trail held in memory.

use jiff::Timestamp;

use crate::observed::{Observed, Opinion};
use crate::organization::{AccountId, BucketId, KeyId, Region, TrailId};
use crate::trail::{Channel, Delivery, EventClass, LogDestination, Trail};

/// A trail that is plain data.
#[derive(Clone, Debug)]
pub struct MemoryTrail {
    /// [`Trail::id`].
    pub id: TrailId,
    /// [`Trail::owner`].
    pub owner: AccountId,
    /// [`Trail::home_region`].
    pub home_region: Region,
    /// [`Trail::is_multi_region`].
    pub multi_region: Observed<bool>,
    /// [`Trail::is_organization_trail`].
    pub organization: Observed<bool>,
    /// [`Trail::encryption_key`].
    pub key: Observed<Option<KeyId>>,
    /// [`Trail::log_destination`].
    pub destination: Observed<Option<LogDestination>>,
    /// [`Trail::validates_log_files`].
    pub validates: Observed<bool>,
    /// [`Trail::is_logging`].
    pub logging: Observed<bool>,
    /// [`Trail::logging_since`].
    pub since: Observed<Option<Timestamp>>,
    /// [`Trail::delivery`] of log files.
    pub to_files: Observed<Delivery>,
    /// [`Trail::delivery`] of digest files.
    pub to_digests: Observed<Delivery>,
    /// [`Trail::delivery`] to the log group.
    pub to_group: Observed<Delivery>,
    /// [`Trail::delivery`] of notifications.
    pub to_topic: Observed<Delivery>,
    /// [`Trail::notification_topic`].
    pub topic: Observed<Option<String>>,
    /// [`Trail::bucket`].
    pub bucket: Observed<BucketId>,
    /// [`Trail::log_file_prefix`].
    pub prefix: Observed<String>,
    /// [`Trail::role_can_deliver`].
    pub role: Observed<Opinion>,
    /// [`Trail::latest_in_log_group`].
    pub streamed: Observed<Option<Timestamp>>,
    /// [`Trail::insights`].
    pub insights: Observed<Vec<String>>,
    /// [`Trail::tags`].
    pub tags: Observed<Vec<String>>,
    /// [`Trail::records_global_services`].
    pub global: Observed<bool>,
    /// [`Trail::excluded_sources`].
    pub excluded: Observed<Option<Vec<String>>>,
    /// [`Trail::records`]: the classes of which every event is recorded.
    pub records: Observed<Vec<EventClass>>,
}

impl MemoryTrail {
    /// A trail of which nothing is known but where it stands.
    #[must_use]
    pub fn unknown(id: TrailId, owner: AccountId, home_region: Region) -> Self {
        let delivery = || Observed::not_collected("how the trail delivers");
        Self {
            id,
            owner,
            home_region,
            multi_region: Observed::not_collected("whether the trail records every Region"),
            organization: Observed::not_collected("whether the trail records the whole organization"),
            key: Observed::not_collected("the key that encrypts the log files"),
            destination: Observed::not_collected("the log group the trail delivers to"),
            validates: Observed::not_collected("whether log file validation is on"),
            logging: Observed::not_collected("whether the trail is logging"),
            since: Observed::not_collected("when the trail began logging"),
            to_files: delivery(),
            to_digests: delivery(),
            to_group: delivery(),
            to_topic: delivery(),
            topic: Observed::not_collected("the topic the trail notifies"),
            bucket: Observed::not_collected("the bucket the trail delivers to"),
            prefix: Observed::not_collected("what the names of the trail's log files begin with"),
            role: Observed::not_collected("whether the trail's role can deliver to its log group"),
            streamed: Observed::not_collected("what the trail's log group received from it"),
            insights: Observed::not_collected("which unusual activity the trail looks for"),
            tags: Observed::not_collected("which tags the trail has"),
            global: Observed::not_collected("whether the trail records global services"),
            excluded: Observed::not_collected("which event sources the trail leaves out"),
            records: Observed::not_collected("which events the trail records"),
        }
    }
}

impl Trail for MemoryTrail {
    fn id(&self) -> &TrailId {
        &self.id
    }

    fn owner(&self) -> &AccountId {
        &self.owner
    }

    fn home_region(&self) -> &Region {
        &self.home_region
    }

    fn is_multi_region(&self) -> Observed<bool> {
        self.multi_region.clone()
    }

    fn is_organization_trail(&self) -> Observed<bool> {
        self.organization.clone()
    }

    fn encryption_key(&self) -> Observed<Option<KeyId>> {
        self.key.clone()
    }

    fn log_destination(&self) -> Observed<Option<LogDestination>> {
        self.destination.clone()
    }

    fn validates_log_files(&self) -> Observed<bool> {
        self.validates.clone()
    }

    fn is_logging(&self) -> Observed<bool> {
        self.logging.clone()
    }

    fn logging_since(&self) -> Observed<Option<Timestamp>> {
        self.since.clone()
    }

    fn delivery(&self, channel: Channel) -> Observed<Delivery> {
        match channel {
            Channel::LogFiles => self.to_files.clone(),
            Channel::DigestFiles => self.to_digests.clone(),
            Channel::LogGroup => self.to_group.clone(),
            Channel::Notifications => self.to_topic.clone(),
        }
    }

    fn notification_topic(&self) -> Observed<Option<String>> {
        self.topic.clone()
    }

    fn bucket(&self) -> Observed<BucketId> {
        self.bucket.clone()
    }

    fn log_file_prefix(&self) -> Observed<String> {
        self.prefix.clone()
    }

    fn role_can_deliver(&self) -> Observed<Opinion> {
        self.role.clone()
    }

    fn latest_in_log_group(&self) -> Observed<Option<Timestamp>> {
        self.streamed.clone()
    }

    fn insights(&self) -> Observed<Vec<String>> {
        self.insights.clone()
    }

    fn tags(&self) -> Observed<Vec<String>> {
        self.tags.clone()
    }

    fn records_global_services(&self) -> Observed<bool> {
        self.global.clone()
    }

    fn excluded_sources(&self) -> Observed<Option<Vec<String>>> {
        self.excluded.clone()
    }

    fn records(&self, class: EventClass) -> Observed<bool> {
        self.records.clone().map(|classes| classes.contains(&class))
    }
}
