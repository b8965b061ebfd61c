//! A public key as an auditor holds it: one PEM block, named by the SHA-256 of its DER form.

mod error;
mod kind;

use p256::ecdsa::VerifyingKey;
use p256::pkcs8::{Document, EncodePublicKey as _, LineEnding};
use serde::{Deserialize, Serialize};

use super::Digest;
pub use error::KeyError;
pub(super) use error::pem_label;
use kind::Kind;
pub(super) use kind::{check_p256, key_name};

/// How a key signs, by the name the signed statement carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA over NIST P-256 with SHA-256, signatures in DER.
    #[serde(rename = "ecdsa-p256-sha256")]
    EcdsaP256Sha256,
    /// Ed25519 (RFC 8032): the message itself is signed, not its digest; signatures of 64 bytes.
    #[serde(rename = "ed25519")]
    Ed25519,
    /// RSASSA-PSS (RFC 8017) with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes; keys of 3072 bits or more;
    /// signatures as long as the modulus.
    #[serde(rename = "rsa-pss-sha256")]
    RsaPssSha256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::EcdsaP256Sha256, Self::Ed25519, Self::RsaPssSha256];

    /// The name the signed statement carries.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EcdsaP256Sha256 => "ecdsa-p256-sha256",
            Self::Ed25519 => "ed25519",
            Self::RsaPssSha256 => "rsa-pss-sha256",
        }
    }
}

/// A public key that can verify signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    spki: Vec<u8>,
    pem: String,
    kind: Kind,
}

impl PublicKey {
    /// Reads one `PUBLIC KEY` block (RFC 7468), in exactly the form `openssl pkey -pubout` writes: 64 columns, LF,
    /// nothing before or after.
    ///
    /// # Errors
    /// Says what the text is instead: a private key, a certificate, a short RSA key, another curve, another line
    /// length.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        match pem_label(text)? {
            "PUBLIC KEY" => {}
            "RSA PUBLIC KEY" => return Err(KeyError::Pkcs1),
            "DSA PUBLIC KEY" => return Err(KeyError::Algorithm("DSA".into())),
            label if label.contains("PRIVATE KEY") => return Err(KeyError::PrivateGiven),
            label => return Err(KeyError::Label(label.to_owned())),
        }
        let (_, der) = Document::from_pem(text).map_err(|error| KeyError::malformed(&error))?;
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
        let kind = Kind::read(der)?;
        let document = Document::try_from(der).map_err(|error| KeyError::malformed(&error))?;
        let pem = document.to_pem("PUBLIC KEY", LineEnding::LF);
        Ok(Self {
            spki: der.to_vec(),
            pem: pem.map_err(|error| KeyError::malformed(&error))?,
            kind,
        })
    }

    /// The SHA-256 of the DER `SubjectPublicKeyInfo`: what
    /// `openssl pkey -pubin -in KEY -outform DER | sha256sum` prints.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        Digest::of(&self.spki)
    }

    /// Whether both are one key. An RSA key can be described in more than one way, and then has more than one
    /// fingerprint.
    #[must_use]
    pub fn is_same_key(&self, other: &Self) -> bool {
        self.kind == other.kind
    }

    /// The key as one PEM block.
    #[must_use]
    pub fn to_pem(&self) -> &str {
        &self.pem
    }

    /// How this key signs.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.kind {
            Kind::P256(_) => Algorithm::EcdsaP256Sha256,
            Kind::Ed25519(_) => Algorithm::Ed25519,
            Kind::RsaPss(_) => Algorithm::RsaPssSha256,
        }
    }

    /// Whether `signature`, in the form [`Algorithm`] says, was made over `message` with this key's private half. With RSA
    /// that is RSA-PSS whose salt is as long as the digest, 32 bytes: tools that choose another by themselves must be told
    /// so, `openssl dgst` by `-sigopt rsa_pss_saltlen:32`.
    ///
    /// # Errors
    /// [`BadSignature`] when it was not, or is not in its one form.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        self.kind.verify(message, signature)
    }

    pub(super) fn from_p256(key: VerifyingKey) -> Result<Self, KeyError> {
        let der = key.to_public_key_der().map_err(|error| KeyError::malformed(&error))?;
        Self::from_spki(der.as_bytes())
    }
}

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSignature {
    /// It is not this key's over this message, or not in its one form.
    #[error("the signature is not this key's over these bytes")]
    AnotherKeyOrMessage,
    /// It is this key's over this message, but RSA-PSS with a salt that is shorter or longer than the digest.
    #[error(
        "the signature is this key's over these bytes, but its salt does not have 32 bytes: of RSA-PSS only a salt as long \
         as the digest is accepted (openssl: rsa_pss_saltlen:32)"
    )]
    SaltLength,
}
