//! The streams that trails write in their log groups.
//!
//! `CloudTrail` user guide: `ACCOUNT_CloudTrail_REGION` with whatever follows, and of organization trails names that begin
//! with the organization's id; what follows that is not told.

use serde_json::Value;
use trailaudit_core::organization::AccountId;

/// What the names of a trail's streams begin with, as far as it is certain.
pub(crate) fn beginning(owner: &AccountId, of_organization: bool, organization: Option<&str>) -> String {
    match organization {
        Some(organization) if of_organization => format!("{organization}_"),
        // Every organization's id begins so.
        None if of_organization => "o-".to_owned(),
        _ => format!("{owner}_CloudTrail_"),
    }
}

/// The streams of a page that received anything, with the moment of the last event, or of its arrival, in milliseconds.
pub(crate) fn received(page: &Value) -> impl Iterator<Item = (&str, i64)> {
    let streams = page["logStreams"].as_array().into_iter().flatten();
    streams.filter_map(|stream| {
        let moments = ["lastEventTimestamp", "lastIngestionTime"].map(|field| stream[field].as_i64());
        Some((stream["logStreamName"].as_str()?, moments.into_iter().flatten().max()?))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn streams_are_known_by_their_names() {
        let of = |wide, organization| beginning(&"111122223333".into(), wide, organization);
        assert_eq!(of(false, Some("o-abc")), "111122223333_CloudTrail_");
        assert_eq!(of(true, Some("o-abc")), "o-abc_");
        assert_eq!(of(true, None), "o-");
    }

    #[test]
    fn an_empty_stream_received_nothing() {
        let page = json!({"logStreams": [
            {"logStreamName": "a", "storedBytes": 0},
            {"logStreamName": "b", "lastEventTimestamp": 5, "lastIngestionTime": 9},
        ]});
        assert_eq!(received(&page).collect::<Vec<_>>(), [("b", 9)]);
    }
}
