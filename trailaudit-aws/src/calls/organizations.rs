//! Organizations: the accounts, where they hang, and who administers trails.

use trailaudit_core::evidence::Exchange;
use trailaudit_core::organization::AccountId;

use super::{Call, by_caller, client};
use crate::record::Asking;

pub(super) const DESCRIBE_ORGANIZATION: Call = by_caller(
    "organizations",
    "DescribeOrganization",
    &["organizations:DescribeOrganization"],
);
pub(super) const LIST_ACCOUNTS: Call = by_caller("organizations", "ListAccounts", &["organizations:ListAccounts"]);
pub(super) const LIST_ROOTS: Call = by_caller("organizations", "ListRoots", &["organizations:ListRoots"]);
pub(super) const LIST_ORGANIZATIONAL_UNITS_FOR_PARENT: Call = by_caller(
    "organizations",
    "ListOrganizationalUnitsForParent",
    &["organizations:ListOrganizationalUnitsForParent"],
);
pub(super) const LIST_ACCOUNTS_FOR_PARENT: Call = by_caller(
    "organizations",
    "ListAccountsForParent",
    &["organizations:ListAccountsForParent"],
);
pub(super) const LIST_TAGS_FOR_RESOURCE: Call = by_caller(
    "organizations",
    "ListTagsForResource",
    &["organizations:ListTagsForResource"],
);
pub(super) const LIST_DELEGATED_ADMINISTRATORS: Call = by_caller(
    "organizations",
    "ListDelegatedAdministrators",
    &["organizations:ListDelegatedAdministrators"],
);

/// The most entries one page may have (botocore, Organizations `MaxResults`).
const PAGE: i32 = 20;

pub(super) async fn describe_organization(asking: Asking<'_>) -> Exchange {
    let request = client!(aws_sdk_organizations, asking).describe_organization();
    asking
        .json(&DESCRIBE_ORGANIZATION, |tape| {
            request.clone().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn list_accounts(asking: Asking<'_>, next: Option<String>) -> Exchange {
    let request = client!(aws_sdk_organizations, asking)
        .list_accounts()
        .max_results(PAGE)
        .set_next_token(next);
    asking
        .json(&LIST_ACCOUNTS, |tape| {
            request.clone().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn list_roots(asking: Asking<'_>, next: Option<String>) -> Exchange {
    let request = client!(aws_sdk_organizations, asking).list_roots().set_next_token(next);
    asking
        .json(&LIST_ROOTS, |tape| request.clone().customize().interceptor(tape).send())
        .await
}

pub(super) async fn list_organizational_units_for_parent(
    asking: Asking<'_>,
    parent: String,
    next: Option<String>,
) -> Exchange {
    let request = client!(aws_sdk_organizations, asking)
        .list_organizational_units_for_parent()
        .parent_id(parent)
        .max_results(PAGE)
        .set_next_token(next);
    asking
        .json(&LIST_ORGANIZATIONAL_UNITS_FOR_PARENT, |tape| {
            request.clone().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn list_accounts_for_parent(asking: Asking<'_>, parent: String, next: Option<String>) -> Exchange {
    let request = client!(aws_sdk_organizations, asking)
        .list_accounts_for_parent()
        .parent_id(parent)
        .max_results(PAGE)
        .set_next_token(next);
    asking
        .json(&LIST_ACCOUNTS_FOR_PARENT, |tape| {
            request.clone().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn list_tags_for_resource(asking: Asking<'_>, account: &AccountId, next: Option<String>) -> Exchange {
    let request = client!(aws_sdk_organizations, asking)
        .list_tags_for_resource()
        .resource_id(account.as_str())
        .set_next_token(next);
    asking
        .json(&LIST_TAGS_FOR_RESOURCE, |tape| {
            request.clone().customize().interceptor(tape).send()
        })
        .await
}

/// The accounts that may administer trails of the whole organization.
pub(super) async fn list_trail_administrators(asking: Asking<'_>, next: Option<String>) -> Exchange {
    let request = client!(aws_sdk_organizations, asking)
        .list_delegated_administrators()
        .service_principal("cloudtrail.amazonaws.com")
        .set_next_token(next);
    asking
        .json(&LIST_DELEGATED_ADMINISTRATORS, |tape| {
            request.clone().customize().interceptor(tape).send()
        })
        .await
}
