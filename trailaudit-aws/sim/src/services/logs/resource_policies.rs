//! CloudWatch Logs: who else may write to log groups.

use serde::{Deserialize, Serialize};

use super::{invalid, size};
use crate::call::Entry;
use crate::digest::{digest, hex};
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::services::paging::{Place, page};
use crate::wire::json_body;
use crate::world::LogResourcePolicy;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Input {
    resource_arn: Option<String>,
    policy_scope: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output<'a> {
    resource_policies: Vec<Described<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    policy_name: &'a str,
    policy_document: &'a str,
    last_updated_time: i64,
    policy_scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_id: Option<String>,
}

/// The account's policies, unless those of a log group are asked for. The ledger's target is account and Region, and the
/// log group's ARN if one was given.
pub(super) fn describe_resource_policies(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let input: Input = request.input()?;
    if let Some(arn) = &input.resource_arn {
        entry.target = format!("{}/{arn}", entry.target);
    }
    request.authorize("logs:DescribeResourcePolicies", None)?;
    let of_group = match input.policy_scope.as_deref() {
        Some("RESOURCE") => true,
        Some("ACCOUNT") | None => false,
        Some(other) => {
            let must = "satisfy enum value set: [ACCOUNT, RESOURCE]";
            return Err(Refusal::constraint(
                "InvalidParameterException",
                "policyScope",
                other,
                must,
            ));
        }
    };
    if of_group && input.resource_arn.is_none() {
        return Err(invalid("resourceArn is required when policyScope is RESOURCE."));
    }
    let size = size(input.limit)?;
    let place = Place::of(input.next_token.as_deref(), "policies");
    let place = place.ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    let (account, region) = (request.account_id(), request.region);
    let policies = request.caller.account.log_resource_policies.iter();
    let described = policies
        .filter(|policy| policy.region == region)
        .map(|policy| Described::of(policy, account))
        .filter(|policy| {
            if of_group {
                policy.resource_arn == input.resource_arn
            } else {
                policy.resource_arn.is_none()
            }
        });
    let page = page(described, size, &place, "policies", false);
    Ok(json_body(&Output {
        resource_policies: page.items,
        next_token: page.next,
    }))
}

impl<'a> Described<'a> {
    fn of(policy: &'a LogResourcePolicy, account: &str) -> Self {
        let group = policy.log_group.as_ref();
        let arn = group.map(|name| format!("arn:aws:logs:{}:{account}:log-group:{name}", policy.region));
        Self {
            policy_name: &policy.name,
            policy_document: &policy.document,
            last_updated_time: policy.updated.as_millisecond(),
            policy_scope: if arn.is_some() { "RESOURCE" } else { "ACCOUNT" },
            revision_id: arn
                .as_ref()
                .map(|_| hex(&digest(&["revision", &policy.document])[..16])),
            resource_arn: arn,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::rehearsal::{Caller, MEMBER, now, world};

    fn ask(input: &Value) -> Value {
        let mut world = world();
        for (name, region, group) in [
            ("dns", "us-east-1", None),
            ("search", "us-east-1", None),
            ("abroad", "eu-west-1", None),
            ("of-trail", "us-east-1", Some("trail")),
        ] {
            world
                .accounts
                .get_mut(MEMBER)
                .unwrap()
                .log_resource_policies
                .push(LogResourcePolicy {
                    name: name.into(),
                    region: region.into(),
                    log_group: group.map(str::to_owned),
                    document: "{}".into(),
                    updated: now(),
                });
        }
        Caller::member(&world).ask("logs", "DescribeResourcePolicies", input).1
    }

    fn names(answer: &Value) -> Vec<&str> {
        let policies = answer["resourcePolicies"].as_array().unwrap().iter();
        policies.map(|policy| policy["policyName"].as_str().unwrap()).collect()
    }

    #[test]
    fn the_policies_of_the_account_and_of_a_group_are_asked_for_apart() {
        assert_eq!(names(&ask(&json!({}))), ["dns", "search"]);
        let first = ask(&json!({"limit": 1}));
        assert_eq!(names(&ask(&json!({"nextToken": first["nextToken"]}))), ["search"]);
        let arn = format!("arn:aws:logs:us-east-1:{MEMBER}:log-group:trail");
        let of_group = ask(&json!({"policyScope": "RESOURCE", "resourceArn": arn}));
        assert_eq!(names(&of_group), ["of-trail"]);
        assert_eq!(of_group["resourcePolicies"][0]["policyScope"], "RESOURCE");
        for input in [
            json!({"policyScope": "RESOURCE"}),
            json!({"policyScope": "X"}),
            json!({"nextToken": "x"}),
        ] {
            assert_eq!(ask(&input)["__type"], "InvalidParameterException", "{input}");
        }
    }
}
