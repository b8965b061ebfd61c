//! CloudWatch Logs: log groups, what comes into them, and what is made of it.

use jiff::Timestamp;

/// One log group.
#[derive(Clone, Debug)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub region: String,
    /// When it was made.
    pub created: Timestamp,
    /// How long events are kept; nothing means for ever.
    pub retention_days: Option<u32>,
    /// The ARN of the KMS key it is encrypted with, if any.
    pub kms_key_id: Option<String>,
    /// `deletionProtectionEnabled`
    pub deletion_protected: bool,
    /// Its log streams.
    pub streams: Vec<LogStream>,
    /// Its metric filters.
    pub metric_filters: Vec<MetricFilter>,
}

/// One log stream.
#[derive(Clone, Debug)]
pub struct LogStream {
    /// Its name. CloudTrail writes `ACCOUNT_CloudTrail_REGION` for the account's own trail and
    /// `ORGANIZATION_ACCOUNT_CloudTrail_REGION` for one of the organization, and may add a number.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// The time of its latest event; nothing means that it has none.
    pub last_event: Option<Timestamp>,
    /// When its latest event came in.
    pub last_ingestion: Option<Timestamp>,
}

/// One metric filter.
#[derive(Clone, Debug)]
pub struct MetricFilter {
    /// Its name.
    pub name: String,
    /// Which events it counts.
    pub pattern: String,
    /// The name of the metric it counts them in.
    pub metric_name: String,
    /// The namespace of that metric.
    pub metric_namespace: String,
    /// `metricValue`: what one event counts.
    pub metric_value: String,
    /// `defaultValue`: what a period without such events counts, if anything.
    pub default_value: Option<f64>,
    /// When it was made.
    pub created: Timestamp,
}

/// Who else may write to log groups: a policy of the account's in a Region.
#[derive(Clone, Debug)]
pub struct LogResourcePolicy {
    /// Its name.
    pub name: String,
    /// The Region.
    pub region: String,
    /// The name of the log group it is attached to; nothing means that it is the account's.
    pub log_group: Option<String>,
    /// What it says.
    pub document: String,
    /// When it was last changed.
    pub updated: Timestamp,
}

impl LogGroup {
    /// A log group as it is made: it keeps its events for ever, has no key and can be deleted.
    #[must_use]
    pub fn new(name: &str, region: &str, created: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            region: region.to_owned(),
            created,
            retention_days: None,
            kms_key_id: None,
            deletion_protected: false,
            streams: Vec::new(),
            metric_filters: Vec::new(),
        }
    }

    /// Its ARN without the `:*` at the end.
    #[must_use]
    pub fn arn(&self, owner: &str) -> String {
        format!("arn:aws:logs:{}:{owner}:log-group:{}", self.region, self.name)
    }
}

impl LogStream {
    /// A stream whose latest event came in a minute after it happened.
    #[must_use]
    pub fn new(name: &str, created: Timestamp, last_event: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            created,
            last_event: Some(last_event),
            last_ingestion: last_event.checked_add(jiff::SignedDuration::from_mins(1)).ok(),
        }
    }
}

impl MetricFilter {
    /// A filter that counts each event as one, in a metric of its own name.
    #[must_use]
    pub fn new(name: &str, pattern: &str, namespace: &str, created: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            pattern: pattern.to_owned(),
            metric_name: name.to_owned(),
            metric_namespace: namespace.to_owned(),
            metric_value: "1".to_owned(),
            default_value: None,
            created,
        }
    }
}
