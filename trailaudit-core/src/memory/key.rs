//! A key held in memory.

use crate::key::{Key, KeyManager, KeyState, Rotation};
use crate::observed::{Observed, Opinion};
use crate::organization::{KeyId, Region};
use crate::trail::Trail;

/// A key that is plain data.
#[derive(Clone, Debug)]
pub struct MemoryKey {
    /// [`Key::id`].
    pub id: KeyId,
    /// [`Key::manager`].
    pub manager: Observed<KeyManager>,
    /// [`Key::state`].
    pub state: Observed<KeyState>,
    /// [`Key::region`].
    pub region: Observed<Region>,
    /// [`Key::rotation`].
    pub rotation: Observed<Rotation>,
    /// [`Key::is_public`].
    pub public: Observed<Opinion>,
    /// [`Key::serves`], whichever trail is asked about.
    pub serving: Observed<Opinion>,
    /// [`Key::lets_read`], whichever trail is asked about.
    pub readable: Observed<Opinion>,
    /// [`Key::is_confined_to`], whichever trail is asked about.
    pub confined: Observed<Opinion>,
}

impl MemoryKey {
    /// A key of which nothing is known but that it is there.
    #[must_use]
    pub fn unknown(id: KeyId) -> Self {
        Self {
            id,
            manager: Observed::not_collected("who manages the key"),
            state: Observed::not_collected("the key's state"),
            region: Observed::not_collected("the key's Region"),
            rotation: Observed::not_collected("whether the key is rotated"),
            public: Observed::not_collected("whether the key's policy lets anybody in"),
            serving: Observed::not_collected("whether the key's policy lets the trail be encrypted"),
            readable: Observed::not_collected("whether the key's policy lets somebody read the log files"),
            confined: Observed::not_collected("whose trails the key's policy serves"),
        }
    }
}

impl Key for MemoryKey {
    fn id(&self) -> &KeyId {
        &self.id
    }

    fn manager(&self) -> Observed<KeyManager> {
        self.manager.clone()
    }

    fn state(&self) -> Observed<KeyState> {
        self.state.clone()
    }

    fn region(&self) -> Observed<Region> {
        self.region.clone()
    }

    fn rotation(&self) -> Observed<Rotation> {
        self.rotation.clone()
    }

    fn is_public(&self) -> Observed<Opinion> {
        self.public.clone()
    }

    fn serves(&self, _: &dyn Trail) -> Observed<Opinion> {
        self.serving.clone()
    }

    fn lets_read(&self, _: &dyn Trail) -> Observed<Opinion> {
        self.readable.clone()
    }

    fn is_confined_to(&self, _: &dyn Trail) -> Observed<Opinion> {
        self.confined.clone()
    }
}
