//! IAM: whether a role exists, who may take it on, and what it may do. Asked in the partition's global Region.

use aws_sdk_iam::operation::get_policy::GetPolicyOutput;
use aws_sdk_iam::operation::get_policy_version::GetPolicyVersionOutput;
use aws_sdk_iam::operation::get_role::GetRoleOutput;
use aws_sdk_iam::operation::get_role_policy::GetRolePolicyOutput;
use aws_sdk_iam::operation::list_attached_role_policies::ListAttachedRolePoliciesOutput;
use aws_sdk_iam::operation::list_role_policies::ListRolePoliciesOutput;
use aws_sdk_iam::types::{AttachedPermissionsBoundary, AttachedPolicy, Policy, PolicyVersion, Role};
use serde_json::Value;
use trailaudit_core::evidence::Exchange;
use trailaudit_core::need::Need;

use super::view::View;
use super::{Call, by_member, client};
use crate::record::Asking;

const NEED: &[Need] = &[Need::DeliveryRoles];

pub(super) const GET_ROLE: Call = by_member("iam", "GetRole", &["iam:GetRole"], NEED);
pub(super) const LIST_ROLE_POLICIES: Call = by_member("iam", "ListRolePolicies", &["iam:ListRolePolicies"], NEED);
pub(super) const GET_ROLE_POLICY: Call = by_member("iam", "GetRolePolicy", &["iam:GetRolePolicy"], NEED);
pub(super) const LIST_ATTACHED_ROLE_POLICIES: Call = by_member(
    "iam",
    "ListAttachedRolePolicies",
    &["iam:ListAttachedRolePolicies"],
    NEED,
);
pub(super) const GET_POLICY: Call = by_member("iam", "GetPolicy", &["iam:GetPolicy"], NEED);
pub(super) const GET_POLICY_VERSION: Call = by_member("iam", "GetPolicyVersion", &["iam:GetPolicyVersion"], NEED);

pub(super) async fn role(asking: Asking<'_>, name: String) -> Exchange {
    let parameters = View::default().text("RoleName", Some(&name));
    let request = || client!(aws_sdk_iam, asking).get_role().role_name(&name);
    let send = |tape| request().customize().interceptor(tape).send();
    let view = |output: &GetRoleOutput| View::default().part("Role", output.role(), view_role).into();
    asking.viewed(&GET_ROLE, parameters.into(), send, view).await
}

pub(super) async fn list_role_policies(asking: Asking<'_>, role: String, next: Option<String>) -> Exchange {
    let parameters = View::default()
        .text("RoleName", Some(&role))
        .text("Marker", next.as_ref());
    let request = || {
        client!(aws_sdk_iam, asking)
            .list_role_policies()
            .role_name(&role)
            .set_marker(next.clone())
    };
    let send = |tape| request().customize().interceptor(tape).send();
    let view = |output: &ListRolePoliciesOutput| -> Value {
        View::default()
            .texts("PolicyNames", Some(output.policy_names()))
            .flag("IsTruncated", Some(output.is_truncated()))
            .text("Marker", output.marker())
            .into()
    };
    asking.viewed(&LIST_ROLE_POLICIES, parameters.into(), send, view).await
}

pub(super) async fn role_policy(asking: Asking<'_>, role: String, policy: String) -> Exchange {
    let parameters = View::default()
        .text("RoleName", Some(&role))
        .text("PolicyName", Some(&policy));
    let request = || {
        client!(aws_sdk_iam, asking)
            .get_role_policy()
            .role_name(&role)
            .policy_name(&policy)
    };
    let send = |tape| request().customize().interceptor(tape).send();
    let view = |output: &GetRolePolicyOutput| -> Value {
        View::default()
            .text("RoleName", Some(output.role_name()))
            .text("PolicyName", Some(output.policy_name()))
            .text("PolicyDocument", Some(document(output.policy_document())))
            .into()
    };
    asking.viewed(&GET_ROLE_POLICY, parameters.into(), send, view).await
}

