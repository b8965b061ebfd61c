//! Every question a collection can have, each answered by one call.

use trailaudit_core::evidence::Exchange;
use trailaudit_core::organization::AccountId;

use super::{account, cloudtrail, cloudwatch, iam, kms, logs, organizations, s3, sns};
use crate::record::Asking;

/// What one call asks. Roles and identities are asked for by [`sts`](super::sts) alone, since their answers carry secrets.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    Organization,
    Accounts { next: Option<String> },
    Roots { next: Option<String> },
    UnitsUnder { parent: String, next: Option<String> },
    AccountsUnder { parent: String, next: Option<String> },
    TagsOf { account: AccountId, next: Option<String> },
    TrailAdministrators { next: Option<String> },
    TrustedServices { next: Option<String> },
    ServiceControlPolicies { next: Option<String> },
    TargetsOf { policy: String, next: Option<String> },
    ServiceControlPolicy { policy: String },
    Regions { next: Option<String> },
    TrailNames { next: Option<String> },
    Trails { only: Option<String> },
    TrailStatus { trail: String },
    Selectors { trail: String },
    Insights { trail: String },
    TrailTags { trails: Vec<String>, next: Option<String> },
    EventStores { next: Option<String> },
    EventStore { store: String },
    Key { key: String },
    KeyRotation { key: String },
    KeyPolicy { key: String },
    LogGroup { name: String, next: Option<String> },
    LogPolicies { of: Option<String>, next: Option<String> },
    LogStreams { group: String, next: Option<String> },
    MetricFilters { group: String, next: Option<String> },
    Alarms { next: Option<String> },
    Subscribers { topic: String, next: Option<String> },
    Role { name: String },
    RolePolicies { role: String, next: Option<String> },
    RolePolicy { role: String, policy: String },
    AttachedPolicies { role: String, next: Option<String> },
    ManagedPolicy { policy: String },
    PolicyVersion { policy: String, version: String },
    Buckets { prefix: String, next: Option<String> },
    Bucket { name: String, setting: BucketSetting },
}

/// What there is to know of a bucket, each by a call of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BucketSetting {
    Location,
    AccessList,
    PolicyStatus,
    PublicAccessBlock,
    Logging,
    Versioning,
    ObjectLock,
    Lifecycle,
}

impl Question {
    /// Whether no entry of the answer leads to a further question.
    pub fn leads_nowhere(&self) -> bool {
        matches!(
            self,
            Self::TrailTags { .. } | Self::LogPolicies { .. } | Self::LogStreams { .. } | Self::Subscribers { .. }
        )
    }

    pub async fn ask(self, asking: Asking<'_>) -> Exchange {
        match self {
            Self::Organization => organizations::describe_organization(asking).await,
            Self::Accounts { next } => organizations::list_accounts(asking, next).await,
            Self::Roots { next } => organizations::list_roots(asking, next).await,
            Self::UnitsUnder { parent, next } => {
                organizations::list_organizational_units_for_parent(asking, parent, next).await
            }
            Self::AccountsUnder { parent, next } => organizations::list_accounts_for_parent(asking, parent, next).await,
            Self::TagsOf { account, next } => organizations::list_tags_for_resource(asking, &account, next).await,
            Self::TrailAdministrators { next } => organizations::list_trail_administrators(asking, next).await,
            Self::TrustedServices { next } => organizations::list_trusted_services(asking, next).await,
            Self::ServiceControlPolicies { next } => organizations::list_service_control_policies(asking, next).await,
            Self::TargetsOf { policy, next } => organizations::list_targets_for_policy(asking, policy, next).await,
            Self::ServiceControlPolicy { policy } => organizations::describe_policy(asking, policy).await,
            Self::Regions { next } => account::list_regions(asking, next).await,
            Self::TrailNames { next } => cloudtrail::list_trails(asking, next).await,
            Self::Trails { only } => cloudtrail::describe_trails(asking, only).await,
            Self::TrailStatus { trail } => cloudtrail::trail_status(asking, trail).await,
            Self::Selectors { trail } => cloudtrail::event_selectors(asking, trail).await,
            Self::Insights { trail } => cloudtrail::insight_selectors(asking, trail).await,
            Self::TrailTags { trails, next } => cloudtrail::list_tags(asking, trails, next).await,
            Self::EventStores { next } => cloudtrail::list_event_data_stores(asking, next).await,
            Self::EventStore { store } => cloudtrail::event_data_store(asking, store).await,
            Self::Key { key } => kms::describe_key(asking, key).await,
            Self::KeyRotation { key } => kms::key_rotation_status(asking, key).await,
            Self::KeyPolicy { key } => kms::key_policy(asking, key).await,
            Self::LogGroup { name, next } => logs::describe_log_group(asking, name, next).await,
            Self::LogPolicies { of, next } => logs::describe_resource_policies(asking, of, next).await,
            Self::LogStreams { group, next } => logs::describe_log_streams(asking, group, next).await,
            Self::MetricFilters { group, next } => logs::describe_metric_filters(asking, group, next).await,
            Self::Alarms { next } => cloudwatch::describe_alarms(asking, next).await,
            Self::Subscribers { topic, next } => sns::list_subscriptions(asking, topic, next).await,
            Self::Role { name } => iam::role(asking, name).await,
            Self::RolePolicies { role, next } => iam::list_role_policies(asking, role, next).await,
            Self::RolePolicy { role, policy } => iam::role_policy(asking, role, policy).await,
            Self::AttachedPolicies { role, next } => iam::list_attached_policies(asking, role, next).await,
            Self::ManagedPolicy { policy } => iam::managed_policy(asking, policy).await,
            Self::PolicyVersion { policy, version } => iam::policy_version(asking, policy, version).await,
            Self::Buckets { prefix, next } => s3::list_buckets(asking, prefix, next).await,
            Self::Bucket { name, setting } => s3::bucket(asking, name, setting).await,
        }
    }
}
