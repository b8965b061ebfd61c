//! IAM: roles, and what they may do. One endpoint answers for all Regions.

mod policies;

use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::session::role_id;
use crate::wire::field;
use crate::wire::xml::Xml;
use crate::world::Role;

use super::Operation;
use super::paging::{Page, Place, page};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "GetPolicy",
        answer: policies::get_policy,
    },
    Operation {
        name: "GetPolicyVersion",
        answer: policies::get_policy_version,
    },
    Operation {
        name: "GetRole",
        answer: get_role,
    },
    Operation {
        name: "GetRolePolicy",
        answer: get_role_policy,
    },
    Operation {
        name: "ListAttachedRolePolicies",
        answer: list_attached_role_policies,
    },
    Operation {
        name: "ListRolePolicies",
        answer: list_role_policies,
    },
];

fn get_role(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let (role, arn) = role(request, entry, "iam:GetRole")?;
    Ok(request.in_xml(entry, |xml| {
        write_role(xml, role, &arn, request.caller.account.joined);
    }))
}

pub(super) fn write_role(xml: &mut Xml, role: &Role, arn: &str, created: jiff::Timestamp) {
    xml.element("Role", |xml| {
        xml.text("Path", &role.path).text("RoleName", &role.name);
        xml.text("RoleId", role_id(arn)).text("Arn", arn);
        xml.text("CreateDate", time(created));
        xml.text("AssumeRolePolicyDocument", encoded(&role.trust_policy()));
        xml.text("MaxSessionDuration", role.max_session_seconds);
    });
}

fn list_role_policies(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let (role, _) = role(request, entry, "iam:ListRolePolicies")?;
    let page = paged(request, role.policies().into_keys(), "role policies")?;
    Ok(request.in_xml(entry, |xml| {
        xml.element("PolicyNames", |xml| {
            for name in &page.items {
                xml.text("member", name);
            }
        });
        write_end(xml, page.next);
    }))
}

/// The ledger's target is account, role and policy.
fn get_role_policy(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let name = required(request, "PolicyName", "policyName")?;
    let found = role(request, entry, "iam:GetRolePolicy");
    entry.target = format!("{}/{name}", entry.target);
    let role = found?.0;
    let document = role.policies().remove(&name);
    let document = document.ok_or_else(|| absent(format!("The role policy with name {name} cannot be found.")))?;
    Ok(request.in_xml(entry, |xml| {
        xml.text("RoleName", &role.name).text("PolicyName", &name);
        xml.text("PolicyDocument", encoded(&document));
    }))
}

fn list_attached_role_policies(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let (role, _) = role(request, entry, "iam:ListAttachedRolePolicies")?;
    let page = paged(request, role.attached_policies.iter(), "attached policies")?;
    Ok(request.in_xml(entry, |xml| {
        xml.members("AttachedPolicies", page.items, |xml, arn| {
            xml.text("PolicyName", arn.rsplit('/').next().unwrap_or_default());
            xml.text("PolicyArn", arn);
        });
        write_end(xml, page.next);
    }))
}

/// A role of the caller's account by its name, and its ARN. The ledger's target is account and role.
pub(super) fn role<'a>(request: &Request<'a>, entry: &mut Entry, action: &str) -> Result<(&'a Role, String), Refusal> {
    let name = required(request, "RoleName", "roleName")?;
    let account = request.caller.account;
    entry.target = format!("{}/{name}", account.id);
    let found = account.roles.get(&name);
    let arn = found.map_or_else(
        || format!("arn:aws:iam::{}:role/{name}", account.id),
        |role| role.arn(&account.id),
    );
    request.authorize(action, Some(&arn))?;
    let role = found.ok_or_else(|| absent(format!("The role with name {name} cannot be found.")))?;
    Ok((role, arn))
}

pub(super) fn required(request: &Request<'_>, name: &str, member: &str) -> Result<String, Refusal> {
    let value = field(&request.call.body, name).filter(|value| !value.is_empty());
    value.ok_or_else(|| Refusal::absent("ValidationError", member))
}

fn paged<T>(request: &Request<'_>, items: impl Iterator<Item = T>, listing: &str) -> Result<Page<T>, Refusal> {
    let size = field(&request.call.body, "MaxItems").unwrap_or_else(|| "100".to_owned());
    let within = size.parse().ok().filter(|size| (1..=1_000).contains(size));
    let within = within.ok_or_else(|| {
        let must = "have value between 1 and 1000";
        Refusal::constraint("ValidationError", "maxItems", &size, must)
    })?;
    let place = Place::of(field(&request.call.body, "Marker").as_deref(), listing);
    let place = place.ok_or_else(|| Refusal::client("ValidationError", "Invalid Marker."))?;
    Ok(page(items, within, &place, listing, false))
}

