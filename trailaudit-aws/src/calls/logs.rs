//! `CloudWatch` Logs: whether a log group exists.

use trailaudit_core::evidence::Exchange;

use super::{Call, by_member, client};
use crate::record::Asking;

pub(super) const DESCRIBE_LOG_GROUPS: Call = by_member("logs", "DescribeLogGroups", &["logs:DescribeLogGroups"]);

/// Groups come sorted by name, so with the whole name as the prefix the group itself, if it exists, is the first.
pub(super) async fn describe_log_group(asking: Asking<'_>, name: String, next: Option<String>) -> Exchange {
    let request = client!(aws_sdk_cloudwatchlogs, asking)
        .describe_log_groups()
        .log_group_name_prefix(name)
        .limit(1)
        .set_next_token(next);
    asking
        .json(&DESCRIBE_LOG_GROUPS, |tape| {
            request.clone().customize().interceptor(tape).send()
        })
        .await
}
