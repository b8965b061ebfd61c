//! `CloudTrail`: the trails a Region shows, whether they log, and what they record.

use trailaudit_core::evidence::Exchange;

use super::{Call, by_member, client};
use crate::record::Asking;

pub(super) const DESCRIBE_TRAILS: Call = by_member("cloudtrail", "DescribeTrails", &["cloudtrail:DescribeTrails"]);
pub(super) const GET_TRAIL_STATUS: Call = by_member("cloudtrail", "GetTrailStatus", &["cloudtrail:GetTrailStatus"]);
pub(super) const GET_EVENT_SELECTORS: Call =
    by_member("cloudtrail", "GetEventSelectors", &["cloudtrail:GetEventSelectors"]);

/// Everything the Region shows, shadow trails included (the default), or one trail by its ARN.
pub(super) async fn describe_trails(asking: Asking<'_>, only: Option<String>) -> Exchange {
    let request = client!(aws_sdk_cloudtrail, asking)
        .describe_trails()
        .set_trail_name_list(only.map(|arn| vec![arn]));
    asking
        .json(&DESCRIBE_TRAILS, |tape| {
            request.clone().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn trail_status(asking: Asking<'_>, trail: String) -> Exchange {
    let request = client!(aws_sdk_cloudtrail, asking).get_trail_status().name(trail);
    asking
        .json(&GET_TRAIL_STATUS, |tape| {
            request.clone().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn event_selectors(asking: Asking<'_>, trail: String) -> Exchange {
    let request = client!(aws_sdk_cloudtrail, asking)
        .get_event_selectors()
        .trail_name(trail);
    asking
        .json(&GET_EVENT_SELECTORS, |tape| {
            request.clone().customize().interceptor(tape).send()
        })
        .await
}
