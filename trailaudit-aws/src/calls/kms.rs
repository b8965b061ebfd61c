//! KMS: who manages a key, in what state it is, whether it is rotated, and its policy.

use trailaudit_core::evidence::Exchange;
use trailaudit_core::need::Need;

use super::{Call, by_member, client};
use crate::record::Asking;

pub(super) const DESCRIBE_KEY: Call = by_member(
    "kms",
    "DescribeKey",
    &["kms:DescribeKey"],
    &[
        Need::Keys,
        Need::KeyRotation,
        Need::KeyPolicies,
        Need::LogGroupKeys,
        Need::EventStoreKeys,
    ],
);
pub(super) const GET_KEY_ROTATION_STATUS: Call = by_member(
    "kms",
    "GetKeyRotationStatus",
    &["kms:GetKeyRotationStatus"],
    &[Need::KeyRotation],
);
pub(super) const GET_KEY_POLICY: Call = by_member("kms", "GetKeyPolicy", &["kms:GetKeyPolicy"], &[Need::KeyPolicies]);

/// The one policy a key has.
const POLICY: &str = "default";

/// `key` is an id, ARN, alias or alias ARN, but never one of `alias/aws/`: see
/// [`is_aws_managed_alias`](crate::arn::is_aws_managed_alias).
pub(super) async fn describe_key(asking: Asking<'_>, key: String) -> Exchange {
    let request = || client!(aws_sdk_kms, asking).describe_key().key_id(&key);
    asking
        .json(&DESCRIBE_KEY, |tape| request().customize().interceptor(tape).send())
        .await
}

/// `key` is an ARN. Of a multi-Region key the primary tells.
pub(super) async fn key_rotation_status(asking: Asking<'_>, key: String) -> Exchange {
    let request = || client!(aws_sdk_kms, asking).get_key_rotation_status().key_id(&key);
    asking
        .json(&GET_KEY_ROTATION_STATUS, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

/// `key` is an ARN; only its own account is told.
pub(super) async fn key_policy(asking: Asking<'_>, key: String) -> Exchange {
    let request = || {
        client!(aws_sdk_kms, asking)
            .get_key_policy()
            .key_id(&key)
            .policy_name(POLICY)
    };
    asking
        .json(&GET_KEY_POLICY, |tape| request().customize().interceptor(tape).send())
        .await
}
