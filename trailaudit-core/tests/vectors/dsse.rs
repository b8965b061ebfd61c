//! The test vector of the DSSE specification (`protocol.md`, "Test Vectors").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::Signature;
use trailaudit_core::evidence::{PublicKey, envelope};

const PAYLOAD_TYPE: &str = "http://example.com/HelloWorld";
const PAYLOAD: &[u8] = b"hello world";

/// The key as DER; the specification writes the point in decimal.
const KEY: [&str; 3] = [
    "3059301306072a8648ce3d020106082a8648ce3d03010703420004",
    "67cd390f77aa359cb08c2235f652270493a9ed832b0abcc01f70954c0390d238",
    "0c782bd54e269125a44f4433aff1432ce94e12bca73aa67ac80cea12608ddf74",
];

/// r and s, one after the other.
const SIGNATURE: &str = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==";

#[test]
fn the_signature_of_the_specification_verifies() {
    let key = PublicKey::from_spki(&from_hex(&KEY.concat())).unwrap();
    let raw = STANDARD.decode(SIGNATURE).unwrap();
    let der = Signature::from_slice(&raw).unwrap().to_der();
    let message = envelope::pae(PAYLOAD_TYPE, PAYLOAD);
    assert_eq!(message, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    key.verify(&message, der.as_bytes()).unwrap();
    assert!(
        key.verify(&message, &raw).is_err(),
        "one signature has one form, and here that is DER"
    );
    for other in [
        envelope::pae(PAYLOAD_TYPE, b"hello World"),
        envelope::pae("http://example.com/Hello", PAYLOAD),
    ] {
        assert!(key.verify(&other, der.as_bytes()).is_err());
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect()
}
