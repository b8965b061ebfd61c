//! What S3 tells of one bucket, setting by setting.

use aws_sdk_s3::operation::get_bucket_acl::GetBucketAclOutput;
use aws_sdk_s3::operation::get_bucket_lifecycle_configuration::GetBucketLifecycleConfigurationOutput;
use aws_sdk_s3::operation::get_bucket_location::GetBucketLocationOutput;
use aws_sdk_s3::operation::get_bucket_logging::GetBucketLoggingOutput;
use aws_sdk_s3::operation::get_bucket_policy_status::GetBucketPolicyStatusOutput;
use aws_sdk_s3::operation::get_bucket_versioning::GetBucketVersioningOutput;
use aws_sdk_s3::operation::get_object_lock_configuration::GetObjectLockConfigurationOutput;
use aws_sdk_s3::operation::get_public_access_block::GetPublicAccessBlockOutput;
use aws_sdk_s3::types::{
    DefaultRetention, Grant, Grantee, LifecycleExpiration, LifecycleRule, LifecycleRuleAndOperator,
    LifecycleRuleFilter, LoggingEnabled, NoncurrentVersionExpiration, ObjectLockConfiguration, ObjectLockRule, Owner,
    PolicyStatus, PublicAccessBlockConfiguration, Tag, Transition,
};
use serde_json::Value;
use trailaudit_core::evidence::Exchange;
use trailaudit_core::need::Need;

use super::{EVERY_BUCKET_NEED, client};
use crate::calls::view::View;
use crate::calls::{BucketSetting, Call, by_member};
use crate::record::Asking;

pub(crate) const GET_BUCKET_LOCATION: Call =
    by_member("s3", "GetBucketLocation", &["s3:GetBucketLocation"], EVERY_BUCKET_NEED);
pub(crate) const GET_BUCKET_ACL: Call = by_member("s3", "GetBucketAcl", &["s3:GetBucketAcl"], &[Need::BucketAccess]);
pub(crate) const GET_BUCKET_POLICY_STATUS: Call = by_member(
    "s3",
    "GetBucketPolicyStatus",
    &["s3:GetBucketPolicyStatus"],
    &[Need::BucketAccess],
);
pub(crate) const GET_PUBLIC_ACCESS_BLOCK: Call = by_member(
    "s3",
    "GetPublicAccessBlock",
    &["s3:GetBucketPublicAccessBlock"],
    &[Need::BucketAccess],
);
pub(crate) const GET_BUCKET_LOGGING: Call = by_member(
    "s3",
    "GetBucketLogging",
    &["s3:GetBucketLogging"],
    &[Need::BucketLogging],
);
pub(crate) const GET_BUCKET_VERSIONING: Call = by_member(
    "s3",
    "GetBucketVersioning",
    &["s3:GetBucketVersioning"],
    &[Need::BucketVersioning],
);
pub(crate) const GET_OBJECT_LOCK_CONFIGURATION: Call = by_member(
    "s3",
    "GetObjectLockConfiguration",
    &["s3:GetBucketObjectLockConfiguration"],
    &[Need::BucketLocks],
);
pub(crate) const GET_BUCKET_LIFECYCLE_CONFIGURATION: Call = by_member(
    "s3",
    "GetBucketLifecycleConfiguration",
    &["s3:GetLifecycleConfiguration"],
    &[Need::BucketLifecycles],
);

/// Asks for one setting of a bucket: where it is in any Region, for all else in the bucket's own.
pub(crate) async fn bucket(asking: Asking<'_>, name: String, setting: BucketSetting) -> Exchange {
    let parameters = Value::from(View::default().text("Bucket", Some(&name)));
    /// One call by its operation: they differ in nothing but names.
    macro_rules! ask {
        ($call:ident, $operation:ident, $view:ident) => {{
            let request = || client(asking).$operation().bucket(&name);
            let send = |tape| request().customize().interceptor(tape).send();
            asking
                .viewed(&$call, parameters, send, |output| Value::from($view(output)))
                .await
        }};
    }
    match setting {
        BucketSetting::Location => ask!(GET_BUCKET_LOCATION, get_bucket_location, location),
        BucketSetting::AccessList => ask!(GET_BUCKET_ACL, get_bucket_acl, access_list),
        BucketSetting::PolicyStatus => ask!(GET_BUCKET_POLICY_STATUS, get_bucket_policy_status, policy_status),
        BucketSetting::PublicAccessBlock => ask!(GET_PUBLIC_ACCESS_BLOCK, get_public_access_block, access_block),
        BucketSetting::Logging => ask!(GET_BUCKET_LOGGING, get_bucket_logging, logging),
        BucketSetting::Versioning => ask!(GET_BUCKET_VERSIONING, get_bucket_versioning, versioning),
        BucketSetting::ObjectLock => ask!(
            GET_OBJECT_LOCK_CONFIGURATION,
            get_object_lock_configuration,
            object_lock
        ),
        BucketSetting::Lifecycle => ask!(
            GET_BUCKET_LIFECYCLE_CONFIGURATION,
            get_bucket_lifecycle_configuration,
            lifecycle
        ),
    }
}

/// Absent or empty in the partition's first Region, `us-east-1` (S3 API reference, `GetBucketLocation`).
fn location(output: &GetBucketLocationOutput) -> View {
    View::default().text(
        "LocationConstraint",
        output
            .location_constraint()
            .map(aws_sdk_s3::types::BucketLocationConstraint::as_str),
    )
}

