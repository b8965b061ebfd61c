//! Keys to sign with, by their references: `file:PATH` and `kms:ARN`.

use std::path::Path;

use tokio::runtime::Runtime;
use trailaudit_aws::{KmsSigner, standard_config};
use trailaudit_core::evidence::signer::sign;
use trailaudit_core::evidence::{PemSigner, PublicKey, Signer as _, Statement, Unsigned};

use crate::error::{CommandError, Result};
use crate::pem;

/// A key that is ready to sign.
pub(crate) enum Key {
    /// In a file of this machine.
    File(PemSigner),
    /// In AWS KMS, asked on the runtime it was opened on.
    Kms(KmsSigner),
}

/// Keys, in the order they were named.
pub(crate) struct Keys {
    keys: Vec<Key>,
    /// Where KMS is asked; there is none while every key is a file.
    runtime: Option<Runtime>,
}

impl Keys {
    /// Opens the keys that an option of the command line names. What cannot sign is found here.
    pub(crate) fn open<'a>(option: &str, references: impl IntoIterator<Item = &'a String>) -> Result<Self> {
        let mut opened = Self {
            keys: Vec::new(),
            runtime: None,
        };
        let mut config = None;
        for reference in references {
            let key = match reference.split_once(':') {
                Some(("file", path)) if !path.is_empty() => Key::File(private_key(option, Path::new(path))?),
                Some(("kms", arn)) => {
                    let runtime = opened.runtime()?;
                    let kms = runtime.block_on(async {
                        // Keys after the first share its credentials and connections.
                        let config = match config.take() {
                            Some(config) => config,
                            None => standard_config().await?,
                        };
                        KmsSigner::open(config.clone(), arn).await.map(|kms| (kms, config))
                    });
                    let (kms, loaded) = kms.map_err(CommandError::from)?;
                    config = Some(loaded);
                    Key::Kms(kms)
                }
                _ => return Err(unknown(option, reference)),
            };
            if opened.keys.iter().any(|known| known.public() == key.public()) {
                return Err(CommandError::usage(format_args!(
                    "--{option}: {reference:?} is a key that was named before"
                ))
                .hint("every signature is another person's, with a key of their own"));
            }
            opened.keys.push(key);
        }
        Ok(opened)
    }

    /// This key alone.
    #[cfg(feature = "demo")]
    pub(crate) fn of(key: PemSigner) -> Self {
        Self {
            keys: vec![Key::File(key)],
            runtime: None,
        }
    }

    /// The keys.
    pub(crate) fn all(&self) -> &[Key] {
        &self.keys
    }

    /// Signs a statement with one of them; gives the bundle.
    pub(crate) fn sign(&self, key: &Key, statement: &Statement) -> Result<Vec<u8>> {
        match (key, &self.runtime) {
            (Key::File(key), _) => sign(statement, key).map_err(CommandError::failed),
            (Key::Kms(kms), Some(runtime)) => {
                let unsigned = Unsigned::new(statement).map_err(CommandError::failed)?;
                let signed = runtime.block_on(kms.sign(unsigned))?;
                Ok(signed.bundle)
            }
            (Key::Kms(_), None) => Err(CommandError::failed("a key in KMS without a way to ask it")),
        }
    }

    fn runtime(&mut self) -> Result<&Runtime> {
        let made = match self.runtime.take() {
            Some(runtime) => runtime,
            None => tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| CommandError::failed(format_args!("the runtime cannot start: {error}")))?,
        };
        Ok(self.runtime.insert(made))
    }
}

impl Key {
    /// The public half.
    pub(crate) fn public(&self) -> &PublicKey {
        match self {
            Self::File(key) => key.public_key(),
            Self::Kms(key) => key.public_key(),
        }
    }

    /// The ARN that the signed statement names.
    pub(crate) fn arn(&self) -> Option<String> {
        match self {
            Self::File(_) => None,
            Self::Kms(key) => Some(key.key_arn().to_owned()),
        }
    }
}

fn unknown(option: &str, reference: &str) -> CommandError {
    CommandError::usage(format_args!("--{option}: {reference:?} does not name a key")).hint(
        "file:PATH, where PATH is a P-256 private key as PEM (`trailaudit keygen` makes one), or kms:ARN, the ARN of a \
         signing key in AWS KMS",
    )
}

fn private_key(option: &str, path: &Path) -> Result<PemSigner> {
    let text = pem::read(path, pem::PRIVATE_KEY)
        .map_err(|error| error.hint_too("`trailaudit keygen --out FILE` makes a key to sign with"))?;
    PemSigner::from_pem(&text).map_err(|error| {
        CommandError::failed(format_args!("{}: {error}", path.display())).hint(format_args!(
            "--{option} takes a P-256 private key as PKCS#8 PEM; `trailaudit keygen --out FILE` makes one"
        ))
    })
}
