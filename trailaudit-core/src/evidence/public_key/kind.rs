//! The kinds of key: how each is read from a `SubjectPublicKeyInfo`, and how each verifies.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode as _, Encode as _};
use ed25519_dalek::VerifyingKey as Ed25519Key;
use p256::ecdsa::VerifyingKey as P256Key;
use p256::ecdsa::signature::Verifier as _;
use p256::pkcs8::EncodePublicKey as _;
use p256::pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use pki_types::alg_id;
use rsa::RsaPublicKey;
use rsa::pkcs1::{DecodeRsaPublicKey as _, EncodeRsaPublicKey as _, RsaPublicKeyRef};
use rsa::pss;
use rsa::traits::PublicKeyParts as _;
use sha2::Sha256;

use super::BadSignature::{self, AnotherKeyOrMessage, SaltLength};
use super::KeyError;

/// RFC 5480 sections 2.1.1 and 2.1.1.1.
const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
const P256: &str = "1.2.840.10045.3.1.7";
/// RFC 8410 section 3.
const ED25519: &str = "1.3.101.112";
/// RFC 8017 appendix A.1 and RFC 4055 section 3.1.
const RSA: &str = "1.2.840.113549.1.1.1";
const RSA_PSS: &str = "1.2.840.113549.1.1.10";

/// How many bits an RSA key may have.
const RSA_BITS: std::ops::RangeInclusive<usize> = 3072..=8192;

/// A key, ready to verify. Two keys of equal kind are one key, however their files describe them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    P256(P256Key),
    Ed25519(Ed25519Key),
    RsaPss(RsaPublicKey),
}

impl Kind {
    /// Reads a DER `SubjectPublicKeyInfo`, which must be the one canonical form of its key.
    pub(super) fn read(der: &[u8]) -> Result<Self, KeyError> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|error| KeyError::malformed(&error))?;
        let key = match info.algorithm.oid.to_string().as_str() {
            ED25519 => ed25519(&info)?,
            RSA | RSA_PSS => rsa(&info)?,
            _ => {
                check_p256(info.algorithm, KeyError::Algorithm)?;
                p256(&info, der)?
            }
        };
        // The decoder is strict, but what it read is written again to be sure.
        let again = info.to_der().map_err(|error| KeyError::malformed(&error))?;
        if again == der {
            Ok(key)
        } else {
            Err(KeyError::NotCanonical)
        }
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        match self {
            Self::P256(key) => {
                let plain = p256::ecdsa::Signature::from_der(signature).map_err(|_| AnotherKeyOrMessage)?;
                // What was parsed is written again, so that one signature has one form only.
                if plain.to_der().as_bytes() != signature {
                    return Err(AnotherKeyOrMessage);
                }
                key.verify(message, &plain).map_err(|_| AnotherKeyOrMessage)
            }
            Self::Ed25519(key) => {
                let plain = ed25519_dalek::Signature::from_slice(signature).map_err(|_| AnotherKeyOrMessage)?;
                key.verify_strict(message, &plain).map_err(|_| AnotherKeyOrMessage)
            }
            Self::RsaPss(key) => verify_pss(key, message, signature),
        }
    }
}

/// The salt is as long as the digest, neither shorter nor longer; where that alone is wrong, it is told.
fn verify_pss(key: &RsaPublicKey, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
    if signature.len() != key.size() {
        return Err(AnotherKeyOrMessage);
    }
    let plain = pss::Signature::try_from(signature).map_err(|_| AnotherKeyOrMessage)?;
    let with_its_salt = pss::VerifyingKey::<Sha256>::new(key.clone());
    if with_its_salt.verify(message, &plain).is_ok() {
        return Ok(());
    }
    let with_any_salt = pss::VerifyingKey::<Sha256>::new_with_auto_salt_len(key.clone());
    Err(match with_any_salt.verify(message, &plain) {
        Ok(()) => SaltLength,
        Err(_) => AnotherKeyOrMessage,
    })
}

fn p256(info: &SubjectPublicKeyInfoRef<'_>, der: &[u8]) -> Result<Kind, KeyError> {
    let key = P256Key::try_from(info.clone()).map_err(|_| KeyError::Malformed("no point of the curve".into()))?;
    let again = key.to_public_key_der().map_err(|error| KeyError::malformed(&error))?;
    if again.as_bytes() == der {
        Ok(Kind::P256(key))
    } else {
        Err(KeyError::NotCanonical)
    }
}

