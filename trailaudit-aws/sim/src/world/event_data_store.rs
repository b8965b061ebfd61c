//! CloudTrail Lake: event data stores.

use jiff::Timestamp;

/// One event data store. It is seen in its own Region and by its owner alone, wherever its events come from.
#[derive(Clone, Debug)]
pub struct EventDataStore {
    /// A UUID: the end of its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub region: String,
    /// When it was made.
    pub created: Timestamp,
    /// `Status`, such as `ENABLED`.
    pub status: &'static str,
    /// `MultiRegionEnabled`: it takes the events of every Region.
    pub multi_region: bool,
    /// `OrganizationEnabled`: it takes the events of every account.
    pub organization: bool,
    /// `RetentionPeriod`
    pub retention_days: u32,
    /// `TerminationProtectionEnabled`
    pub termination_protected: bool,
    /// The ARN of the KMS key it is encrypted with, if any.
    pub kms_key_id: Option<String>,
}

impl EventDataStore {
    /// An event data store as it is made: the events of every Region, kept for seven years, without a key.
    #[must_use]
    pub fn new(id: &str, name: &str, region: &str, created: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            region: region.to_owned(),
            created,
            status: "ENABLED",
            multi_region: true,
            organization: false,
            retention_days: 2_557,
            termination_protected: true,
            kms_key_id: None,
        }
    }

    /// Its ARN in the account that owns it.
    #[must_use]
    pub fn arn(&self, owner: &str) -> String {
        format!("arn:aws:cloudtrail:{}:{owner}:eventdatastore/{}", self.region, self.id)
    }
}
