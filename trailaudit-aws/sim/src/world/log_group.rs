//! CloudWatch Logs log groups.

use jiff::Timestamp;

/// One log group.
#[derive(Clone, Debug)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub region: String,
    /// When it was made.
    pub created: Timestamp,
    /// How long events are kept; nothing means for ever.
    pub retention_days: Option<u32>,
    /// The ARN of the KMS key it is encrypted with, if any.
    pub kms_key_id: Option<String>,
    /// `deletionProtectionEnabled`
    pub deletion_protected: bool,
}

impl LogGroup {
    /// A log group as it is made: it keeps its events for ever, has no key and can be deleted.
    #[must_use]
    pub fn new(name: &str, region: &str, created: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            region: region.to_owned(),
            created,
            retention_days: None,
            kms_key_id: None,
            deletion_protected: false,
        }
    }

    /// Its ARN without the `:*` at the end.
    #[must_use]
    pub fn arn(&self, owner: &str) -> String {
        format!("arn:aws:logs:{}:{owner}:log-group:{}", self.region, self.name)
    }
}
