//! A trail and its status in the words of the API.

use serde::Serialize;

use crate::world::{EventSelectors, TrailStatus};

use super::times::EpochSeconds;
use super::trail_scope::Seen;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_excessive_bools, reason = "they are members of the API")]
pub(super) struct Described<'a> {
    name: &'a str,
    #[serde(rename = "TrailARN")]
    trail_arn: String,
    home_region: &'a str,
    #[serde(rename = "S3BucketName")]
    bucket: &'a str,
    include_global_service_events: bool,
    is_multi_region_trail: bool,
    is_organization_trail: bool,
    log_file_validation_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_watch_logs_log_group_arn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_watch_logs_role_arn: Option<&'a str>,
    #[serde(rename = "SnsTopicARN", skip_serializing_if = "Option::is_none")]
    topic_arn: Option<&'a str>,
    #[serde(rename = "SnsTopicName", skip_serializing_if = "Option::is_none")]
    topic_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<&'a str>,
    has_custom_event_selectors: bool,
    has_insight_selectors: bool,
}

impl<'a> Described<'a> {
    pub fn of(seen: &Seen<'a>) -> Self {
        let trail = seen.trail;
        Self {
            name: &trail.name,
            trail_arn: seen.arn(),
            home_region: &trail.home_region,
            bucket: &trail.bucket,
            include_global_service_events: trail.global_service_events,
            is_multi_region_trail: trail.multi_region,
            is_organization_trail: trail.organization,
            log_file_validation_enabled: trail.log_file_validation,
            cloud_watch_logs_log_group_arn: trail.log_group_arn.as_deref(),
            cloud_watch_logs_role_arn: trail.log_group_role_arn.as_deref(),
            topic_arn: trail.topic_arn.as_deref(),
            // Obsolete, and an ARN all the same.
            topic_name: trail.topic_arn.as_deref(),
            kms_key_id: trail.kms_key_id.as_deref(),
            has_custom_event_selectors: trail.event_selectors != EventSelectors::Default,
            has_insight_selectors: !trail.insight_types.is_empty(),
        }
    }
}

/// The obsolete members that repeat times as text are always there, empty when there is nothing to tell.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Status<'a> {
    is_logging: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_logging_time: Option<EpochSeconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_logging_time: Option<EpochSeconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_delivery_time: Option<EpochSeconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_delivery_error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_cloud_watch_logs_delivery_time: Option<EpochSeconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_cloud_watch_logs_delivery_error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_digest_delivery_time: Option<EpochSeconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_digest_delivery_error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_notification_time: Option<EpochSeconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_notification_error: Option<&'a str>,
    latest_delivery_attempt_time: String,
    latest_delivery_attempt_succeeded: String,
    latest_notification_attempt_time: String,
    latest_notification_attempt_succeeded: String,
    time_logging_started: String,
    time_logging_stopped: String,
}

impl<'a> Status<'a> {
    pub fn of(status: &'a TrailStatus) -> Self {
        let text = |time: Option<jiff::Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
        Self {
            is_logging: status.logging,
            start_logging_time: status.started.map(EpochSeconds),
            stop_logging_time: status.stopped.map(EpochSeconds),
            latest_delivery_time: status.latest_delivery.map(EpochSeconds),
            latest_delivery_error: status.latest_delivery_error.as_deref(),
            latest_cloud_watch_logs_delivery_time: status.latest_log_group_delivery.map(EpochSeconds),
            latest_cloud_watch_logs_delivery_error: status.latest_log_group_delivery_error.as_deref(),
            latest_digest_delivery_time: status.latest_digest_delivery.map(EpochSeconds),
            latest_digest_delivery_error: status.latest_digest_delivery_error.as_deref(),
            latest_notification_time: status.latest_notification.map(EpochSeconds),
            latest_notification_error: status.latest_notification_error.as_deref(),
            latest_delivery_attempt_time: text(status.latest_delivery),
            latest_delivery_attempt_succeeded: text(status.latest_delivery),
            latest_notification_attempt_time: text(status.latest_notification),
            latest_notification_attempt_succeeded: text(status.latest_notification),
            time_logging_started: text(status.started),
            time_logging_stopped: text(status.stopped),
        }
    }
}
