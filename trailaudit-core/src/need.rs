//! What rules read: a collection made for some rules asks for no more than these need.

use std::fmt;

/// A kind of facts beyond what every collection has: the accounts, their Regions, and the trails these list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Need {
    /// Whether trails log, and how they deliver from their home Region.
    TrailStatus,
    /// How trails deliver from every Region.
    Deliveries,
    /// Which events trails record.
    EventSelectors,
    /// Which unusual activity trails look for.
    Insights,
    /// The tags of trails.
    TrailTags,
    /// The keys of trails: who manages them, in what state they are.
    Keys,
    /// Whether keys of trails are rotated.
    KeyRotation,
    /// The policies of keys of trails.
    KeyPolicies,
    /// The log groups of trails.
    LogGroups,
    /// The keys of these log groups.
    LogGroupKeys,
    /// The policies over these log groups.
    LogGroupPolicies,
    /// What these log groups received.
    LogStreams,
    /// The roles with which trails deliver to them.
    DeliveryRoles,
    /// The alarms that these log groups can raise, and whom they reach.
    Alerts,
    /// The buckets of trails: whose they are, and where.
    Buckets,
    /// Whether these buckets are public.
    BucketAccess,
    /// Whether access to these buckets is logged.
    BucketLogging,
    /// Whether deleting from these buckets needs a second factor.
    BucketVersioning,
    /// How objects in these buckets are locked.
    BucketLocks,
    /// How long these buckets keep objects.
    BucketLifecycles,
    /// The event stores.
    EventStores,
    /// The keys of these event stores.
    EventStoreKeys,
    /// To whom the administration of trails was delegated.
    Administrators,
    /// Which services the organization trusts.
    TrustedServices,
    /// The policies of the organization.
    OrganizationPolicies,
}

impl Need {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::TrailStatus,
        Self::Deliveries,
        Self::EventSelectors,
        Self::Insights,
        Self::TrailTags,
        Self::Keys,
        Self::KeyRotation,
        Self::KeyPolicies,
        Self::LogGroups,
        Self::LogGroupKeys,
        Self::LogGroupPolicies,
        Self::LogStreams,
        Self::DeliveryRoles,
        Self::Alerts,
        Self::Buckets,
        Self::BucketAccess,
        Self::BucketLogging,
        Self::BucketVersioning,
        Self::BucketLocks,
        Self::BucketLifecycles,
        Self::EventStores,
        Self::EventStoreKeys,
        Self::Administrators,
        Self::TrustedServices,
        Self::OrganizationPolicies,
    ];

    /// Its name, as run logs have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TrailStatus => "trail-status",
            Self::Deliveries => "deliveries",
            Self::EventSelectors => "event-selectors",
            Self::Insights => "insights",
            Self::TrailTags => "trail-tags",
            Self::Keys => "keys",
            Self::KeyRotation => "key-rotation",
            Self::KeyPolicies => "key-policies",
            Self::LogGroups => "log-groups",
            Self::LogGroupKeys => "log-group-keys",
            Self::LogGroupPolicies => "log-group-policies",
            Self::LogStreams => "log-streams",
            Self::DeliveryRoles => "delivery-roles",
            Self::Alerts => "alerts",
            Self::Buckets => "buckets",
            Self::BucketAccess => "bucket-access",
            Self::BucketLogging => "bucket-logging",
            Self::BucketVersioning => "bucket-versioning",
            Self::BucketLocks => "bucket-locks",
            Self::BucketLifecycles => "bucket-lifecycles",
            Self::EventStores => "event-stores",
            Self::EventStoreKeys => "event-store-keys",
            Self::Administrators => "administrators",
            Self::TrustedServices => "trusted-services",
            Self::OrganizationPolicies => "organization-policies",
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
