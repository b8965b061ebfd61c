//! Whom the verifier trusts. It comes from the verifier, never from the package.

use super::Digest;
use super::public_key::PublicKey;

/// The keys a verifier trusts, each for any role.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Trust {
    keys: Vec<PublicKey>,
}

impl Trust {
    /// Trusts these keys, whatever role they sign in.
    #[must_use]
    pub fn in_keys(keys: impl IntoIterator<Item = PublicKey>) -> Self {
        Self {
            keys: keys.into_iter().collect(),
        }
    }

    /// The trusted key with this fingerprint.
    #[must_use]
    pub fn key(&self, fingerprint: &Digest) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.fingerprint() == *fingerprint)
    }
}
