//! Who signs, and what exactly is signed.

use std::fmt;

use p256::SecretKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::Generate as _;
use p256::elliptic_curve::rand_core::CryptoRng;
use p256::pkcs8::der::Decode as _;
use p256::pkcs8::{EncodePrivateKey as _, LineEnding, PrivateKeyInfoRef, SecretDocument};

use super::envelope::{self, Bundle, PAYLOAD_TYPE};
use super::public_key::{KeyError, PublicKey, check_p256, pem_label};
use super::statement::{Statement, StatementError};
use super::{Digest, public_key::BadSignature};

/// Something that holds a private key. A signer that must wait for an answer from elsewhere uses [`Unsigned`] in its
/// two steps instead.
pub trait Signer {
    /// The public half of the key.
    fn public_key(&self) -> &PublicKey;

    /// Signs `message` as [`PublicKey::algorithm`] says; an ECDSA signature is in DER.
    ///
    /// # Errors
    /// When the key cannot be used.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Signs a statement: the bytes of a `signatures/<nn>-<role>.sigstore.json`.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use trailaudit_core::evidence::{Bundle, Declaration, Meaning, PemSigner, Person, Signable, Signer as _, signer};
/// # fn sign(signable: &Signable, time: jiff::Timestamp) -> Result<(), Box<dyn std::error::Error>> {
/// let key = PemSigner::generate(&mut rand::rng())?;
/// let declaration = Declaration {
///     role: "reviewer".parse()?,
///     meaning: Meaning::Review,
///     signer: Person { printed_name: "Grace Hopper".into(), id: "grace@example.com".into() },
///     time,
/// };
/// let name = signable.name(declaration.role.clone());
/// let statement = signable.statement(declaration, key.public_key(), None)?;
/// let bytes = signer::sign(&statement, &key)?;
/// assert_eq!(Bundle::parse(&bytes)?.to_bytes(), bytes);
/// println!("{} signs for all before it: {:?}", name.path(), statement.countersigns);
/// # Ok(())
/// # }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When the statement cannot be written, the signer fails, or what it returned does not verify.
pub fn sign(statement: &Statement, signer: &dyn Signer) -> Result<Vec<u8>, SignError> {
    let unsigned = Unsigned::new(statement)?;
    let signature = signer.sign(unsigned.message())?;
    unsigned.sealed(&signature, signer.public_key())
}

/// A statement ready to be signed, in two steps: sign [`Unsigned::message`] (or its digest), then seal.
#[derive(Clone, Debug)]
pub struct Unsigned {
    payload: Vec<u8>,
    message: Vec<u8>,
    statement: Statement,
}

impl Unsigned {
    /// Prepares a statement for signing.
    ///
    /// # Errors
    /// When the statement breaks its own rules, or is longer than an external key service takes.
    pub fn new(statement: &Statement) -> Result<Self, SignError> {
        let payload = statement.to_bytes()?;
        Ok(Self {
            message: envelope::pae(PAYLOAD_TYPE, &payload),
            payload,
            statement: statement.clone(),
        })
    }

    /// The bytes to be signed: the DSSE pre-authentication encoding of the statement.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// The SHA-256 of the message, for key services that sign digests.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.message)
    }

    /// The finished bundle. A signature that does not verify never gets into one.
    ///
    /// # Errors
    /// When the signature is not `key`'s over the message, or the statement names another algorithm than the key's.
    pub fn sealed(self, signature: &[u8], key: &PublicKey) -> Result<Vec<u8>, SignError> {
        if self.statement.algorithm != key.algorithm() {
            return Err(SignError::Algorithm {
                statement: self.statement.algorithm.as_str(),
                key: key.algorithm().as_str(),
            });
        }
        key.verify(&self.message, signature)?;
        Ok(Bundle {
            payload: self.payload,
            signature: signature.to_vec(),
            key: key.fingerprint(),
            timestamp: None,
        }
        .to_bytes())
    }
}

