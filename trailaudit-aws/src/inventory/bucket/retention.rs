//! How a bucket keeps what is in it, and who wrote down who reached into it.

use serde_json::Value;
use trailaudit_core::bucket::{Expiry, Lock, LockMode};
use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::Observed;
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::gap_of;
use crate::inventory::words::listed;

const LOG: &str = "whether access to the bucket is logged";
const FACTOR: &str = "whether deleting from the bucket needs a second factor";
const LOCK: &str = "whether objects in the bucket are locked";
const EXPIRIES: &str = "how long the bucket keeps objects";

/// Days of a year of a retention period, as S3 counts them.
const YEAR: u32 = 365;

/// What one `GetBucketLogging` shows: the bucket its access log goes to.
pub(in crate::inventory) fn access_log(id: EvidenceId, exchange: &Exchange) -> Observed<Option<String>> {
    match &exchange.answer {
        Answer::Ok(answer) => {
            let target = answer["LoggingEnabled"]["TargetBucket"].as_str();
            Observed::known(target.filter(|name| !name.is_empty()).map(str::to_owned), id)
        }
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, LOG)),
    }
}

/// What one `GetBucketVersioning` shows; a bucket that never had versions says nothing.
pub(in crate::inventory) fn needs_second_factor(id: EvidenceId, exchange: &Exchange) -> Observed<bool> {
    match &exchange.answer {
        Answer::Ok(answer) => Observed::known(answer["MFADelete"] == "Enabled", id),
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, FACTOR)),
    }
}

/// What one `GetObjectLockConfiguration` shows. A lock without a default retention locks no object by itself.
pub(in crate::inventory) fn lock(id: EvidenceId, exchange: &Exchange) -> Observed<Option<Lock>> {
    match &exchange.answer {
        Answer::Ok(answer) => {
            let configuration = &answer["ObjectLockConfiguration"];
            let retention = &configuration["Rule"]["DefaultRetention"];
            if configuration["ObjectLockEnabled"] != "Enabled" || retention.is_null() {
                return Observed::known(None, id);
            }
            match retained(retention) {
                Some(lock) => Observed::known(Some(lock), id),
                None => Observed::Unknown(gap_of(exchange, id, LOCK)),
            }
        }
        Answer::Error { code, .. } if code == "ObjectLockConfigurationNotFoundError" => Observed::known(None, id),
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, LOCK)),
    }
}

fn retained(retention: &Value) -> Option<Lock> {
    let number = |field: &str| u32::try_from(retention[field].as_u64()?).ok();
    Some(Lock {
        mode: match retention["Mode"].as_str()? {
            "COMPLIANCE" => LockMode::Compliance,
            "GOVERNANCE" => LockMode::Governance,
            _ => return None,
        },
        days: number("Days").or_else(|| Some(number("Years")?.saturating_mul(YEAR)))?,
    })
}

/// What one `GetBucketLifecycleConfiguration` shows: the rules in force that end current versions. A bucket without a
/// configuration says so by an error.
pub(in crate::inventory) fn expiries(id: EvidenceId, exchange: &Exchange) -> Observed<Vec<Expiry>> {
    match &exchange.answer {
        Answer::Ok(answer) => {
            let rules = answer["Rules"].as_array().into_iter().flatten();
            Observed::known(rules.filter_map(expiry).collect(), id)
        }
        Answer::Error { code, .. } if code == "NoSuchLifecycleConfiguration" => Observed::known(Vec::new(), id),
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, EXPIRIES)),
    }
}

fn expiry(rule: &Value) -> Option<Expiry> {
    let expiration = &rule["Expiration"];
    let days = expiration["Days"].as_u64();
    // A rule that only tidies up delete markers ends nothing.
    if rule["Status"] != "Enabled" || (days.is_none() && expiration["Date"].is_null()) {
        return None;
    }
    let (filter, and) = (&rule["Filter"], &rule["Filter"]["And"]);
    let prefix = [&rule["Prefix"], &filter["Prefix"], &and["Prefix"]];
    Some(Expiry {
        rule: rule["ID"].as_str().unwrap_or("without a name").to_owned(),
        prefix: prefix
            .into_iter()
            .find_map(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        days: days.map(|days| days.try_into().unwrap_or(u32::MAX)),
        only: only(filter, and),
    })
}

/// To which objects a rule is confined besides those of its prefix, in words.
fn only(filter: &Value, and: &Value) -> Option<String> {
    let tags = and["Tags"].as_array().into_iter().flatten();
    let tags = std::iter::once(&filter["Tag"])
        .filter(|tag| tag.is_object())
        .chain(tags);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut only: Vec<_> = tags
        .map(|tag| format!("tagged {}={}", text(&tag["Key"]), text(&tag["Value"])))
        .collect();
    for (field, words) in [
        ("ObjectSizeGreaterThan", "larger than"),
        ("ObjectSizeLessThan", "smaller than"),
    ] {
        let size = filter[field].as_u64().or_else(|| and[field].as_u64());
        only.extend(size.map(|size| format!("{words} {size} bytes")));
    }
    (!only.is_empty()).then(|| listed(only))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_default_retention_counts_in_days() {
        let lock = |mode, days| Some(Lock { mode, days });
        assert_eq!(
            retained(&json!({"Mode": "COMPLIANCE", "Days": 30})),
            lock(LockMode::Compliance, 30)
        );
        assert_eq!(
            retained(&json!({"Mode": "GOVERNANCE", "Years": 7})),
            lock(LockMode::Governance, 2_555)
        );
        assert_eq!(retained(&json!({"Mode": "OTHER", "Days": 1})), None);
        assert_eq!(retained(&json!({"Mode": "COMPLIANCE"})), None);
    }

    #[test]
    fn a_rule_ends_what_its_filter_names() {
        let rule = |filter: Value, expiration: Value| {
            expiry(&json!({"ID": "r", "Status": "Enabled", "Filter": filter, "Expiration": expiration}))
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
        assert_eq!(expiry(&old).unwrap().prefix, "old/");
        let off = json!({"ID": "o", "Status": "Disabled", "Prefix": "", "Expiration": {"Days": 2}});
        assert_eq!(expiry(&off), None);
    }
}
