//! IAM policies that stand on their own and are attached to roles.

use jiff::Timestamp;

/// One managed policy: an account's own, or one of AWS's.
#[derive(Clone, Debug)]
pub struct ManagedPolicy {
    /// Its name, without the path.
    pub name: String,
    /// `/` or `/some/path/`.
    pub path: String,
    /// When it was made.
    pub created: Timestamp,
    /// What its versions say, `v1` first.
    pub versions: Vec<String>,
    /// The number of the version in force, from 1.
    pub default_version: usize,
}

impl ManagedPolicy {
    /// A policy of one version.
    #[must_use]
    pub fn new(name: &str, document: &str, created: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            path: "/".to_owned(),
            created,
            versions: vec![document.to_owned()],
            default_version: 1,
        }
    }

    /// Its ARN in the account that owns it; AWS's own are owned by `aws`.
    #[must_use]
    pub fn arn(&self, owner: &str) -> String {
        format!("arn:aws:iam::{owner}:policy{}{}", self.path, self.name)
    }
}
