//! `CloudTrail`: the trails a Region shows, whether they log, what they record, and its event data stores.

use trailaudit_core::evidence::Exchange;
use trailaudit_core::need::Need;

use super::{Call, by_member, client};
use crate::record::Asking;

/// Asked only where trails are searched for [economically](crate::Search::Economical).
pub(crate) const LIST_TRAILS: Call = by_member("cloudtrail", "ListTrails", &["cloudtrail:ListTrails"], &[]);
pub(super) const DESCRIBE_TRAILS: Call = by_member("cloudtrail", "DescribeTrails", &["cloudtrail:DescribeTrails"], &[]);
pub(super) const GET_TRAIL_STATUS: Call = by_member(
    "cloudtrail",
    "GetTrailStatus",
    &["cloudtrail:GetTrailStatus"],
    &[Need::TrailStatus, Need::Deliveries],
);
pub(super) const GET_EVENT_SELECTORS: Call = by_member(
    "cloudtrail",
    "GetEventSelectors",
    &["cloudtrail:GetEventSelectors"],
    &[Need::EventSelectors],
);
pub(super) const GET_INSIGHT_SELECTORS: Call = by_member(
    "cloudtrail",
    "GetInsightSelectors",
    &["cloudtrail:GetInsightSelectors"],
    &[Need::Insights],
);
pub(super) const LIST_TAGS: Call = by_member("cloudtrail", "ListTags", &["cloudtrail:ListTags"], &[Need::TrailTags]);
pub(super) const LIST_EVENT_DATA_STORES: Call = by_member(
    "cloudtrail",
    "ListEventDataStores",
    &["cloudtrail:ListEventDataStores"],
    &[Need::EventStores, Need::EventStoreKeys],
);
pub(super) const GET_EVENT_DATA_STORE: Call = by_member(
    "cloudtrail",
    "GetEventDataStore",
    &["cloudtrail:GetEventDataStore"],
    &[Need::EventStores, Need::EventStoreKeys],
);

/// The names of the account's trails, with their home Regions.
pub(super) async fn list_trails(asking: Asking<'_>, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_cloudtrail, asking)
            .list_trails()
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_TRAILS, |tape| request().customize().interceptor(tape).send())
        .await
}

/// Everything the Region shows, shadow trails included (the default), or one trail by its ARN.
pub(super) async fn describe_trails(asking: Asking<'_>, only: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_cloudtrail, asking)
            .describe_trails()
            .set_trail_name_list(only.clone().map(|arn| vec![arn]))
    };
    asking
        .json(&DESCRIBE_TRAILS, |tape| request().customize().interceptor(tape).send())
        .await
}

pub(super) async fn trail_status(asking: Asking<'_>, trail: String) -> Exchange {
    let request = || client!(aws_sdk_cloudtrail, asking).get_trail_status().name(&trail);
    asking
        .json(&GET_TRAIL_STATUS, |tape| request().customize().interceptor(tape).send())
        .await
}

pub(super) async fn event_selectors(asking: Asking<'_>, trail: String) -> Exchange {
    let request = || {
        client!(aws_sdk_cloudtrail, asking)
            .get_event_selectors()
            .trail_name(&trail)
    };
    asking
        .json(&GET_EVENT_SELECTORS, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn insight_selectors(asking: Asking<'_>, trail: String) -> Exchange {
    let request = || {
        client!(aws_sdk_cloudtrail, asking)
            .get_insight_selectors()
            .trail_name(&trail)
    };
    asking
        .json(&GET_INSIGHT_SELECTORS, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

/// At most [twenty](TAGS_AT_ONCE) trails of the Region.
pub(super) async fn list_tags(asking: Asking<'_>, trails: Vec<String>, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_cloudtrail, asking)
            .list_tags()
            .set_resource_id_list(Some(trails.clone()))
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_TAGS, |tape| request().customize().interceptor(tape).send())
        .await
}

/// How many trails one call may ask the tags of (botocore, `ListTags`).
pub(crate) const TAGS_AT_ONCE: usize = 20;

/// Nearly all fields of the listing are deprecated: each store is asked for by itself.
pub(super) async fn list_event_data_stores(asking: Asking<'_>, next: Option<String>) -> Exchange {
    let request = || {
        client!(aws_sdk_cloudtrail, asking)
            .list_event_data_stores()
            .set_next_token(next.clone())
    };
    asking
        .json(&LIST_EVENT_DATA_STORES, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}

pub(super) async fn event_data_store(asking: Asking<'_>, store: String) -> Exchange {
    let request = || {
        client!(aws_sdk_cloudtrail, asking)
            .get_event_data_store()
            .event_data_store(&store)
    };
    asking
        .json(&GET_EVENT_DATA_STORE, |tape| {
            request().customize().interceptor(tape).send()
        })
        .await
}
