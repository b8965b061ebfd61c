//! A public key as an auditor holds it: one PEM block, named by the SHA-256 of its DER form.

use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{DerSignature, VerifyingKey};
use p256::pkcs8::der::{Decode as _, asn1::ObjectIdentifier};
use p256::pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use p256::pkcs8::{Document, EncodePublicKey as _, LineEnding};
use serde::{Deserialize, Serialize};

use super::Digest;

/// How a key signs, by the name the signed statement carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA over NIST P-256 with SHA-256, signatures in DER.
    #[serde(rename = "ecdsa-p256-sha256")]
    EcdsaP256Sha256,
}

impl Algorithm {
    /// The name the signed statement carries.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EcdsaP256Sha256 => "ecdsa-p256-sha256",
        }
    }
}

/// A public key that can verify signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    spki: Vec<u8>,
    pem: String,
    key: Key,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    P256(VerifyingKey),
}

impl PublicKey {
    /// Reads one `PUBLIC KEY` block (RFC 7468), in exactly the form `openssl pkey -pubout` writes: 64 columns, LF,
    /// nothing before or after.
    ///
    /// # Errors
    /// Says what the text is instead: a private key, a certificate, an RSA key, another curve, another line length.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        match pem_label(text)? {
            "PUBLIC KEY" => {}
            label @ ("RSA PUBLIC KEY" | "DSA PUBLIC KEY") => return Err(KeyError::Algorithm(label.to_owned())),
            label if label.contains("PRIVATE KEY") => return Err(KeyError::PrivateGiven),
            label => return Err(KeyError::Label(label.to_owned())),
        }
        let (_, der) = Document::from_pem(text).map_err(|error| KeyError::Malformed(error.to_string()))?;
        let key = Self::from_spki(der.as_bytes())?;
        if key.pem == text {
            Ok(key)
        } else {
            Err(KeyError::NotCanonical)
        }
    }

    /// Reads a DER `SubjectPublicKeyInfo`, as AWS KMS returns it.
    ///
    /// # Errors
    /// When it is not the canonical DER of a key of a known algorithm.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|error| KeyError::Malformed(error.to_string()))?;
        check_p256(info.algorithm)?;
        let key = VerifyingKey::try_from(info).map_err(|_| KeyError::Malformed("no point of the curve".into()))?;
        let key = Self::from_p256(key)?;
        if key.spki == der {
            Ok(key)
        } else {
            Err(KeyError::NotCanonical)
        }
    }

    /// The SHA-256 of the DER `SubjectPublicKeyInfo`: what
    /// `openssl pkey -pubin -in KEY -outform DER | sha256sum` prints.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        Digest::of(&self.spki)
    }

    /// The key as one PEM block.
    #[must_use]
    pub fn to_pem(&self) -> &str {
        &self.pem
    }

    /// How this key signs.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.key {
            Key::P256(_) => Algorithm::EcdsaP256Sha256,
        }
    }

    /// Whether `signature`, in DER, was made over `message` with this key's private half.
    ///
    /// # Errors
    /// [`BadSignature`] when it was not, or is not a signature in canonical DER.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        match &self.key {
            Key::P256(key) => {
                let parsed = DerSignature::from_bytes(signature).map_err(|_| BadSignature)?;
                // What was parsed is written again, so that one signature has one form only.
                let plain = p256::ecdsa::Signature::try_from(parsed).map_err(|_| BadSignature)?;
                if plain.to_der().as_bytes() != signature {
                    return Err(BadSignature);
                }
                key.verify(message, &plain).map_err(|_| BadSignature)
            }
        }
    }

    pub(super) fn from_p256(key: VerifyingKey) -> Result<Self, KeyError> {
        let malformed = |error: &dyn std::fmt::Display| KeyError::Malformed(error.to_string());
        let der = key.to_public_key_der().map_err(|error| malformed(&error))?;
        Ok(Self {
            spki: der.as_bytes().to_vec(),
            pem: key
                .to_public_key_pem(LineEnding::LF)
                .map_err(|error| malformed(&error))?,
            key: Key::P256(key),
        })
    }
}

/// The signature is not this key's over this message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature is not this key's over these bytes")]
pub struct BadSignature;

/// Why a text is not a key that can be used here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not PEM at all.
    #[error("this is not a PEM file: it does not start with -----BEGIN")]
    NotPem,
    /// The PEM block holds something that is no key.
    #[error("the PEM block holds a {0}, not a key that can be used here")]
    Label(String),
    /// A private key was given where a public one belongs.
    #[error("this is a private key; give the public key (openssl pkey -in KEY -pubout)")]
    PrivateGiven,
    /// A public key was given where a private one belongs.
    #[error("this is a public key; signing needs the private key")]
    PublicGiven,
    /// The private key is protected by a passphrase.
    #[error("the private key is encrypted; decrypt it first (openssl pkey -in KEY -out PLAIN) or use a key in AWS KMS")]
    Encrypted,
    /// The key is of an algorithm that is not used here.
    #[error("the key is of the algorithm {0}; an ECDSA P-256 key is needed")]
    Algorithm(String),
    /// The key is an elliptic curve key of another curve.
    #[error("the elliptic curve of the key is {0}; an ECDSA P-256 key is needed")]
    Curve(String),
    /// The key is readable, but not in its one canonical form.
    #[error("the key is not in canonical form: one PEM block of 64 columns with LF line ends and nothing around it")]
    NotCanonical,
    /// The block cannot be decoded.
    #[error("the key cannot be read: {0}")]
    Malformed(String),
}

/// The label of the first PEM block.
pub(super) fn pem_label(text: &str) -> Result<&str, KeyError> {
    text.lines()
        .next()
        .and_then(|line| line.strip_prefix("-----BEGIN "))
        .and_then(|line| line.strip_suffix("-----"))
        .ok_or(KeyError::NotPem)
}

/// Refuses every algorithm but an elliptic curve key on P-256, and says which it is.
pub(super) fn check_p256(algorithm: AlgorithmIdentifierRef<'_>) -> Result<(), KeyError> {
    // RFC 5480 sections 2.1.1 and 2.1.1.1.
    const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
    const P256: &str = "1.2.840.10045.3.1.7";
    if algorithm.oid.to_string() != EC_PUBLIC_KEY {
        return Err(KeyError::Algorithm(name(algorithm.oid)));
    }
    match algorithm.parameters_oid() {
        Ok(curve) if curve.to_string() == P256 => Ok(()),
        Ok(curve) => Err(KeyError::Curve(name(curve))),
        Err(_) => Err(KeyError::Curve("given by explicit parameters".into())),
    }
}

/// The usual name of an algorithm or curve, or its number.
fn name(oid: ObjectIdentifier) -> String {
    let number = oid.to_string();
    match number.as_str() {
        "1.2.840.113549.1.1.1" => "RSA".into(),
        "1.2.840.113549.1.1.10" => "RSA-PSS".into(),
        "1.3.101.112" => "Ed25519".into(),
        "1.3.101.113" => "Ed448".into(),
        "1.3.132.0.34" => "P-384".into(),
        "1.3.132.0.35" => "P-521".into(),
        "1.3.132.0.10" => "secp256k1".into(),
        _ => number,
    }
}
