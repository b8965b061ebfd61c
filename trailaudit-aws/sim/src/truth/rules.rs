//! The rules by what they are asked of. A rule's rows stand where what it is asked of does.

pub(crate) const ENCRYPTED: &str = "trail-encrypted-with-customer-key";
pub(crate) const LOG_GROUP: &str = "trail-delivers-to-log-group";
pub(crate) const LOGGING: &str = "trail-logging";
pub(crate) const VALIDATED: &str = "log-file-validation-enabled";
pub(crate) const NOTHING_EXCLUDED: &str = "no-management-event-source-excluded";
pub(crate) const INSIGHTS: &str = "insight-events-recorded";
pub(crate) const NOTIFIED: &str = "delivery-notification-current";
pub(crate) const DESIGNATED: &str = "trail-uses-designated-destinations";
pub(crate) const TAGGED: &str = "trail-tagged";
pub(crate) const BUCKET_OWNED: &str = "log-bucket-owned-by-organization";
pub(crate) const ROLE_DELIVERS: &str = "log-group-role-can-deliver";
pub(crate) const STREAMS_ARRIVE: &str = "log-group-receives-trail-streams";

pub(crate) const FILES_ARRIVE: &str = "log-file-delivery-current";
pub(crate) const DIGESTS_ARRIVE: &str = "digest-delivery-current";
pub(crate) const EVENTS_ARRIVE: &str = "log-group-delivery-current";

pub(crate) const KEY_USABLE: &str = "trail-key-usable";
pub(crate) const KEY_ROTATED: &str = "trail-key-rotation-enabled";
pub(crate) const KEY_NOT_PUBLIC: &str = "trail-key-policy-not-public";
pub(crate) const KEY_CONFINED: &str = "trail-key-policy-confined-to-trail";
pub(crate) const KEY_SERVES: &str = "trail-key-policy-allows-delivery-and-reading";

pub(crate) const GROUP_KEEPS: &str = "log-group-retention-sufficient";
pub(crate) const GROUP_ENCRYPTED: &str = "log-group-encrypted-with-customer-key";
pub(crate) const GROUP_PROTECTED: &str = "log-group-deletion-protected";
pub(crate) const GROUP_NOT_PUBLIC: &str = "log-group-not-public";

pub(crate) const BUCKET_NOT_PUBLIC: &str = "log-bucket-not-public";
pub(crate) const BUCKET_LOGGED: &str = "log-bucket-access-logged";
pub(crate) const BUCKET_SECOND_FACTOR: &str = "log-bucket-mfa-delete-enabled";
pub(crate) const BUCKET_LOCKED: &str = "log-bucket-object-locked";
pub(crate) const BUCKET_KEEPS: &str = "log-bucket-lifecycle-keeps-logs";

pub(crate) const STORE_ENCRYPTED: &str = "event-data-store-encrypted-with-customer-key";
pub(crate) const STORE_COMPLETE: &str = "event-data-store-complete";
pub(crate) const ALARMS_ACT: &str = "alarm-actions-enabled";
pub(crate) const REGION_LOGGED: &str = "region-has-logging-trail";

pub(crate) const ACCOUNT_LOGGED: &str = "account-has-logging-trail";
pub(crate) const REGIONS_COVERED: &str = "every-region-covered";
pub(crate) const SECURITY_TRAIL: &str = "security-trail-complete";
pub(crate) const MULTI_REGION: &str = "multi-region-trail-exists";
pub(crate) const MANAGEMENT_EVENTS: &str = "management-events-recorded";
pub(crate) const GLOBAL_EVENTS: &str = "global-service-events-recorded";
pub(crate) const OBJECT_WRITES: &str = "object-write-events-recorded";
pub(crate) const OBJECT_READS: &str = "object-read-events-recorded";

pub(crate) const ADMINISTRATORS_APPROVED: &str = "delegated-administrators-approved";
pub(crate) const SERVICE_TRUSTED: &str = "trail-service-trusted-by-organization";
pub(crate) const TAMPERING_DENIED: &str = "trail-tampering-denied-by-policy";

/// What is asked of trails in their home Region.
pub(crate) const OF_TRAILS: &[&str] = &[
    ENCRYPTED,
    LOG_GROUP,
    LOGGING,
    VALIDATED,
    NOTHING_EXCLUDED,
    INSIGHTS,
    NOTIFIED,
    DESIGNATED,
    TAGGED,
    BUCKET_OWNED,
    ROLE_DELIVERS,
    STREAMS_ARRIVE,
];
/// What is asked of trails in every Region they record.
pub(crate) const OF_DELIVERIES: &[&str] = &[FILES_ARRIVE, DIGESTS_ARRIVE, EVENTS_ARRIVE];
/// What is asked of keys that trails name.
pub(crate) const OF_KEYS: &[&str] = &[KEY_USABLE, KEY_ROTATED, KEY_NOT_PUBLIC, KEY_CONFINED, KEY_SERVES];
/// What is asked of log groups that trails name.
pub(crate) const OF_GROUPS: &[&str] = &[GROUP_KEEPS, GROUP_ENCRYPTED, GROUP_PROTECTED, GROUP_NOT_PUBLIC];
/// What is asked of buckets that trails name.
pub(crate) const OF_BUCKETS: &[&str] = &[
    BUCKET_NOT_PUBLIC,
    BUCKET_LOGGED,
    BUCKET_SECOND_FACTOR,
    BUCKET_LOCKED,
    BUCKET_KEEPS,
];
/// What is asked of event data stores.
pub(crate) const OF_STORES: &[&str] = &[STORE_ENCRYPTED, STORE_COMPLETE];
/// Whether somebody is told, in the order of the alarm controls.
pub(crate) const TOLD: &[&str] = &[
    "alarm-on-unauthorized-api-calls",
    "alarm-on-console-sign-in-without-mfa",
    "alarm-on-root-account-use",
    "alarm-on-iam-policy-changes",
    "alarm-on-trail-configuration-changes",
    "alarm-on-console-authentication-failures",
    "alarm-on-customer-key-disabled-or-deleted",
    "alarm-on-bucket-policy-changes",
    "alarm-on-configuration-recorder-changes",
    "alarm-on-security-group-changes",
    "alarm-on-network-acl-changes",
    "alarm-on-network-gateway-changes",
    "alarm-on-route-table-changes",
    "alarm-on-vpc-changes",
    "alarm-on-organizations-changes",
];
/// What any one trail of an account can answer, if it has everything that is asked for; without the alarms.
const OF_ONE_TRAIL: &[&str] = &[
    ACCOUNT_LOGGED,
    REGIONS_COVERED,
    SECURITY_TRAIL,
    MULTI_REGION,
    MANAGEMENT_EVENTS,
    GLOBAL_EVENTS,
    OBJECT_WRITES,
    OBJECT_READS,
];

/// What cannot be told of a Region that was not read: what is asked of the Region, of trails, of what these name, and of
/// event data stores.
pub(crate) fn of_regions() -> impl Iterator<Item = &'static str> {
    let named = [OF_TRAILS, OF_DELIVERIES, OF_KEYS, OF_GROUPS, OF_BUCKETS, OF_STORES];
    let named = named.into_iter().flatten().copied();
    named.chain([ALARMS_ACT, REGION_LOGGED])
}

/// What is asked of an account, and any one trail can answer.
pub(crate) fn of_accounts() -> impl Iterator<Item = &'static str> {
    OF_ONE_TRAIL.iter().chain(TOLD).copied()
}
