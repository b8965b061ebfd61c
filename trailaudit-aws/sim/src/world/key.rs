//! KMS keys.

use std::collections::BTreeSet;

use jiff::Timestamp;

/// One KMS key. States, origins and managers are spelled as KMS spells them.
#[derive(Clone, Debug)]
pub struct Key {
    /// A UUID, or `mrk-` and 32 hexadecimal digits.
    pub id: String,
    /// Where it is.
    pub region: String,
    /// `CUSTOMER` or `AWS`.
    pub manager: &'static str,
    /// `KeyState`, such as `Enabled`.
    pub state: &'static str,
    /// `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM` or `EXTERNAL_KEY_STORE`.
    pub origin: &'static str,
    /// When it was made.
    pub created: Timestamp,
    /// When it will be deleted, while `PendingDeletion`.
    pub deletion: Option<Timestamp>,
    /// Names with the `alias/` in front.
    pub aliases: Vec<String>,
    /// Whom the key policy lets describe it.
    pub readers: KeyReaders,
}

/// Whom a key policy lets describe the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyReaders {
    /// The account that owns it: what the default key policy says.
    Owner,
    /// Every account of the Organization.
    Organization,
    /// These accounts beside the owner.
    Accounts(BTreeSet<String>),
    /// Nobody who audits: the owner's administrators are denied too.
    Nobody,
}

impl Key {
    /// A customer managed key that works.
    #[must_use]
    pub fn new(id: &str, region: &str, created: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            region: region.to_owned(),
            manager: "CUSTOMER",
            state: "Enabled",
            origin: "AWS_KMS",
            created,
            deletion: None,
            aliases: Vec::new(),
            readers: KeyReaders::Owner,
        }
    }

    /// Its ARN in the account that owns it.
    #[must_use]
    pub fn arn(&self, owner: &str) -> String {
        format!("arn:aws:kms:{}:{owner}:key/{}", self.region, self.id)
    }
}
