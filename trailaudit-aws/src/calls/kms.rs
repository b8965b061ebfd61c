//! KMS: who manages a key and in what state it is.

use trailaudit_core::evidence::Exchange;

use super::{Call, by_member, client};
use crate::record::Asking;

pub(super) const DESCRIBE_KEY: Call = by_member("kms", "DescribeKey", &["kms:DescribeKey"]);

/// `key` is an id, ARN, alias or alias ARN, but never one of `alias/aws/`: see
/// [`is_aws_managed_alias`](crate::arn::is_aws_managed_alias).
pub(super) async fn describe_key(asking: Asking<'_>, key: String) -> Exchange {
    let request = client!(aws_sdk_kms, asking).describe_key().key_id(key);
    asking
        .json(&DESCRIBE_KEY, |tape| {
            request.clone().customize().interceptor(tape).send()
        })
        .await
}