fn access_list(output: &GetBucketAclOutput) -> View {
    View::default()
        .part("Owner", output.owner(), owner)
        .list("Grants", output.grants.as_deref(), grant)
}

/// By its id; names and addresses of persons are left out.
fn owner(owner: &Owner) -> View {
    View::default().text("ID", owner.id())
}

fn grant(grant: &Grant) -> View {
    View::default().part("Grantee", grant.grantee(), grantee).text(
        "Permission",
        grant.permission().map(aws_sdk_s3::types::Permission::as_str),
    )
}

fn grantee(grantee: &Grantee) -> View {
    View::default()
        .text("Type", Some(grantee.r#type().as_str()))
        .text("ID", grantee.id())
        .text("URI", grantee.uri())
}

fn policy_status(output: &GetBucketPolicyStatusOutput) -> View {
    let view = |status: &PolicyStatus| View::default().flag("IsPublic", status.is_public());
    View::default().part("PolicyStatus", output.policy_status(), view)
}

fn access_block(output: &GetPublicAccessBlockOutput) -> View {
    let view = |block: &PublicAccessBlockConfiguration| {
        View::default()
            .flag("BlockPublicAcls", block.block_public_acls())
            .flag("IgnorePublicAcls", block.ignore_public_acls())
            .flag("BlockPublicPolicy", block.block_public_policy())
            .flag("RestrictPublicBuckets", block.restrict_public_buckets())
    };
    View::default().part(
        "PublicAccessBlockConfiguration",
        output.public_access_block_configuration(),
        view,
    )
}

fn logging(output: &GetBucketLoggingOutput) -> View {
    let view = |logging: &LoggingEnabled| {
        View::default()
            .text("TargetBucket", Some(logging.target_bucket()))
            .text("TargetPrefix", Some(logging.target_prefix()))
    };
    View::default().part("LoggingEnabled", output.logging_enabled(), view)
}

fn versioning(output: &GetBucketVersioningOutput) -> View {
    View::default()
        .text(
            "Status",
            output.status().map(aws_sdk_s3::types::BucketVersioningStatus::as_str),
        )
        .text(
            "MFADelete",
            output.mfa_delete().map(aws_sdk_s3::types::MfaDeleteStatus::as_str),
        )
}

fn object_lock(output: &GetObjectLockConfigurationOutput) -> View {
    let retention = |retention: &DefaultRetention| {
        View::default()
            .text(
                "Mode",
                retention.mode().map(aws_sdk_s3::types::ObjectLockRetentionMode::as_str),
            )
            .number("Days", retention.days())
            .number("Years", retention.years())
    };
    let rule = |rule: &ObjectLockRule| View::default().part("DefaultRetention", rule.default_retention(), retention);
    let view = |lock: &ObjectLockConfiguration| {
        View::default()
            .text(
                "ObjectLockEnabled",
                lock.object_lock_enabled()
                    .map(aws_sdk_s3::types::ObjectLockEnabled::as_str),
            )
            .part("Rule", lock.rule(), rule)
    };
    View::default().part("ObjectLockConfiguration", output.object_lock_configuration(), view)
}

fn lifecycle(output: &GetBucketLifecycleConfigurationOutput) -> View {
    View::default().list("Rules", output.rules.as_deref(), lifecycle_rule)
}

fn lifecycle_rule(rule: &LifecycleRule) -> View {
    #[expect(deprecated, reason = "rules written before there were filters have it still")]
    let prefix = rule.prefix();
    View::default()
        .text("ID", rule.id())
        .text("Status", Some(rule.status().as_str()))
        .text("Prefix", prefix)
        .part("Filter", rule.filter(), filter)
        .part("Expiration", rule.expiration(), expiration)
        .part(
            "NoncurrentVersionExpiration",
            rule.noncurrent_version_expiration(),
            noncurrent_expiration,
        )
        .list("Transitions", rule.transitions.as_deref(), transition)
}

fn filter(filter: &LifecycleRuleFilter) -> View {
    View::default()
        .text("Prefix", filter.prefix())
        .part("Tag", filter.tag(), tag)
        .number("ObjectSizeGreaterThan", filter.object_size_greater_than())
        .number("ObjectSizeLessThan", filter.object_size_less_than())
        .part("And", filter.and(), and)
}

fn and(and: &LifecycleRuleAndOperator) -> View {
    View::default()
        .text("Prefix", and.prefix())
        .list("Tags", and.tags.as_deref(), tag)
        .number("ObjectSizeGreaterThan", and.object_size_greater_than())
        .number("ObjectSizeLessThan", and.object_size_less_than())
}

fn tag(tag: &Tag) -> View {
    View::default()
        .text("Key", Some(tag.key()))
        .text("Value", Some(tag.value()))
}

fn expiration(expiration: &LifecycleExpiration) -> View {
    View::default()
        .time("Date", expiration.date())
        .number("Days", expiration.days())
        .flag("ExpiredObjectDeleteMarker", expiration.expired_object_delete_marker())
}

fn noncurrent_expiration(expiration: &NoncurrentVersionExpiration) -> View {
    View::default()
        .number("NoncurrentDays", expiration.noncurrent_days())
        .number("NewerNoncurrentVersions", expiration.newer_noncurrent_versions())
}

fn transition(transition: &Transition) -> View {
    View::default()
        .time("Date", transition.date())
        .number("Days", transition.days())
        .text(
            "StorageClass",
            transition
                .storage_class()
                .map(aws_sdk_s3::types::TransitionStorageClass::as_str),
        )
}
