//! Keys of every kind, made and used by OpenSSL.

use std::fs;
use std::process::Command;

use tempfile::TempDir;
use trailaudit_core::evidence::{Algorithm, Digest, PublicKey};

pub const P256: &str = "EC -pkeyopt ec_paramgen_curve:P-256";
pub const P384: &str = "EC -pkeyopt ec_paramgen_curve:P-384";
pub const ED25519: &str = "ED25519";
pub const RSA: &str = "RSA -pkeyopt rsa_keygen_bits:3072";
pub const RSA_2048: &str = "RSA -pkeyopt rsa_keygen_bits:2048";
/// A key that may do nothing but PSS, and says so.
pub const RSA_PSS: &str = "RSA-PSS -pkeyopt rsa_keygen_bits:3072 -pkeyopt rsa_pss_keygen_md:sha256 \
                           -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:32";

const DIGEST: &str = "dgst -sha256 -sign key.pem -out signature message";
const PSS: &str =
    "dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sign key.pem -out signature message";
const RAW: &str = "pkeyutl -sign -rawin -inkey key.pem -in message -out signature";

pub struct Key {
    folder: TempDir,
    pem: String,
    public: Option<PublicKey>,
    fingerprint: String,
    sign: &'static str,
}

impl Key {
    pub fn new(kind: &str) -> Self {
        let sign = match kind {
            ED25519 => RAW,
            RSA | RSA_2048 | RSA_PSS => PSS,
            _ => DIGEST,
        };
        let folder = tempfile::tempdir().unwrap();
        let mut key = Self {
            folder,
            pem: String::new(),
            public: None,
            fingerprint: String::new(),
            sign,
        };
        key.openssl(&format!("genpkey -algorithm {kind} -out key.pem"));
        key.pem = String::from_utf8(key.openssl("pkey -in key.pem -pubout")).unwrap();
        key.fingerprint = Digest::of(&key.openssl("pkey -in key.pem -pubout -outform DER")).to_string();
        key.public = PublicKey::from_pem(&key.pem).ok();
        key
    }

    /// Signs with RSASSA-PKCS1-v1_5 from now on.
    pub fn with_pkcs1(mut self) -> Self {
        self.sign = DIGEST;
        self
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        fs::write(self.folder.path().join("message"), message).unwrap();
        self.openssl(self.sign);
        fs::read(self.folder.path().join("signature")).unwrap()
    }

    /// The private key as PKCS#8.
    pub fn private_pem(&self) -> String {
        String::from_utf8(self.openssl("pkey -in key.pem")).unwrap()
    }

    /// The same in the form that names the curve's own standard, SEC1.
    pub fn private_sec1_pem(&self) -> String {
        String::from_utf8(self.openssl("pkey -in key.pem -traditional")).unwrap()
    }

    pub fn pem(&self) -> &str {
        &self.pem
    }

    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The key as we read it; nothing when it is of a kind we do not take.
    pub fn public(&self) -> Option<&PublicKey> {
        self.public.as_ref()
    }

    pub fn algorithm(&self) -> Option<Algorithm> {
        self.public.as_ref().map(PublicKey::algorithm)
    }

    fn openssl(&self, arguments: &str) -> Vec<u8> {
        let output = Command::new("openssl")
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .output()
            .expect("openssl is installed");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments}: {told}");
        output.stdout
    }
}
