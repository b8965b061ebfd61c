//! What a rule may ask of a key.

use jiff::Timestamp;

use crate::observed::{Observed, Opinion};
use crate::organization::{KeyId, Region};
use crate::trail::Trail;

/// A key that encrypts a trail's log files.
pub trait Key: Sync {
    /// Its full name, as whoever uses it names it.
    fn id(&self) -> &KeyId;

    /// Who manages it.
    fn manager(&self) -> Observed<KeyManager> {
        Observed::not_collected("who manages the key")
    }

    /// Whether it can be used.
    fn state(&self) -> Observed<KeyState> {
        Observed::not_collected("the key's state")
    }

    /// The Region it lives in.
    fn region(&self) -> Observed<Region> {
        Observed::not_collected("the key's Region")
    }

    /// Whether its material is changed from time to time.
    fn rotation(&self) -> Observed<Rotation> {
        Observed::not_collected("whether the key is rotated")
    }

    /// Whether its policy lets anybody in.
    fn is_public(&self) -> Observed<Opinion> {
        Observed::not_collected("whether the key's policy lets anybody in")
    }

    /// Whether its policy lets the audit service encrypt what `trail` delivers.
    fn serves(&self, trail: &dyn Trail) -> Observed<Opinion> {
        let _ = trail;
        Observed::not_collected("whether the key's policy lets the trail be encrypted")
    }

    /// Whether its policy lets somebody of the organization read what was encrypted for `trail`.
    fn lets_read(&self, trail: &dyn Trail) -> Observed<Opinion> {
        let _ = trail;
        Observed::not_collected("whether the key's policy lets somebody read the log files")
    }

    /// Whether what its policy lets the audit service do is confined to trails of the account that owns `trail`.
    fn is_confined_to(&self, trail: &dyn Trail) -> Observed<Opinion> {
        let _ = trail;
        Observed::not_collected("whose trails the key's policy serves")
    }
}

/// Whether a key's material is changed from time to time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It is.
    On,
    /// It is not.
    Off,
    /// It cannot be, for this reason.
    Impossible(String),
}

/// Who manages a key (KMS, `KeyMetadata.KeyManager`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyManager {
    /// The customer: policy, rotation and deletion are the customer's own.
    Customer,
    /// The provider, on the customer's behalf.
    Provider,
}

/// Whether a key can be used (KMS, `KeyMetadata.KeyState`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Usable.
    Enabled,
    /// On its way to another state: ask again.
    Changing(String),
    /// Not usable: nothing can be delivered under it.
    Unusable {
        /// The state as the provider names it.
        state: String,
        /// When it will be deleted, if that is planned.
        deletion: Option<Timestamp>,
    },
}
