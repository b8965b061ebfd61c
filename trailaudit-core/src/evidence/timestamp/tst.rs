//! What the authority signed: the imprint and the time (RFC 3161 section 2.4.2).

use der::asn1::{Any, Int, OctetString};
use der::{Decode as _, Tag, Tagged as _};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::TimestampError;
use super::algorithms::Hash;
use super::asn1;

/// The digest a timestamp is about: always SHA-256, over the bytes themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Imprint([u8; 32]);

impl Imprint {
    pub(super) fn of(signed: &[u8]) -> Self {
        Self(Sha256::digest(signed).into())
    }

    pub(super) fn to_asn1(&self) -> Result<asn1::MessageImprint, TimestampError> {
        Ok(asn1::MessageImprint {
            hash_algorithm: Hash::Sha256.identifier(),
            hashed_message: OctetString::new(self.0)?,
        })
    }

    fn read(imprint: &asn1::MessageImprint) -> Result<Self, TimestampError> {
        if Hash::of(&imprint.hash_algorithm)? != Hash::Sha256 {
            let message = format!("an imprint of the algorithm {}", imprint.hash_algorithm.oid);
            return Err(TimestampError::Algorithm(message));
        }
        let digest = imprint.hashed_message.as_bytes().try_into();
        digest.map(Self).map_err(|_| malformed("a SHA-256 has 32 bytes"))
    }
}

/// What is used of the structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TstInfo {
    pub policy: String,
    pub imprint: Imprint,
    pub serial: String,
    pub time: Timestamp,
    pub accuracy: SignedDuration,
    pub nonce: Option<Int>,
}

impl TstInfo {
    pub(super) fn read(der: &[u8]) -> Result<Self, TimestampError> {
        let info = asn1::TstInfo::from_der(der)?;
        if info.version != 1 {
            return Err(malformed("its version is not 1"));
        }
        // Whoever does not know a critical extension must not use what it qualifies.
        if info.extensions.iter().flatten().any(|extension| extension.critical) {
            return Err(malformed("it has a critical extension"));
        }
        Ok(Self {
            policy: info.policy.to_string(),
            imprint: Imprint::read(&info.message_imprint)?,
            serial: hexadecimal(info.serial_number.as_bytes()),
            time: read_time(&info.gen_time)?,
            accuracy: info.accuracy.as_ref().map_or(SignedDuration::ZERO, read_accuracy),
            nonce: info.nonce,
        })
    }
}

/// `GeneralizedTime` in UTC with seconds, and a fraction that does not end with a zero.
fn read_time(time: &Any) -> Result<Timestamp, TimestampError> {
    let not_a_time = || malformed("its time is not a GeneralizedTime of RFC 3161");
    let text = std::str::from_utf8(time.value()).map_err(|_| not_a_time())?;
    let text = text
        .strip_suffix('Z')
        .filter(|_| time.tag() == Tag::GeneralizedTime)
        .ok_or_else(not_a_time)?;
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_fraction = |text: &str| (1..=9).contains(&text.len()) && is_number(text) && !text.ends_with('0');
    if whole.len() != 14 || !is_number(whole) || !fraction.is_none_or(is_fraction) || whole.ends_with("60") {
        return Err(not_a_time());
    }
    let part = |from: usize, to: usize| whole.get(from..to).unwrap_or_default();
    let (date, clock) = (
        [part(0, 4), part(4, 6), part(6, 8)].join("-"),
        [part(8, 10), part(10, 12), part(12, 14)].join(":"),
    );
    let fraction = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
    format!("{date}T{clock}{fraction}Z").parse().map_err(|_| not_a_time())
}

fn read_accuracy(accuracy: &asn1::Accuracy) -> SignedDuration {
    SignedDuration::from_secs(accuracy.seconds.unwrap_or(0).into())
        + SignedDuration::from_millis(accuracy.millis.unwrap_or(0).into())
        + SignedDuration::from_micros(accuracy.micros.unwrap_or(0).into())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn malformed(message: &str) -> TimestampError {
    TimestampError::Malformed(message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_rfc_3161() {
        let read = |text: &str| read_time(&Any::new(Tag::GeneralizedTime, text.as_bytes()).unwrap());
        for (text, time) in [
            ("20260102030405Z", "2026-01-02T03:04:05Z"),
            ("20260102030405.5Z", "2026-01-02T03:04:05.5Z"),
            ("19920722132100.3Z", "1992-07-22T13:21:00.3Z"),
            ("20260102030405.000001Z", "2026-01-02T03:04:05.000001Z"),
        ] {
            assert_eq!(read(text).unwrap(), time.parse().unwrap(), "{text}");
        }
        // The last six of the first row are RFC 3161's own examples of what is not allowed, and their like.
        for text in [
            "",
            "Z",
            "20260102030405",
            "20260102030405.Z",
            "20260102030405.50Z",
            "20260102030405.0Z",
            "202601020304Z",
            "20260102030405+0100",
            "20261302030405Z",
            "20260102240405Z",
            "20260102030460Z",
            "2026010203040éZ",
            "20260102030405.1234567891Z",
            "20260102030405.5",
            "+0260102030405Z",
            "2026010203040 Z",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        let utc = Any::new(Tag::UtcTime, b"20260102030405Z".as_slice()).unwrap();
        assert!(read_time(&utc).is_err());
    }
}