/// A local ECDSA P-256 key. Signatures are deterministic (RFC 6979).
#[derive(Clone)]
pub struct PemSigner {
    key: SigningKey,
    public: PublicKey,
}

impl PemSigner {
    /// Reads an unencrypted private key: PKCS#8 (`PRIVATE KEY`) or SEC1 (`EC PRIVATE KEY`, with or without the
    /// `EC PARAMETERS` block that `openssl ecparam -genkey` writes before it).
    ///
    /// # Errors
    /// Says what the text is instead: encrypted, another algorithm or curve, a public key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let text = match text.split_once("-----END EC PARAMETERS-----") {
            Some((parameters, rest)) if pem_label(parameters)? == "EC PARAMETERS" => rest.trim_start(),
            _ => text,
        };
        let label = pem_label(text)?;
        if label == "ENCRYPTED PRIVATE KEY" || text.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(KeyError::Encrypted);
        }
        let decode = || SecretDocument::from_pem(text).map_err(|error| KeyError::malformed(&error));
        match label {
            "PRIVATE KEY" => Self::from_pkcs8(decode()?.1.as_bytes()),
            "EC PRIVATE KEY" => Self::from_sec1(decode()?.1.as_bytes()),
            "RSA PRIVATE KEY" => Err(KeyError::NotForSigning("RSA".into())),
            "DSA PRIVATE KEY" => Err(KeyError::NotForSigning("DSA".into())),
            label if label.ends_with("PUBLIC KEY") => Err(KeyError::PublicGiven),
            label => Err(KeyError::Label(label.to_owned())),
        }
    }

    /// Draws a new key from `random`, a generator of the `rand_core` 0.10 family.
    ///
    /// # Errors
    /// When the new key cannot be written as a public key, which no key of this curve gives cause for.
    pub fn generate(random: &mut impl CryptoRng) -> Result<Self, KeyError> {
        Self::new(&SecretKey::generate_from_rng(random))
    }

    /// The private key as an unencrypted PKCS#8 PEM block. Whoever reads it can sign.
    ///
    /// # Errors
    /// When the key cannot be written, which no key of this curve gives cause for.
    pub fn to_pkcs8_pem(&self) -> Result<String, KeyError> {
        let pem = self
            .key
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|error| KeyError::malformed(&error))?;
        Ok(pem.to_string())
    }

    fn new(key: &SecretKey) -> Result<Self, KeyError> {
        let key = SigningKey::from(key);
        Ok(Self {
            public: PublicKey::from_p256(*key.verifying_key())?,
            key,
        })
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let info = PrivateKeyInfoRef::from_der(der).map_err(|error| KeyError::malformed(&error))?;
        check_p256(info.algorithm, KeyError::NotForSigning)?;
        Self::new(&SecretKey::try_from(info).map_err(|error| KeyError::malformed(&error))?)
    }

    fn from_sec1(der: &[u8]) -> Result<Self, KeyError> {
        // The decoder does not say whether the curve or the form is wrong; by far most often it is the curve.
        let key =
            SecretKey::from_sec1_der(der).map_err(|_| KeyError::Curve("not P-256, or the key is damaged".into()))?;
        Self::new(&key)
    }
}

impl Signer for PemSigner {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature: Signature = self
            .key
            .try_sign(message)
            .map_err(|error| SignError::Signer(error.into()))?;
        Ok(signature.to_der().as_bytes().to_vec())
    }
}

impl fmt::Debug for PemSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PemSigner({})", self.public.fingerprint())
    }
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The statement cannot be written.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The statement names an algorithm that is not the key's.
    #[error("the statement says {statement}, but the key signs with {key}")]
    Algorithm {
        /// What the statement says.
        statement: &'static str,
        /// What the key does.
        key: &'static str,
    },
    /// The signer returned something that does not verify.
    #[error("the signer returned a signature that does not verify")]
    DoesNotVerify(#[from] BadSignature),
    /// The key could not be used.
    #[error("the key could not be used: {0}")]
    Signer(Box<dyn std::error::Error + Send + Sync>),
}
