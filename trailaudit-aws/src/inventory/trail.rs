//! A trail as its owner's answers show it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use trailaudit_core::evidence::Answer;
use trailaudit_core::inventory::Sighting;
use trailaudit_core::observed::{Gap, GapReason, Observed};
use trailaudit_core::organization::{AccountId, BucketId, KeyId, Region, TrailId};
use trailaudit_core::trail::{Channel, Delivery, EventClass, LogDestination, Trail};
use trailaudit_core::{EvidenceId, Exchange};

use super::{call_of, gap_of, key, selectors};
use crate::arn::Arn;

/// A trail seen anywhere, with whatever its owner showed of it.
#[derive(Debug)]
pub(super) struct AwsTrail {
    id: TrailId,
    owner: AccountId,
    home_region: Region,
    pub(super) description: Observed<Arc<Description>>,
    pub(super) status: Observed<Arc<Status>>,
    pub(super) recorded: Observed<Arc<Recorded>>,
}

/// What the event selectors of a trail amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recorded {
    /// The classes of which every event is recorded.
    classes: Vec<EventClass>,
    excluded: Option<Vec<String>>,
}

impl AwsTrail {
    /// A trail of which nothing but the ARN is known: it names the owner and the home Region.
    pub(super) fn unseen(id: TrailId) -> Self {
        let arn = Arn::parse(id.as_str());
        let part = |part: fn(&Arn<'_>) -> String| arn.as_ref().map(part).unwrap_or_default();
        Self {
            owner: part(|arn| arn.account.to_owned()).into(),
            home_region: part(|arn| arn.region.to_owned()).into(),
            id,
            description: Observed::not_collected("the trail's configuration"),
            status: Observed::not_collected("the trail's status"),
            recorded: Observed::not_collected("the trail's event selectors"),
        }
    }
}

impl AwsTrail {
    /// A field that `DescribeTrails` always has; where it does not, nothing is known.
    fn said<T>(&self, field: impl FnOnce(&Description) -> Option<T>, wanted: &'static str) -> Observed<T> {
        let (description, evidence) = match &self.description {
            Observed::Known { value, evidence } => (value, evidence.clone()),
            Observed::Unknown(gap) => return Observed::Unknown(gap.clone()),
        };
        match field(description) {
            Some(value) => Observed::known(value, evidence),
            None => Observed::Unknown(Gap {
                wanted,
                call: None,
                why: GapReason::Unreadable("the description does not say it".into()),
                evidence: Some(evidence),
            }),
        }
    }
}

impl Trail for AwsTrail {
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
        self.description.clone().map(|trail| trail.multi_region)
    }

    fn is_organization_trail(&self) -> Observed<bool> {
        self.description.clone().map(|trail| trail.organization)
    }

    fn encryption_key(&self) -> Observed<Option<KeyId>> {
        self.description.clone().map(|trail| trail.key.clone())
    }

    fn log_destination(&self) -> Observed<Option<LogDestination>> {
        self.description.clone().map(|trail| trail.destination.clone())
    }

    fn validates_log_files(&self) -> Observed<bool> {
        self.description.clone().map(|trail| trail.validates)
    }

    fn is_logging(&self) -> Observed<bool> {
        match &self.status {
            Observed::Known { value, evidence } => match value.logging {
                Some(logging) => Observed::known(logging, evidence.clone()),
                None => Observed::Unknown(Gap {
                    wanted: "whether the trail is logging",
                    call: None,
                    why: GapReason::Unreadable("the status does not say it".into()),
                    evidence: Some(evidence.clone()),
                }),
            },
            Observed::Unknown(gap) => Observed::Unknown(gap.clone()),
        }
    }

    fn logging_since(&self) -> Observed<Option<Timestamp>> {
        self.status.clone().map(|status| status.since)
    }

    fn delivery(&self, channel: Channel) -> Observed<Delivery> {
        self.status.clone().map(|status| match channel {
            Channel::LogFiles => status.files.clone(),
            Channel::DigestFiles => status.digests.clone(),
            Channel::LogGroup => status.group.clone(),
            Channel::Notifications => status.notifications.clone(),
        })
    }

    fn notification_topic(&self) -> Observed<Option<String>> {
        self.description.clone().map(|trail| trail.topic.clone())
    }

    fn bucket(&self) -> Observed<BucketId> {
        self.said(|trail| trail.bucket.clone(), "the bucket the trail delivers to")
    }

    fn records_global_services(&self) -> Observed<bool> {
        self.said(|trail| trail.global, "whether the trail records global services")
    }

    fn excluded_sources(&self) -> Observed<Option<Vec<String>>> {
        self.recorded.clone().map(|recorded| recorded.excluded.clone())
    }

    fn records(&self, class: EventClass) -> Observed<bool> {
        self.recorded.clone().map(|recorded| recorded.classes.contains(&class))
    }
}

