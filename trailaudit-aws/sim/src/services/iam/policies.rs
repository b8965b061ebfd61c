//! IAM: policies that stand on their own.

use super::{absent, encoded, required, time};
use crate::arn::Arn;
use crate::call::Entry;
use crate::digest::{base32, digest};
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::world::ManagedPolicy;

/// The ledger's target is account and the policy's ARN.
pub(super) fn get_policy(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let (policy, arn) = policy(request, entry, "iam:GetPolicy")?;
    let roles = request.caller.account.roles.values();
    let attached = roles.filter(|role| role.attached_policies.contains(&arn)).count();
    Ok(request.in_xml(entry, |xml| {
        xml.element("Policy", |xml| {
            xml.text("PolicyName", &policy.name);
            xml.text("PolicyId", format!("ANPA{}", &base32(&digest(&["policy", &arn]))[..17]));
            xml.text("Arn", &arn).text("Path", &policy.path);
            xml.text("DefaultVersionId", format!("v{}", policy.default_version));
            xml.text("AttachmentCount", attached)
                .text("PermissionsBoundaryUsageCount", 0);
            xml.text("IsAttachable", true);
            xml.text("CreateDate", time(policy.created))
                .text("UpdateDate", time(policy.created));
        });
    }))
}

/// The ledger's target is account, the policy's ARN and the version.
pub(super) fn get_policy_version(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    let version = required(request, "VersionId", "versionId")?;
    let found = policy(request, entry, "iam:GetPolicyVersion");
    entry.target = format!("{}/{version}", entry.target);
    let (policy, arn) = found?;
    let number = version
        .strip_prefix('v')
        .and_then(|number| number.parse::<usize>().ok());
    let document = number.and_then(|number| policy.versions.get(number.checked_sub(1)?));
    let document = document.ok_or_else(|| {
        absent(format!(
            "Policy {arn} version {version} does not exist or is not attachable."
        ))
    })?;
    Ok(request.in_xml(entry, |xml| {
        xml.element("PolicyVersion", |xml| {
            xml.text("Document", encoded(document)).text("VersionId", &version);
            xml.text("IsDefaultVersion", number == Some(policy.default_version));
            xml.text("CreateDate", time(policy.created));
        });
    }))
}

/// A policy of the caller's account, or one of AWS's, and its ARN.
fn policy<'a>(request: &Request<'a>, entry: &mut Entry, action: &str) -> Result<(&'a ManagedPolicy, String), Refusal> {
    let asked = required(request, "PolicyArn", "policyArn")?;
    let account = request.caller.account;
    entry.target = format!("{}/{asked}", account.id);
    let invalid = || Refusal::client("ValidationError", format!("ARN {asked} is not valid."));
    let arn = Arn::parse(&asked)
        .filter(|arn| arn.service == "iam" && arn.resource.starts_with("policy/"))
        .ok_or_else(invalid)?;
    request.authorize(action, Some(&asked))?;
    let (owner, policies) = match arn.account {
        "aws" => ("aws", &request.world.aws_policies),
        own if own == account.id => (own, &account.policies),
        _ => {
            let caller = &request.caller.arn;
            return Err(Refusal::access_denied(format!(
                "User: {caller} is not authorized to perform: {action} on resource: policy {asked}"
            )));
        }
    };
    let found = policies.iter().find(|policy| policy.arn(owner) == asked);
    let policy = found.ok_or_else(|| absent(format!("Policy {asked} was not found.")))?;
    Ok((policy, asked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{Caller, MEMBER, between, now, world};

    #[test]
    fn a_policy_has_a_version_in_force() {
        let mut world = world();
        let mut policy = ManagedPolicy::new("Deliver", "{\"old\": 1}", now());
        policy.versions.push("{\"new\": 1}".into());
        policy.default_version = 2;
        let arn = policy.arn(MEMBER);
        world.accounts.get_mut(MEMBER).unwrap().policies.push(policy);
        let ask = |form: String| {
            let answer = Caller::member(&world).form("iam", &form);
            (answer.status, String::from_utf8(answer.body).unwrap())
        };
        let (_, told) = ask(format!("Action=GetPolicy&PolicyArn={arn}"));
        assert_eq!(between(&told, "DefaultVersionId"), "v2");
        let version = |number: &str| ask(format!("Action=GetPolicyVersion&PolicyArn={arn}&VersionId={number}"));
        assert_eq!(between(&version("v1").1, "IsDefaultVersion"), "false");
        assert_eq!(between(&version("v2").1, "Document"), "%7B%22new%22%3A%201%7D");
        assert_eq!((version("v3").0, version("v0").0, version("2").0), (404, 404, 404));
        let aws = ask("Action=GetPolicy&PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess".into());
        assert_eq!(
            (aws.0, between(&aws.1, "PolicyName")),
            (200, "AdministratorAccess".into())
        );
        for (asked, status) in [
            (arn.replace("Deliver", "Gone"), 404),
            (arn.replace(MEMBER, "111111111111"), 403),
            ("nonsense".into(), 400),
        ] {
            assert_eq!(ask(format!("Action=GetPolicy&PolicyArn={asked}")).0, status, "{asked}");
        }
    }
}
