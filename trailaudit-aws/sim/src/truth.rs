//! What a right tool has to report about a population: the oracle. The planting code writes it where it plants; no
//! rule is decided here.

use serde::Serialize;

pub(crate) const ENCRYPTED: &str = "trail-encrypted-with-customer-key";
pub(crate) const LOG_GROUP: &str = "trail-delivers-to-log-group";
pub(crate) const LOGGING: &str = "trail-logging";
pub(crate) const ACCOUNT_LOGGED: &str = "account-has-logging-trail";
pub(crate) const REGIONS_COVERED: &str = "every-region-covered";
pub(crate) const VALIDATED: &str = "log-file-validation-enabled";
pub(crate) const NOTHING_EXCLUDED: &str = "no-management-event-source-excluded";
pub(crate) const NOTIFIED: &str = "delivery-notification-current";
pub(crate) const DESIGNATED: &str = "trail-uses-designated-destinations";
pub(crate) const GROUP_KEEPS: &str = "log-group-retention-sufficient";
pub(crate) const GROUP_ENCRYPTED: &str = "log-group-encrypted-with-customer-key";
pub(crate) const GROUP_PROTECTED: &str = "log-group-deletion-protected";
pub(crate) const SECURITY_TRAIL: &str = "security-trail-complete";
pub(crate) const MULTI_REGION: &str = "multi-region-trail-exists";
pub(crate) const REGION_LOGGED: &str = "region-has-logging-trail";
pub(crate) const MANAGEMENT_EVENTS: &str = "management-events-recorded";
pub(crate) const GLOBAL_EVENTS: &str = "global-service-events-recorded";
pub(crate) const OBJECT_WRITES: &str = "object-write-events-recorded";
pub(crate) const OBJECT_READS: &str = "object-read-events-recorded";

/// What is asked of log groups.
pub(crate) const OF_GROUPS: [&str; 3] = [GROUP_KEEPS, GROUP_ENCRYPTED, GROUP_PROTECTED];
/// What cannot be told of a Region that was not read: what is asked of trails and log groups, and of the Region.
pub(crate) const OF_REGIONS: [&str; 11] = [
    ENCRYPTED,
    LOG_GROUP,
    LOGGING,
    VALIDATED,
    NOTHING_EXCLUDED,
    NOTIFIED,
    DESIGNATED,
    GROUP_KEEPS,
    GROUP_ENCRYPTED,
    GROUP_PROTECTED,
    REGION_LOGGED,
];
/// What any one trail of an account can answer, if it has everything that is asked for.
pub(crate) const OF_ACCOUNTS: [&str; 8] = [
    ACCOUNT_LOGGED,
    REGIONS_COVERED,
    SECURITY_TRAIL,
    MULTI_REGION,
    MANAGEMENT_EVENTS,
    GLOBAL_EVENTS,
    OBJECT_WRITES,
    OBJECT_READS,
];

/// Every finding that is a fail or inconclusive, and every cell that is not reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// `trailaudit.truth/v1`
    pub format: &'static str,
    /// The Organization.
    pub organization_id: String,
    /// Its management account.
    pub management_account: String,
    /// Sorted by rule, account, Region and resource.
    pub defects: Vec<Defect>,
    /// Sorted by account and Region.
    pub cells: Vec<Cell>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Defect {
    /// The rule's id.
    pub rule: &'static str,
    /// The account of the row.
    pub account_id: String,
    /// The Region of the row, or nothing.
    pub region: String,
    /// The ARN of the row's resource, or nothing.
    pub resource_id: String,
    /// `fail` or `inconclusive`
    pub verdict: &'static str,
    /// Why, for a person.
    pub because: String,
}

/// One cell of the coverage that is not `reached`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cell {
    /// The account.
    pub account_id: String,
    /// The Region, or nothing when the account is not entered at all.
    pub region: String,
    /// A status of coverage.csv.
    pub status: &'static str,
    /// Why, for a person.
    pub because: String,
}

impl Truth {
    pub(crate) fn new(organization_id: &str, management_account: &str) -> Self {
        Self {
            format: "trailaudit.truth/v1",
            organization_id: organization_id.to_owned(),
            management_account: management_account.to_owned(),
            defects: Vec::new(),
            cells: Vec::new(),
        }
    }

    pub(crate) fn sort(&mut self) {
        self.defects.sort_unstable();
        self.cells.sort_unstable();
    }
}
