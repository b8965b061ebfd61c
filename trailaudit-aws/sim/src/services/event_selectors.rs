//! CloudTrail: which events a trail records. Only the owner is told.

use serde_json::{Value, json};

use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::json_body;
use crate::world::EventSelectors;

use super::cloudtrail::{NameInput, authorize_trail};
use super::trail_scope::find_owned;

pub(super) fn get_event_selectors(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: NameInput = request.input()?;
    let name = input.trail_name.unwrap_or_default();
    authorize_trail(request, entry, "cloudtrail:GetEventSelectors", &name)?;
    let seen = find_owned(request, &name)?;
    let arn = seen.arn();
    let basic = |kind: &str, resources: Value, excluded: Value| {
        json!({"TrailARN": arn, "EventSelectors": [{
            "ReadWriteType": kind,
            "IncludeManagementEvents": true,
            "DataResources": resources,
            "ExcludeManagementEventSources": excluded,
        }]})
    };
    let management = json!({"Name": "", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]});
    let objects = json!({"Name": "Objects", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ]});
    let every_bucket = json!([{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]);
    Ok(json_body(&match seen.trail.event_selectors {
        EventSelectors::Default => basic("All", json!([]), json!([])),
        EventSelectors::BasicReadOnly => basic("ReadOnly", json!([]), json!([])),
        EventSelectors::BasicWithoutKms => basic("All", json!([]), json!(["kms.amazonaws.com"])),
        EventSelectors::BasicWithObjects => basic("All", every_bucket, json!([])),
        EventSelectors::AdvancedManagement => json!({"TrailARN": arn, "AdvancedEventSelectors": [management]}),
        EventSelectors::AdvancedWithObjects => {
            json!({"TrailARN": arn, "AdvancedEventSelectors": [management, objects]})
        }
    }))
}

pub(super) fn get_insight_selectors(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: NameInput = request.input()?;
    let name = match (input.trail_name, input.event_data_store) {
        (Some(_), Some(_)) => {
            let message = "You must specify either a trail name or an event data store, not both.";
            return Err(Refusal::client("InvalidParameterCombinationException", message));
        }
        (None, Some(_)) => {
            let message = "Insights on event data stores are not simulated.";
            return Err(Refusal::client("UnsupportedOperationException", message));
        }
        (name, None) => name.unwrap_or_default(),
    };
    authorize_trail(request, entry, "cloudtrail:GetInsightSelectors", &name)?;
    let seen = find_owned(request, &name)?;
    if seen.trail.insight_types.is_empty() {
        let message =
            format!("Trail {name} does not have Insights enabled. Edit the trail settings to enable Insights.");
        return Err(Refusal::client("InsightNotEnabledException", message));
    }
    let selectors = seen.trail.insight_types.iter();
    let selectors: Vec<_> = selectors
        .map(|kind| json!({"InsightType": kind, "EventCategories": ["Management"]}))
        .collect();
    Ok(json_body(
        &json!({"TrailARN": seen.arn(), "InsightSelectors": selectors}),
    ))
}
