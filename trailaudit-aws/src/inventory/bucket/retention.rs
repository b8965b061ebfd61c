//! How a bucket keeps what is in it, and who wrote down who reached into it.

use trailaudit_core::bucket::{Expiry, Lock, LockMode};
use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::Observed;
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::said::{self, Part, Said, Unreadable, flag, moment, name, number, part, parts, text, word};
use crate::inventory::words::listed;

const LOG: &str = "whether access to the bucket is logged";
const FACTOR: &str = "whether deleting from the bucket needs a second factor";
const LOCK: &str = "whether objects in the bucket are locked";
const EXPIRIES: &str = "how long the bucket keeps objects";

/// Days of a year of a retention period, as S3 counts them.
const YEAR: u32 = 365;

/// What one `GetBucketLogging` shows: the bucket its access log goes to.
pub(in crate::inventory) fn access_log(id: EvidenceId, exchange: &Exchange) -> Observed<Option<String>> {
    said::told(id, exchange, LOG, |answer| {
        let logging = answer.may("LoggingEnabled", part)?;
        let target = logging.map(|logging| logging.must("TargetBucket", name)).transpose()?;
        Ok(target.map(str::to_owned))
    })
}

/// What one `GetBucketVersioning` shows; a bucket that never had versions says nothing.
pub(in crate::inventory) fn needs_second_factor(id: EvidenceId, exchange: &Exchange) -> Observed<bool> {
    said::told(id, exchange, FACTOR, |answer| {
        let state = answer.may("MFADelete", word(&["Enabled", "Disabled"]))?;
        Ok(state == Some("Enabled"))
    })
}

/// What one `GetObjectLockConfiguration` shows. A lock without a default retention locks no object by itself.
pub(in crate::inventory) fn lock(id: EvidenceId, exchange: &Exchange) -> Observed<Option<Lock>> {
    match &exchange.answer {
        Answer::Error { code, .. } if code == "ObjectLockConfigurationNotFoundError" => Observed::known(None, id),
        _ => said::told(id, exchange, LOCK, |answer| {
            let configuration = answer.must("ObjectLockConfiguration", part)?;
            configuration.must("ObjectLockEnabled", word(&["Enabled"]))?;
            let rule = configuration.may("Rule", part)?;
            let retention = rule.map(|rule| rule.may("DefaultRetention", part)).transpose()?;
            retention.flatten().map(retained).transpose()
        }),
    }
}

fn retained(retention: Part<'_>) -> Said<Lock> {
    let number = |field: &str| retention.may(field, |value| number(value)?.try_into().ok());
    let days = match (number("Days")?, number("Years")?) {
        (Some(days), None) => days,
        (None, Some(years)) => u32::saturating_mul(years, YEAR),
        _ => return Err(Unreadable::because("the answer has days and years, or neither")),
    };
    let mode = retention.must("Mode", word(&["COMPLIANCE", "GOVERNANCE"]))?;
    Ok(Lock {
        mode: if mode == "COMPLIANCE" {
            LockMode::Compliance
        } else {
            LockMode::Governance
        },
        days,
    })
}

/// What one `GetBucketLifecycleConfiguration` shows: the rules in force that end current versions. A bucket without a
/// configuration says so by an error.
pub(in crate::inventory) fn expiries(id: EvidenceId, exchange: &Exchange) -> Observed<Vec<Expiry>> {
    match &exchange.answer {
        Answer::Error { code, .. } if code == "NoSuchLifecycleConfiguration" => Observed::known(Vec::new(), id),
        _ => said::told(id, exchange, EXPIRIES, |answer| {
            let rules = answer.must("Rules", parts)?.into_iter();
            let expiries = rules.map(expiry).collect::<Said<Vec<_>>>()?;
            Ok(expiries.into_iter().flatten().collect())
        }),
    }
}

/// What a rule ends; none when it is off, or ends no current version.
fn expiry(rule: Part<'_>) -> Said<Option<Expiry>> {
    let is_on = rule.must("Status", word(&["Enabled", "Disabled"]))? == "Enabled";
    let Some(expiration) = rule.may("Expiration", part)?.filter(|_| is_on) else {
        return Ok(None);
    };
    let (days, date) = (expiration.may("Days", number)?, expiration.may("Date", moment)?);
    let tidies_up = expiration.may("ExpiredObjectDeleteMarker", flag)?;
    if days.is_none() && date.is_none() {
        // A rule that only tidies up delete markers ends nothing.
        return match tidies_up {
            Some(_) => Ok(None),
            None => Err(Unreadable::because(
                "the answer has an Expiration that does not say when",
            )),
        };
    }
    // What narrows it stands in the filter itself, or, if it is more than one thing, together in it.
    let filter = rule.may("Filter", part)?;
    let and = filter.map(|filter| filter.may("And", part)).transpose()?.flatten();
    let mut prefix = rule.may("Prefix", text)?;
    let mut only = Vec::new();
    for narrowed in filter.into_iter().chain(and) {
        prefix = prefix.or(narrowed.may("Prefix", text)?);
        only.extend(narrowed.may("Tag", part)?.map(tagged).transpose()?);
        for tag in narrowed.may("Tags", parts)?.unwrap_or_default() {
            only.push(tagged(tag)?);
        }
    }
    for (field, words) in [
        ("ObjectSizeGreaterThan", "larger than"),
        ("ObjectSizeLessThan", "smaller than"),
    ] {
        for narrowed in filter.into_iter().chain(and) {
            let size = narrowed.may(field, number)?;
            only.extend(size.map(|size| format!("{words} {size} bytes")));
        }
    }
    Ok(Some(Expiry {
        rule: rule.may("ID", text)?.unwrap_or("without a name").to_owned(),
        prefix: prefix.unwrap_or_default().to_owned(),
        days: days.map(|days| days.try_into().unwrap_or(u32::MAX)),
        only: (!only.is_empty()).then(|| listed(only)),
    }))
}