pub(super) async fn list_attached_policies(asking: Asking<'_>, role: String, next: Option<String>) -> Exchange {
    let parameters = View::default()
        .text("RoleName", Some(&role))
        .text("Marker", next.as_ref());
    let request = || {
        client!(aws_sdk_iam, asking)
            .list_attached_role_policies()
            .role_name(&role)
            .set_marker(next.clone())
    };
    let send = |tape| request().customize().interceptor(tape).send();
    let view = |output: &ListAttachedRolePoliciesOutput| -> Value {
        View::default()
            .list("AttachedPolicies", output.attached_policies.as_deref(), attached)
            .flag("IsTruncated", Some(output.is_truncated()))
            .text("Marker", output.marker())
            .into()
    };
    asking
        .viewed(&LIST_ATTACHED_ROLE_POLICIES, parameters.into(), send, view)
        .await
}

pub(super) async fn managed_policy(asking: Asking<'_>, policy: String) -> Exchange {
    let parameters = View::default().text("PolicyArn", Some(&policy));
    let request = || client!(aws_sdk_iam, asking).get_policy().policy_arn(&policy);
    let send = |tape| request().customize().interceptor(tape).send();
    let view = |output: &GetPolicyOutput| View::default().part("Policy", output.policy(), view_policy).into();
    asking.viewed(&GET_POLICY, parameters.into(), send, view).await
}

pub(super) async fn policy_version(asking: Asking<'_>, policy: String, version: String) -> Exchange {
    let parameters = View::default()
        .text("PolicyArn", Some(&policy))
        .text("VersionId", Some(&version));
    let request = || {
        client!(aws_sdk_iam, asking)
            .get_policy_version()
            .policy_arn(&policy)
            .version_id(&version)
    };
    let send = |tape| request().customize().interceptor(tape).send();
    let view = |output: &GetPolicyVersionOutput| {
        View::default()
            .part("PolicyVersion", output.policy_version(), view_version)
            .into()
    };
    asking.viewed(&GET_POLICY_VERSION, parameters.into(), send, view).await
}

/// Without when it was last used, which changes by the hour.
fn view_role(role: &Role) -> View {
    View::default()
        .text("Path", Some(role.path()))
        .text("RoleName", Some(role.role_name()))
        .text("RoleId", Some(role.role_id()))
        .text("Arn", Some(role.arn()))
        .time("CreateDate", Some(role.create_date()))
        .text(
            "AssumeRolePolicyDocument",
            role.assume_role_policy_document().map(document),
        )
        .part("PermissionsBoundary", role.permissions_boundary(), boundary)
}

fn boundary(boundary: &AttachedPermissionsBoundary) -> View {
    View::default()
        .text(
            "PermissionsBoundaryType",
            boundary
                .permissions_boundary_type()
                .map(aws_sdk_iam::types::PermissionsBoundaryAttachmentType::as_str),
        )
        .text("PermissionsBoundaryArn", boundary.permissions_boundary_arn())
}

fn attached(policy: &AttachedPolicy) -> View {
    View::default()
        .text("PolicyName", policy.policy_name())
        .text("PolicyArn", policy.policy_arn())
}

fn view_policy(policy: &Policy) -> View {
    View::default()
        .text("PolicyName", policy.policy_name())
        .text("PolicyId", policy.policy_id())
        .text("Arn", policy.arn())
        .text("DefaultVersionId", policy.default_version_id())
        .time("UpdateDate", policy.update_date())
}

fn view_version(version: &PolicyVersion) -> View {
    View::default()
        .text("Document", version.document().map(document))
        .text("VersionId", version.version_id())
        .flag("IsDefaultVersion", Some(version.is_default_version()))
        .time("CreateDate", version.create_date())
}

/// A policy document as its author wrote it: IAM sends it percent-encoded (RFC 3986). What does not decode stays.
fn document(encoded: &str) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.first_chunk::<2>().filter(|_| *first == b'%');
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        let byte = hex.and_then(|[high, low]| u8::try_from(digit(high)? * 16 + digit(low)?).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| encoded.to_owned())
}

#[cfg(test)]
mod tests {
    use super::document;

    #[test]
    fn documents_are_decoded() {
        assert_eq!(
            document("%7B%22Version%22%3A%222012-10-17%22%7D"),
            r#"{"Version":"2012-10-17"}"#
        );
        assert_eq!(document(r#"{"a": "b+c"}"#), r#"{"a": "b+c"}"#);
        assert_eq!(document("100%"), "100%");
        assert_eq!(document("%zz%4"), "%zz%4");
        assert_eq!(document("%c3%a4"), "ä");
        assert_eq!(document("%ff"), "%ff", "what is not UTF-8 stays as it came");
    }
}
