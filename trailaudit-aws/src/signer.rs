//! Signing with a key that never leaves AWS KMS.

mod error;

use aws_config::SdkConfig;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::operation::get_public_key::GetPublicKeyOutput;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{KeySpec, KeyUsageType, MessageType, SigningAlgorithmSpec};
use trailaudit_core::evidence::{Digest, PublicKey, SignError, Unsigned};

use crate::arn::{Arn, is_account_id, is_aws_managed_alias};
use crate::client::{self, Environment};
use crate::record::{Keep, Taken, Tape, refusal};
use crate::time::Clock;
use error::Asked;

pub use error::SignerError;

/// What is signed to see whether the key would sign. Should an endpoint not honour `DryRun` and sign it, the signature
/// is of no use to anybody.
const REHEARSAL: &[u8] = b"trailaudit: may this key sign?";

/// How often a signature is asked for at most. KMS has been heard by then, and the collector asks as often: what was
/// collected waits for it.
const ATTEMPTS: u32 = 5;

/// A signer whose key is an asymmetric key in AWS KMS: `ECC_NIST_P256`, for `SIGN_VERIFY`.
///
/// Whoever signs needs these two statements, and none of them belongs to the role that collects:
///
/// ```json
/// {
///   "Version": "2012-10-17",
///   "Statement": [
///     {
///       "Sid": "TrailauditReadsThePublicKey",
///       "Effect": "Allow",
///       "Action": "kms:GetPublicKey",
///       "Resource": "arn:aws:kms:REGION:ACCOUNT:key/ID"
///     },
///     {
///       "Sid": "TrailauditSigns",
///       "Effect": "Allow",
///       "Action": "kms:Sign",
///       "Resource": "arn:aws:kms:REGION:ACCOUNT:key/ID",
///       "Condition": {
///         "StringEquals": {"kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "DIGEST"}
///       }
///     }
///   ]
/// }
/// ```
///
/// The resource is always the key's own ARN, also where an alias is signed with: IAM does not compare aliases there. In
/// another account the key policy has to allow both actions too.
#[derive(Clone, Debug)]
pub struct KmsSigner {
    client: aws_sdk_kms::Client,
    key_arn: String,
    public_key: PublicKey,
}

/// A signed statement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signed {
    /// The bytes of a `signatures/<nn>-<role>.sigstore.json`.
    pub bundle: Vec<u8>,
    /// What AWS names the call by: `requestID` in the signing account's own trail.
    pub request_id: Option<String>,
}

impl KmsSigner {
    /// Finds the key and sees whether it would sign, so that nothing is collected for a signature that cannot be made:
    /// one `GetPublicKey`, and one `Sign` with `DryRun`.
    ///
    /// `key` is the ARN of a key or of an alias; its Region is where KMS is asked. `config` says who asks
    /// ([`standard_config`](crate::standard_config) for the standard AWS chain); timeouts are those of the collector, and
    /// what fails is asked again up to three times in all, [`KmsSigner::sign`] five.
    ///
    /// # Errors
    /// When the key cannot be found, read, or signed with, or is of another kind than evidence is signed with.
    pub async fn open(config: SdkConfig, key: &str) -> Result<Self, SignerError> {
        let arn = key_reference(key)?;
        let environment = Environment {
            sdk: Some(config),
            ..Environment::default()
        };
        let config = client::configure(&environment).await?;
        let config = aws_sdk_kms::config::Builder::from(&config)
            .region(aws_sdk_kms::config::Region::new(arn.region.to_owned()))
            .build();
        let client = aws_sdk_kms::Client::from_conf(config);
        let asked = Asked {
            operation: "GetPublicKey",
            key,
        };
        let tape = Tape::new(Keep::Nothing, Clock::default());
        let request = client.get_public_key().key_id(key).customize();
        let answer = request.interceptor(tape.clone()).send().await;
        let answer = answer.map_err(|error| {
            let taken = tape.take();
            asked.failed(refusal(&error, &taken), taken)
        })?;
        let signer = Self {
            key_arn: answered_arn(&arn, key, answer.key_id())?,
            public_key: public_key(key, &answer)?,
            client,
        };
        signer.rehearse().await?;
        Ok(signer)
    }

