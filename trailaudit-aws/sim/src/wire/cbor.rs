//! CBOR, as Smithy RPC v2 speaks it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::refusal::Refusal;

/// The input of an operation; nothing is an input of nothing in particular.
pub(crate) fn input<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, Refusal> {
    if body.is_empty() {
        return Ok(T::default());
    }
    let malformed = |_| Refusal::client("SerializationException", "The body is not the CBOR of this operation.");
    ciborium::from_reader(body).map_err(malformed)
}

pub(crate) fn output(value: &impl Serialize) -> Vec<u8> {
    let mut body = Vec::new();
    // A vector takes whatever is written, and no output has a part without a form in CBOR.
    let _ = ciborium::into_writer(value, &mut body);
    body
}

/// The operation that a path of `/service/NAME/operation/NAME` names.
pub(super) fn asked(path: &str) -> String {
    let named = path.split_once("/operation/").map(|(_, operation)| operation);
    named.unwrap_or_default().to_owned()
}

pub(super) fn error(refusal: &Refusal) -> Vec<u8> {
    output(&json!({"__type": format!("com.amazonaws#{}", refusal.code), "message": refusal.message}))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn maps_may_be_of_no_length_told_before() {
        // {_ "a": 1}
        let read: BTreeMap<String, u8> = input(&[0xbf, 0x61, 0x61, 1, 0xff]).unwrap();
        assert_eq!(read, [("a".to_owned(), 1)].into());
        assert!(input::<BTreeMap<String, u8>>(b"{").is_err());
        assert_eq!(asked("/service/X/operation/DescribeAlarms"), "DescribeAlarms");
    }
}
