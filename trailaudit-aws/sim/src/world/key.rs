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
    /// Whom the key policy lets describe it, read its public half and sign with it.
    pub readers: KeyReaders,
    /// The text of its policy; nothing means what CloudTrail recommends for the owner's trails, and what `readers` says.
    /// A text does not decide who is let in: `readers` does.
    pub policy: Option<String>,
    /// Every how many days its material is replaced by itself; nothing means never.
    pub rotation_days: Option<u32>,
    /// For a replica of a multi-Region key, the Region of its primary key in the same account.
    pub replica_of: Option<String>,
    /// `Description`: any text.
    pub description: String,
    /// What it is made of.
    pub spec: KeySpec,
    /// `KeyUsage`, such as `ENCRYPT_DECRYPT`.
    pub usage: &'static str,
}

/// What a key is made of: `KeySpec`, as far as it is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySpec {
    /// `SYMMETRIC_DEFAULT`
    SymmetricDefault,
    /// `ECC_NIST_P256`: a real key pair, which follows from the world's secret and the key's ARN.
    EccNistP256,
    /// `ECC_NIST_P384`: its public half can be read, but it signs nothing.
    EccNistP384,
    /// `ECC_SECG_P256K1`: another curve with keys as long as those of P-256. Its public half can be read, but it signs
    /// nothing.
    EccSecgP256k1,
    /// `ECC_NIST_EDWARDS25519`: its public half can be read, but it signs nothing.
    EccNistEdwards25519,
    /// `RSA_2048`: its public half can be read, but it signs nothing.
    Rsa2048,
}

/// Whom a key policy lets use the key.
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
            policy: None,
            rotation_days: None,
            replica_of: None,
            description: String::new(),
            spec: KeySpec::SymmetricDefault,
            usage: "ENCRYPT_DECRYPT",
        }
    }

    /// A customer managed key pair that signs.
    #[must_use]
    pub fn signing(id: &str, region: &str, spec: KeySpec, created: Timestamp) -> Self {
        Self {
            spec,
            usage: "SIGN_VERIFY",
            ..Self::new(id, region, created)
        }
    }

    /// A replica of this multi-Region key in another Region.
    #[must_use]
    pub fn replica(&self, region: &str, created: Timestamp) -> Self {
        Self {
            region: region.to_owned(),
            created,
            aliases: Vec::new(),
            rotation_days: None,
            replica_of: Some(self.region.clone()),
            ..self.clone()
        }
    }

    /// Its ARN in the account that owns it.
    #[must_use]
    pub fn arn(&self, owner: &str) -> String {
        format!("arn:aws:kms:{}:{owner}:key/{}", self.region, self.id)
    }
}
