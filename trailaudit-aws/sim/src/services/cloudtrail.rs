//! CloudTrail: trails, their status and tags.

use serde::Deserialize;
use serde_json::json;

use crate::arn::Arn;
use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::json_body;

use super::Operation;
use super::event_data_stores::{get_event_data_store, list_event_data_stores};
use super::event_selectors::{get_event_selectors, get_insight_selectors};
use super::trail_description::{Described, Status};
use super::trail_scope::{Named, Seen, every, find, refuse_foreign, seen_in};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "DescribeTrails",
        answer: describe_trails,
    },
    Operation {
        name: "GetEventDataStore",
        answer: get_event_data_store,
    },
    Operation {
        name: "GetEventSelectors",
        answer: get_event_selectors,
    },
    Operation {
        name: "GetInsightSelectors",
        answer: get_insight_selectors,
    },
    Operation {
        name: "GetTrail",
        answer: get_trail,
    },
    Operation {
        name: "GetTrailStatus",
        answer: get_trail_status,
    },
    Operation {
        name: "ListEventDataStores",
        answer: list_event_data_stores,
    },
    Operation {
        name: "ListTags",
        answer: list_tags,
    },
    Operation {
        name: "ListTrails",
        answer: list_trails,
    },
];

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DescribeInput {
    trail_name_list: Option<Vec<String>>,
    include_shadow_trails: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct NameInput {
    pub name: Option<String>,
    pub trail_name: Option<String>,
    pub event_data_store: Option<String>,
    pub resource_id_list: Option<Vec<String>>,
}

/// The ledger's target is account and Region. A trail of another Region is found when its ARN is given.
fn describe_trails(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    request.authorize("cloudtrail:DescribeTrails", None)?;
    let input: DescribeInput = request.input()?;
    let given = input.trail_name_list.unwrap_or_default();
    let named = given
        .iter()
        .map(|text| Named::parse(text))
        .collect::<Result<Vec<_>, _>>()?;
    let shadows = input.include_shadow_trails.unwrap_or(true);
    let mut trails: Vec<Seen<'_>> = seen_in(request, request.region).collect();
    if !named.is_empty() {
        let here: Vec<String> = trails.iter().map(Seen::arn).collect();
        let elsewhere = every(request).filter(|seen| seen.owner == request.account_id());
        trails.extend(
            elsewhere
                .filter(|seen| !here.contains(&seen.arn()))
                .map(|seen| Seen { shadow: false, ..seen }),
        );
        trails.retain(|seen| {
            let here = here.contains(&seen.arn());
            named
                .iter()
                .any(|name| name.is(seen) && (here || matches!(name, Named::Arn { .. })))
        });
    }
    let described = trails.iter().filter(|seen| shadows || !seen.shadow).map(Described::of);
    Ok(json_body(&json!({"trailList": described.collect::<Vec<_>>()})))
}

fn list_trails(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    request.authorize("cloudtrail:ListTrails", None)?;
    let trails = seen_in(request, request.region);
    let trails = trails
        .map(|seen| json!({"TrailARN": seen.arn(), "Name": seen.trail.name, "HomeRegion": seen.trail.home_region}));
    Ok(json_body(&json!({"Trails": trails.collect::<Vec<_>>()})))
}

/// The ledger's target is account, Region and the trail as it was named, here and for all that ask of one trail.
fn get_trail(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: NameInput = request.input()?;
    let name = input.name.unwrap_or_default();
    authorize_trail(request, entry, "cloudtrail:GetTrail", &name)?;
    let seen = find(request, &name)?;
    Ok(json_body(&json!({"Trail": Described::of(&seen)})))
}

/// Each Region and each account with a copy tells its own deliveries.
fn get_trail_status(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: NameInput = request.input()?;
    let name = input.name.unwrap_or_default();
    authorize_trail(request, entry, "cloudtrail:GetTrailStatus", &name)?;
    let seen = find(request, &name)?;
    let own = request.caller.account.status_of_copy(&seen.arn(), request.region);
    let status = own.unwrap_or_else(|| seen.trail.status_in(request.region));
    Ok(json_body(&Status::of(status)))
}

/// Trails of this Region and account only.
fn list_tags(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    request.authorize("cloudtrail:ListTags", None)?;
    let input: NameInput = request.input()?;
    let resources = input.resource_id_list.unwrap_or_default();
    if !(1..=20).contains(&resources.len()) {
        let message = "The resource id list must have between 1 and 20 members.";
        return Err(Refusal::client("CloudTrailARNInvalidException", message));
    }
    let mut listed = Vec::new();
    for text in &resources {
        let Named::Arn { account, .. } = Named::parse(text)? else {
            return Err(Refusal::client(
                "CloudTrailARNInvalidException",
                format!("Invalid ARN: {text}"),
            ));
        };
        refuse_foreign(request, account)?;
        let here = Arn::parse(text).is_some_and(|arn| arn.region == request.region);
        let seen = find(request, text).ok().filter(|_| here);
        let seen = seen.ok_or_else(|| {
            Refusal::client(
                "ResourceNotFoundException",
                format!("The resource {text} does not exist in this Region."),
            )
        })?;
        let tags: Vec<_> = seen
            .trail
            .tags
            .iter()
            .map(|(key, value)| json!({"Key": key, "Value": value}))
            .collect();
        listed.push(json!({"ResourceId": text, "TagsList": tags}));
    }
    Ok(json_body(&json!({"ResourceTagList": listed})))
}

/// Authorizes a call about one trail; IAM's resource is the trail's ARN, also when a bare name was given.
pub(super) fn authorize_trail(
    request: &Request<'_>,
    entry: &mut Entry,
    action: &str,
    name: &str,
) -> Result<(), Refusal> {
    entry.target = format!("{}/{}/{name}", entry.account, entry.region);
    if let Named::Arn { text, .. } = Named::parse(name)? {
        return request.authorize(action, Some(text));
    }
    let arn = format!(
        "arn:aws:cloudtrail:{}:{}:trail/{name}",
        request.region,
        request.account_id()
    );
    request.authorize(action, Some(&arn))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::rehearsal::{Caller, MANAGEMENT, MEMBER, ORGANIZATION_TRAIL, now, world};
    use crate::world::{Trail, TrailStatus, World};

    /// The member also owns a trail of one Region, in eu-west-1.
    fn world_with_own_trail() -> World {
        let mut world = world();
        world
            .accounts
            .get_mut(MEMBER)
            .unwrap()
            .trails
            .push(Trail::new("local", "eu-west-1", now()));
        world
    }

    fn names(caller: &Caller<'_>, input: &Value) -> Vec<String> {
        let (_, answer) = caller.ask("cloudtrail", "DescribeTrails", input);
        answer["trailList"]
            .as_array()
            .unwrap()
            .iter()
            .map(|trail| trail["Name"].as_str().unwrap().into())
            .collect()
    }

    #[test]
    fn shadow_trails_are_seen_unless_they_are_not_wanted() {
        let world = world_with_own_trail();
        let (owner, member) = (Caller::auditor(&world), Caller::member(&world));
        let no_shadows = json!({"includeShadowTrails": false});
        assert_eq!(names(&owner, &no_shadows), ["everybody"]);
        assert!(names(&owner.within("eu-west-1"), &no_shadows).is_empty());
        assert_eq!(names(&owner.within("eu-west-1"), &json!({})), ["everybody"]);
        assert!(
            names(&member, &no_shadows).is_empty(),
            "a copy is a shadow trail in its home Region too"
        );
        assert_eq!(names(&member, &json!({})), ["everybody"]);
        assert_eq!(names(&member.within("eu-west-1"), &json!({})), ["local", "everybody"]);
        let (_, answer) = member
            .within("eu-west-1")
            .ask("cloudtrail", "DescribeTrails", &json!({}));
        assert_eq!(answer["trailList"][1]["TrailARN"], ORGANIZATION_TRAIL);
    }

    #[test]
    fn a_bare_name_is_known_at_home_only() {
        let world = world_with_own_trail();
        let member = Caller::member(&world);
        let arn = format!("arn:aws:cloudtrail:eu-west-1:{MEMBER}:trail/local");
        assert_eq!(
            names(&member.within("eu-west-1"), &json!({"trailNameList": ["local"]})),
            ["local"]
        );
        assert!(names(&member, &json!({"trailNameList": ["local", "everybody"]})).is_empty());
        assert_eq!(names(&member, &json!({"trailNameList": [arn]})), ["local"]);
        assert_eq!(
            names(&member, &json!({"trailNameList": [ORGANIZATION_TRAIL]})),
            ["everybody"]
        );
    }

    #[test]
    fn a_member_is_told_the_status_of_its_copy_but_not_selectors_and_tags() {
        let mut world = world_with_own_trail();
        let stopped = TrailStatus {
            logging: false,
            ..TrailStatus::healthy(now())
        };
        world
            .accounts
            .get_mut(MEMBER)
            .unwrap()
            .copy_status
            .insert(ORGANIZATION_TRAIL.into(), stopped);
        let ask = |caller: &Caller<'_>, operation, input| {
            let (status, answer) = caller.ask("cloudtrail", operation, &input);
            (
                status,
                answer
                    .get("__type")
                    .or(answer.get("IsLogging"))
                    .cloned()
                    .unwrap_or_default(),
            )
        };
        let (owner, member) = (Caller::auditor(&world), Caller::member(&world));
        let arn = json!({"Name": ORGANIZATION_TRAIL});
        assert_eq!(ask(&owner, "GetTrailStatus", arn.clone()), (200, true.into()));
        assert_eq!(ask(&member, "GetTrailStatus", arn), (200, false.into()));
        assert_eq!(
            ask(&member, "GetTrailStatus", json!({"Name": "everybody"})),
            (400, "TrailNotFoundException".into())
        );
        assert_eq!(ask(&member, "GetTrail", json!({"Name": ORGANIZATION_TRAIL})).0, 200);
        let foreign = (400, Value::from("CloudTrailARNInvalidException"));
        assert_eq!(
            ask(&member, "GetEventSelectors", json!({"TrailName": ORGANIZATION_TRAIL})),
            foreign
        );
        assert_eq!(
            ask(&member, "GetInsightSelectors", json!({"TrailName": ORGANIZATION_TRAIL})),
            foreign
        );
        assert_eq!(
            ask(&member, "ListTags", json!({"ResourceIdList": [ORGANIZATION_TRAIL]})),
            foreign
        );
        assert_eq!(
            ask(&owner, "ListTags", json!({"ResourceIdList": [ORGANIZATION_TRAIL]})).0,
            200
        );
    }

    #[test]
    fn each_region_and_each_copy_has_a_status_of_its_own() {
        let mut world = world();
        let broken = |error: &str| TrailStatus {
            latest_delivery_error: Some(error.into()),
            ..TrailStatus::healthy(now())
        };
        let trail = &mut world.accounts.get_mut(MANAGEMENT).unwrap().trails[0];
        trail.regional_status.insert("eu-west-1".into(), broken("owner"));
        let ask = |caller: Caller<'_>, region| {
            let input = json!({"Name": ORGANIZATION_TRAIL});
            let (_, answer) = caller.within(region).ask("cloudtrail", "GetTrailStatus", &input);
            answer["LatestDeliveryError"].as_str().unwrap_or("none").to_owned()
        };
        assert_eq!(ask(Caller::auditor(&world), "us-east-1"), "none");
        assert_eq!(ask(Caller::auditor(&world), "eu-west-1"), "owner");
        assert_eq!(ask(Caller::member(&world), "eu-west-1"), "owner");
        let member = world.accounts.get_mut(MEMBER).unwrap();
        member.copy_status.insert(ORGANIZATION_TRAIL.into(), broken("copy"));
        let there = (ORGANIZATION_TRAIL.to_owned(), "eu-west-1".to_owned());
        member.regional_copy_status.insert(there, broken("copy there"));
        assert_eq!(ask(Caller::member(&world), "us-east-1"), "copy");
        assert_eq!(ask(Caller::member(&world), "eu-west-1"), "copy there");
        assert_eq!(ask(Caller::auditor(&world), "eu-west-1"), "owner");
    }

    #[test]
    fn copies_can_be_missing_from_all_or_some_regions() {
        let mut world = world();
        let missing = &mut world.accounts.get_mut(MEMBER).unwrap().missing_copies;
        missing.insert(ORGANIZATION_TRAIL.into(), ["eu-west-1".to_owned()].into());
        assert_eq!(names(&Caller::member(&world), &json!({})), ["everybody"]);
        assert!(names(&Caller::member(&world).within("eu-west-1"), &json!({})).is_empty());
        world
            .accounts
            .get_mut(MEMBER)
            .unwrap()
            .lose_copies_of(ORGANIZATION_TRAIL);
        assert!(names(&Caller::member(&world), &json!({})).is_empty());
    }
}
