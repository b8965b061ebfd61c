//! Which events a trail records, decided from its basic or advanced event selectors.

use serde_json::Value;
use trailaudit_core::trail::EventClass;

/// Whether the selectors of one `GetEventSelectors` answer record every event of `class`.
///
/// Basic and advanced selectors exclude each other; a trail that shows neither records all management events, which is
/// the default. A selector's `Name` is free text and decides nothing. Excluded event sources are a question of their
/// own.
pub(super) fn record(answer: &Value, class: EventClass) -> bool {
    let basic = answer["EventSelectors"]
        .as_array()
        .filter(|selectors| !selectors.is_empty());
    let advanced = answer["AdvancedEventSelectors"]
        .as_array()
        .filter(|selectors| !selectors.is_empty());
    match (basic, advanced) {
        (_, Some(selectors)) => selectors.iter().any(|selector| advanced_records(selector, class)),
        (Some(selectors), None) => selectors.iter().any(|selector| basic_records(selector, class)),
        (None, None) => matches!(class, EventClass::ManagementRead | EventClass::ManagementWrite),
    }
}

fn basic_records(selector: &Value, class: EventClass) -> bool {
    let included = selector["IncludeManagementEvents"].as_bool().unwrap_or(true);
    let types = selector["ReadWriteType"].as_str().unwrap_or("All");
    included
        && match class {
            EventClass::ManagementRead => matches!(types, "All" | "ReadOnly"),
            EventClass::ManagementWrite => matches!(types, "All" | "WriteOnly"),
            _ => false,
        }
}

fn advanced_records(selector: &Value, class: EventClass) -> bool {
    let read_only = match class {
        EventClass::ManagementRead => "true",
        EventClass::ManagementWrite => "false",
        _ => return false,
    };
    let Some(fields) = selector["FieldSelectors"].as_array() else {
        return false;
    };
    let mut is_management = false;
    for field in fields {
        let equals = |value: &str| {
            field["Equals"]
                .as_array()
                .is_some_and(|values| values.iter().any(|v| v == value))
        };
        match field["Field"].as_str() {
            Some("eventCategory") => is_management = equals("Management"),
            Some("readOnly") if equals(read_only) => (),
            Some("eventSource") if field["NotEquals"].is_array() && field["Equals"].is_null() => (),
            _ => return false,
        }
    }
    is_management
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn recorded(answer: &Value) -> (bool, bool) {
        (
            record(answer, EventClass::ManagementRead),
            record(answer, EventClass::ManagementWrite),
        )
    }

    fn advanced(fields: &Value) -> (bool, bool) {
        recorded(&json!({"AdvancedEventSelectors": [{"Name": "whatever", "FieldSelectors": fields}]}))
    }

    #[test]
    fn basic_selectors() {
        let basic = |kind: &str, management: bool| {
            recorded(&json!({"EventSelectors": [{"ReadWriteType": kind, "IncludeManagementEvents": management}]}))
        };
        assert_eq!(basic("All", true), (true, true));
        assert_eq!(basic("ReadOnly", true), (true, false));
        assert_eq!(basic("WriteOnly", true), (false, true));
        assert_eq!(basic("All", false), (false, false));
        assert_eq!(recorded(&json!({"EventSelectors": []})), (true, true));
    }

    #[test]
    fn advanced_selectors() {
        let category = json!({"Field": "eventCategory", "Equals": ["Management"]});
        assert_eq!(advanced(&json!([category])), (true, true));
        assert_eq!(
            advanced(&json!([category, {"Field": "readOnly", "Equals": ["true"]}])),
            (true, false)
        );
        assert_eq!(
            advanced(&json!([category, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}])),
            (true, true)
        );
        assert_eq!(
            advanced(&json!([category, {"Field": "eventName", "Equals": ["RunInstances"]}])),
            (false, false)
        );
        assert_eq!(
            advanced(&json!([{"Field": "eventCategory", "Equals": ["Data"]}])),
            (false, false)
        );
    }
}
