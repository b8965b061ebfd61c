//! A trail as its owner's answers show it.

mod status;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use trailaudit_core::evidence::Answer;
use trailaudit_core::inventory::Sighting;
use trailaudit_core::observed::{Gap, Observed, Opinion};
use trailaudit_core::organization::{AccountId, BucketId, KeyId, Organization, Region, TrailId};
use trailaudit_core::trail::{Channel, Delivery, EventClass, LogDestination, Trail};
use trailaudit_core::{EvidenceId, Exchange};

pub(super) use self::status::{Status, status};
use super::key;
use super::said::{self, Part, Said, Unreadable, flag, name, parts, text};
use super::selectors::Selectors;
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
    /// A field of its description; where it cannot be read, nothing is known.
    fn said<T: Clone>(&self, field: impl FnOnce(&Description) -> &Said<T>, wanted: &'static str) -> Observed<T> {
        let (description, evidence) = match &self.description {
            Observed::Known { value, evidence } => (value, evidence.clone()),
            Observed::Unknown(gap) => return Observed::Unknown(gap.clone()),
        };
        match field(description) {
            Ok(value) => Observed::known(value.clone(), evidence),
            Err(unreadable) => Observed::Unknown(Gap {
                wanted,
                call: None,
                why: unreadable.reason(),
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
        let prefix = self.said(
            |trail| &trail.prefix,
            "what the names of the trail's log files begin with",
        );
        let wide = self.is_organization_trail();
        self.file_prefix = prefix.then(|prefix| {
            let below = |folder: String| match &prefix {
                Some(prefix) => format!("{prefix}/AWSLogs/{folder}"),
                None => format!("AWSLogs/{folder}"),
            };
            match (wide, organization) {
                (
                    Observed::Known { value: true, .. },
                    Observed::Known {
                        value: Some(organization),
                        evidence,
                    },
                ) => Observed::known(below(format!("{}/", organization.id)), evidence.clone()),
                // Every organization's id begins so.
                (wide, _) => wide.map(|wide| {
                    below(if wide {
                        "o-".to_owned()
                    } else {
                        format!("{}/CloudTrail", self.owner)
                    })
                }),
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
        self.said(|trail| &trail.multi_region, "whether the trail records every Region")
    }

    fn is_organization_trail(&self) -> Observed<bool> {
        self.said(|trail| &trail.organization, "whether the trail is of the organization")
    }

    fn encryption_key(&self) -> Observed<Option<KeyId>> {
        self.said(|trail| &trail.key, "the key that encrypts the trail's log files")
    }

    fn log_destination(&self) -> Observed<Option<LogDestination>> {
        self.said(|trail| &trail.destination, "the log group the trail delivers to")
    }

    fn validates_log_files(&self) -> Observed<bool> {
        self.said(
            |trail| &trail.validates,
            "whether the trail's log files can be validated",
        )
    }

    fn is_logging(&self) -> Observed<bool> {
        self.status.clone().then(|status| status.is_logging())
    }

    fn logging_since(&self) -> Observed<Option<Timestamp>> {
        self.status.clone().then(|status| status.since())
    }

    fn delivery(&self, channel: Channel) -> Observed<Delivery> {
        self.status.clone().then(|status| status.delivery(channel))
    }

    fn notification_topic(&self) -> Observed<Option<String>> {
        self.said(|trail| &trail.topic, "the topic the trail notifies")
    }

    fn bucket(&self) -> Observed<BucketId> {
        self.said(|trail| &trail.bucket, "the bucket the trail delivers to")
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
        self.said(|trail| &trail.global, "whether the trail records global services")
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
    multi_region: Said<bool>,
    organization: Said<bool>,
    validates: Said<bool>,
    key: Said<Option<KeyId>>,
    destination: Said<Option<LogDestination>>,
    topic: Said<Option<String>>,
    bucket: Said<BucketId>,
    prefix: Said<Option<String>>,
    global: Said<bool>,
}

impl Description {
    /// Reads an entry and the ARN it is about: one that names no trail cannot be read.
    pub(super) fn of(entry: &Value) -> Said<(TrailId, Self)> {
        let entry = Part::of(entry)?;
        let (id, arn) = entry.must("TrailARN", |value| Some((text(value)?, Arn::parse(text(value)?)?)))?;
        let (owner, home) = (arn.account.into(), Region::from(arn.region));
        let bucket = entry.must("S3BucketName", name);
        let text_of = |name: Option<&str>| name.map(str::to_owned);
        let description = Self {
            multi_region: entry.must("IsMultiRegionTrail", flag),
            organization: entry.must("IsOrganizationTrail", flag),
            validates: entry.must("LogFileValidationEnabled", flag),
            key: entry
                .name("KmsKeyId")
                .map(|key| key.map(|name| key::absolute(name, arn.partition, &owner, &home))),
            destination: destination(entry),
            // The name alone is obsolete: what once was made with it shows it still.
            topic: entry
                .name("SnsTopicARN")
                .and_then(|topic| Ok(text_of(topic.or(entry.name("SnsTopicName")?)))),
            bucket: bucket.map(|name| format!("arn:{}:s3:::{name}", arn.partition).into()),
            prefix: entry.name("S3KeyPrefix").map(text_of),
            global: entry.must("IncludeGlobalServiceEvents", flag),
        };
        Ok((id.into(), description))
    }

    /// The same as a line of a Region's listing.
    pub(super) fn sighting(&self, trail: TrailId) -> Said<Sighting> {
        Ok(Sighting {
            trail,
            multi_region: self.multi_region.clone()?,
            organization: self.organization.clone()?,
        })
    }
}

/// The ARN of a log group in a trail ends in `:*`, the group's own does not.
fn destination(entry: Part<'_>) -> Said<Option<LogDestination>> {
    let Some(group) = entry.name("CloudWatchLogsLogGroupArn")? else {
        return Ok(None);
    };
    let group = group.strip_suffix(":*").unwrap_or(group);
    let arn = Arn::parse(group);
    Ok(Some(LogDestination {
        account: arn.as_ref().map_or("", |arn| arn.account).into(),
        region: arn.as_ref().map_or("", |arn| arn.region).into(),
        group: group.into(),
        role: entry.name("CloudWatchLogsRoleArn")?.map(str::to_owned),
    }))
}

/// What one `GetEventSelectors` shows.
pub(super) fn recorded(id: EvidenceId, exchange: &Exchange) -> Observed<Arc<Recorded>> {
    said::told(id, exchange, "the trail's event selectors", |answer| {
        let selectors = Selectors::of(answer)?;
        let classes = EventClass::ALL.into_iter();
        Ok(Arc::new(Recorded {
            classes: classes.filter(|class| selectors.record(*class)).collect(),
            excluded: selectors.excluded_sources(),
        }))
    })
}

/// What one `GetInsightSelectors` shows: a trail that looks for nothing says so by an error.
pub(super) fn insights(id: EvidenceId, exchange: &Exchange) -> Observed<Vec<String>> {
    match &exchange.answer {
        Answer::Error { code, .. } if code == gap::NO_INSIGHTS => Observed::known(Vec::new(), id),
        _ => said::told(id, exchange, INSIGHTS, |answer| {
            let selectors = answer.must("InsightSelectors", parts)?.into_iter();
            let kinds = selectors.map(|selector| Ok(selector.must("InsightType", name)?.to_owned()));
            kinds.collect()
        }),
    }
}

/// What one `ListTags` shows of one of the trails it asked for: the keys of its tags.
pub(super) fn tags(trail: &str, id: EvidenceId, exchange: &Exchange) -> Observed<Vec<String>> {
    said::told(id, exchange, TAGS, |answer| {
        let mut listed = answer.must("ResourceTagList", parts)?.into_iter();
        let is_of_trail = |entry: &Part<'_>| entry.must("ResourceId", text).is_ok_and(|named| named == trail);
        let entry = listed.find(is_of_trail);
        let entry = entry.ok_or_else(|| Unreadable::because("the answer does not have the trail"))?;
        let tags = entry.must("TagsList", parts)?.into_iter();
        tags.map(|tag| Ok(tag.must("Key", text)?.to_owned())).collect()
    })
}
