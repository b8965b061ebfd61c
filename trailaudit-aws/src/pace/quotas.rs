//! The request quotas that AWS publishes for what is asked here: of an account, or of an account in a Region, for each
//! operation (General Reference, and the guides of KMS, Organizations, STS and CloudWatch Logs, 2026). None can be asked for
//! by an API.

/// How often an account may ask, requests a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quota {
    a_second: u32,
    /// How many at once, after a pause.
    pub burst: u32,
}

/// How much of a quota is used: others in the account ask as well.
const OURS: f64 = 0.95;

impl Quota {
    /// That of an operation, when it has one.
    pub fn of(service: &str, operation: &str) -> Option<Self> {
        let (a_second, burst) = match (service, operation) {
            // Shared by all that STS answers for an account; without a published burst, some of a second's worth.
            ("sts", _) => (600, 60),
            ("organizations", "ListAccounts") => (8, 12),
            ("organizations", "DescribeAccount") => (20, 30),
            ("organizations", "ListTagsForResource") => (10, 15),
            ("organizations", "ListChildren") => (6, 10),
            ("organizations", "DescribeOrganization" | "ListRoots") => (1, 2),
            ("organizations", "DescribePolicy" | "DescribeOrganizationalUnit") => (2, 2),
            ("organizations", "ListAWSServiceAccessForOrganization" | "ListDelegatedServicesForAccount") => (1, 3),
            ("organizations", _) => (5, 8),
            ("kms", "DescribeKey") => (2_000, 200),
            ("kms", "GetKeyRotationStatus" | "GetKeyPolicy") => (1_000, 100),
            ("kms", "ListAliases") => (500, 50),
            ("cloudtrail", _) | ("logs", "DescribeLogGroups") => (10, 10),
            ("logs", "DescribeLogStreams") => (25, 25),
            ("account", _)
            | ("logs", "DescribeMetricFilters" | "DescribeSubscriptionFilters" | "ListTagsForResource") => (5, 5),
            _ => return None,
        };
        Some(Self { a_second, burst })
    }

    /// Requests a second that are sent at most.
    pub fn rate(self) -> f64 {
        f64::from(self.a_second) * OURS
    }
}

/// The operation that stands for all with which one shares its quota.
pub(super) fn shared(service: &str, operation: &'static str) -> &'static str {
    if service == "sts" { "AssumeRole" } else { operation }
}
