//! An alarm held in memory.

use crate::alert::Alarm;
use crate::observed::{Observed, Opinion};
use crate::organization::AlarmId;

/// An alarm that is plain data.
#[derive(Clone, Debug)]
pub struct MemoryAlarm {
    /// [`Alarm::id`].
    pub id: AlarmId,
    /// [`Alarm::acts`].
    pub acting: Observed<Opinion>,
}

impl MemoryAlarm {
    /// An alarm of which nothing is known but that it is there.
    #[must_use]
    pub fn unknown(id: AlarmId) -> Self {
        Self {
            id,
            acting: Observed::not_collected("whether the alarm does anything"),
        }
    }
}

impl Alarm for MemoryAlarm {
    fn id(&self) -> &AlarmId {
        &self.id
    }

    fn acts(&self) -> Observed<Opinion> {
        self.acting.clone()
    }
}
