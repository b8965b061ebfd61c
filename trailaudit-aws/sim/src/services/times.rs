//! Times as the JSON services write them.

use jiff::Timestamp;
use serde::Serializer;

/// Seconds since 1970 as a JSON number, with milliseconds behind the point.
#[derive(Clone, Copy, Debug)]
pub(super) struct EpochSeconds(pub Timestamp);

impl serde::Serialize for EpochSeconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Milliseconds since 1970 are far below 2^53, so nothing is lost.
        #[allow(clippy::cast_precision_loss)]
        let milliseconds = self.0.as_millisecond() as f64;
        serializer.serialize_f64(milliseconds / 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_of_seconds() {
        let time = Timestamp::from_millisecond(1_790_000_000_250).unwrap();
        assert_eq!(serde_json::to_string(&EpochSeconds(time)).unwrap(), "1790000000.25");
    }
}