fn write_end(xml: &mut Xml, next: Option<String>) {
    xml.text("IsTruncated", next.is_some()).optional("Marker", next);
}

fn absent(message: String) -> Refusal {
    Refusal::client("NoSuchEntity", message).with_status(404)
}

/// Documents are percent-encoded inside the XML.
fn encoded(document: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encode = |byte: u8| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    document.bytes().map(encode).collect()
}

fn time(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{Caller, MEMBER, between, world};
    use crate::world::World;

    fn world_with_role() -> World {
        let mut world = world();
        let mut role = Role::for_service("Delivery", "cloudtrail.amazonaws.com");
        for name in ["b", "a"] {
            role.inline_policies
                .insert(name.into(), r#"{"Statement": "100%"}"#.into());
        }
        role.attached_policies
            .push("arn:aws:iam::aws:policy/CloudWatchLogsFullAccess".into());
        let member = world.accounts.get_mut(MEMBER).unwrap();
        member.roles.insert(role.name.clone(), role);
        world
    }

    fn ask(caller: &Caller<'_>, form: &str) -> (u16, String) {
        let answer = caller.form("iam", form);
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    #[test]
    fn a_role_tells_whom_it_trusts() {
        let world = world_with_role();
        let member = Caller::member(&world);
        let (_, role) = ask(&member, "Action=GetRole&RoleName=Delivery");
        assert_eq!(between(&role, "Arn"), format!("arn:aws:iam::{MEMBER}:role/Delivery"));
        let trust = between(&role, "AssumeRolePolicyDocument");
        assert!(trust.starts_with("%7B%22Statement%22%3A%5B%7B%22Action%22"), "{trust}");
        assert!(
            trust.contains("%22Service%22%3A%5B%22cloudtrail.amazonaws.com%22%5D"),
            "{trust}"
        );
        let (_, own) = ask(&member, "Action=GetRole&RoleName=Auditor");
        assert!(between(&own, "AssumeRolePolicyDocument").contains("111111111111%3Aroot"));
        let (status, refused) = ask(&member, "Action=GetRole&RoleName=Nobody");
        assert_eq!((status, between(&refused, "Code")), (404, "NoSuchEntity".into()));
    }

    #[test]
    fn policies_of_a_role_are_its_own_or_attached() {
        let world = world_with_role();
        let member = Caller::member(&world);
        let (_, first) = ask(&member, "Action=ListRolePolicies&RoleName=Delivery&MaxItems=1");
        assert_eq!(
            (between(&first, "member"), between(&first, "IsTruncated")),
            ("a".into(), "true".into())
        );
        let marker = between(&first, "Marker").replace('=', "%3D");
        let (_, second) = ask(
            &member,
            &format!("Action=ListRolePolicies&RoleName=Delivery&Marker={marker}"),
        );
        assert_eq!(
            (between(&second, "member"), between(&second, "IsTruncated")),
            ("b".into(), "false".into())
        );
        let (_, policy) = ask(&member, "Action=GetRolePolicy&RoleName=Delivery&PolicyName=a");
        assert_eq!(
            between(&policy, "PolicyDocument"),
            "%7B%22Statement%22%3A%20%22100%25%22%7D"
        );
        assert_eq!(
            ask(&member, "Action=GetRolePolicy&RoleName=Delivery&PolicyName=c").0,
            404
        );
        let (_, attached) = ask(&member, "Action=ListAttachedRolePolicies&RoleName=Delivery");
        assert_eq!(between(&attached, "PolicyName"), "CloudWatchLogsFullAccess");
    }

    #[test]
    fn what_a_role_may_do_shows_among_its_policies() {
        let world = world();
        let member = Caller::member(&world);
        let (_, names) = ask(&member, "Action=ListRolePolicies&RoleName=Auditor");
        assert_eq!(between(&names, "member"), "Permissions");
        let (_, policy) = ask(&member, "Action=GetRolePolicy&RoleName=Auditor&PolicyName=Permissions");
        assert!(
            between(&policy, "PolicyDocument").contains("%22Action%22%3A%5B%22%2A%22%5D"),
            "{policy}"
        );
    }

    #[test]
    fn only_the_global_region_answers() {
        let world = world();
        let (status, refused) = ask(
            &Caller::member(&world).within("eu-west-1"),
            "Action=GetRole&RoleName=Auditor",
        );
        assert_eq!(
            (status, between(&refused, "Code")),
            (403, "SignatureDoesNotMatch".into())
        );
    }
}
