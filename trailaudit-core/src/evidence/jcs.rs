//! Canonical JSON (RFC 8785) for a world without floats, and strict parsing.
//!
//! Two published encoders round big integers silently; here a number that an IEEE double cannot carry exactly is
//! refused, so what is signed is what was meant.

use std::collections::HashSet;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// The largest integer a double carries exactly: 2^53 - 1.
const LARGEST: u64 = (1 << 53) - 1;

/// A number that canonical JSON would round.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number {0} cannot be carried exactly by canonical JSON; write it as a string")]
pub struct NotCanonical(String);

/// Bytes that are not the strict JSON that was expected.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotStrict(#[from] serde_json::Error);

/// The canonical bytes of a JSON value.
///
/// # Errors
/// When a number is a fraction, or an integer beyond 2^53 - 1.
pub fn canonical(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut out = Vec::with_capacity(256);
    write(value, &mut out)?;
    Ok(out)
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

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), NotCanonical> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => {
            let exact = number.as_u64().is_some_and(|n| n <= LARGEST)
                || number.as_i64().is_some_and(|n| n.unsigned_abs() <= LARGEST);
            if !exact {
                return Err(NotCanonical(number.to_string()));
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
            // RFC 8785 section 3.2.3: keys are ordered by their UTF-16 code units.
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
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

fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for c in text.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            '\r' => out.extend_from_slice(b"\\r"),
            c if c < ' ' => out.extend_from_slice(format!("\\u{:04x}", u32::from(c)).as_bytes()),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
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
                return Err(A::Error::custom(format_args!(
                    "the key {key:?} stands twice in one object"
                )));
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
}
