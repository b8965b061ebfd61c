//! What a visit saw, read back from the account's record file.

use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::organization::AccountId;

use super::event_stores::key_named_by;
use super::{Read, Visited, distinct};
use crate::trail::SeenTrail;

impl Visited {
    /// What a visit saw, as its record file tells.
    pub fn read_back(account: &AccountId, exchanges: &[Exchange]) -> Self {
        let of = |operation| exchanges.iter().filter(move |exchange| exchange.operation == operation);
        let is_of_all = |exchange: &&Exchange| exchange.parameters.get("trailNameList").is_none();
        let mut listings: Vec<_> = of("DescribeTrails").filter(is_of_all).collect();
        listings.sort_by(|a, b| a.region.cmp(&b.region));
        let shown = listings.into_iter().filter_map(|exchange| match &exchange.answer {
            Answer::Ok(answer) => Some((&exchange.region, SeenTrail::read_all(answer).collect())),
            Answer::Error { .. } => None,
        });
        let read = Read {
            trails: distinct(shown),
            store_keys: of("GetEventDataStore").filter_map(key_named_by).collect(),
        };
        Self::of(account.clone(), read)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use trailaudit_core::evidence::Transport;

    use super::*;

    fn exchange(operation: &str, region: &str, parameters: Value, answer: Value) -> Exchange {
        Exchange {
            account: "111122223333".into(),
            region: region.into(),
            service: "cloudtrail".into(),
            operation: operation.into(),
            parameters,
            answer: Answer::Ok(answer),
            transport: Transport::default(),
        }
    }

    fn trail(name: &str, key: &str) -> Value {
        let arn = format!("arn:aws:cloudtrail:a:111122223333:trail/{name}");
        json!({"trailList": [{"TrailARN": arn, "HomeRegion": "a", "KmsKeyId": key}]})
    }

    #[test]
    fn what_names_something_elsewhere_is_known_again() {
        let all = || json!({});
        let mut refused = exchange("GetEventDataStore", "a", all(), json!({}));
        refused.answer = Answer::Error {
            code: "AccessDenied".into(),
            message: "no".into(),
        };
        let exchanges = [
            exchange("DescribeTrails", "b", all(), trail("one", "seen-later")),
            exchange("DescribeTrails", "a", all(), trail("one", "seen-first")),
            exchange(
                "DescribeTrails",
                "a",
                json!({"trailNameList": ["x"]}),
                trail("one", "named"),
            ),
            exchange("GetEventDataStore", "b", all(), json!({"KmsKeyId": "of-a-store"})),
            exchange("GetEventDataStore", "c", all(), json!({"KmsKeyId": ""})),
            exchange("GetEventDataStore", "c", all(), json!({})),
            refused,
        ];
        let visited = Visited::read_back(&"111122223333".into(), &exchanges);
        let trails: Vec<_> = visited
            .trails
            .iter()
            .map(|(region, trail)| (region.as_str(), trail.key.as_deref()))
            .collect();
        assert_eq!(trails, [("a", Some("seen-first"))]);
        assert_eq!(visited.store_keys, [("b".into(), "of-a-store".to_owned())]);
    }
}