    /// The public half of the key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The key's own ARN as KMS tells it, also when it was opened by an alias: what belongs into the signed statement.
    #[must_use]
    pub fn key_arn(&self) -> &str {
        &self.key_arn
    }

    /// Signs a statement: one `Sign` with the statement's digest.
    ///
    /// # Errors
    /// When KMS refuses, or returns a signature that does not verify.
    pub async fn sign(&self, unsigned: Unsigned) -> Result<Signed, SignerError> {
        let (signature, taken) = self.ask(unsigned.digest(), false).await?;
        let request_id = taken.request_id;
        // Also without an id the line says that a signature was made.
        let id = request_id.as_deref().unwrap_or("unknown");
        tracing::info!(key = %self.key_arn, request_id = %id, "KMS signed");
        let sealed = unsigned.sealed(&signature, &self.public_key);
        let bundle = sealed.map_err(|error| match error {
            SignError::DoesNotVerify(_) => self.does_not_verify(),
            error => SignerError::Sign(error),
        })?;
        Ok(Signed { bundle, request_id })
    }

    /// An emulator that signs all the same shows whether it signs right.
    async fn rehearse(&self) -> Result<(), SignerError> {
        match self.ask(Digest::of(REHEARSAL), true).await {
            Err(SignerError::Refused { code, .. }) if code == "DryRunOperationException" => Ok(()),
            Err(error) => Err(error),
            Ok((signature, _)) => self
                .public_key
                .verify(REHEARSAL, &signature)
                .map_err(|_| self.does_not_verify()),
        }
    }

    async fn ask(&self, digest: Digest, dry_run: bool) -> Result<(Vec<u8>, Taken), SignerError> {
        let asked = Asked {
            operation: "Sign",
            key: &self.key_arn,
        };
        let tape = Tape::new(Keep::Nothing, Clock::default());
        let request = self
            .client
            .sign()
            .key_id(&self.key_arn)
            .message(Blob::new(*digest.as_bytes()))
            .message_type(MessageType::Digest)
            .signing_algorithm(SigningAlgorithmSpec::EcdsaSha256)
            .set_dry_run(dry_run.then_some(true));
        let mut request = request.customize().interceptor(tape.clone());
        if !dry_run {
            let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
            request = request.config_override(aws_sdk_kms::Config::builder().retry_config(retries));
        }
        let answer = request.send().await;
        let taken = tape.take();
        match answer {
            Ok(answer) => Ok((answer.signature.unwrap_or_default().into_inner(), taken)),
            Err(error) => Err(asked.failed(refusal(&error, &taken), taken)),
        }
    }

    fn does_not_verify(&self) -> SignerError {
        SignerError::DoesNotVerify {
            key: self.key_arn.clone(),
        }
    }
}

/// The ARN of a key or alias, with all its parts.
fn key_reference(key: &str) -> Result<Arn<'_>, SignerError> {
    let refused = |problem| SignerError::Reference {
        reference: key.to_owned(),
        problem,
    };
    let arn = Arn::parse(key).filter(|arn| arn.service == "kms" && !arn.region.is_empty());
    let arn = arn
        .filter(|arn| {
            is_account_id(arn.account) && ["key/", "alias/"].iter().any(|kind| arn.resource.starts_with(kind))
        })
        .ok_or_else(|| refused("it is not the ARN of a KMS key or of an alias"))?;
    if is_aws_managed_alias(key) {
        return Err(refused("aliases of AWS name keys that sign nothing"));
    }
    Ok(arn)
}