/// RFC 8410 section 3: no parameters; RFC 8032 section 5.1.5: 32 bytes.
fn ed25519(info: &SubjectPublicKeyInfoRef<'_>) -> Result<Kind, KeyError> {
    if info.algorithm.parameters.is_some() {
        return Err(KeyError::NotCanonical);
    }
    let bytes = bits(info)?;
    let bytes = <&[u8; 32]>::try_from(bytes).map_err(|_| KeyError::Malformed("not 32 bytes".into()))?;
    let key = Ed25519Key::from_bytes(bytes).map_err(|_| KeyError::Malformed("no point of the curve".into()))?;
    if key.is_weak() {
        return Err(KeyError::Weak);
    }
    // A coordinate above the prime is a second name of a point.
    if key.to_edwards().compress().as_bytes() == bytes {
        Ok(Kind::Ed25519(key))
    } else {
        Err(KeyError::NotCanonical)
    }
}

fn rsa(info: &SubjectPublicKeyInfoRef<'_>) -> Result<Kind, KeyError> {
    check_rsa_parameters(info.algorithm)?;
    let bytes = bits(info)?;
    let numbers = RsaPublicKeyRef::from_der(bytes).map_err(|error| KeyError::malformed(&error))?;
    let size = match numbers.modulus.as_bytes() {
        [] => 0,
        [first, rest @ ..] => 8 - first.leading_zeros() as usize + 8 * rest.len(),
    };
    if !RSA_BITS.contains(&size) {
        return Err(KeyError::RsaBits(size));
    }
    let exponent = numbers.public_exponent.as_bytes();
    if exponent == [1] || exponent.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyError::RsaExponent);
    }
    let key = RsaPublicKey::from_pkcs1_der(bytes).map_err(|_| match exponent.len() {
        0..=4 => KeyError::Malformed("no RSA modulus".into()),
        _ => KeyError::RsaExponent,
    })?;
    let again = key.to_pkcs1_der().map_err(|error| KeyError::malformed(&error))?;
    if again.as_bytes() == bytes {
        Ok(Kind::RsaPss(key))
    } else {
        Err(KeyError::NotCanonical)
    }
}

/// RFC 4055 sections 1.2 and 3.1: a key for anything has NULL; one for PSS has nothing, or what it is restricted to.
fn check_rsa_parameters(algorithm: AlgorithmIdentifierRef<'_>) -> Result<(), KeyError> {
    let is_for_pss = algorithm.oid.to_string() == RSA_PSS;
    match algorithm.parameters {
        Some(parameters) if !is_for_pss && parameters == AnyRef::NULL => Ok(()),
        None if is_for_pss => Ok(()),
        Some(parameters) if is_for_pss => {
            let written = parameters.to_der().map_err(|error| KeyError::malformed(&error))?;
            // The constant is the whole identifier: its object identifier, of 11 bytes, and then the parameters.
            if alg_id::RSA_PSS_SHA256.as_ref().get(11..) == Some(&written[..]) {
                Ok(())
            } else {
                Err(KeyError::PssParameters)
            }
        }
        _ => Err(KeyError::NotCanonical),
    }
}

fn bits<'a>(info: &SubjectPublicKeyInfoRef<'a>) -> Result<&'a [u8], KeyError> {
    info.subject_public_key
        .as_bytes()
        .ok_or_else(|| KeyError::Malformed("the key does not end with a whole byte".into()))
}

/// Refuses every algorithm but an elliptic curve key on P-256; `otherwise` makes the error of another algorithm's name.
pub(in crate::evidence) fn check_p256(
    algorithm: AlgorithmIdentifierRef<'_>,
    otherwise: fn(String) -> KeyError,
) -> Result<(), KeyError> {
    if algorithm.oid.to_string() != EC_PUBLIC_KEY {
        return Err(otherwise(name(algorithm.oid)));
    }
    match algorithm.parameters_oid() {
        Ok(curve) if curve.to_string() == P256 => Ok(()),
        Ok(curve) => Err(KeyError::Curve(name(curve))),
        Err(_) => Err(KeyError::Curve("given by explicit parameters".into())),
    }
}

/// What a key is called in a sentence: by its curve where it has one, else by its algorithm.
pub(in crate::evidence) fn key_name(algorithm: AlgorithmIdentifierRef<'_>) -> String {
    match algorithm.parameters_oid() {
        Ok(curve) if algorithm.oid.to_string() == EC_PUBLIC_KEY => name(curve),
        _ => name(algorithm.oid),
    }
}

/// The usual name of an algorithm or curve, or its number.
fn name(oid: ObjectIdentifier) -> String {
    let number = oid.to_string();
    match number.as_str() {
        RSA => "RSA".into(),
        RSA_PSS => "RSA-PSS".into(),
        ED25519 => "Ed25519".into(),
        "1.3.101.110" => "X25519".into(),
        "1.3.101.113" => "Ed448".into(),
        "1.3.132.0.34" => "P-384".into(),
        "1.3.132.0.35" => "P-521".into(),
        "1.3.132.0.10" => "secp256k1".into(),
        _ => number,
    }
}
