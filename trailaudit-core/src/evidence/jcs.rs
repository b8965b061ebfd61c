//! Canonical JSON (RFC 8785) for a world without floats, and strict parsing.
//!
//! Two published encoders round big integers silently; here a number that an IEEE double cannot carry exactly is
//! refused, so what is signed is what was meant.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer as _, Serialize};
use serde_json::Value;

/// The largest integer a double carries exactly: 2^53 - 1.
const LARGEST: u64 = (1 << 53) - 1;

/// A value that canonical JSON cannot carry exactly: mostly a number it would round.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotCanonical(String);

/// Bytes that are not the strict JSON that was expected.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotStrict(#[from] serde_json::Error);

impl NotStrict {
    /// Whether an object repeats one of its keys.
    #[must_use]
    pub fn is_repeated_key(&self) -> bool {
        self.0.to_string().starts_with(REPEATED_KEY)
    }

    /// Whether an object has a key that its form does not know.
    #[must_use]
    pub fn is_unknown_field(&self) -> bool {
        // The words of serde's `de::Error::unknown_field`; a test holds them.
        self.0.to_string().starts_with("unknown field ")
    }
}

/// How the message of a repeated key starts. The key itself, which is foreign text, comes after it.
const REPEATED_KEY: &str = "one object has twice the key ";

/// The canonical bytes of a JSON value.
///
/// # Errors
/// When a number is a fraction, or an integer beyond 2^53 - 1.
pub fn canonical(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut out = Vec::with_capacity(256);
    write(value, &mut out)?;
    Ok(out)
}

/// The canonical bytes of anything that serializes to JSON.
///
/// # Errors
/// As for [`canonical`], and when a map has keys that are not text.
pub fn to_canonical<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, NotCanonical> {
    canonical(&serde_json::to_value(value).map_err(|error| NotCanonical(error.to_string()))?)
}

/// Parses JSON of which every byte is decided by its content: strict, and written as [`to_canonical`] writes it.
///
/// # Errors
/// As for [`parse_strict`], and when the bytes are not the canonical form of what they say.
pub fn parse_canonical<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, NotStrict> {
    let value: T = parse_strict(bytes)?;
    match to_canonical(&value) {
        Ok(again) if again == bytes => Ok(value),
        Ok(_) => Err(NotStrict(serde_json::Error::custom(
            "the JSON is not in canonical form (RFC 8785)",
        ))),
        Err(error) => Err(NotStrict(serde_json::Error::custom(error))),
    }
}

/// Parses JSON that has no duplicate key in any object and nothing after its end.
///
/// # Errors
/// When the bytes are not JSON, repeat a key, go on after the value, or do not have the form of `T`.
pub fn parse_strict<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, NotStrict> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    reader.deserialize_any(NoRepeats)?;
    reader.end()?;
    Ok(serde_json::from_slice(bytes)?)
}

pub(super) fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), NotCanonical> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => {
            let exact = number.as_u64().is_some_and(|n| n <= LARGEST)
                || number.as_i64().is_some_and(|n| n.unsigned_abs() <= LARGEST);
            if !exact {
                return Err(NotCanonical(format!(
                    "the number {number} cannot be carried exactly by canonical JSON; write it as a string"
                )));
            }
            out.extend_from_slice(number.to_string().as_bytes());
        }
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            // RFC 8785 section 3.2.3: keys are ordered by their UTF-16 code units. Where all are ASCII, as services
            // name their fields, that is the order of their bytes.
            if sorted.iter().all(|(key, _)| key.is_ascii()) {
                sorted.sort_by_key(|(key, _)| key.as_bytes());
            } else {
                sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            }
            out.push(b'{');
            for (i, (key, member)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_string(key, out);
                out.push(b':');
                write(member, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

pub(super) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest
        .bytes()
        .position(|byte| byte < b' ' || byte == b'"' || byte == b'\\')
    {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        match rest.as_bytes()[at] {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            8 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            12 => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// Walks a JSON value without keeping it and refuses a repeated key.
struct NoRepeats;

impl<'de> DeserializeSeed<'de> for NoRepeats {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NoRepeats {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without repeated keys")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(NoRepeats)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = members.next_key::<String>()? {
            members.next_value_seed(NoRepeats)?;
            if let Some(key) = seen.replace(key) {
                return Err(A::Error::custom(format_args!("{REPEATED_KEY}{key:?}")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The example of RFC 8785 section 3.2.3: the order is that of UTF-16 code units, not of code points.
    #[test]
    fn sorts_keys_as_the_rfc_does() {
        let value: Value = serde_json::from_str(
            r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#,
        )
        .unwrap();
        let text = String::from_utf8(canonical(&value).unwrap()).unwrap();
        let order: Vec<_> = text
            .split(',')
            .map(|member| member.split(':').nth(1).unwrap().trim_matches('"'))
            .collect();
        assert_eq!(
            order,
            [
                "Carriage Return",
                "One",
                "Control",
                "Latin Small Letter O With Diaeresis",
                "Euro Sign",
                "Emoji",
                "Hebrew Letter Dalet With Dagesh}"
            ]
            .map(|name| name.trim_end_matches('}'))
            .map(|name| if name.starts_with("Hebrew") {
                "Hebrew Letter Dalet With Dagesh\"}"
            } else {
                name
            })
        );
    }

    #[test]
    fn escapes_as_the_rfc_does() {
        let text = canonical(&json!("\u{20ac}$\u{f}\nA'B\"\\\"/")).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\"/\""
        );
    }

    #[test]
    fn refuses_what_a_double_would_round() {
        assert!(canonical(&json!(9_007_199_254_740_991_u64)).is_ok());
        assert!(canonical(&json!(9_007_199_254_740_992_u64)).is_err());
        assert!(canonical(&json!(1.5)).is_err());
    }

    #[test]
    fn refuses_repeats_and_trailing_bytes() {
        assert!(parse_strict::<Value>(br#"{"a":{"b":1,"b":2}}"#).is_err());
        assert!(parse_strict::<Value>(b"{} {}").is_err());
        assert!(parse_strict::<Value>(br#"{"a":[{"b":1},{"b":2}]}"#).is_ok());
    }

    #[test]
    fn tells_a_repeated_key_from_an_unknown_one() {
        #[derive(serde::Deserialize, serde::Serialize)]
        #[serde(deny_unknown_fields)]
        struct Form {
            a: u8,
        }
        let repeated = parse_strict::<Form>(br#"{"a":1,"a":1}"#).err().unwrap();
        assert!(repeated.is_repeated_key() && !repeated.is_unknown_field());
        let unknown = parse_strict::<Form>(br#"{"a":1,"b":1}"#).err().unwrap();
        assert!(unknown.is_unknown_field() && !unknown.is_repeated_key());
        assert_eq!(parse_canonical::<Form>(br#"{"a":1}"#).unwrap().a, 1);
    }

    /// A derived form is also read from an array of its fields: only the canonical form tells them apart.
    #[test]
    fn refuses_what_is_not_written_canonically() {
        #[derive(serde::Deserialize, serde::Serialize)]
        struct Form {
            a: u8,
            b: Option<u8>,
        }
        assert!(parse_canonical::<Form>(br#"{"a":1,"b":null}"#).is_ok());
        for other in [
            &br#"{"a":1}"#[..],
            br#"{"a": 1,"b":null}"#,
            br#"{"b":null,"a":1}"#,
            b"[1,null]",
        ] {
            assert!(
                parse_canonical::<Form>(other).is_err(),
                "{}",
                String::from_utf8_lossy(other)
            );
        }
    }
}
