//! CloudTrail: which events a trail records. Only the owner is told.

use serde_json::json;

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
    Ok(json_body(&match seen.trail.event_selectors {
        EventSelectors::Default => json!({"TrailARN": arn, "EventSelectors": [basic("All")]}),
        EventSelectors::BasicReadOnly => json!({"TrailARN": arn, "EventSelectors": [basic("ReadOnly")]}),
        EventSelectors::AdvancedManagement => json!({"TrailARN": arn, "AdvancedEventSelectors": [{
            "Name": "",
            "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
        }]}),
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
            let message = "Event data stores are not simulated.";
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

fn basic(read_write: &str) -> serde_json::Value {
    json!({
        "ReadWriteType": read_write,
        "IncludeManagementEvents": true,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    })
}
