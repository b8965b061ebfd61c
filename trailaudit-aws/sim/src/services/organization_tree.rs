//! Organizations: the root, the organizational units, and what is directly in each.

use serde_json::json;

use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::world::World;

use super::organizations::{Input, ListedAccount, administrators_only, invalid, output, policy_types};

pub(super) fn list_roots(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    administrators_only(request, "organizations:ListRoots")?;
    let input: Input = request.input()?;
    let organization = &request.world.organization;
    let root = json!({
        "Id": organization.root_id,
        "Arn": arn(request.world, "root", &organization.root_id),
        "Name": "Root",
        "PolicyTypes": policy_types(organization.all_features && organization.service_control_policies),
    });
    Ok(output("Roots", input.page([root].into_iter(), "roots")?))
}

/// The ledger's target is the parent's id.
pub(super) fn list_organizational_units_for_parent(
    request: &Request<'_>,
    entry: &mut Entry,
) -> Result<Vec<u8>, Refusal> {
    administrators_only(request, "organizations:ListOrganizationalUnitsForParent")?;
    let input: Input = request.input()?;
    let parent = parent(request, &input)?;
    parent.clone_into(&mut entry.target);
    let units = request
        .world
        .organization
        .units
        .iter()
        .filter(|unit| unit.parent == parent)
        .map(|unit| {
            json!({
                "Id": unit.id,
                "Arn": arn(request.world, "ou", &unit.id),
                "Name": unit.name,
                "Path": request.world.organization.path(&unit.id),
            })
        });
    Ok(output(
        "OrganizationalUnits",
        input.page(units, &format!("units of {parent}"))?,
    ))
}

/// The ledger's target is the parent's id.
pub(super) fn list_accounts_for_parent(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    administrators_only(request, "organizations:ListAccountsForParent")?;
    let input: Input = request.input()?;
    let parent = parent(request, &input)?;
    parent.clone_into(&mut entry.target);
    let accounts = request
        .world
        .accounts
        .values()
        .filter(|account| account.parent == parent);
    let listed = accounts.map(|account| ListedAccount::of(request.world, account));
    Ok(output(
        "Accounts",
        input.page(listed, &format!("accounts of {parent}"))?,
    ))
}

fn parent<'a>(request: &Request<'_>, input: &'a Input) -> Result<&'a str, Refusal> {
    let parent = input
        .parent_id
        .as_deref()
        .ok_or_else(|| invalid("ParentId is required.", "INPUT_REQUIRED"))?;
    let organization = &request.world.organization;
    if parent == organization.root_id || organization.unit(parent).is_some() {
        return Ok(parent);
    }
    let message = "You specified a parent that doesn't exist.";
    Err(Refusal::client("ParentNotFoundException", message))
}

pub(super) fn arn(world: &World, kind: &str, id: &str) -> String {
    let organization = &world.organization;
    format!(
        "arn:aws:organizations::{}:{kind}/{}/{id}",
        organization.management_account, organization.id
    )
}