/// One entry of `DescribeTrails`.
#[derive(Debug)]
pub(super) struct Description {
    multi_region: bool,
    organization: bool,
    validates: bool,
    key: Option<KeyId>,
    destination: Option<LogDestination>,
    topic: Option<String>,
    bucket: Option<BucketId>,
    global: Option<bool>,
}

impl Description {
    /// Reads an entry and the ARN it is about; none when the entry names no trail.
    pub(super) fn of(entry: &Value) -> Option<(TrailId, Self)> {
        let id = entry["TrailARN"].as_str()?;
        let arn = Arn::parse(id)?;
        let is = |field: &str| entry[field].as_bool().unwrap_or(false);
        let text = |field: &str| entry[field].as_str().filter(|text| !text.is_empty());
        let (owner, home) = (arn.account.into(), Region::from(arn.region));
        let description = Self {
            multi_region: is("IsMultiRegionTrail"),
            organization: is("IsOrganizationTrail"),
            validates: is("LogFileValidationEnabled"),
            key: text("KmsKeyId").map(|name| key::absolute(name, arn.partition, &owner, &home)),
            destination: text("CloudWatchLogsLogGroupArn")
                .map(|group| destination(group, text("CloudWatchLogsRoleArn"))),
            // The name alone is obsolete: what once was made with it shows it still.
            topic: text("SnsTopicARN").or_else(|| text("SnsTopicName")).map(str::to_owned),
            bucket: text("S3BucketName").map(|name| format!("arn:{}:s3:::{name}", arn.partition).into()),
            global: entry["IncludeGlobalServiceEvents"].as_bool(),
        };
        Some((id.into(), description))
    }

    /// The same as a line of a Region's listing.
    pub(super) fn sighting(&self, trail: TrailId) -> Sighting {
        Sighting {
            trail,
            multi_region: self.multi_region,
            organization: self.organization,
        }
    }
}

/// The ARN of a log group in a trail ends in `:*`, the group's own does not.
fn destination(group: &str, role: Option<&str>) -> LogDestination {
    let group = group.strip_suffix(":*").unwrap_or(group);
    let arn = Arn::parse(group);
    LogDestination {
        account: arn.as_ref().map_or("", |arn| arn.account).into(),
        region: arn.as_ref().map_or("", |arn| arn.region).into(),
        group: group.into(),
        role: role.map(str::to_owned),
    }
}

/// One answer of `GetTrailStatus`.
#[derive(Debug)]
pub(super) struct Status {
    logging: Option<bool>,
    since: Option<Timestamp>,
    files: Delivery,
    digests: Delivery,
    group: Delivery,
    notifications: Delivery,
}

/// What one `GetTrailStatus` shows.
pub(super) fn status(id: EvidenceId, exchange: &Exchange) -> Observed<Arc<Status>> {
    let Answer::Ok(answer) = &exchange.answer else {
        return Observed::Unknown(gap_of(exchange, id, "the trail's status"));
    };
    let moment = |field: &str| answer[field].as_str().and_then(|text| text.parse().ok());
    let delivery = |time: &str, error: &str| Delivery {
        latest: moment(time),
        error: answer[error]
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
    };
    let status = Status {
        logging: answer["IsLogging"].as_bool(),
        since: moment("StartLoggingTime"),
        files: delivery("LatestDeliveryTime", "LatestDeliveryError"),
        digests: delivery("LatestDigestDeliveryTime", "LatestDigestDeliveryError"),
        group: delivery("LatestCloudWatchLogsDeliveryTime", "LatestCloudWatchLogsDeliveryError"),
        notifications: delivery("LatestNotificationTime", "LatestNotificationError"),
    };
    Observed::known(Arc::new(status), id)
}

/// What one `GetTrailStatus` shows of nothing but logging: all a member's reading is asked for.
pub(super) fn logging(id: EvidenceId, exchange: &Exchange) -> Observed<bool> {
    match &exchange.answer {
        Answer::Ok(answer) => match answer["IsLogging"].as_bool() {
            Some(logging) => Observed::known(logging, id),
            None => Observed::Unknown(Gap {
                wanted: "whether the trail is logging",
                call: Some(Box::new(call_of(exchange))),
                why: GapReason::Unreadable("the status does not say it".into()),
                evidence: Some(id.into()),
            }),
        },
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, "whether the trail is logging")),
    }
}

/// What one `GetEventSelectors` shows.
pub(super) fn recorded(id: EvidenceId, exchange: &Exchange) -> Observed<Arc<Recorded>> {
    match &exchange.answer {
        Answer::Ok(answer) => {
            let recorded = Recorded {
                classes: EventClass::ALL
                    .into_iter()
                    .filter(|class| selectors::record(answer, *class))
                    .collect(),
                excluded: selectors::excluded_sources(answer),
            };
            Observed::known(Arc::new(recorded), id)
        }
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, "the trail's event selectors")),
    }
}
