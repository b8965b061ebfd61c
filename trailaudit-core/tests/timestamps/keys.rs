//! Keys of authorities that no signature is looked at of.

use trailaudit_core::evidence::timestamp::{TimestampError, request, response};

use crate::authority::{Authority, RSA_2048, Setup};

const SIGNED: &[u8] = b"the bytes of a signature";

#[test]
fn a_key_that_is_not_accepted_is_told_by_its_name() {
    for (key, digest, expected) in [
        ("EC -pkeyopt ec_paramgen_curve:P-521", "sha512", "a P-521 key"),
        ("EC -pkeyopt ec_paramgen_curve:P-521", "sha256", "a P-521 key"),
        ("EC -pkeyopt ec_paramgen_curve:secp256k1", "sha256", "a secp256k1 key"),
        ("RSA -pkeyopt rsa_keygen_bits:1536", "sha256", "an RSA key of 1536 bits"),
    ] {
        let authority = Authority::new(&Setup {
            key,
            digest,
            ..Setup::default()
        });
        let asked = request(SIGNED, 7).unwrap();
        let error = response(&authority.answer(asked.as_bytes()), &asked).unwrap_err();
        assert_eq!(error, TimestampError::Algorithm(expected.into()), "{key} {digest}");
        assert_eq!(
            error.to_string(),
            format!("the timestamp uses {expected}, which is not accepted here")
        );
    }
}

/// Whatever is wrong with a signature of a key that is accepted is no matter of its algorithm.
#[test]
fn a_signature_that_does_not_verify_is_told_as_that() {
    for key in [RSA_2048, "EC -pkeyopt ec_paramgen_curve:P-384"] {
        let authority = Authority::new(&Setup {
            key,
            ..Setup::default()
        });
        let asked = request(SIGNED, 7).unwrap();
        let mut answer = authority.answer(asked.as_bytes());
        let last = answer.len() - 1;
        answer[last] ^= 1;
        let error = response(&answer, &asked).unwrap_err();
        assert_eq!(error, TimestampError::Signature, "{key}");
    }
}
