use serde_json::{Value, json};

use super::*;

/// The classes of which every event is recorded: `rw` for management events, `RW` for those of objects.
fn recorded(answer: &Value) -> String {
    let letters = EventClass::ALL.into_iter().zip(["r", "w", "R", "W"]);
    let Ok(selectors) = Selectors::of(Part::of(answer).unwrap()) else {
        return "unreadable".into();
    };
    letters
        .filter(|(class, _)| selectors.record(*class))
        .map(|(_, letter)| letter)
        .collect()
}

fn basic(selector: &Value) -> String {
    recorded(&json!({"EventSelectors": [selector]}))
}

fn advanced(fields: &Value) -> String {
    recorded(&json!({"AdvancedEventSelectors": [{"Name": "whatever", "FieldSelectors": fields}]}))
}

#[test]
fn basic_selectors_of_management_events() {
    let of =
        |kind: &str, management: bool| basic(&json!({"ReadWriteType": kind, "IncludeManagementEvents": management}));
    assert_eq!(of("All", true), "rw");
    assert_eq!(of("ReadOnly", true), "r");
    assert_eq!(of("WriteOnly", true), "w");
    assert_eq!(of("All", false), "");
    assert_eq!(recorded(&json!({"EventSelectors": []})), "rw");
    let both = json!({"EventSelectors": [{"ReadWriteType": "ReadOnly"}, {"ReadWriteType": "WriteOnly"}]});
    assert_eq!(recorded(&both), "rw");
}

#[test]
fn basic_selectors_of_objects() {
    let of = |kind: &str, values: &[&str]| {
        let resources = json!([{"Type": "AWS::S3::Object", "Values": values}]);
        basic(&json!({"ReadWriteType": kind, "IncludeManagementEvents": false, "DataResources": resources}))
    };
    assert_eq!(of("All", &["arn:aws:s3"]), "RW");
    assert_eq!(of("WriteOnly", &["arn:aws-us-gov:s3:::"]), "W");
    assert_eq!(of("All", &["arn:aws:s3:::bucket/"]), "");
    let functions = json!([{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]);
    assert_eq!(
        basic(&json!({"ReadWriteType": "All", "DataResources": functions})),
        "rw"
    );
}

#[test]
fn advanced_selectors_of_management_events() {
    let category = json!({"Field": "eventCategory", "Equals": ["Management"]});
    let with = |field: &Value| advanced(&json!([category, field]));
    assert_eq!(advanced(&json!([category])), "rw");
    assert_eq!(with(&json!({"Field": "readOnly", "Equals": ["true"]})), "r");
    assert_eq!(
        with(&json!({"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]})),
        "rw"
    );
    let narrower = json!({"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"], "StartsWith": ["e"]});
    assert_eq!(with(&narrower), "");
    assert_eq!(with(&json!({"Field": "eventName", "Equals": ["RunInstances"]})), "");
    assert_eq!(advanced(&json!([])), "unreadable");
}

#[test]
fn advanced_selectors_of_objects() {
    let objects = |more: &[Value]| {
        let mut fields = vec![
            json!({"Field": "eventCategory", "Equals": ["Data"]}),
            json!({"Field": "resources.type", "Equals": ["AWS::S3::Object"]}),
        ];
        fields.extend_from_slice(more);
        advanced(&json!(fields))
    };
    assert_eq!(objects(&[]), "RW");
    assert_eq!(objects(&[json!({"Field": "readOnly", "Equals": ["false"]})]), "W");
    assert_eq!(
        objects(&[json!({"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::"]})]),
        "RW"
    );
    assert_eq!(
        objects(&[json!({"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::b/"]})]),
        ""
    );
    assert_eq!(
        objects(&[json!({"Field": "eventName", "NotEquals": ["GetObject"]})]),
        ""
    );
    assert_eq!(advanced(&json!([{"Field": "eventCategory", "Equals": ["Data"]}])), "");
}

#[test]
fn excluded() {
    let told = |answer: &Value| {
        let selectors = Selectors::of(Part::of(answer).unwrap()).ok().unwrap();
        selectors.excluded_sources().map(|sources| sources.join(" "))
    };
    assert_eq!(told(&json!({"EventSelectors": []})).as_deref(), Some(""));
    let basic = |management: bool| {
        let sources = ["rdsdata.amazonaws.com", "kms.amazonaws.com"];
        told(&json!({"EventSelectors": [
            {"IncludeManagementEvents": management, "ExcludeManagementEventSources": sources},
        ]}))
    };
    assert_eq!(basic(true).as_deref(), Some("kms.amazonaws.com rdsdata.amazonaws.com"));
    assert_eq!(basic(false), None);
    let advanced = |category: &str, field: &Value| {
        let fields = [json!({"Field": "eventCategory", "Equals": [category]}), field.clone()];
        told(&json!({"AdvancedEventSelectors": [{"FieldSelectors": fields}]}))
    };
    let without = json!({"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]});
    assert_eq!(advanced("Management", &without).as_deref(), Some("kms.amazonaws.com"));
    assert_eq!(advanced("Data", &without), None);
    let single = json!({"Field": "eventSource", "Equals": ["iam.amazonaws.com"]});
    assert_eq!(
        advanced("Management", &single).as_deref(),
        Some("all but iam.amazonaws.com")
    );
}

#[test]
fn a_list_without_selectors_is_not_an_answer_without_lists() {
    assert_eq!(
        recorded(&json!({"AdvancedEventSelectors": [], "EventSelectors": null})),
        "rw"
    );
    for answer in [
        json!({}),
        json!({"EventSelectors": null}),
        json!({"EventSelectors": "zz"}),
        json!({"EventSelectors": [], "AdvancedEventSelectors": {}}),
        json!({"EventSelectors": [7]}),
        json!({"EventSelectors": [{}], "AdvancedEventSelectors": [{"FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Management"]},
        ]}]}),
    ] {
        assert_eq!(recorded(&answer), "unreadable", "{answer}");
    }
}

