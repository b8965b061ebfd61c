//! How authorities sign: RSA with PKCS #1 v1.5 or PSS, and ECDSA over P-256 and P-384, each with SHA-256, 384 or 512.

use der::asn1::{Any, Null, ObjectIdentifier};
use der::referenced::OwnedToRef as _;
use der::{Decode as _, Encode as _, asn1::AnyRef};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPublicKey, pkcs1v15, pss};
use sha2::digest::FixedOutputReset;
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::TimestampError;
use crate::evidence::public_key::key_name;

/// The fewest bits an authority's RSA key has.
const FEWEST_RSA_BITS: usize = 2048;

/// A digest that authorities may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    pub(super) fn of(algorithm: &AlgorithmIdentifierOwned) -> Result<Self, TimestampError> {
        let known = Self::ALL.into_iter().find(|hash| hash.oid() == algorithm.oid);
        // RFC 5754 section 2: parameters are absent; NULL must be understood.
        known
            .filter(|_| is_absent_or_null(algorithm))
            .ok_or_else(|| refused(algorithm))
    }

    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// As requests have always had it, with NULL: some authorities know no other.
    pub(super) fn identifier(self) -> AlgorithmIdentifierOwned {
        AlgorithmIdentifierOwned {
            oid: self.oid(),
            parameters: Some(Any::from(Null)),
        }
    }

    fn oid(self) -> ObjectIdentifier {
        // RFC 5754 section 2.
        ObjectIdentifier::new_unwrap(match self {
            Self::Sha256 => "2.16.840.1.101.3.4.2.1",
            Self::Sha384 => "2.16.840.1.101.3.4.2.2",
            Self::Sha512 => "2.16.840.1.101.3.4.2.3",
        })
    }
}

/// Checks a signature: (subject public key, message, signature).
type Check = fn(&[u8], &[u8], &[u8]) -> Option<()>;

/// One way to sign, for certificates and tokens alike.
#[derive(Debug)]
pub(super) struct Way {
    hash: Hash,
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
    check: Check,
}

/// Every way that is accepted.
pub(super) static ALL: &[&dyn SignatureVerificationAlgorithm] = &[
    &WAYS[0], &WAYS[1], &WAYS[2], &WAYS[3], &WAYS[4], &WAYS[5], &WAYS[6], &WAYS[7], &WAYS[8], &WAYS[9], &WAYS[10],
    &WAYS[11],
];

#[rustfmt::skip]
static WAYS: [Way; 12] = [
    Way { hash: Hash::Sha256, key: alg_id::RSA_ENCRYPTION, signature: alg_id::RSA_PKCS1_SHA256, check: pkcs1::<Sha256> },
    Way { hash: Hash::Sha384, key: alg_id::RSA_ENCRYPTION, signature: alg_id::RSA_PKCS1_SHA384, check: pkcs1::<Sha384> },
    Way { hash: Hash::Sha512, key: alg_id::RSA_ENCRYPTION, signature: alg_id::RSA_PKCS1_SHA512, check: pkcs1::<Sha512> },
    Way { hash: Hash::Sha256, key: alg_id::RSA_ENCRYPTION, signature: alg_id::RSA_PSS_SHA256, check: pss::<Sha256> },
    Way { hash: Hash::Sha384, key: alg_id::RSA_ENCRYPTION, signature: alg_id::RSA_PSS_SHA384, check: pss::<Sha384> },
    Way { hash: Hash::Sha512, key: alg_id::RSA_ENCRYPTION, signature: alg_id::RSA_PSS_SHA512, check: pss::<Sha512> },
    Way { hash: Hash::Sha256, key: alg_id::ECDSA_P256, signature: alg_id::ECDSA_SHA256, check: p256::<Sha256> },
    Way { hash: Hash::Sha384, key: alg_id::ECDSA_P256, signature: alg_id::ECDSA_SHA384, check: p256::<Sha384> },
    Way { hash: Hash::Sha512, key: alg_id::ECDSA_P256, signature: alg_id::ECDSA_SHA512, check: p256::<Sha512> },
    Way { hash: Hash::Sha256, key: alg_id::ECDSA_P384, signature: alg_id::ECDSA_SHA256, check: p384::<Sha256> },
    Way { hash: Hash::Sha384, key: alg_id::ECDSA_P384, signature: alg_id::ECDSA_SHA384, check: p384::<Sha384> },
    Way { hash: Hash::Sha512, key: alg_id::ECDSA_P384, signature: alg_id::ECDSA_SHA512, check: p384::<Sha512> },
];

