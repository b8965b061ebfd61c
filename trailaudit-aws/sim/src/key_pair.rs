//! Key pairs: what KMS never lets out, and the half of it that anybody may have.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::EncodePublicKey as _;

use crate::digest::digest;
use crate::world::{Key, KeySpec};

/// A P-384 key whose private half nobody has.
const P384: &str = "\
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEXYuHWP5ZRmNUjDAKz7WgG7VZO58tGx9K+kUbtumE7Dnx0Q+LpVOTc5o2xPTZwjmSj4sd\
w4vL48oNWewPv4WqGWtBJwTvpk3ybxig/+CX3tr4cAn/3SBCnink0+v/+m8O";

/// A key of secp256k1, which is as long as one of P-256, whose private half nobody has.
const SECP256K1: &str = "\
MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEmGr0wOaFibJBMQarM1hsjXNVCux00fn7PtELgtVmWg6eiJIzuMZXe6/mwnj1MSflzrPa\
RJrjJpDyWxqNJhIgEg==";

/// An Ed25519 key whose private half nobody has.
const EDWARDS25519: &str = "MCowBQYDK2VwAyEAQs9vkCOdrmrMjSKoZ3h9izFCfaLMIVlnXj98UNVlLhM=";

/// An RSA key of 2,048 bits whose private half nobody has.
const RSA_2048: &str = "\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3xmXLp0N3Ug1EMdViTxzVIRF0DmWZ8t706Fz0VzKl1QOq+PunU8GvYV9\
qKUpnISR2F6RZKk9Y8k2K23iHmJFxF9h/Oh2gERQrKpOSPhB441HsV/h8MQycUod7yHR9/6cPHYipE8jCUWGigfCUzP/Zcubokh6\
py5I8suzAeNMk/aLKQH3ChdaJsxsPypy0TbgN2zvMU75LDBe85p3doBLqfBPMkUkLedl11uUj+0hsyjYESSwu0A8jRFUDDELOgJ0\
71LP/m7HQ3TbtgeaXKs2R/kliwGLkCNAJB3JUCC5SwBz6iYaS8qX7aI0nU5FPE/l5hzUGGhvSsl60uxmoU4gFwIDAQAB";

impl KeySpec {
    /// As KMS spells it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SymmetricDefault => "SYMMETRIC_DEFAULT",
            Self::EccNistP256 => "ECC_NIST_P256",
            Self::EccNistP384 => "ECC_NIST_P384",
            Self::EccSecgP256k1 => "ECC_SECG_P256K1",
            Self::EccNistEdwards25519 => "ECC_NIST_EDWARDS25519",
            Self::Rsa2048 => "RSA_2048",
        }
    }
}

impl Key {
    /// What it encrypts with; nothing unless it is for that.
    pub(crate) fn encryption_algorithms(&self) -> &'static [&'static str] {
        match self.spec {
            _ if self.usage != "ENCRYPT_DECRYPT" => &[],
            KeySpec::SymmetricDefault => &["SYMMETRIC_DEFAULT"],
            KeySpec::Rsa2048 => &["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
            KeySpec::EccNistP256 | KeySpec::EccNistP384 | KeySpec::EccSecgP256k1 | KeySpec::EccNistEdwards25519 => &[],
        }
    }

    /// What it signs with; nothing unless it is for that.
    pub(crate) fn signing_algorithms(&self) -> &'static [&'static str] {
        match self.spec {
            _ if self.usage != "SIGN_VERIFY" => &[],
            KeySpec::SymmetricDefault => &[],
            KeySpec::EccNistP256 | KeySpec::EccSecgP256k1 => &["ECDSA_SHA_256"],
            KeySpec::EccNistP384 => &["ECDSA_SHA_384"],
            KeySpec::EccNistEdwards25519 => &["ED25519_SHA_512", "ED25519_PH_SHA_512"],
            KeySpec::Rsa2048 => &[
                "RSASSA_PKCS1_V1_5_SHA_256",
                "RSASSA_PKCS1_V1_5_SHA_384",
                "RSASSA_PKCS1_V1_5_SHA_512",
                "RSASSA_PSS_SHA_256",
                "RSASSA_PSS_SHA_384",
                "RSASSA_PSS_SHA_512",
            ],
        }
    }

    /// The DER `SubjectPublicKeyInfo`; nothing of a symmetric key.
    pub(crate) fn public_half(&self, secret: &str, arn: &str) -> Option<Vec<u8>> {
        match self.spec {
            KeySpec::SymmetricDefault => None,
            KeySpec::EccNistP256 => {
                let key = private_half(secret, arn)?;
                Some(key.verifying_key().to_public_key_der().ok()?.as_bytes().to_vec())
            }
            KeySpec::EccNistP384 => STANDARD.decode(P384).ok(),
            KeySpec::EccSecgP256k1 => STANDARD.decode(SECP256K1).ok(),
            KeySpec::EccNistEdwards25519 => STANDARD.decode(EDWARDS25519).ok(),
            KeySpec::Rsa2048 => STANDARD.decode(RSA_2048).ok(),
        }
    }

    /// The ECDSA signature, in DER, over what is taken for a SHA-256 digest; nothing unless it is a P-256 key.
    pub(crate) fn sign_digest(&self, secret: &str, arn: &str, digest: &[u8]) -> Option<Vec<u8>> {
        let key = private_half(secret, arn).filter(|_| self.spec == KeySpec::EccNistP256)?;
        let signature: DerSignature = key.sign_prehash(digest).ok()?;
        Some(signature.as_bytes().to_vec())
    }
}

/// Equal worlds have equal keys. One digest in 2^32 is no scalar of the curve: then the next one is taken.
fn private_half(secret: &str, arn: &str) -> Option<SigningKey> {
    (0..8_u8).find_map(|attempt| {
        let scalar = digest(&["key material", secret, arn, &attempt.to_string()]);
        SigningKey::from_slice(&scalar).ok()
    })
}
