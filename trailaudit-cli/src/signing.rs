//! Signing a package: one statement, one envelope and one key copy a signer.

mod keys;
mod time;

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::Timestamp;
use trailaudit_aws::write_new;
use trailaudit_core::evidence::package::{SignatureName, key_path};
use trailaudit_core::evidence::{Bundle, Meaning, Person, PublicKey, Role, Sealed, Statement};

use crate::arguments::Sign;
use crate::error::{CommandError, Result, nearest};

pub(crate) use keys::Keys;
pub(crate) use time::Clock;

/// The role in which a package is signed as it is made.
const PREPARER: &str = "preparer";

/// In bytes: two of these leave room in a statement for everything else.
const LONGEST_NAME: usize = 512;

/// Everything needed to sign, read and checked before anything is collected.
pub(crate) struct Signing {
    keys: Keys,
    name: Option<String>,
    id: Option<String>,
    meaning: Meaning,
    clock: Option<Clock>,
}

/// What signing left in a package.
pub(crate) struct Signatures {
    /// How many there are.
    pub count: usize,
    /// Whether an authority has proven when they were made; why not, when it was asked and has not.
    pub time: Option<std::result::Result<(), String>>,
}

impl Signing {
    /// Opens the keys.
    pub(crate) fn prepare(sign: &Sign) -> Result<Self> {
        let meaning = match &sign.meaning {
            None => Meaning::Authorship,
            Some(word) => meaning(word)?,
        };
        for (option, text) in [("signer-name", &sign.signer_name), ("signer-id", &sign.signer_id)] {
            if let Some(text) = text {
                check(option, text)?;
            }
        }
        Ok(Self {
            keys: Keys::open("sign", &sign.keys)?,
            name: sign.signer_name.clone(),
            id: sign.signer_id.clone(),
            meaning,
            clock: sign.tsa.as_deref().map(Clock::at).transpose()?,
        })
    }

    /// With this key, by this person.
    #[cfg(feature = "demo")]
    pub(crate) fn with(key: trailaudit_core::evidence::PemSigner, name: &str) -> Self {
        Self {
            keys: Keys::of(key),
            name: Some(name.to_owned()),
            id: None,
            meaning: Meaning::Authorship,
            clock: None,
        }
    }

    /// Whether nobody signs.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.all().is_empty()
    }

    /// Signs with every key. Nothing is written unless every key has signed. When the time-stamping authority fails,
    /// the signatures stand without proof of their time: a collection is not lost for that.
    pub(crate) fn sign(&self, folder: &Path, sealed: &Sealed, collector: &str) -> Result<Signatures> {
        let role = Role::from_str(PREPARER).map_err(CommandError::failed)?;
        let mut signatures = Vec::new();
        let mut before = Vec::new();
        for (number, key) in (1..).zip(self.keys.all()) {
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
                algorithm: key.public().algorithm(),
                countersigns: before.clone(),
                key_arn: key.arn(),
            };
            let name = SignatureName {
                number,
                role: role.clone(),
            };
            let bundle = self.keys.sign(key, &statement)?;
            before.push(Bundle::parse(&bundle).map_err(CommandError::failed)?.envelope_digest());
            signatures.push((name, bundle, key.public()));
        }
        let count = signatures.len();
        let ended = sealed.manifest.collection.ended;
        // Where nothing was signed there is no time to prove.
        let mut time = self.clock.as_ref().filter(|_| count > 0).map(|_| Ok(()));
        for (name, mut bundle, key) in signatures {
            match self.clock.as_ref().map(|clock| clock.stamp(&bundle, ended)) {
                Some(Ok(stamped)) => bundle = stamped,
                Some(Err(error)) => {
                    tracing::error!("{}: the time of signing is not proven: {error}", name.path());
                    time = Some(Err(error.what().to_owned()));
                }
                None => {}
            }
            store(folder, &name, &bundle, key)?;
        }
        Ok(Signatures { count, time })
    }
}

/// Puts a signature into a package, with the copy of its key; gives the signature's file. Nothing is ever overwritten,
/// and where the signature cannot be written its key does not stay behind.
pub(crate) fn store(folder: &Path, name: &SignatureName, bundle: &[u8], key: &PublicKey) -> Result<PathBuf> {
    let write = |path: &Path, bytes: &[u8]| {
        write_new(path, &mut |out| out.write_all(bytes)).map_err(|error| CommandError::file(path, &error))
    };
    let copy = folder.join(key_path(&key.fingerprint()));
    write(&copy, key.to_pem().as_bytes())?;
    let signature = folder.join(name.path());
    write(&signature, bundle).inspect_err(|_| {
        // A package has no empty directory either; one that is not empty stays.
        let _ = fs::remove_file(&copy);
        let _ = fs::remove_dir(folder.join("keys"));
        let _ = fs::remove_dir(folder.join("signatures"));
    })?;
    Ok(signature)
}

/// The moment of signing, to the second: a signature page shows no more.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_else(|_| Timestamp::now())
}

/// What `--meaning` says.
pub(crate) fn meaning(word: &str) -> Result<Meaning> {
    const ALL: &str = "authorship, review, approval or responsibility";
    Meaning::from_str(word).map_err(|_| {
        let told = CommandError::usage(format_args!("--meaning: {word:?} is no meaning of a signature"));
        match nearest(word, ALL.split([',', ' ']).filter(|word| word.len() > 2)) {
            Some(near) => told.hint(format_args!("did you mean `{near}`? There are {ALL}")),
            None => told.hint(ALL),
        }
    })
}

/// Whether a statement can carry the text; asked before anything is collected.
pub(crate) fn check(option: &str, text: &str) -> Result<()> {
    let what = match text {
        text if text.trim().is_empty() => "is empty".to_owned(),
        text if text.chars().any(char::is_control) => "has control characters".to_owned(),
        text if text.len() > LONGEST_NAME => format!("is longer than {LONGEST_NAME} bytes"),
        _ => return Ok(()),
    };
    Err(CommandError::usage(format_args!("--{option}: the text {what}")))
}

#[cfg(test)]
mod tests {
    use trailaudit_core::evidence::{PemSigner, Signer as _};

    use super::*;

    #[test]
    fn a_signature_is_stored_with_its_key_or_not_at_all() {
        let (folder, key) = (
            tempfile::tempdir().unwrap(),
            PemSigner::generate(&mut rand::rng()).unwrap(),
        );
        let name = SignatureName {
            number: 1,
            role: PREPARER.parse().unwrap(),
        };
        let store = |bundle: &[u8]| store(folder.path(), &name, bundle, key.public_key());
        let (signature, copy) = (name.path(), key_path(&key.public_key().fingerprint()));
        let read = |path: &str| fs::read(folder.path().join(path)).ok();

        fs::create_dir(folder.path().join("signatures")).unwrap();
        fs::write(folder.path().join(&signature), b"another").unwrap();
        assert!(store(b"one").is_err());
        assert_eq!((read(&signature).unwrap(), read(&copy)), (b"another".to_vec(), None));
        assert!(!folder.path().join("keys").exists());

        fs::remove_file(folder.path().join(&signature)).unwrap();
        assert_eq!(store(b"one").unwrap(), folder.path().join(&signature));
        assert!(store(b"two").is_err());
        let stored = (read(&signature).unwrap(), read(&copy).unwrap());
        assert_eq!(stored, (b"one".to_vec(), key.public_key().to_pem().as_bytes().to_vec()));
    }
}