impl SignatureVerificationAlgorithm for Way {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        (self.check)(key, message, signature).ok_or(InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

/// The ways in which a signer info that names `algorithm` and `hash` may be signed: the key decides among them.
pub(super) fn ways(hash: Hash, algorithm: &AlgorithmIdentifierOwned) -> Result<Vec<&'static Way>, TimestampError> {
    let written = contents(&algorithm.owned_to_ref())?;
    let named = |way: &&Way| {
        let (key, signature) = (way.key.as_ref(), way.signature.as_ref());
        // RFC 3370 section 3.2: rsaEncryption names the key alone, and the digest is the signer info's. Of what
        // PKCS #1 v1.5 is named by, NULL may be absent (the same section).
        let is_pkcs1 = signature.ends_with(&[5, 0]) && !signature.contains(&0x30);
        let names = |identifier: &[u8]| {
            written == identifier || (is_pkcs1 && Some(written.as_slice()) == identifier.strip_suffix(&[5, 0]))
        };
        way.hash == hash && (names(signature) || (is_pkcs1 && names(key)))
    };
    let ways: Vec<_> = WAYS.iter().filter(named).collect();
    if ways.is_empty() {
        Err(refused(algorithm))
    } else {
        Ok(ways)
    }
}

/// Refuses a key that no way is for: then nothing can be said of the signature.
pub(super) fn check_key(subject_public_key_info: &[u8]) -> Result<(), TimestampError> {
    let info = SubjectPublicKeyInfoRef::from_der(subject_public_key_info)?;
    let identifier = contents(&info.algorithm)?;
    if !WAYS.iter().any(|way| way.key.as_ref() == identifier) {
        return Err(TimestampError::Algorithm(format!("a {} key", key_name(info.algorithm))));
    }
    let bytes = info.subject_public_key.as_bytes().unwrap_or_default();
    let is_rsa = identifier == alg_id::RSA_ENCRYPTION.as_ref();
    match RsaPublicKey::from_pkcs1_der(bytes).map(|key| key.n().bits_vartime() as usize) {
        Ok(bits) if is_rsa && bits < FEWEST_RSA_BITS => {
            Err(TimestampError::Algorithm(format!("an RSA key of {bits} bits")))
        }
        _ => Ok(()),
    }
}

/// An algorithm identifier without the frame around it.
fn contents(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Vec<u8>, TimestampError> {
    let parameters = algorithm.parameters.map(|parameters| parameters.to_der()).transpose()?;
    Ok([algorithm.oid.to_der()?, parameters.unwrap_or_default()].concat())
}

fn pkcs1<D: Digest + der::oid::AssociatedOid>(key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = pkcs1v15::VerifyingKey::<D>::new(rsa_key(key)?);
    key.verify(message, &pkcs1v15::Signature::try_from(signature).ok()?)
        .ok()
}

fn pss<D: Digest + FixedOutputReset>(key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = pss::VerifyingKey::<D>::new(rsa_key(key)?);
    key.verify(message, &pss::Signature::try_from(signature).ok()?).ok()
}

fn rsa_key(key: &[u8]) -> Option<RsaPublicKey> {
    let key = RsaPublicKey::from_pkcs1_der(key).ok()?;
    (key.n().bits_vartime() as usize >= FEWEST_RSA_BITS).then_some(key)
}

fn p256<D: Digest>(key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let plain = p256::ecdsa::Signature::from_der(signature).ok()?;
    let is_canonical = plain.to_der().as_bytes() == signature;
    is_canonical.then(|| key.verify_prehash(&D::digest(message), &plain).ok())?
}

fn p384<D: Digest>(key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
    let plain = p384::ecdsa::Signature::from_der(signature).ok()?;
    let is_canonical = plain.to_der().as_bytes() == signature;
    is_canonical.then(|| key.verify_prehash(&D::digest(message), &plain).ok())?
}

fn is_absent_or_null(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm
        .parameters
        .as_ref()
        .is_none_or(|parameters| AnyRef::from(parameters) == AnyRef::NULL)
}

fn refused(algorithm: &AlgorithmIdentifierOwned) -> TimestampError {
    TimestampError::Algorithm(format!("the algorithm {}", algorithm.oid))
}
