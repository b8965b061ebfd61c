//! In which order the steps of an account are taken: what others rest on comes first.

/// The rank of a rule's step.
pub(super) fn rank(rule: &str) -> u8 {
    match rule {
        "organization-all-features-enabled" => 0,
        "trail-service-trusted-by-organization" | "delegated-administrators-approved" => 1,
        "trail-key-usable" => 2,
        rule if rule.starts_with("trail-key-") => 3,
        "log-file-delivery-current" | "digest-delivery-current" => 5,
        rule if rule.starts_with("log-bucket-") => 4,
        "log-group-role-can-deliver" => 7,
        // A trail has to be there before anything of it is changed.
        "account-has-logging-trail" | "organization-trail-logging" => 6,
        "trail-encrypted-with-customer-key" => 8,
        "trail-delivers-to-log-group" => 9,
        "log-group-delivery-current" | "log-group-receives-trail-streams" => 10,
        rule if rule.starts_with("log-group-") => 11,
        "trail-logging" => 20,
        rule if rule.starts_with("alarm-on-") => 21,
        "alarm-actions-enabled" => 22,
        // It keeps everybody from the rest of the plan.
        "trail-tampering-denied-by-policy" => 30,
        _ => 15,
    }
}

/// Rules whose failure a person has to look at: the commands are shown, as comments.
pub(super) const BY_HAND: &[&str] = &[
    "account-belongs-to-organization",
    "delegated-administrators-approved",
    "exceptions-in-force",
    "log-bucket-mfa-delete-enabled",
    "log-bucket-owned-by-organization",
    "log-group-not-public",
    "trail-uses-designated-destinations",
];

/// Commands that put a whole document in the place of another.
pub(super) const REPLACING: &[&str] = &[
    "put-bucket-lifecycle-configuration",
    "put-bucket-policy",
    "put-event-selectors",
    "put-key-policy",
    "put-resource-policy",
    "update-assume-role-policy",
];
