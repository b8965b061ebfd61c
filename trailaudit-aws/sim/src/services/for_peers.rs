//! What only other tools ask for, so that `benches/compare.sh` can run them beside trailaudit: which Regions there are, as
//! EC2 tells it, and which resources have tags. trailaudit itself calls none of this.

use serde::Deserialize;
use serde_json::json;

use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::json_body;
use crate::wire::xml::Xml;
use crate::world::RegionStatus;

use super::Operation;
use super::trail_scope::seen_in;

pub(super) const EC2: &[Operation] = &[Operation {
    name: "DescribeRegions",
    answer: describe_regions,
}];

pub(super) const TAGGING: &[Operation] = &[Operation {
    name: "GetResources",
    answer: get_resources,
}];

/// Without `AllRegions`, those the account has on. EC2 has an envelope of its own.
fn describe_regions(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    request.authorize("ec2:DescribeRegions", None)?;
    let asked = |name: &str| crate::wire::field(&request.call.body, name);
    let all = asked("AllRegions").as_deref() == Some("true");
    let mut xml = Xml::document();
    xml.with(
        "DescribeRegionsResponse",
        "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"",
        |xml| {
            xml.text("requestId", &request.call.request_id);
            xml.element("regionInfo", |xml| {
                for region in &request.world.regions {
                    let status = request.world.region_status(request.caller.account, &region.name);
                    let on = status.is_some_and(RegionStatus::answers);
                    if !(all || on) {
                        continue;
                    }
                    let opted = match (region.opt_in, on) {
                        (false, _) => "opt-in-not-required",
                        (true, true) => "opted-in",
                        (true, false) => "not-opted-in",
                    };
                    xml.element("item", |xml| {
                        xml.text("regionName", &region.name)
                            .text("regionEndpoint", format!("ec2.{}.amazonaws.com", region.name))
                            .text("optInStatus", opted);
                    });
                }
            });
        },
    );
    Ok(xml.into_bytes())
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Wanted {
    resource_type_filters: Vec<String>,
}

/// The account's own trails of the Region that have tags; nothing else that is simulated is listed here.
fn get_resources(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    request.authorize("tag:GetResources", None)?;
    let wanted: Wanted = request.input()?;
    let types = wanted.resource_type_filters;
    let trails_too = types.is_empty() || types.iter().any(|kind| kind.starts_with("cloudtrail"));
    let trails =
        seen_in(request, request.region).filter(|seen| trails_too && !seen.shadow && !seen.trail.tags.is_empty());
    let listed: Vec<_> = trails
        .map(|seen| {
            let tags = seen.trail.tags.iter();
            let tags: Vec<_> = tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect();
            json!({"ResourceARN": seen.arn(), "Tags": tags})
        })
        .collect();
    Ok(json_body(
        &json!({"PaginationToken": "", "ResourceTagMappingList": listed}),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::rehearsal::{Caller, MEMBER, now, world};
    use crate::{RegionStatus, Trail};

    #[test]
    fn regions_are_told_as_the_account_has_them() {
        let mut world = world();
        let member = world.accounts.get_mut(MEMBER).unwrap();
        member.region_status.insert("af-south-1".into(), RegionStatus::Disabled);
        let member = Caller::member(&world);
        let ask = |form: &str| String::from_utf8(member.form("ec2", form).body).unwrap();
        let on = ask("Action=DescribeRegions&Version=2016-11-15");
        assert!(on.contains("<regionName>eu-west-1</regionName>"), "{on}");
        assert!(!on.contains("af-south-1"), "{on}");
        let all = ask("Action=DescribeRegions&AllRegions=true&Version=2016-11-15");
        let off =
            "<regionEndpoint>ec2.af-south-1.amazonaws.com</regionEndpoint><optInStatus>not-opted-in</optInStatus>";
        assert!(all.contains(off), "{all}");
    }

    #[test]
    fn a_trail_with_tags_is_listed_where_it_is_at_home_and_nothing_is_for_other_types() {
        let mut world = world();
        let mut trail = Trail::new("own", "eu-west-1", now());
        trail.tags.insert("owner".into(), "audit".into());
        let arn = trail.arn(MEMBER);
        world.accounts.get_mut(MEMBER).unwrap().trails.push(trail);
        let member = Caller::member(&world);
        let tagged = |region: &'static str, types: serde_json::Value| {
            let asked = json!({"ResourceTypeFilters": types});
            let (status, body) = member.within(region).ask("tagging", "GetResources", &asked);
            assert_eq!(status, 200, "{body}");
            body["ResourceTagMappingList"].clone()
        };
        let expected = json!([{"ResourceARN": arn, "Tags": [{"Key": "owner", "Value": "audit"}]}]);
        assert_eq!(tagged("eu-west-1", json!(["cloudtrail"])), expected);
        assert_eq!(tagged("eu-west-1", json!(["ec2:instance"])), json!([]));
        assert_eq!(tagged("us-east-1", json!([])), json!([]));
    }
}
