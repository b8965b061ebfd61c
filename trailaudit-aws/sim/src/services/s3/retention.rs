//! S3: how long a bucket keeps what is in it, and from whom.

use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::bucket::answer;
use crate::wire::xml::Xml;
use crate::world::{Expiration, LifecycleCondition, LifecycleFilter, LifecycleRule, Period, Retention};

use super::{lacking, owned, time};

/// A bucket that never had versions has an empty answer.
pub(super) fn get_bucket_versioning(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let bucket = owned(request, entry, "s3:GetBucketVersioning")?;
    Ok(answer("VersioningConfiguration", |xml| {
        xml.optional("Status", bucket.versioning);
        xml.optional("MfaDelete", bucket.mfa_delete);
    }))
}

pub(super) fn get_object_lock_configuration(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let bucket = owned(request, entry, "s3:GetBucketObjectLockConfiguration")?;
    let lock = bucket.object_lock.ok_or_else(|| {
        let message = "Object Lock configuration does not exist for this bucket";
        lacking("ObjectLockConfigurationNotFoundError", message, bucket)
    })?;
    Ok(answer("ObjectLockConfiguration", |xml| {
        xml.text("ObjectLockEnabled", "Enabled");
        if let Some(retention) = lock.default_retention {
            xml.element("Rule", |xml| {
                xml.element("DefaultRetention", |xml| write_retention(xml, retention));
            });
        }
    }))
}

fn write_retention(xml: &mut Xml, retention: Retention) {
    xml.text("Mode", retention.mode);
    match retention.period {
        Period::Days(days) => xml.text("Days", days),
        Period::Years(years) => xml.text("Years", years),
    };
}

pub(super) fn get_bucket_lifecycle_configuration(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let bucket = owned(request, entry, "s3:GetLifecycleConfiguration")?;
    if bucket.lifecycle.is_empty() {
        let message = "The lifecycle configuration does not exist";
        return Err(lacking("NoSuchLifecycleConfiguration", message, bucket));
    }
    Ok(answer("LifecycleConfiguration", |xml| {
        for rule in &bucket.lifecycle {
            xml.element("Rule", |xml| write_rule(xml, rule));
        }
    }))
}

fn write_rule(xml: &mut Xml, rule: &LifecycleRule) {
    xml.text("ID", &rule.id);
    match &rule.filter {
        LifecycleFilter::Prefix(prefix) => {
            xml.text("Prefix", prefix);
        }
        LifecycleFilter::All(conditions) => {
            xml.element("Filter", |xml| write_conditions(xml, conditions));
        }
    }
    xml.text("Status", if rule.enabled { "Enabled" } else { "Disabled" });
    for (days, class) in &rule.transitions {
        xml.element("Transition", |xml| {
            xml.text("Days", days).text("StorageClass", class);
        });
    }
    if let Some(expiration) = rule.expiration {
        xml.element("Expiration", |xml| {
            match expiration {
                Expiration::Days(days) => xml.text("Days", days),
                Expiration::Date(date) => xml.text("Date", time(date)),
                Expiration::DeleteMarkers => xml.text("ExpiredObjectDeleteMarker", true),
            };
        });
    }
    if let Some(days) = rule.noncurrent_days {
        xml.element("NoncurrentVersionExpiration", |xml| {
            xml.text("NoncurrentDays", days);
        });
    }
}

/// Several conditions stand inside an `And`.
fn write_conditions(xml: &mut Xml, conditions: &[LifecycleCondition]) {
    if conditions.len() > 1 {
        xml.element("And", |xml| write_each(xml, conditions));
    } else {
        write_each(xml, conditions);
    }
}

fn write_each(xml: &mut Xml, conditions: &[LifecycleCondition]) {
    for condition in conditions {
        match condition {
            LifecycleCondition::Prefix(prefix) => xml.text("Prefix", prefix),
            LifecycleCondition::Tag(key, value) => xml.element("Tag", |xml| {
                xml.text("Key", key).text("Value", value);
            }),
            LifecycleCondition::LargerThan(bytes) => xml.text("ObjectSizeGreaterThan", bytes),
            LifecycleCondition::SmallerThan(bytes) => xml.text("ObjectSizeLessThan", bytes),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{Caller, MEMBER, between, now, world};
    use crate::world::{Bucket, ObjectLock};

    fn ask(bucket: Bucket, part: &str) -> (&'static str, String) {
        let mut world = world();
        world.accounts.get_mut(MEMBER).unwrap().buckets.push(bucket);
        let answer = Caller::member(&world).get(&format!("/logs?{part}"));
        (
            answer.entry.refused.unwrap_or("nothing"),
            String::from_utf8(answer.body).unwrap(),
        )
    }

    #[test]
    fn a_new_bucket_keeps_nothing_from_anybody() {
        let bucket = || Bucket::new("logs", "us-east-1", now());
        assert!(ask(bucket(), "versioning").1.ends_with("\"></VersioningConfiguration>"));
        assert_eq!(ask(bucket(), "object-lock").0, "ObjectLockConfigurationNotFoundError");
        assert_eq!(ask(bucket(), "lifecycle").0, "NoSuchLifecycleConfiguration");
    }

    #[test]
    fn a_locked_bucket_tells_for_how_long() {
        let mut bucket = Bucket::new("logs", "us-east-1", now());
        (bucket.versioning, bucket.mfa_delete) = (Some("Enabled"), Some("Enabled"));
        let period = Period::Years(10);
        bucket.object_lock = Some(ObjectLock {
            default_retention: Some(Retention {
                mode: "COMPLIANCE",
                period,
            }),
        });
        assert_eq!(between(&ask(bucket.clone(), "versioning").1, "MfaDelete"), "Enabled");
        let (_, lock) = ask(bucket, "object-lock");
        assert_eq!(
            (between(&lock, "Mode"), between(&lock, "Years")),
            ("COMPLIANCE".into(), "10".into())
        );
    }

    #[test]
    fn a_lifecycle_is_told_in_the_words_it_was_written_in() {
        let rule = |filter, expiration| LifecycleRule {
            id: "rule".into(),
            enabled: true,
            filter,
            expiration: Some(expiration),
            noncurrent_days: Some(30),
            transitions: vec![(90, "GLACIER")],
        };
        let prefix = || LifecycleCondition::Prefix("AWSLogs/".into());
        let tag = LifecycleCondition::Tag("keep".into(), "no".into());
        let mut bucket = Bucket::new("logs", "us-east-1", now());
        bucket.lifecycle = vec![
            rule(LifecycleFilter::Prefix(String::new()), Expiration::Days(400)),
            rule(LifecycleFilter::All(vec![prefix()]), Expiration::Date(now())),
            rule(LifecycleFilter::All(vec![prefix(), tag]), Expiration::DeleteMarkers),
            rule(LifecycleFilter::All(Vec::new()), Expiration::Days(1)),
        ];
        let (_, text) = ask(bucket, "lifecycle");
        for part in [
            "<ID>rule</ID><Prefix></Prefix><Status>Enabled</Status><Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition><Expiration><Days>400</Days></Expiration>",
            "<Filter><Prefix>AWSLogs/</Prefix></Filter>",
            "<Date>2026-11-20T12:00:00.000Z</Date>",
            "<Filter><And><Prefix>AWSLogs/</Prefix><Tag><Key>keep</Key><Value>no</Value></Tag></And></Filter>",
            "<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>",
            "<Filter></Filter>",
            "<NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration></Rule>",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}