#[test]
fn a_basic_selector_that_cannot_be_read_records_nobody_knows_what() {
    assert_eq!(basic(&json!({})), "rw");
    for selector in [
        json!({"ReadWriteType": 7}),
        json!({"ReadWriteType": "Everything"}),
        json!({"IncludeManagementEvents": "false"}),
        json!({"ExcludeManagementEventSources": "kms.amazonaws.com"}),
        json!({"ExcludeManagementEventSources": [7]}),
        json!({"DataResources": "zz"}),
        json!({"DataResources": [{"Values": ["arn:aws:s3"]}]}),
        json!({"DataResources": [{"Type": "AWS::S3::Object", "Values": "arn:aws:s3"}]}),
    ] {
        assert_eq!(basic(&selector), "unreadable", "{selector}");
    }
}

#[test]
fn an_advanced_selector_that_cannot_be_read_records_nobody_knows_what() {
    let category = json!({"Field": "eventCategory", "Equals": ["Management"]});
    for fields in [
        json!("zz"),
        json!([7]),
        json!([{"Field": "eventCategory"}]),
        json!([{"Field": "eventCategory", "Equals": []}]),
        json!([{"Field": "eventCategory", "Equals": "Management"}]),
        json!([{"Field": "eventCategory", "Equals": ["Managment"]}]),
        json!([{"Field": "eventCategory", "NotEquals": ["Data"]}]),
        json!([{"Field": "readOnly", "Equals": ["true"]}]),
        json!([category, {"Equals": ["true"]}]),
        json!([category, {"Field": "eventSource", "NotContains": ["kms"]}]),
        json!([category, {"Field": "eventSource", "NotEquals": "kms.amazonaws.com"}]),
    ] {
        assert_eq!(advanced(&fields), "unreadable", "{fields}");
    }
}
