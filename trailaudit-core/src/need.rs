//! What rules read: a collection made for some rules asks for no more than these need.

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
