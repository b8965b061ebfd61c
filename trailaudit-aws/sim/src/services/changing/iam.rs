//! IAM: a role of a service is made, trusted and allowed.

use super::{Operation, change};
use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::services::iam::{required, role, write_role};
use crate::world::{Role, Thing};

pub(in crate::services) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "CreateRole",
        answer: create_role,
    },
    Operation {
        name: "PutRolePolicy",
        answer: put_role_policy,
    },
    Operation {
        name: "UpdateAssumeRolePolicy",
        answer: update_assume_role_policy,
    },
];

fn create_role(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let name = required(request, "RoleName", "roleName")?;
    let mut made = Role::for_service(&name, "");
    made.trust.document = Some(required(
        request,
        "AssumeRolePolicyDocument",
        "assumeRolePolicyDocument",
    )?);
    let account = request.caller.account;
    let arn = made.arn(&account.id);
    request.authorize("iam:CreateRole", Some(&arn))?;
    if account.roles.contains_key(&name) {
        let message = format!("Role with name {name} already exists.");
        return Err(Refusal::client("EntityAlreadyExists", message).with_status(409));
    }
    let answer = request.in_xml(entry, |xml| write_role(xml, &made, &arn, request.call.now));
    change(request, Thing::Role(made));
    Ok(answer)
}

fn put_role_policy(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let name = required(request, "PolicyName", "policyName")?;
    let document = required(request, "PolicyDocument", "policyDocument")?;
    let mut role = role(request, entry, "iam:PutRolePolicy")?.0.clone();
    role.inline_policies.insert(name, document);
    change(request, Thing::Role(role));
    Ok(request.in_xml(entry, |_| {}))
}

fn update_assume_role_policy(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let document = required(request, "PolicyDocument", "policyDocument")?;
    let mut role = role(request, entry, "iam:UpdateAssumeRolePolicy")?.0.clone();
    role.trust.document = Some(document);
    change(request, Thing::Role(role));
    Ok(request.in_xml(entry, |_| {}))
}
