//! Account Management: the Regions of an account.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::json_body;
use crate::world::Account;

use super::Operation;
use super::paging::{Place, page};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    name: "ListRegions",
    answer: list_regions,
}];

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Input {
    account_id: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
    region_opt_status_contains: Option<Vec<String>>,
}

fn list_regions(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    let account = subject(request, input.account_id.as_deref())?;
    entry.target.clone_from(&account.id);
    request.authorize("account:ListRegions", None)?;
    let size = input.max_results.unwrap_or(50);
    let size = usize::try_from(size)
        .ok()
        .filter(|size| (1..=50).contains(size))
        .ok_or_else(|| {
            Refusal::constraint(
                "ValidationException",
                "maxResults",
                &size.to_string(),
                "have value between 1 and 50",
            )
        })?;
    let place = Place::of(input.next_token.as_deref(), "regions")
        .ok_or_else(|| Refusal::client("ValidationException", "The provided NextToken is invalid."))?;
    let mut regions = Vec::with_capacity(request.world.regions.len());
    for region in &request.world.regions {
        let status = request
            .world
            .region_status(account, &region.name)
            .map_or("DISABLED", |status| status.as_str());
        if input
            .region_opt_status_contains
            .as_ref()
            .is_none_or(|wanted| wanted.iter().any(|wanted| wanted == status))
        {
            regions.push((region.name.as_str(), status));
        }
    }
    regions.sort_unstable();
    let page = page(regions.into_iter(), size, &place, "regions", false);
    let regions = page.items.into_iter();
    let regions: Vec<_> = regions
        .map(|(name, status)| json!({"RegionName": name, "RegionOptStatus": status}))
        .collect();
    let mut output = json!({"Regions": regions});
    if let Some(next) = page.next {
        output["NextToken"] = Value::String(next);
    }
    Ok(json_body(&output))
}

/// The caller's own account, or a member the management account may ask after once Account Management is trusted.
fn subject<'a>(request: &Request<'a>, account_id: Option<&str>) -> Result<&'a Account, Refusal> {
    let Some(account_id) = account_id else {
        return Ok(request.caller.account);
    };
    let organization = &request.world.organization;
    if account_id == request.account_id() && account_id == organization.management_account {
        let message = "The management account cannot specify its own account id in the AccountId parameter.";
        return Err(Refusal::client("ValidationException", message));
    }
    let may_ask = organization.account_management_trusted && organization.administered_by(request.account_id());
    let account = request.world.accounts.get(account_id).filter(|_| may_ask);
    account.ok_or_else(|| {
        let caller = &request.caller.arn;
        let message = format!("User: {caller} is not authorized to perform: account:ListRegions");
        Refusal::access_denied(message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{Caller, MANAGEMENT, MEMBER, world};
    use crate::world::RegionStatus;

    #[test]
    fn an_account_lists_its_own_regions() {
        let mut world = world();
        let member = world.accounts.get_mut(MEMBER).unwrap();
        member.region_status.insert("af-south-1".into(), RegionStatus::Disabled);
        let ask = |input| Caller::member(&world).ask("account", "ListRegions", &input).1;
        assert_eq!(
            ask(json!({}))["Regions"][0],
            json!({"RegionName": "af-south-1", "RegionOptStatus": "DISABLED"})
        );
        let usual = ask(json!({"RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"]}));
        assert_eq!(usual["Regions"].as_array().unwrap().len(), 2);
        let first = ask(json!({"MaxResults": 2}));
        let second = ask(json!({"MaxResults": 2, "NextToken": first["NextToken"]}));
        assert_eq!(
            second,
            json!({"Regions": [{"RegionName": "us-east-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}]})
        );
    }

    #[test]
    fn other_accounts_are_for_the_management_account_once_it_is_trusted() {
        let mut world = world();
        let status = |world: &_, id: &str| {
            let answer = Caller::auditor(world).answer("account", "ListRegions", &json!({"AccountId": id}));
            (answer.status, answer.entry.refused)
        };
        assert_eq!(status(&world, MEMBER), (403, Some("AccessDeniedException")));
        world.organization.account_management_trusted = true;
        assert_eq!(status(&world, MEMBER), (200, None));
        assert_eq!(status(&world, MANAGEMENT), (400, Some("ValidationException")));
    }
}
