//! A trail as its owner's answers show it.

mod status;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use trailaudit_core::evidence::Answer;
use trailaudit_core::inventory::Sighting;
use trailaudit_core::observed::{Gap, GapReason, Observed, Opinion};
use trailaudit_core::organization::{AccountId, BucketId, KeyId, Organization, Region, TrailId};
use trailaudit_core::trail::{Channel, Delivery, EventClass, LogDestination, Trail};
use trailaudit_core::{EvidenceId, Exchange};

pub(super) use self::status::{Status, status};
use super::{gap_of, key, selectors};
use crate::arn::Arn;
use crate::gap;

const INSIGHTS: &str = "which unusual activity the trail looks for";
pub(super) const TAGS: &str = "which tags the trail has";

/// A trail seen anywhere, with whatever its owner showed of it.
#[derive(Debug)]
pub(super) struct AwsTrail {
    id: TrailId,
    owner: AccountId,
    home_region: Region,
    pub(super) description: Observed<Arc<Description>>,
    pub(super) status: Observed<Arc<Status>>,
    /// The same in every other Region that was asked.
    pub(super) abroad: BTreeMap<Region, Observed<Arc<Status>>>,
    pub(super) recorded: Observed<Arc<Recorded>>,
    pub(super) insights: Observed<Vec<String>>,
    pub(super) tags: Observed<Vec<String>>,
    /// Joined once everything was read.
    pub(super) file_prefix: Observed<String>,
    pub(super) role: Observed<Opinion>,
    pub(super) received: Observed<Option<Timestamp>>,
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
            abroad: BTreeMap::new(),
            recorded: Observed::not_collected("the trail's event selectors"),
            insights: Observed::not_collected(INSIGHTS),
            tags: Observed::not_collected(TAGS),
            file_prefix: Observed::not_collected("what the names of the trail's log files begin with"),
            role: Observed::not_collected("whether the trail's role can deliver to its log group"),
            received: Observed::not_collected("what the trail's log group received from it"),
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

impl AwsTrail {
    /// What its status says in a Region, as its owner reads it there.
    pub(super) fn status_in(&self, region: &Region) -> Option<&Observed<Arc<Status>>> {
        if *region == self.home_region {
            return Some(&self.status);
        }
        self.abroad.get(region)
    }

    /// What the names of its files begin with (`CloudTrail` user guide, "CloudTrail log file examples": the prefix, if
    /// any, then `AWSLogs`, of an organization trail the organization's id, the account, `CloudTrail` or
    /// `CloudTrail-Digest`).
    pub(super) fn begin_files(&mut self, organization: &Observed<Option<Organization>>) {
        let owner = &self.owner;
        self.file_prefix = self.description.clone().then(|trail| {
            let below = |folder: String| match &trail.prefix {
                Some(prefix) => format!("{prefix}/AWSLogs/{folder}"),
                None => format!("AWSLogs/{folder}"),
            };
            if !trail.organization {
                return self.description.clone().map(|_| below(format!("{owner}/CloudTrail")));
            }
            match organization {
                Observed::Known {
                    value: Some(organization),
                    evidence,
                } => Observed::known(below(format!("{}/", organization.id)), evidence.clone()),
                // Every organization's id begins so.
                _ => self.description.clone().map(|_| below("o-".to_owned())),
            }
        });
    }
}

#[deny(clippy::missing_trait_methods)]
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
        self.status.clone().then(|status| status.is_logging())
    }

    fn logging_since(&self) -> Observed<Option<Timestamp>> {
        self.status.clone().map(|status| status.since)
    }

    fn delivery(&self, channel: Channel) -> Observed<Delivery> {
        self.status.clone().map(|status| status.delivery(channel))
    }

    fn notification_topic(&self) -> Observed<Option<String>> {
        self.description.clone().map(|trail| trail.topic.clone())
    }

    fn bucket(&self) -> Observed<BucketId> {
        self.said(|trail| trail.bucket.clone(), "the bucket the trail delivers to")
    }

    fn log_file_prefix(&self) -> Observed<String> {
        self.file_prefix.clone()
    }

    fn role_can_deliver(&self) -> Observed<Opinion> {
        self.role.clone()
    }

    fn latest_in_log_group(&self) -> Observed<Option<Timestamp>> {
        self.received.clone()
    }

    fn insights(&self) -> Observed<Vec<String>> {
        self.insights.clone()
    }

    fn tags(&self) -> Observed<Vec<String>> {
        self.tags.clone()
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
    prefix: Option<String>,
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
            prefix: text("S3KeyPrefix").map(str::to_owned),
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

/// What one `GetInsightSelectors` shows: a trail that looks for nothing says so by an error.
pub(super) fn insights(id: EvidenceId, exchange: &Exchange) -> Observed<Vec<String>> {
    match &exchange.answer {
        Answer::Ok(answer) => {
            let selectors = answer["InsightSelectors"].as_array().into_iter().flatten();
            let kinds = selectors.filter_map(|selector| selector["InsightType"].as_str().map(str::to_owned));
            Observed::known(kinds.collect(), id)
        }
        Answer::Error { code, .. } if code == gap::NO_INSIGHTS => Observed::known(Vec::new(), id),
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, INSIGHTS)),
    }
}

/// What one `ListTags` shows of one of the trails it asked for: the keys of its tags.
pub(super) fn tags(trail: &str, id: EvidenceId, exchange: &Exchange) -> Observed<Vec<String>> {
    let Answer::Ok(answer) = &exchange.answer else {
        return Observed::Unknown(gap_of(exchange, id, TAGS));
    };
    let mut listed = answer["ResourceTagList"].as_array().into_iter().flatten();
    match listed.find(|entry| entry["ResourceId"] == trail) {
        Some(entry) => {
            let tags = entry["TagsList"].as_array().into_iter().flatten();
            let keys = tags.filter_map(|tag| tag["Key"].as_str().map(str::to_owned));
            Observed::known(keys.collect(), id)
        }
        None => Observed::Unknown(gap_of(exchange, id, TAGS)),
    }
}
