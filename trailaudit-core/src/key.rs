//! What a rule may ask of a key.

use jiff::Timestamp;

use crate::observed::Observed;

/// A key that encrypts a trail's log files.
pub trait Key: Sync {
    /// Who manages it.
    fn manager(&self) -> Observed<KeyManager> {
        Observed::not_collected("who manages the key")
    }

    /// Whether it can be used.
    fn state(&self) -> Observed<KeyState> {
        Observed::not_collected("the key's state")
    }
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
