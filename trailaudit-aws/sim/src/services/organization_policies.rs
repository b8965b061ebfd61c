//! Organizations: service control policies, where they are attached, and the services that are trusted.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::json_body;
use crate::world::ServiceControlPolicy;

use super::organization_tree::arn;
use super::organizations::{Input, account_arn, administrators_only, invalid, output};
use super::paging::Page;
use super::times::EpochSeconds;

pub(super) fn list_aws_service_access(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    administrators_only(request, "organizations:ListAWSServiceAccessForOrganization")?;
    let input: Input = request.input()?;
    let organization = &request.world.organization;
    let mut trusted: BTreeMap<&str, _> = organization
        .trusted_services
        .iter()
        .map(|(service, since)| (service.as_str(), *since))
        .collect();
    let management = request.world.accounts.get(&organization.management_account);
    if let Some(management) = management.filter(|_| organization.account_management_trusted) {
        trusted.entry("account.amazonaws.com").or_insert(management.joined);
    }
    let listed = trusted
        .into_iter()
        .map(|(service, since)| json!({"ServicePrincipal": service, "DateEnabled": EpochSeconds(since)}));
    Ok(output("EnabledServicePrincipals", input.page(listed, "services")?))
}

/// Policies of other types are not simulated: there are none. The ledger's target is the filter.
pub(super) fn list_policies(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    administrators_only(request, "organizations:ListPolicies")?;
    let input: Input = request.input()?;
    let filter = input
        .filter
        .as_deref()
        .ok_or_else(|| invalid("Filter is required.", "INPUT_REQUIRED"))?;
    filter.clone_into(&mut entry.target);
    if !filter.contains("_POLICY") {
        return Err(invalid(
            "You specified an invalid policy type.",
            "INVALID_ENUM_POLICY_TYPE",
        ));
    }
    let policies = request.world.organization.policies.iter();
    let listed = policies
        .filter(|_| filter == "SERVICE_CONTROL_POLICY")
        .map(|policy| summary(request, policy));
    Ok(output(
        "Policies",
        input.page(listed, &format!("policies of {filter}"))?,
    ))
}

/// The ledger's target is the policy's id.
pub(super) fn describe_policy(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    administrators_only(request, "organizations:DescribePolicy")?;
    let input: Input = request.input()?;
    let policy = policy(request, &input, entry)?;
    Ok(json_body(&json!({"Policy": {
        "PolicySummary": summary(request, policy),
        "Content": policy.content,
    }})))
}

/// The root, then units, then accounts. The ledger's target is the policy's id.
pub(super) fn list_targets_for_policy(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    administrators_only(request, "organizations:ListTargetsForPolicy")?;
    let input: Input = request.input()?;
    let policy = policy(request, &input, entry)?;
    let (world, organization) = (request.world, &request.world.organization);
    let root = std::iter::once((organization.root_id.as_str(), "Root", "ROOT"));
    let units = organization.units.iter();
    let units = units.map(|unit| (unit.id.as_str(), unit.name.as_str(), "ORGANIZATIONAL_UNIT"));
    let accounts = world.accounts.values();
    let accounts = accounts.map(|account| (account.id.as_str(), account.name.as_str(), "ACCOUNT"));
    // A type of policy that is off is attached nowhere.
    let in_force = organization.service_control_policies;
    let targets = root.chain(units).chain(accounts);
    let targets = targets.filter(|(id, _, _)| in_force && policy.is_attached_to(id));
    let page = input.page(targets, &format!("targets of {}", policy.id))?;
    let told = page.items.into_iter().map(|(id, name, kind)| {
        let arn = match kind {
            "ROOT" => arn(world, "root", id),
            "ACCOUNT" => account_arn(world, id),
            _ => arn(world, "ou", id),
        };
        json!({"TargetId": id, "Arn": arn, "Name": name, "Type": kind})
    });
    let (items, next) = (told.collect(), page.next);
    Ok(output("Targets", Page { items, next }))
}

fn policy<'a>(request: &Request<'a>, input: &Input, entry: &mut Entry) -> Result<&'a ServiceControlPolicy, Refusal> {
    let id = input
        .policy_id
        .as_deref()
        .ok_or_else(|| invalid("PolicyId is required.", "INPUT_REQUIRED"))?;
    id.clone_into(&mut entry.target);
    let mut policies = request.world.organization.policies.iter();
    policies.find(|policy| policy.id == id).ok_or_else(|| {
        let message = "You specified a policy that doesn't exist.";
        Refusal::client("PolicyNotFoundException", message)
    })
}