/// The key's ARN. Some emulators answer with the bare id; an alias lies in its key's own account and Region.
fn answered_arn(asked: &Arn<'_>, key: &str, answered: Option<&str>) -> Result<String, SignerError> {
    let answered = answered.unwrap_or_default();
    let is_key = |arn: &Arn<'_>| arn.service == "kms" && arn.resource.starts_with("key/");
    let arn = match Arn::parse(answered) {
        Some(arn) if is_key(&arn) => Some(answered.to_owned()),
        None if !answered.is_empty() && answered.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
            let Arn {
                partition,
                region,
                account,
                ..
            } = asked;
            Some(format!("arn:{partition}:kms:{region}:{account}:key/{answered}"))
        }
        _ => None,
    };
    arn.filter(|arn| !is_key(asked) || arn == key)
        .ok_or_else(|| SignerError::WrongKey {
            key: key.to_owned(),
            what: "KeyId in the answer of KMS",
            found: answered.to_owned(),
            wanted: "the ARN of the key that was asked for",
        })
}

fn public_key(key: &str, answer: &GetPublicKeyOutput) -> Result<PublicKey, SignerError> {
    let demand = |holds: bool, what, found: String, wanted| {
        if holds {
            Ok(())
        } else {
            Err(SignerError::WrongKey {
                key: key.to_owned(),
                what,
                found,
                wanted,
            })
        }
    };
    let usage = answer.key_usage();
    demand(
        usage == Some(&KeyUsageType::SignVerify),
        "KeyUsage",
        usage.map_or("not told", |usage| usage.as_str()).to_owned(),
        "SIGN_VERIFY",
    )?;
    // Some emulators leave it out; what the key is shows below in any case.
    let spec = answer.key_spec();
    demand(
        spec.is_none_or(|spec| *spec == KeySpec::EccNistP256),
        "KeySpec",
        spec.map_or("not told", KeySpec::as_str).to_owned(),
        "ECC_NIST_P256",
    )?;
    let algorithms = answer.signing_algorithms();
    demand(
        algorithms.contains(&SigningAlgorithmSpec::EcdsaSha256),
        "SigningAlgorithms",
        algorithms
            .iter()
            .map(SigningAlgorithmSpec::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        "ECDSA_SHA_256 among them",
    )?;
    let der = answer.public_key().map(Blob::as_ref).unwrap_or_default();
    PublicKey::from_spki(der).map_err(|source| SignerError::PublicKey {
        key: key.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/a-key";
    const ALIAS: &str = "arn:aws:kms:eu-west-1:111122223333:alias/signing";

    #[test]
    fn a_key_is_named_by_an_arn_with_all_its_parts() {
        assert_eq!(key_reference(KEY).unwrap().region, "eu-west-1");
        assert_eq!(key_reference(ALIAS).unwrap().account, "111122223333");
        for other in [
            "",
            "a-key",
            "alias/signing",
            "arn:aws:kms::111122223333:key/a-key",
            "arn:aws:kms:eu-west-1:1:key/a-key",
            "arn:aws:iam::111122223333:role/a-key",
            "arn:aws:kms:eu-west-1:111122223333:a-key",
            "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3",
        ] {
            assert!(key_reference(other).is_err(), "{other:?}");
        }
    }

    #[test]
    fn the_key_is_the_one_that_was_asked_for() {
        let of = |asked: &str, answered: Option<&str>| answered_arn(&Arn::parse(asked).unwrap(), asked, answered).ok();
        for asked in [KEY, ALIAS] {
            assert_eq!(of(asked, Some(KEY)).as_deref(), Some(KEY));
            assert_eq!(of(asked, Some("a-key")).as_deref(), Some(KEY));
            for answered in [None, Some(""), Some(ALIAS), Some("a key"), Some("arn:aws:kms")] {
                assert_eq!(of(asked, answered), None, "{asked} {answered:?}");
            }
        }
        let other = "arn:aws:kms:eu-west-1:111122223333:key/other";
        assert_eq!(of(KEY, Some(other)), None);
        assert_eq!(of(KEY, Some("other")), None);
        assert_eq!(of(ALIAS, Some(other)).as_deref(), Some(other));
    }
}
