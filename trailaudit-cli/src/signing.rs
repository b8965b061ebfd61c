//! Signing a package: one statement, one envelope and one key copy a signer.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::Timestamp;
use trailaudit_aws::write_whole;
use trailaudit_core::evidence::package::{SignatureName, key_path};
use trailaudit_core::evidence::signer::sign;
use trailaudit_core::evidence::{Digest, Meaning, PemSigner, Person, PublicKey, Role, Sealed, Signer, Statement};

use crate::arguments::Sign;
use crate::error::{CommandError, Result};

/// The role in which a package is signed as it is made.
const PREPARER: &str = "preparer";

/// In bytes: two of these leave room in a statement for everything else.
const LONGEST_NAME: usize = 512;

/// Everything needed to sign, read and checked before anything is collected.
pub(crate) struct Signing {
    keys: Vec<PemSigner>,
    name: Option<String>,
    id: Option<String>,
    meaning: Meaning,
}

impl Signing {
    /// Reads the keys.
    pub(crate) fn prepare(sign: &Sign) -> Result<Self> {
        let meaning = match &sign.meaning {
            None => Meaning::Authorship,
            Some(word) => Meaning::from_str(word).map_err(|_| {
                CommandError::usage(format_args!("--meaning: {word:?} is no meaning of a signature"))
                    .hint("authorship, review, approval or responsibility")
            })?,
        };
        for (option, text) in [("signer-name", &sign.signer_name), ("signer-id", &sign.signer_id)] {
            if let Some(text) = text {
                check(option, text)?;
            }
        }
        let mut keys: Vec<PemSigner> = Vec::new();
        for reference in &sign.keys {
            let key = private_key(reference)?;
            if keys.iter().any(|known| known.public_key() == key.public_key()) {
                return Err(
                    CommandError::usage(format_args!("--sign: {reference:?} is a key that was named before"))
                        .hint("every signature is another person's, with a key of their own"),
                );
            }
            keys.push(key);
        }
        Ok(Self {
            keys,
            name: sign.signer_name.clone(),
            id: sign.signer_id.clone(),
            meaning,
        })
    }

    /// With this key, by this person.
    #[cfg(feature = "demo")]
    pub(crate) fn with(key: PemSigner, name: &str) -> Self {
        Self {
            keys: vec![key],
            name: Some(name.to_owned()),
            id: None,
            meaning: Meaning::Authorship,
        }
    }

    /// Whether nobody signs.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Signs with every key; gives the files written.
    pub(crate) fn sign(&self, folder: &Path, sealed: &Sealed, collector: &str) -> Result<Vec<PathBuf>> {
        let role = Role::from_str(PREPARER).map_err(CommandError::failed)?;
        let mut written = Vec::new();
        for (number, key) in (1..).zip(&self.keys) {
            let statement = Statement {
                manifest: sealed.sha256,
                package_id: sealed.manifest.package_id,
                role: role.clone(),
                meaning: self.meaning,
                signer: Person {
                    printed_name: self.name.clone().unwrap_or_else(|| collector.to_owned()),
                    id: self.id.clone().unwrap_or_else(|| collector.to_owned()),
                },
                declared_time: now(),
                algorithm: key.public_key().algorithm(),
                countersigns: Vec::new(),
                key_arn: None,
            };
            let bundle = sign(&statement, key).map_err(CommandError::failed)?;
            let signature = folder.join(
                SignatureName {
                    number,
                    role: role.clone(),
                }
                .path(),
            );
            store(&signature, &bundle)?;
            let fingerprint: Digest = key.public_key().fingerprint();
            store(
                &folder.join(key_path(&fingerprint)),
                key.public_key().to_pem().as_bytes(),
            )?;
            written.push(signature);
        }
        Ok(written)
    }
}

/// The moment of signing, to the second: a signature page shows no more.
fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_else(|_| Timestamp::now())
}

/// The public keys an auditor trusts.
pub(crate) fn public_keys(paths: &[PathBuf]) -> Result<Vec<PublicKey>> {
    let key = |path: &PathBuf| {
        let text = fs::read_to_string(path).map_err(|error| CommandError::file(path, &error))?;
        PublicKey::from_pem(&text).map_err(|error| {
            CommandError::failed(format_args!("{}: {error}", path.display()))
                .hint("--key takes a public key: `openssl pkey -in PRIVATE.pem -pubout`")
        })
    };
    paths.iter().map(key).collect()
}

/// Whether a statement can carry the text; asked before anything is collected.
fn check(option: &str, text: &str) -> Result<()> {
    let what = match text {
        text if text.trim().is_empty() => "is empty".to_owned(),
        text if text.chars().any(char::is_control) => "has control characters".to_owned(),
        text if text.len() > LONGEST_NAME => format!("is longer than {LONGEST_NAME} bytes"),
        _ => return Ok(()),
    };
    Err(CommandError::usage(format_args!("--{option}: the text {what}")))
}

fn private_key(reference: &str) -> Result<PemSigner> {
    let Some(path) = reference.strip_prefix("file:") else {
        return Err(
            CommandError::usage(format_args!("--sign: {reference:?} does not name a key"))
                .hint("file:PATH, where PATH is a P-256 private key as PEM; `trailaudit keygen` makes one"),
        );
    };
    let path = Path::new(path);
    let text = fs::read_to_string(path).map_err(|error| {
        CommandError::file(path, &error).hint("`trailaudit keygen --out FILE` makes a key to sign with")
    })?;
    PemSigner::from_pem(&text).map_err(|error| {
        CommandError::failed(format_args!("{}: {error}", path.display()))
            .hint("--sign takes a P-256 private key as PKCS#8 PEM; `trailaudit keygen --out FILE` makes one")
    })
}

fn store(path: &Path, bytes: &[u8]) -> Result<()> {
    write_whole(path, &mut |out| out.write_all(bytes)).map_err(|error| CommandError::file(path, &error))
}
