//! Adding a signature to a package that is closed: what the next signer signs, and under which name it is kept.
//!
//! Whoever signs after others names their envelopes, so that the order of signing is provable: 21 CFR 11.10(f).

use jiff::Timestamp;

use super::files::Files;
use super::package::SignatureName;
use super::statement::{Meaning, Person, Role, Statement};
use super::verify::{Code, Options, Problem, VerifiedSignature, verify};
use super::{Digest, PublicKey};

/// What may be wrong with a package that is about to be signed: nobody is trusted yet, and whoever is still missing may
/// be the one who signs.
const STILL_OPEN: [Code; 3] = [Code::NoSignature, Code::NoTrust, Code::MissingRole];

/// As many as two digits number.
const MOST_SIGNATURES: usize = 99;

/// A package that holds, as far as it can be told without trust.
#[derive(Clone, Debug)]
pub struct Signable {
    manifest: Digest,
    package_id: Digest,
    collection_ended: Timestamp,
    signatures: Vec<VerifiedSignature>,
    number: u8,
}

/// What a signer declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// In which role.
    pub role: Role,
    /// What the signature means.
    pub meaning: Meaning,
    /// Who.
    pub signer: Person,
    /// When.
    pub time: Timestamp,
}

impl Signable {
    /// Checks a package before it is signed: every file, and every signature that is there. Findings are not assessed
    /// again.
    ///
    /// # Errors
    /// [`NotSignable::IsExtract`] when it shows one account alone; [`NotSignable::DoesNotHold`] with every problem: a
    /// signature must not cover up what is broken.
    pub fn check(files: &dyn Files, options: &Options<'_>) -> Result<Self, NotSignable> {
        let mut options = *options;
        (options.trust, options.reperform) = (None, None);
        let report = verify(files, &options);
        if report.extract.is_some() {
            return Err(NotSignable::IsExtract);
        }
        let problems: Vec<_> = report
            .problems
            .into_iter()
            .filter(|problem| !STILL_OPEN.contains(&problem.code))
            .collect();
        let (Some(manifest), Some(package)) = (report.manifest_sha256, report.manifest) else {
            return Err(NotSignable::DoesNotHold(problems));
        };
        if !problems.is_empty() {
            return Err(NotSignable::DoesNotHold(problems));
        }
        let number = u8::try_from(report.signatures.len() + 1).unwrap_or(u8::MAX);
        if usize::from(number) > MOST_SIGNATURES {
            return Err(NotSignable::TooMany);
        }
        Ok(Self {
            manifest,
            package_id: package.package_id,
            collection_ended: package.collection.ended,
            signatures: report.signatures,
            number,
        })
    }

    /// When the collection ended that is signed: a signature is younger.
    #[must_use]
    pub fn collection_ended(&self) -> Timestamp {
        self.collection_ended
    }

    /// The signatures that are there, in order. Each is genuine; whether its key is trusted, nobody was asked.
    #[must_use]
    pub fn signatures(&self) -> &[VerifiedSignature] {
        &self.signatures
    }

    /// The statement the next signer signs: about this package, naming every envelope that is there. `key_arn` is the
    /// key's ARN when it lives in AWS KMS.
    ///
    /// # Errors
    /// [`NotSignable::KeyUsed`] when the key has signed this package already: every signature is another person's.
    pub fn statement(
        &self,
        declaration: Declaration,
        key: &PublicKey,
        key_arn: Option<String>,
    ) -> Result<Statement, NotSignable> {
        let fingerprint = key.fingerprint();
        if let Some(signature) = self.signatures.iter().find(|signature| signature.key == fingerprint) {
            return Err(NotSignable::KeyUsed {
                key: fingerprint,
                file: signature.file.clone(),
            });
        }
        Ok(Statement {
            manifest: self.manifest,
            package_id: self.package_id,
            role: declaration.role,
            meaning: declaration.meaning,
            signer: declaration.signer,
            declared_time: declaration.time,
            algorithm: key.algorithm(),
            countersigns: self.signatures.iter().map(|signature| signature.envelope).collect(),
            key_arn,
        })
    }

    /// Under which name the next signature is kept.
    #[must_use]
    pub fn name(&self, role: Role) -> SignatureName {
        SignatureName {
            number: self.number,
            role,
        }
    }
}

/// Why a package cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotSignable {
    /// It shows one account alone. A statement is about the manifest, which is that of the whole package: the signature
    /// would count there, and whoever made it has not seen what it covers.
    #[error("this is the extract of one account, and a signature speaks about all accounts of the package")]
    IsExtract,
    /// It is not what its manifest says, or what was signed before.
    #[error("the package does not hold")]
    DoesNotHold(Vec<Problem>),
    /// There is no number left.
    #[error("the package has {MOST_SIGNATURES} signatures: there is no number left for another")]
    TooMany,
    /// The key has signed it already.
    #[error("the key {key} has signed this package already, in {file}")]
    KeyUsed {
        /// Its fingerprint.
        key: Digest,
        /// Where.
        file: String,
    },
}
