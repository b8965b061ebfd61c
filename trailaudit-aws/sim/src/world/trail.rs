//! CloudTrail trails and their delivery status.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// One trail, as its owner has it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are members of the API")]
pub struct Trail {
    /// Its name.
    pub name: String,
    /// The Region it was made in.
    pub home_region: String,
    /// Whether it is replicated to every Region of the account.
    pub multi_region: bool,
    /// Whether it is copied to every member account. Only the management account's trails can be.
    pub organization: bool,
    /// `LogFileValidationEnabled`
    pub log_file_validation: bool,
    /// `IncludeGlobalServiceEvents`
    pub global_service_events: bool,
    /// The bucket log files go to.
    pub bucket: String,
    /// `KmsKeyId` as `DescribeTrails` shows it.
    pub kms_key_id: Option<String>,
    /// `CloudWatchLogsLogGroupArn`, with `:*` at its end.
    pub log_group_arn: Option<String>,
    /// `CloudWatchLogsRoleArn`
    pub log_group_role_arn: Option<String>,
    /// `SnsTopicARN`
    pub topic_arn: Option<String>,
    /// What it records.
    pub event_selectors: EventSelectors,
    /// `ApiCallRateInsight`, `ApiErrorRateInsight`; none means that Insights is off.
    pub insight_types: Vec<&'static str>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its delivery, in its home Region and wherever nothing else is said.
    pub status: TrailStatus,
    /// Its delivery in other Regions, where it differs.
    pub regional_status: BTreeMap<String, TrailStatus>,
}

/// Which events a trail records: basic or advanced selectors, never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventSelectors {
    /// The one default basic selector: all management events.
    Default,
    /// A basic selector with only read events.
    BasicReadOnly,
    /// A basic selector for all management events but those of KMS.
    BasicWithoutKms,
    /// A basic selector for all management events and all events of objects in buckets.
    BasicWithObjects,
    /// An advanced selector for all management events.
    AdvancedManagement,
    /// Advanced selectors for all management events and all events of objects in buckets.
    AdvancedWithObjects,
}

/// What `GetTrailStatus` tells.
#[derive(Clone, Debug, Default)]
pub struct TrailStatus {
    /// `IsLogging`
    pub logging: bool,
    /// `StartLoggingTime`
    pub started: Option<Timestamp>,
    /// `StopLoggingTime`
    pub stopped: Option<Timestamp>,
    /// `LatestDeliveryTime`: to the bucket.
    pub latest_delivery: Option<Timestamp>,
    /// `LatestDeliveryError`
    pub latest_delivery_error: Option<String>,
    /// `LatestCloudWatchLogsDeliveryTime`
    pub latest_log_group_delivery: Option<Timestamp>,
    /// `LatestCloudWatchLogsDeliveryError`
    pub latest_log_group_delivery_error: Option<String>,
    /// `LatestDigestDeliveryTime`
    pub latest_digest_delivery: Option<Timestamp>,
    /// `LatestDigestDeliveryError`
    pub latest_digest_delivery_error: Option<String>,
    /// `LatestNotificationTime`: to the topic.
    pub latest_notification: Option<Timestamp>,
    /// `LatestNotificationError`
    pub latest_notification_error: Option<String>,
}

impl Trail {
    /// A trail of one Region that delivered everything just before `as_of` but has no key and no log group yet.
    #[must_use]
    pub fn new(name: &str, home_region: &str, as_of: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            home_region: home_region.to_owned(),
            multi_region: false,
            organization: false,
            log_file_validation: true,
            global_service_events: true,
            bucket: format!("{name}-logs"),
            kms_key_id: None,
            log_group_arn: None,
            log_group_role_arn: None,
            topic_arn: None,
            event_selectors: EventSelectors::Default,
            insight_types: Vec::new(),
            tags: BTreeMap::new(),
            status: TrailStatus::healthy(as_of),
            regional_status: BTreeMap::new(),
        }
    }

    /// Its ARN in the account that owns it. Every copy of an organization trail has this same ARN.
    #[must_use]
    pub fn arn(&self, owner: &str) -> String {
        format!("arn:aws:cloudtrail:{}:{owner}:trail/{}", self.home_region, self.name)
    }

    pub(crate) fn status_in(&self, region: &str) -> &TrailStatus {
        self.regional_status.get(region).unwrap_or(&self.status)
    }

    /// Whether it records events in this Region of an account that has it.
    pub(crate) fn records_in(&self, region: &str) -> bool {
        self.multi_region || self.home_region == region
    }
}

impl TrailStatus {
    /// Logging for 400 days, and everything delivered minutes before `as_of`.
    #[must_use]
    pub fn healthy(as_of: Timestamp) -> Self {
        let before = |minutes: i64| before(as_of, SignedDuration::from_mins(minutes));
        Self {
            logging: true,
            started: Some(before(400 * 24 * 60)),
            latest_delivery: Some(before(4)),
            latest_log_group_delivery: Some(before(3)),
            latest_digest_delivery: Some(before(37)),
            ..Self::default()
        }
    }
}

/// A time before another, or the beginning of time.
pub(crate) fn before(time: Timestamp, duration: SignedDuration) -> Timestamp {
    time.checked_sub(duration).unwrap_or(Timestamp::MIN)
}
