//! CloudWatch alarms.

use jiff::Timestamp;

/// One alarm.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub region: String,
    /// When it was last changed.
    pub updated: Timestamp,
    /// What it watches.
    pub watched: Watched,
    /// `ActionsEnabled`
    pub actions_enabled: bool,
    /// `AlarmActions`: the ARNs of what it tells, topics among them.
    pub alarm_actions: Vec<String>,
    /// `OKActions`
    pub ok_actions: Vec<String>,
    /// `StateValue`: `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: &'static str,
    /// `Statistic`, such as `Sum`.
    pub statistic: &'static str,
    /// `ComparisonOperator`, such as `GreaterThanOrEqualToThreshold`.
    pub comparison: &'static str,
    /// `Threshold`
    pub threshold: f64,
}

/// What an alarm watches.
#[derive(Clone, Debug)]
pub enum Watched {
    /// One metric.
    Metric {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// Metric math.
    Math(Vec<MetricQuery>),
    /// Other alarms: a composite alarm with this `AlarmRule`.
    Alarms(String),
}

/// One part of metric math.
#[derive(Clone, Debug)]
pub struct MetricQuery {
    /// What expressions call it.
    pub id: String,
    /// A metric by its namespace and name, or an expression over other parts.
    pub of: MetricMath,
    /// Whether it is what the alarm watches; one part is.
    pub returns: bool,
}

/// What a part of metric math is.
#[derive(Clone, Debug)]
pub enum MetricMath {
    /// A metric: namespace and name.
    Metric(String, String),
    /// An expression, such as `m1 + m2`.
    Expression(String),
}

impl Alarm {
    /// An alarm that goes off at the first event counted, and tells nobody yet.
    #[must_use]
    pub fn new(name: &str, region: &str, watched: Watched, updated: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            region: region.to_owned(),
            updated,
            watched,
            actions_enabled: true,
            alarm_actions: Vec::new(),
            ok_actions: Vec::new(),
            state: "OK",
            statistic: "Sum",
            comparison: "GreaterThanOrEqualToThreshold",
            threshold: 1.0,
        }
    }

    /// Its ARN in the account that owns it.
    #[must_use]
    pub fn arn(&self, owner: &str) -> String {
        format!("arn:aws:cloudwatch:{}:{owner}:alarm:{}", self.region, self.name)
    }
}

impl Watched {
    /// A metric.
    #[must_use]
    pub fn metric(namespace: &str, name: &str) -> Self {
        let (namespace, name) = (namespace.to_owned(), name.to_owned());
        Self::Metric { namespace, name }
    }
}
