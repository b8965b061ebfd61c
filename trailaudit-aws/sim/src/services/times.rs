//! Times as the services write them that speak JSON or CBOR.

use ciborium::tag::Required;
use jiff::Timestamp;
use serde::Serializer;

/// Seconds since 1970, with milliseconds behind the point: in JSON a number, in CBOR one with tag 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct EpochSeconds(pub Timestamp);

impl serde::Serialize for EpochSeconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Milliseconds since 1970 are far below 2^53, so nothing is lost.
        #[allow(clippy::cast_precision_loss)]
        let seconds = self.0.as_millisecond() as f64 / 1_000.0;
        if serializer.is_human_readable() {
            serializer.serialize_f64(seconds)
        } else {
            serde::Serialize::serialize(&Required::<_, 1>(seconds), serializer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_of_seconds() {
        let time = Timestamp::from_millisecond(1_790_000_000_250).unwrap();
        assert_eq!(serde_json::to_string(&EpochSeconds(time)).unwrap(), "1790000000.25");
        let mut cbor = Vec::new();
        // The first example with a tag in RFC 8949, appendix A, as a float: 0xc1 and the number.
        let time = Timestamp::from_second(1_363_896_240).unwrap();
        ciborium::into_writer(&EpochSeconds(time), &mut cbor).unwrap();
        assert_eq!(cbor, [0xc1, 0xfb, 0x41, 0xd4, 0x52, 0xd9, 0xec, 0, 0, 0]);
    }
}
