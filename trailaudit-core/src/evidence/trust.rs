//! Whom the verifier trusts. It comes from the verifier, never from the package.

mod file;

use std::io;

use jiff::Timestamp;

use super::public_key::PublicKey;
use super::statement::{Person, Role};
use super::timestamp::Certificate;
use super::{Algorithm, Digest};

pub use file::{FORMAT, TrustError};

/// Whose signatures count, in which roles, and from when to when; and which timestamping authorities prove the time.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Trust {
    signers: Vec<TrustedSigner>,
    require: Vec<Role>,
    independent: Vec<Role>,
    require_timestamp: bool,
    tsa_roots: Vec<Certificate>,
}

/// A key the verifier trusts, and for what.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TrustedSigner {
    /// The key.
    pub key: PublicKey,
    /// Whose it is; nobody in particular when only the key was given.
    pub person: Option<Person>,
    /// For which roles; for any when only the key was given.
    pub roles: Option<Vec<Role>>,
    /// How it must sign, when that is demanded apart.
    pub algorithm: Option<Algorithm>,
    /// The first moment at which it counts.
    pub not_before: Option<Timestamp>,
    /// The last moment at which it counts.
    pub not_after: Option<Timestamp>,
    /// From when on it is worth nothing.
    pub revoked: Option<Timestamp>,
}

impl Trust {
    /// Trusts these keys, whoever holds them and whatever role they sign in.
    #[must_use]
    pub fn in_keys(keys: impl IntoIterator<Item = PublicKey>) -> Self {
        Self {
            signers: keys.into_iter().map(TrustedSigner::in_any_role).collect(),
            ..Self::default()
        }
    }

    /// The same trust, and these keys, whoever holds them and whatever role they sign in.
    #[must_use]
    pub fn and_keys(mut self, keys: impl IntoIterator<Item = PublicKey>) -> Self {
        self.signers.extend(keys.into_iter().map(TrustedSigner::in_any_role));
        self
    }

    /// Reads the verifier's trust policy, a `trust.toml`:
    ///
    /// ```toml
    /// format = "trailaudit.trust/v1"
    /// require = ["preparer", "reviewer"]   # roles that must have signed, beside those the manifest requires
    /// independent = ["reviewer"]           # who signs in these is another person with another key than all others
    /// require-timestamp = true             # every signature must have a verified RFC 3161 timestamp
    ///
    /// [[signer]]
    /// name = "Ada Lovelace"                # as the signature prints it
    /// id = "ada@example.com"
    /// roles = ["preparer"]
    /// key-file = "ada.pub.pem"             # or key = """PEM"""
    /// algorithm = "ecdsa-p256-sha256"      # optional: the type the key must have
    /// not-before = 2026-01-01T00:00:00Z    # optional, as are not-after and revoked
    /// ```
    ///
    /// A person may have several keys, each in a `[[signer]]` of its own; a key has one person (21 CFR 11.100).
    /// `read_key` is given each `key-file` as written and returns the file's text.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use trailaudit_core::evidence::{PemSigner, Signer as _, Trust};
    ///
    /// let ada = PemSigner::generate(&mut rand::rng())?;
    /// let policy = r#"
    ///     format = "trailaudit.trust/v1"
    ///     require = ["preparer"]
    ///     [[signer]]
    ///     name = "Ada Lovelace"
    ///     id = "ada@example.com"
    ///     roles = ["preparer"]
    ///     key-file = "ada.pub.pem"
    /// "#;
    /// let trust = Trust::from_toml(policy, &mut |_| Ok(ada.public_key().to_pem().to_owned()))?;
    /// let trusted = trust.signer(&ada.public_key().fingerprint()).ok_or("she is not trusted")?;
    /// assert!(trusted.may_sign_as(&"preparer".parse()?));
    /// assert!(!trusted.may_sign_as(&"reviewer".parse()?));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Names the line and the key at fault.
    pub fn from_toml(
        text: &str,
        read_key: &mut dyn FnMut(&str) -> Result<String, io::Error>,
    ) -> Result<Self, TrustError> {
        file::read(text, read_key)
    }

    /// The same trust, with these roots of timestamping authorities.
    #[must_use]
    pub fn with_tsa_roots(mut self, roots: Vec<Certificate>) -> Self {
        self.tsa_roots = roots;
        self
    }

    /// The trusted key with this fingerprint.
    #[must_use]
    pub fn key(&self, fingerprint: &Digest) -> Option<&PublicKey> {
        self.signer(fingerprint).map(|signer| &signer.key)
    }

    /// What is trusted about the key with this fingerprint.
    #[must_use]
    pub fn signer(&self, fingerprint: &Digest) -> Option<&TrustedSigner> {
        self.signers
            .iter()
            .find(|signer| signer.key.fingerprint() == *fingerprint)
    }

    /// Every trusted key. When there is none, nobody is trusted, as if no trust had been given.
    #[must_use]
    pub fn signers(&self) -> &[TrustedSigner] {
        &self.signers
    }

    /// The roles that must have signed, beside those the manifest requires.
    #[must_use]
    pub fn required_roles(&self) -> &[Role] {
        &self.require
    }

    /// The roles in which another person with another key signs than in every other signature.
    #[must_use]
    pub fn independent_roles(&self) -> &[Role] {
        &self.independent
    }

    /// Whether a signature counts only with a verified timestamp.
    #[must_use]
    pub fn requires_timestamp(&self) -> bool {
        self.require_timestamp
    }

    /// The roots of the timestamping authorities.
    #[must_use]
    pub fn tsa_roots(&self) -> &[Certificate] {
        &self.tsa_roots
    }
}

impl TrustedSigner {
    fn in_any_role(key: PublicKey) -> Self {
        Self {
            key,
            person: None,
            roles: None,
            algorithm: None,
            not_before: None,
            not_after: None,
            revoked: None,
        }
    }

    /// Whether the key counts in this role.
    #[must_use]
    pub fn may_sign_as(&self, role: &Role) -> bool {
        self.roles.as_ref().is_none_or(|roles| roles.contains(role))
    }

    /// Whether the key counts at this moment, revocation apart.
    #[must_use]
    pub fn is_valid_at(&self, moment: Timestamp) -> bool {
        self.not_before.is_none_or(|first| first <= moment) && self.not_after.is_none_or(|last| moment <= last)
    }
}
