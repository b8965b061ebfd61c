//! CloudTrail Lake: the event data stores of an account in a Region.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::arn::Arn;
use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::json_body;
use crate::world::EventDataStore;

use super::paging::{Place, page};
use super::times::EpochSeconds;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Input {
    event_data_store: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described<'a> {
    event_data_store_arn: String,
    name: &'a str,
    status: &'static str,
    advanced_event_selectors: Value,
    multi_region_enabled: bool,
    organization_enabled: bool,
    retention_period: u32,
    termination_protection_enabled: bool,
    created_timestamp: EpochSeconds,
    updated_timestamp: EpochSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<&'a str>,
    billing_mode: &'static str,
    federation_status: &'static str,
}

/// All but the ARN and the name has to be asked for store by store.
pub(super) fn list_event_data_stores(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    request.authorize("cloudtrail:ListEventDataStores", None)?;
    let input: Input = request.input()?;
    let size = input.max_results.unwrap_or(1_000);
    let size = usize::try_from(size).ok().filter(|size| (1..=1_000).contains(size));
    let size = size.ok_or_else(|| {
        let message = "The specified maximum results value is not between 1 and 1000.";
        Refusal::client("InvalidMaxResultsException", message)
    })?;
    let place = Place::of(input.next_token.as_deref(), "stores");
    let place = place.ok_or_else(|| Refusal::client("InvalidNextTokenException", "The token is not valid."))?;
    let page = page(stores(request), size, &place, "stores", false);
    let listed = page.items.into_iter();
    let listed = listed.map(|store| json!({"EventDataStoreArn": store.arn(request.account_id()), "Name": store.name}));
    let mut output = json!({"EventDataStores": listed.collect::<Vec<_>>()});
    if let Some(next) = page.next {
        output["NextToken"] = Value::String(next);
    }
    Ok(json_body(&output))
}

/// A store is named by its ARN or the id at its end. The ledger's target is account, Region and that name.
pub(super) fn get_event_data_store(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let asked = input.event_data_store.unwrap_or_default();
    entry.target = format!("{}/{asked}", entry.target);
    let (account, region) = (request.account_id(), request.region);
    let (arn, id) = if asked.starts_with("arn:") {
        let parsed = Arn::parse(&asked).filter(|arn| arn.service == "cloudtrail");
        let id = parsed.and_then(|arn| arn.resource.strip_prefix("eventdatastore/"));
        let invalid = || Refusal::client("EventDataStoreARNInvalidException", format!("Invalid ARN: {asked}"));
        (asked.clone(), id.ok_or_else(invalid)?)
    } else {
        (
            format!("arn:aws:cloudtrail:{region}:{account}:eventdatastore/{asked}"),
            asked.as_str(),
        )
    };
    request.authorize("cloudtrail:GetEventDataStore", Some(&arn))?;
    let found = stores(request).find(|store| store.id == id && store.arn(account) == arn);
    let store = found.ok_or_else(|| {
        let message = format!("Event data store {asked} was not found.");
        Refusal::client("EventDataStoreNotFoundException", message)
    })?;
    let management = json!([{
        "Name": "Management events",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    }]);
    Ok(json_body(&Described {
        event_data_store_arn: arn,
        name: &store.name,
        status: store.status,
        advanced_event_selectors: management,
        multi_region_enabled: store.multi_region,
        organization_enabled: store.organization,
        retention_period: store.retention_days,
        termination_protection_enabled: store.termination_protected,
        created_timestamp: EpochSeconds(store.created),
        updated_timestamp: EpochSeconds(store.created),
        kms_key_id: store.kms_key_id.as_deref(),
        billing_mode: "EXTENDABLE_RETENTION_PRICING",
        federation_status: "DISABLED",
    }))
}

fn stores<'a>(request: &Request<'a>) -> impl Iterator<Item = &'a EventDataStore> {
    let region = request.region;
    let stores = request.caller.account.event_data_stores.iter();
    stores.filter(move |store| store.region == region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{Caller, MEMBER, now, world};
    use crate::world::World;

    const ID: &str = "00000000-0000-4000-8000-000000000001";

    fn world_with_stores() -> World {
        let mut world = world();
        let stores = &mut world.accounts.get_mut(MEMBER).unwrap().event_data_stores;
        stores.push(EventDataStore::new(ID, "lake", "us-east-1", now()));
        stores.push(EventDataStore::new("two", "pond", "us-east-1", now()));
        stores.push(EventDataStore::new("three", "sea", "eu-west-1", now()));
        world
    }

    #[test]
    fn a_region_lists_its_own_stores_in_pages() {
        let world = world_with_stores();
        let ask = |input| {
            Caller::member(&world)
                .ask("cloudtrail", "ListEventDataStores", &input)
                .1
        };
        let first = ask(json!({"MaxResults": 1}));
        assert_eq!(first["EventDataStores"][0]["Name"], "lake");
        let second = ask(json!({"NextToken": first["NextToken"]}));
        let arn = format!("arn:aws:cloudtrail:us-east-1:{MEMBER}:eventdatastore/two");
        assert_eq!(
            second,
            json!({"EventDataStores": [{"EventDataStoreArn": arn, "Name": "pond"}]})
        );
        assert_eq!(ask(json!({"MaxResults": 0}))["__type"], "InvalidMaxResultsException");
        assert_eq!(ask(json!({"NextToken": "x"}))["__type"], "InvalidNextTokenException");
    }

    #[test]
    fn a_store_is_told_to_its_owner_in_its_region() {
        let world = world_with_stores();
        let told = |caller: &Caller<'_>, name: &str| {
            let input = json!({"EventDataStore": name});
            let (_, answer) = caller.ask("cloudtrail", "GetEventDataStore", &input);
            answer.get("__type").unwrap_or(&answer["RetentionPeriod"]).clone()
        };
        let (member, absent) = (Caller::member(&world), "EventDataStoreNotFoundException");
        let arn = format!("arn:aws:cloudtrail:us-east-1:{MEMBER}:eventdatastore/{ID}");
        assert_eq!((told(&member, &arn), told(&member, ID)), (2_557.into(), 2_557.into()));
        assert_eq!(told(&member, "three"), absent);
        assert_eq!(told(&member.within("eu-west-1"), &arn), absent);
        assert_eq!(told(&Caller::auditor(&world), &arn), absent);
        assert_eq!(
            told(&member, "arn:aws:cloudtrail:us-east-1:x:trail/y"),
            "EventDataStoreARNInvalidException"
        );
    }
}