fn summary(request: &Request<'_>, policy: &ServiceControlPolicy) -> Value {
    json!({
        "Id": policy.id,
        "Arn": policy.arn(&request.world.organization),
        "Name": policy.name,
        "Description": policy.description,
        "Type": "SERVICE_CONTROL_POLICY",
        "AwsManaged": policy.aws_managed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{Caller, MANAGEMENT, MEMBER, now, world};
    use crate::world::World;

    fn ask(world: &World, operation: &str, input: &Value) -> Value {
        Caller::auditor(world).ask("organizations", operation, input).1
    }

    fn world_with_policy() -> World {
        let mut world = world();
        let policy = ServiceControlPolicy::new("p-keeptrail", "Keep trails", "{}", MEMBER);
        world.organization.policies.push(policy);
        world
    }

    #[test]
    fn policies_are_listed_and_told_one_by_one() {
        let world = world_with_policy();
        let listed = ask(&world, "ListPolicies", &json!({"Filter": "SERVICE_CONTROL_POLICY"}));
        assert_eq!(
            listed["Policies"][0]["Arn"],
            "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
        );
        let told = &ask(&world, "DescribePolicy", &json!({"PolicyId": "p-keeptrail"}))["Policy"];
        assert_eq!(
            (&told["PolicySummary"], &told["Content"]),
            (&listed["Policies"][1], &"{}".into())
        );
        let none = ask(&world, "ListPolicies", &json!({"Filter": "TAG_POLICY"}));
        assert_eq!(none, json!({"Policies": []}));
        for (operation, input, code) in [
            ("ListPolicies", json!({}), "InvalidInputException"),
            ("ListPolicies", json!({"Filter": "x"}), "InvalidInputException"),
            (
                "DescribePolicy",
                json!({"PolicyId": "p-nothing0"}),
                "PolicyNotFoundException",
            ),
            (
                "ListTargetsForPolicy",
                json!({"PolicyId": "p-nothing0"}),
                "PolicyNotFoundException",
            ),
        ] {
            assert_eq!(ask(&world, operation, &input)["__type"], code, "{operation} {input}");
        }
    }

    #[test]
    fn full_access_is_attached_everywhere_another_policy_where_it_says() {
        let mut world = world_with_policy();
        let targets = |world: &World, id: &str| {
            let answer = ask(world, "ListTargetsForPolicy", &json!({"PolicyId": id}));
            let targets = answer["Targets"].as_array().unwrap().iter();
            targets
                .map(|target| target["TargetId"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(targets(&world, "p-FullAWSAccess"), ["r-exam", MEMBER, MANAGEMENT]);
        assert_eq!(targets(&world, "p-keeptrail"), [MEMBER]);
        world.organization.service_control_policies = false;
        assert!(targets(&world, "p-FullAWSAccess").is_empty());
        assert_eq!(
            ask(&world, "ListRoots", &json!({}))["Roots"][0]["PolicyTypes"],
            json!([])
        );
        let described =
            |world: &World| ask(world, "DescribeOrganization", &json!({}))["Organization"]["FeatureSet"].clone();
        assert_eq!(described(&world), "ALL");
        world.organization.all_features = false;
        assert_eq!(described(&world), "CONSOLIDATED_BILLING");
    }

    #[test]
    fn a_trusted_service_is_listed_with_its_date() {
        let mut world = world();
        let services = &mut world.organization.trusted_services;
        services.insert("cloudtrail.amazonaws.com".into(), now());
        world.organization.account_management_trusted = true;
        let answer = ask(&world, "ListAWSServiceAccessForOrganization", &json!({}));
        let listed = answer["EnabledServicePrincipals"].as_array().unwrap();
        assert_eq!(listed[0]["ServicePrincipal"], "account.amazonaws.com");
        assert_eq!(
            listed[1],
            json!({"ServicePrincipal": "cloudtrail.amazonaws.com", "DateEnabled": EpochSeconds(now())})
        );
        let (_, refused) =
            Caller::member(&world).ask("organizations", "ListAWSServiceAccessForOrganization", &json!({}));
        assert_eq!(refused["__type"], "AccessDeniedException");
    }
}