fn tagged(tag: Part<'_>) -> Said<String> {
    Ok(format!(
        "tagged {}={}",
        tag.must("Key", text)?,
        tag.must("Value", text)?
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read<T>(value: &Value, read: impl FnOnce(Part<'_>) -> Said<T>) -> Said<T> {
        read(Part::of(value).unwrap())
    }

    #[test]
    fn a_default_retention_counts_in_days() {
        let told = |retention: Value| read(&retention, retained).ok();
        let lock = |mode, days| Some(Lock { mode, days });
        assert_eq!(
            told(json!({"Mode": "COMPLIANCE", "Days": 30})),
            lock(LockMode::Compliance, 30)
        );
        assert_eq!(
            told(json!({"Mode": "GOVERNANCE", "Years": 7})),
            lock(LockMode::Governance, 2_555)
        );
        assert_eq!(told(json!({"Mode": "OTHER", "Days": 1})), None);
        assert_eq!(told(json!({"Mode": "COMPLIANCE"})), None);
        assert_eq!(told(json!({"Mode": "COMPLIANCE", "Days": "30"})), None);
    }

    #[test]
    fn a_rule_ends_what_its_filter_names() {
        let rule = |filter: Value, expiration: Value| {
            let rule = json!({"ID": "r", "Status": "Enabled", "Filter": filter, "Expiration": expiration});
            read(&rule, expiry).unwrap()
        };
        let plain = rule(json!({"Prefix": "AWSLogs/"}), json!({"Days": 90})).unwrap();
        assert_eq!(
            (plain.prefix.as_str(), plain.days, plain.only),
            ("AWSLogs/", Some(90), None)
        );
        let all = rule(json!({}), json!({"Date": "2030-01-01T00:00:00.000Z"})).unwrap();
        assert_eq!((all.prefix.as_str(), all.days), ("", None));
        let and = json!({"And": {"Prefix": "p", "Tags": [{"Key": "k", "Value": "v"}], "ObjectSizeGreaterThan": 5}});
        let narrow = rule(and, json!({"Days": 1})).unwrap();
        assert_eq!(narrow.prefix, "p");
        assert_eq!(narrow.only.as_deref(), Some("tagged k=v and larger than 5 bytes"));
        assert_eq!(rule(json!({}), json!({"ExpiredObjectDeleteMarker": true})), None);
        let old = json!({"ID": "o", "Status": "Enabled", "Prefix": "old/", "Expiration": {"Days": 2}});
        assert_eq!(read(&old, expiry).unwrap().unwrap().prefix, "old/");
        let off = json!({"ID": "o", "Status": "Disabled", "Prefix": "", "Expiration": {"Days": 2}});
        assert_eq!(read(&off, expiry), Ok(None));
        let none = json!({"ID": "o", "Status": "Enabled", "Prefix": "", "NoncurrentVersionExpiration": {}});
        assert_eq!(read(&none, expiry), Ok(None));
    }

    #[test]
    fn a_rule_that_cannot_be_read_may_end_anything() {
        let sound = json!({"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}});
        assert!(read(&sound, expiry).is_ok());
        for (field, odd) in [
            ("Status", json!(7)),
            ("Status", json!("On")),
            ("Status", json!(null)),
            ("Expiration", json!("zz")),
            ("Expiration", json!({})),
            ("Expiration", json!({"Days": "1"})),
            ("Expiration", json!({"Date": "soon"})),
            ("Filter", json!("AWSLogs/")),
            ("Filter", json!({"Prefix": 7})),
            ("Filter", json!({"Tag": {"Key": "k"}})),
            ("Filter", json!({"And": []})),
            ("Prefix", json!(7)),
        ] {
            let mut rule = sound.clone();
            rule[field] = odd;
            assert!(read(&rule, expiry).is_err(), "{rule}");
        }
    }
}
