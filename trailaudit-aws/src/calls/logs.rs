//! `CloudWatch` Logs: whether a log group exists, who may reach into it, what it received, and what is counted in it.

use aws_sdk_cloudwatchlogs::types::{OrderBy, PolicyScope};
use trailaudit_core::evidence::Exchange;
use trailaudit_core::need::Need;

use super::{Call, by_member, client};
use crate::record::Asking;

pub(crate) const DESCRIBE_LOG_GROUPS: Call = by_member(
    "logs",
    "DescribeLogGroups",
    &["logs:DescribeLogGroups"],
    &[
        Need::LogGroups,
        Need::LogGroupKeys,
        Need::LogGroupPolicies,
        Need::LogStreams,
        Need::Alerts,
    ],
);
pub(super) const DESCRIBE_RESOURCE_POLICIES: Call = by_member(
    "logs",
    "DescribeResourcePolicies",
    &["logs:DescribeResourcePolicies"],
    &[Need::LogGroupPolicies],
);
pub(super) const DESCRIBE_LOG_STREAMS: Call = by_member(
    "logs",
    "DescribeLogStreams",
    &["logs:DescribeLogStreams"],
    &[Need::LogStreams],
);
pub(super) const DESCRIBE_METRIC_FILTERS: Call = by_member(
    "logs",
    "DescribeMetricFilters",
    &["logs:DescribeMetricFilters"],
    &[Need::Alerts],
);

/// The most entries one page may have (botocore, CloudWatch Logs `DescribeLimit`).
const PAGE: i32 = 50;

/// Groups come sorted by name, so with the whole name as the prefix the group itself, if it exists, is the first.
pub(super) async fn describe_log_group(asking: Asking<'_>, name: String, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_cloudwatchlogs, asking)
            .describe_log_groups()
            .log_group_name_prefix(&name)
            .limit(1)
            .set_next_token(next.clone())
    };
    asking
        .json(&DESCRIBE_LOG_GROUPS, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

/// The policies of the account in the Region, or those of one log group, given by its ARN.
pub(super) async fn describe_resource_policies(
    asking: Asking<'_>,
    of: Option<String>,
    next: Option<String>,
) -> Exchange {
    let request = || {
        client!(aws_sdk_cloudwatchlogs, asking)
            .describe_resource_policies()
            .set_policy_scope(of.is_some().then_some(PolicyScope::Resource))
            .set_resource_arn(of.clone())
            .limit(PAGE)
            .set_next_token(next.clone())
    };
    asking
        .json(&DESCRIBE_RESOURCE_POLICIES, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

/// The streams of a group, the one with the latest event first: by name one would have to read thousands.
pub(super) async fn describe_log_streams(asking: Asking<'_>, group: String, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_cloudwatchlogs, asking)
            .describe_log_streams()
            .log_group_name(&group)
            .order_by(OrderBy::LastEventTime)
            .descending(true)
            .limit(PAGE)
            .set_next_token(next.clone())
    };
    asking
        .json(&DESCRIBE_LOG_STREAMS, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn describe_metric_filters(asking: Asking<'_>, group: String, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_cloudwatchlogs, asking)
            .describe_metric_filters()
            .log_group_name(&group)
            .limit(PAGE)
            .set_next_token(next.clone())
    };
    asking
        .json(&DESCRIBE_METRIC_FILTERS, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}
