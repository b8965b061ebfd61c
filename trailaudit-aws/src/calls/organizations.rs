//! Organizations: the accounts, where they hang, who administers trails, which services are trusted, and what policies
//! deny.

use aws_sdk_organizations::types::PolicyType;
use trailaudit_core::evidence::Exchange;
use trailaudit_core::need::Need;
use trailaudit_core::organization::AccountId;

use super::{Call, by_caller, client};
use crate::record::Asking;

pub(super) const DESCRIBE_ORGANIZATION: Call = by_caller(
    "organizations",
    "DescribeOrganization",
    &["organizations:DescribeOrganization"],
    &[],
);
pub(super) const LIST_ACCOUNTS: Call = by_caller("organizations", "ListAccounts", &["organizations:ListAccounts"], &[]);
pub(super) const LIST_ROOTS: Call = by_caller("organizations", "ListRoots", &["organizations:ListRoots"], &[]);
pub(super) const LIST_ORGANIZATIONAL_UNITS_FOR_PARENT: Call = by_caller(
    "organizations",
    "ListOrganizationalUnitsForParent",
    &["organizations:ListOrganizationalUnitsForParent"],
    &[],
);
pub(super) const LIST_ACCOUNTS_FOR_PARENT: Call = by_caller(
    "organizations",
    "ListAccountsForParent",
    &["organizations:ListAccountsForParent"],
    &[],
);
pub(super) const LIST_TAGS_FOR_RESOURCE: Call = by_caller(
    "organizations",
    "ListTagsForResource",
    &["organizations:ListTagsForResource"],
    &[],
);
/// Whoever administers trails by delegation may also keep their log files.
pub(crate) const LIST_DELEGATED_ADMINISTRATORS: Call = by_caller(
    "organizations",
    "ListDelegatedAdministrators",
    &["organizations:ListDelegatedAdministrators"],
    &[
        Need::Administrators,
        Need::Buckets,
        Need::BucketAccess,
        Need::BucketLogging,
        Need::BucketVersioning,
        Need::BucketLocks,
        Need::BucketLifecycles,
    ],
);
pub(super) const LIST_AWS_SERVICE_ACCESS_FOR_ORGANIZATION: Call = by_caller(
    "organizations",
    "ListAWSServiceAccessForOrganization",
    &["organizations:ListAWSServiceAccessForOrganization"],
    &[Need::TrustedServices],
);
pub(super) const LIST_POLICIES: Call = by_caller(
    "organizations",
    "ListPolicies",
    &["organizations:ListPolicies"],
    &[Need::OrganizationPolicies],
);
pub(super) const LIST_TARGETS_FOR_POLICY: Call = by_caller(
    "organizations",
    "ListTargetsForPolicy",
    &["organizations:ListTargetsForPolicy"],
    &[Need::OrganizationPolicies],
);
pub(super) const DESCRIBE_POLICY: Call = by_caller(
    "organizations",
    "DescribePolicy",
    &["organizations:DescribePolicy"],
    &[Need::OrganizationPolicies],
);

/// The most entries one page may have (botocore, Organizations `MaxResults`).
const PAGE: i32 = 20;

pub(super) async fn describe_organization(asking: Asking<'_>) -> Exchange {
    let request = || client!(aws_sdk_organizations, asking).describe_organization();
    asking
        .json(&DESCRIBE_ORGANIZATION, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn list_accounts(asking: Asking<'_>, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_organizations, asking)
            .list_accounts()
            .max_results(PAGE)
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_ACCOUNTS, |tape| request().customize().interceptor(tape).send())
        .await
}

pub(super) async fn list_roots(asking: Asking<'_>, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_organizations, asking)
            .list_roots()
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_ROOTS, |tape| request().customize().interceptor(tape).send())
        .await
}

pub(super) async fn list_organizational_units_for_parent(
    asking: Asking<'_>,
    parent: String,
    next: Option<String>,
) -> Exchange {
    let request = || {
        client!(aws_sdk_organizations, asking)
            .list_organizational_units_for_parent()
            .parent_id(&parent)
            .max_results(PAGE)
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_ORGANIZATIONAL_UNITS_FOR_PARENT, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn list_accounts_for_parent(asking: Asking<'_>, parent: String, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_organizations, asking)
            .list_accounts_for_parent()
            .parent_id(&parent)
            .max_results(PAGE)
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_ACCOUNTS_FOR_PARENT, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn list_tags_for_resource(asking: Asking<'_>, account: &AccountId, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_organizations, asking)
            .list_tags_for_resource()
            .resource_id(account.as_str())
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_TAGS_FOR_RESOURCE, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

/// The accounts that may administer trails of the whole organization.
pub(super) async fn list_trail_administrators(asking: Asking<'_>, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_organizations, asking)
            .list_delegated_administrators()
            .service_principal("cloudtrail.amazonaws.com")
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_DELEGATED_ADMINISTRATORS, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

/// The services that may act across the organization.
pub(super) async fn list_trusted_services(asking: Asking<'_>, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_organizations, asking)
            .list_aws_service_access_for_organization()
            .max_results(PAGE)
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_AWS_SERVICE_ACCESS_FOR_ORGANIZATION, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn list_service_control_policies(asking: Asking<'_>, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_organizations, asking)
            .list_policies()
            .filter(PolicyType::ServiceControlPolicy)
            .max_results(PAGE)
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_POLICIES, |tape| request().customize().interceptor(tape).send())
        .await
}

/// The roots, units and accounts a policy is attached to.
pub(super) async fn list_targets_for_policy(asking: Asking<'_>, policy: String, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_organizations, asking)
            .list_targets_for_policy()
            .policy_id(&policy)
            .max_results(PAGE)
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_TARGETS_FOR_POLICY, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn describe_policy(asking: Asking<'_>, policy: String) -> Exchange {
    let request = || {
        client!(aws_sdk_organizations, asking)
            .describe_policy()
            .policy_id(&policy)
    };
    asking
        .json(&DESCRIBE_POLICY, |tape| request().customize().interceptor(tape).send())
        .await
}
