//! What a rule may ask of a log group.

use crate::organization::LogGroupId;

/// A log group a trail delivers to; that it is there at all is what the first rules ask.
pub trait LogGroup: Sync {
    /// Its full name.
    fn id(&self) -> &LogGroupId;
}
