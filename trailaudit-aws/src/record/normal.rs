//! The recorded form of an answer: times readable, numbers exact, no e-mail addresses.

use jiff::Timestamp;
use serde_json::{Number, Value};

/// Fields that the JSON services write as seconds since 1970 (service models in botocore 1.44). A time has its field's
/// name to go by, since on the wire it is a number like any other.
const TIMES: &[(&str, &[&str])] = &[
    (
        "cloudtrail",
        &[
            "CreatedTimestamp",
            "LatestCloudWatchLogsDeliveryTime",
            "LatestDeliveryTime",
            "LatestDigestDeliveryTime",
            "LatestNotificationTime",
            "StartLoggingTime",
            "StopLoggingTime",
            "UpdatedTimestamp",
        ],
    ),
    (
        "kms",
        &[
            "CreationDate",
            "DeletionDate",
            "NextRotationDate",
            "OnDemandRotationStartDate",
            "RotationDate",
            "ValidTo",
        ],
    ),
    (
        "organizations",
        &[
            "DateEnabled",
            "DelegationEnabledDate",
            "ExpirationTimestamp",
            "JoinedTimestamp",
            "LastUpdatedTimestamp",
            "RequestedTimestamp",
        ],
    ),
];

/// Fields with the e-mail address of an account's owner: personal data that no verdict needs.
const ADDRESSES: &[&str] = &["Email", "MasterAccountEmail", "ManagementAccountEmail"];

/// The largest integer canonical JSON carries.
const LARGEST: u64 = (1 << 53) - 1;

/// The recorded form of what `service` answered.
pub(super) fn form(service: &str, answer: Value) -> Value {
    let times = TIMES
        .iter()
        .find(|(of, _)| *of == service)
        .map_or(&[][..], |(_, fields)| fields);
    let drop = if service == "organizations" { ADDRESSES } else { &[] };
    walk(answer, "", times, drop)
}

fn walk(value: Value, field: &str, times: &[&str], drop: &[&str]) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter(|(name, _)| !drop.contains(&name.as_str()))
                .map(|(name, member)| {
                    let member = walk(member, &name, times, drop);
                    (name, member)
                })
                .collect(),
        ),
        Value::Array(items) => items.into_iter().map(|item| walk(item, field, times, drop)).collect(),
        Value::Number(number) => self::number(number, times.contains(&field)),
        other => other,
    }
}

fn number(number: Number, is_time: bool) -> Value {
    if let Some(time) = is_time.then(|| time(&number)).flatten() {
        return time.into();
    }
    let exact =
        number.as_u64().is_some_and(|n| n <= LARGEST) || number.as_i64().is_some_and(|n| n.unsigned_abs() <= LARGEST);
    match number.as_f64().filter(|_| number.is_f64()) {
        // The standard library's form of a float has no exponent and does not change with a JSON crate.
        Some(float) => float.to_string().into(),
        None if exact => Value::Number(number),
        None => number.to_string().into(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float cast saturates, and the range is checked after it"
)]
fn time(seconds: &Number) -> Option<String> {
    let milliseconds = match seconds.as_i64() {
        Some(whole) => whole.checked_mul(1_000)?,
        None => (seconds.as_f64()? * 1_000.0).round() as i64,
    };
    Timestamp::from_millisecond(milliseconds).ok().map(crate::time::rfc3339)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_by_the_names_of_their_fields() {
        let answer = json!({
            "LatestDeliveryTime": 1_795_316_400.25,
            "StartLoggingTime": 1_795_316_400,
            "LatestDeliveryAttemptTime": "2026-11-22T03:00:00Z",
            "IsLogging": true,
        });
        assert_eq!(
            form("cloudtrail", answer),
            json!({
                "LatestDeliveryTime": "2026-11-22T03:00:00.250Z",
                "StartLoggingTime": "2026-11-22T03:00:00.000Z",
                "LatestDeliveryAttemptTime": "2026-11-22T03:00:00Z",
                "IsLogging": true,
            })
        );
        let key = json!({"KeyMetadata": {"DeletionDate": 1_795_316_400.0}});
        assert_eq!(
            form("kms", key)["KeyMetadata"]["DeletionDate"],
            "2026-11-22T03:00:00.000Z"
        );
    }

    #[test]
    fn other_numbers_stay_when_they_are_exact() {
        let group = json!({"creationTime": 1_795_316_400_000_u64, "share": 0.5, "huge": u64::MAX, "creation": -1});
        assert_eq!(
            form("logs", group),
            json!({"creationTime": 1_795_316_400_000_u64, "share": "0.5", "huge": u64::MAX.to_string(), "creation": -1})
        );
        // A time that no calendar has stays visible rather than being lost.
        assert_eq!(
            form("kms", json!({"ValidTo": 1e15})),
            json!({"ValidTo": "1000000000000000"})
        );
    }

    #[test]
    fn addresses_are_not_recorded_and_unknown_fields_are() {
        let answer = json!({
            "Accounts": [{"Id": "1", "Email": "a@example.org", "New": {"Deep": [1]}, "JoinedTimestamp": 0}],
            "Organization": {"MasterAccountEmail": "b@example.org", "Id": "o-1"},
        });
        assert_eq!(
            form("organizations", answer),
            json!({
                "Accounts": [{"Id": "1", "New": {"Deep": [1]}, "JoinedTimestamp": "1970-01-01T00:00:00.000Z"}],
                "Organization": {"Id": "o-1"},
            })
        );
    }
}
