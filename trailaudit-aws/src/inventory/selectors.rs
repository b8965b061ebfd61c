//! Which events a trail records, decided from its basic or advanced event selectors.

use std::collections::BTreeSet;

use serde_json::Value;
use trailaudit_core::trail::EventClass;

/// Whether the selectors of one `GetEventSelectors` answer record every event of `class`.
///
/// Basic and advanced selectors exclude each other; a trail that shows neither records all management events, which is
/// the default. A selector's `Name` is free text and decides nothing. Excluded event sources are a question of their
/// own: [`excluded_sources`].
pub(super) fn record(answer: &Value, class: EventClass) -> bool {
    match Selectors::of(answer) {
        Selectors::Advanced(selectors) => selectors.iter().any(|selector| advanced_records(selector, class)),
        Selectors::Basic(selectors) => selectors.iter().any(|selector| basic_records(selector, class)),
        Selectors::Default => matches!(class, EventClass::ManagementRead | EventClass::ManagementWrite),
    }
}

/// The sources whose management events are left out, in order; none when no management events are recorded at all.
pub(super) fn excluded_sources(answer: &Value) -> Option<Vec<String>> {
    let of_selector = |sources: Option<Vec<String>>, all: &mut Option<BTreeSet<String>>| {
        if let Some(sources) = sources {
            all.get_or_insert_default().extend(sources);
        }
    };
    let mut all = None;
    match Selectors::of(answer) {
        Selectors::Advanced(selectors) => selectors
            .iter()
            .for_each(|selector| of_selector(advanced_excludes(selector), &mut all)),
        Selectors::Basic(selectors) => selectors
            .iter()
            .for_each(|selector| of_selector(basic_excludes(selector), &mut all)),
        Selectors::Default => return Some(Vec::new()),
    }
    all.map(|sources| sources.into_iter().collect())
}

enum Selectors<'a> {
    Basic(&'a [Value]),
    Advanced(&'a [Value]),
    Default,
}

impl<'a> Selectors<'a> {
    fn of(answer: &'a Value) -> Self {
        let list = |name: &str| answer[name].as_array().filter(|selectors| !selectors.is_empty());
        match (list("EventSelectors"), list("AdvancedEventSelectors")) {
            (_, Some(selectors)) => Self::Advanced(selectors),
            (Some(selectors), None) => Self::Basic(selectors),
            (None, None) => Self::Default,
        }
    }
}

fn basic_records(selector: &Value, class: EventClass) -> bool {
    let types = selector["ReadWriteType"].as_str().unwrap_or("All");
    let reads = matches!(types, "All" | "ReadOnly");
    let writes = matches!(types, "All" | "WriteOnly");
    match class {
        EventClass::ManagementRead => includes_management(selector) && reads,
        EventClass::ManagementWrite => includes_management(selector) && writes,
        EventClass::ObjectRead => selects_all_objects(selector) && reads,
        EventClass::ObjectWrite => selects_all_objects(selector) && writes,
        _ => false,
    }
}

fn includes_management(selector: &Value) -> bool {
    selector["IncludeManagementEvents"].as_bool().unwrap_or(true)
}

/// `arn:aws:s3`, with or without three colons, stands for every bucket there is or will be.
fn selects_all_objects(selector: &Value) -> bool {
    let resources = selector["DataResources"].as_array().into_iter().flatten();
    resources
        .filter(|resource| resource["Type"] == "AWS::S3::Object")
        .flat_map(|resource| texts(&resource["Values"]))
        .any(is_every_bucket)
}

fn is_every_bucket(name: &str) -> bool {
    let mut parts = name.trim_end_matches(':').split(':');
    let is_arn = parts.next() == Some("arn") && parts.next().is_some_and(|partition| partition.starts_with("aws"));
    is_arn && parts.next() == Some("s3") && parts.next().is_none()
}

fn basic_excludes(selector: &Value) -> Option<Vec<String>> {
    let excluded = texts(&selector["ExcludeManagementEventSources"]);
    includes_management(selector).then(|| excluded.map(str::to_owned).collect())
}

fn advanced_records(selector: &Value, class: EventClass) -> bool {
    let (category, read_only) = match class {
        EventClass::ManagementRead => ("Management", "true"),
        EventClass::ManagementWrite => ("Management", "false"),
        EventClass::ObjectRead => ("Data", "true"),
        EventClass::ObjectWrite => ("Data", "false"),
        _ => return false,
    };
    let fields = fields(selector);
    let has = |name: &str, value: &str| {
        let mut asked = fields.iter().filter(|field| field["Field"] == name);
        asked.any(|field| only(field, "Equals") && texts(&field["Equals"]).any(|text| text == value))
    };
    // Every condition narrows: one that is not known here could leave out anything.
    let is_harmless = |field: &Value| match field["Field"].as_str() {
        Some("eventCategory") => has("eventCategory", category),
        Some("readOnly") => only(field, "Equals") && texts(&field["Equals"]).any(|text| text == read_only),
        Some("eventSource") => category == "Management" && only(field, "NotEquals"),
        Some("resources.type") => category == "Data" && has("resources.type", "AWS::S3::Object"),
        Some("resources.ARN") => {
            category == "Data" && only(field, "StartsWith") && texts(&field["StartsWith"]).any(is_every_bucket)
        }
        _ => false,
    };
    has("eventCategory", category)
        && (category == "Management" || has("resources.type", "AWS::S3::Object"))
        && fields.iter().all(is_harmless)
}

fn advanced_excludes(selector: &Value) -> Option<Vec<String>> {
    let fields = fields(selector);
    let is_management = |field: &Value| {
        field["Field"] == "eventCategory" && texts(&field["Equals"]).any(|category| category == "Management")
    };
    if !fields.iter().any(is_management) {
        return None;
    }
    let mut excluded = Vec::new();
    for field in fields.iter().filter(|field| field["Field"] == "eventSource") {
        for operator in ["NotEquals", "NotStartsWith", "NotEndsWith"] {
            excluded.extend(texts(&field[operator]).map(str::to_owned));
        }
        for operator in ["Equals", "StartsWith", "EndsWith"] {
            excluded.extend(texts(&field[operator]).map(|source| format!("all but {source}")));
        }
    }
    Some(excluded)
}

fn fields(selector: &Value) -> &[Value] {
    selector["FieldSelectors"].as_array().map_or(&[], Vec::as_slice)
}

/// Whether a condition uses this operator and no other.
fn only(field: &Value, operator: &str) -> bool {
    let used = |(name, value): (&String, &Value)| name != "Field" && !value.is_null() && name != operator;
    field[operator].is_array() && field.as_object().is_some_and(|members| !members.iter().any(used))
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The classes of which every event is recorded: `rw` for management events, `RW` for those of objects.
    fn recorded(answer: &Value) -> String {
        let letters = EventClass::ALL.into_iter().zip(["r", "w", "R", "W"]);
        letters
            .filter(|(class, _)| record(answer, *class))
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
        let of = |kind: &str, management: bool| {
            basic(&json!({"ReadWriteType": kind, "IncludeManagementEvents": management}))
        };
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
        assert_eq!(advanced(&json!([])), "");
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
        let told = |answer: &Value| excluded_sources(answer).map(|sources| sources.join(" "));
        assert_eq!(told(&json!({})).as_deref(), Some(""));
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
}
