//! What a signer signs: an in-toto statement about the manifest, with the signer's name, role, meaning and time.
//!
//! One statement a signer, because 21 CFR 11.50 wants the printed name, the date and time and the meaning of each
//! signature under the same protection as the record, and 11.70 wants it bound to the record.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Algorithm, Digest, jcs};

/// The type of an in-toto statement, version 1.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// The type of our predicate, version 1: frozen.
pub const PREDICATE_TYPE: &str = "urn:trailaudit:evidence-signature:v1";

/// The longest statement, in bytes: with its envelope it stays below the 4,096 bytes AWS KMS signs as they are.
pub const LONGEST: usize = 3_584;

/// One signer's statement about one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The SHA-256 of `manifest.json`.
    pub manifest: Digest,
    /// The package's id.
    pub package_id: Digest,
    /// In which role it is signed.
    pub role: Role,
    /// What the signature means.
    pub meaning: Meaning,
    /// Who signs.
    pub signer: Person,
    /// When, as the signer says.
    pub declared_time: Timestamp,
    /// How the signature is made.
    pub algorithm: Algorithm,
    /// The envelopes this signer saw and agrees with, by [`Bundle::envelope_digest`](super::Bundle::envelope_digest).
    pub countersigns: Vec<Digest>,
    /// The ARN of the key, when it lives in AWS KMS.
    pub key_arn: Option<String>,
}

/// A person as the signature page prints them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    /// The printed name (21 CFR 11.50(a)(1)).
    pub printed_name: String,
    /// What identifies the person in their organization: an e-mail address, a staff number.
    pub id: String,
}

/// What a signature means (21 CFR 11.50(a)(3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Meaning {
    /// The signer made it.
    Authorship,
    /// The signer examined it.
    Review,
    /// The signer releases it.
    Approval,
    /// The signer answers for it.
    Responsibility,
}

/// A role: lower-case letters, digits and single hyphens, at most 32, because it is part of a file name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Role(String);

impl Statement {
    /// The statement's bytes: canonical JSON.
    ///
    /// # Errors
    /// When a name is empty or has control characters, or the whole is longer than [`LONGEST`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, StatementError> {
        self.check()?;
        let bytes = jcs::to_canonical(&v1::Statement::from(self.clone()))?;
        if bytes.len() > LONGEST {
            return Err(StatementError::TooLong(bytes.len()));
        }
        Ok(bytes)
    }

    /// Reads a statement. Strict: canonical JSON, no unknown field, exactly one subject, which is `manifest.json`.
    ///
    /// # Errors
    /// When the bytes are anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        if bytes.len() > LONGEST {
            return Err(StatementError::TooLong(bytes.len()));
        }
        let statement = Self::try_from(jcs::parse_canonical::<v1::Statement>(bytes)?)?;
        statement.check()?;
        Ok(statement)
    }

    fn check(&self) -> Result<(), StatementError> {
        let texts = [
            ("printed name", Some(&self.signer.printed_name)),
            ("signer id", Some(&self.signer.id)),
            ("key ARN", self.key_arn.as_ref()),
        ];
        for (what, text) in texts {
            if text.is_some_and(|text| text.trim().is_empty() || text.chars().any(char::is_control)) {
                return Err(StatementError::Text(what));
            }
        }
        Ok(())
    }
}

impl Meaning {
    /// The word the statement carries.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorship => "authorship",
            Self::Review => "review",
            Self::Approval => "approval",
            Self::Responsibility => "responsibility",
        }
    }
}

impl FromStr for Meaning {
    type Err = StatementError;

    fn from_str(text: &str) -> Result<Self, StatementError> {
        [Self::Authorship, Self::Review, Self::Approval, Self::Responsibility]
            .into_iter()
            .find(|meaning| meaning.as_str() == text)
            .ok_or_else(|| StatementError::Meaning(text.to_owned()))
    }
}

impl Role {
    /// The role as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Role {
    type Err = StatementError;

    fn from_str(text: &str) -> Result<Self, StatementError> {
        let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if text.len() <= 32 && text.split('-').all(word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(StatementError::Role(text.to_owned()))
        }
    }
}

impl TryFrom<String> for Role {
    type Error = StatementError;

    fn try_from(text: String) -> Result<Self, StatementError> {
        text.parse()
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.0
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why something is not a statement of ours.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// The bytes are not the canonical JSON of a statement.
    #[error(transparent)]
    Json(#[from] jcs::NotStrict),
    /// It cannot be written as canonical JSON.
    #[error(transparent)]
    NotCanonical(#[from] jcs::NotCanonical),
    /// Another statement or predicate type.
    #[error("the type is {0:?}, which is not an evidence signature of version 1")]
    Type(String),
    /// The subject is not the manifest alone.
    #[error("the statement must have one subject, manifest.json")]
    Subject,
    /// A text is empty or has control characters.
    #[error("the {0} is empty or has control characters")]
    Text(&'static str),
    /// Not a role.
    #[error("{0:?} is not a role: lower-case letters, digits and single hyphens, at most 32")]
    Role(String),
    /// Not a meaning.
    #[error("{0:?} is not a meaning: authorship, review, approval or responsibility")]
    Meaning(String),
    /// Longer than a key service signs.
    #[error("the statement has {0} bytes, more than {LONGEST}")]
    TooLong(usize),
}

/// The statement as written, version 1: never changed, only followed by a version 2.
mod v1 {
    use jiff::Timestamp;
    use serde::{Deserialize, Serialize};

    use super::{Meaning, PREDICATE_TYPE, Person, Role, STATEMENT_TYPE, StatementError};
    use crate::evidence::package::MANIFEST;
    use crate::evidence::{Algorithm, Digest};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Statement {
        #[serde(rename = "_type")]
        form: String,
        subject: Vec<Subject>,
        predicate_type: String,
        predicate: Predicate,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Subject {
        name: String,
        digest: Sha256,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sha256 {
        sha256: Digest,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Predicate {
        package_id: Digest,
        role: Role,
        meaning: Meaning,
        signer: Person,
        declared_time: Timestamp,
        algorithm: Algorithm,
        countersigns: Vec<Digest>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        key_arn: Option<String>,
    }

    impl From<super::Statement> for Statement {
        fn from(statement: super::Statement) -> Self {
            Self {
                form: STATEMENT_TYPE.into(),
                subject: vec![Subject {
                    name: MANIFEST.into(),
                    digest: Sha256 {
                        sha256: statement.manifest,
                    },
                }],
                predicate_type: PREDICATE_TYPE.into(),
                predicate: Predicate {
                    package_id: statement.package_id,
                    role: statement.role,
                    meaning: statement.meaning,
                    signer: statement.signer,
                    declared_time: statement.declared_time,
                    algorithm: statement.algorithm,
                    countersigns: statement.countersigns,
                    key_arn: statement.key_arn,
                },
            }
        }
    }

    impl TryFrom<Statement> for super::Statement {
        type Error = StatementError;

        fn try_from(wire: Statement) -> Result<Self, StatementError> {
            if wire.form != STATEMENT_TYPE {
                return Err(StatementError::Type(wire.form));
            }
            if wire.predicate_type != PREDICATE_TYPE {
                return Err(StatementError::Type(wire.predicate_type));
            }
            let [subject] = <[Subject; 1]>::try_from(wire.subject).map_err(|_| StatementError::Subject)?;
            if subject.name != MANIFEST {
                return Err(StatementError::Subject);
            }
            let predicate = wire.predicate;
            Ok(Self {
                manifest: subject.digest.sha256,
                package_id: predicate.package_id,
                role: predicate.role,
                meaning: predicate.meaning,
                signer: predicate.signer,
                declared_time: predicate.declared_time,
                algorithm: predicate.algorithm,
                countersigns: predicate.countersigns,
                key_arn: predicate.key_arn,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form of version 1, as documented: whoever changes it breaks every package that was signed.
    #[test]
    fn the_written_form_is_frozen() {
        let statement = Statement {
            manifest: Digest::from([0x11; 32]),
            package_id: Digest::from([0x22; 32]),
            role: "preparer".parse().unwrap(),
            meaning: Meaning::Authorship,
            signer: Person {
                printed_name: "Ada".into(),
                id: "a".into(),
            },
            declared_time: "2026-11-22T03:00:00Z".parse().unwrap(),
            algorithm: Algorithm::EcdsaP256Sha256,
            countersigns: vec![],
            key_arn: None,
        };
        let bytes = statement.to_bytes().unwrap();
        let expected = [
            r#"{"_type":"https://in-toto.io/Statement/v1","predicate":{"algorithm":"ecdsa-p256-sha256","countersigns":[],"#,
            r#""declaredTime":"2026-11-22T03:00:00Z","meaning":"authorship","#,
            r#""packageId":"2222222222222222222222222222222222222222222222222222222222222222","role":"preparer","#,
            r#""signer":{"id":"a","printedName":"Ada"}},"predicateType":"urn:trailaudit:evidence-signature:v1","#,
            r#""subject":[{"digest":{"sha256":"1111111111111111111111111111111111111111111111111111111111111111"},"#,
            r#""name":"manifest.json"}]}"#,
        ];
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), expected.concat());
        assert_eq!(Statement::parse(&bytes).unwrap(), statement);
        let with_key = Statement {
            key_arn: Some("arn".into()),
            ..statement
        };
        let bytes = with_key.to_bytes().unwrap();
        assert!(String::from_utf8_lossy(&bytes).contains(r#""keyArn":"arn","meaning""#));
        assert_eq!(Statement::parse(&bytes).unwrap(), with_key);
    }

    #[test]
    fn roles_and_meanings_are_words_of_the_contract() {
        for role in ["preparer", "second-reviewer", "qa2"] {
            assert_eq!(role.parse::<Role>().unwrap().as_str(), role);
        }
        for role in ["", "-", "a--b", "a-", "A", "a/b", "a.b", "ä", "a".repeat(33).as_str()] {
            assert!(role.parse::<Role>().is_err(), "{role}");
        }
        for meaning in ["authorship", "review", "approval", "responsibility"] {
            assert_eq!(meaning.parse::<Meaning>().unwrap().as_str(), meaning);
            assert_eq!(
                serde_json::to_value(meaning.parse::<Meaning>().unwrap()).unwrap(),
                meaning
            );
        }
        assert!("other".parse::<Meaning>().is_err());
    }
}
