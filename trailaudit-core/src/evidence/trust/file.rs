//! `trust.toml`, version 1: never changed, only followed by a version 2.

use std::io;
use std::ops::Range;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::{Trust, TrustedSigner};
use crate::evidence::statement::{Person, Role};
use crate::evidence::{Algorithm, PublicKey};

/// What the file says it is.
pub const FORMAT: &str = "trailaudit.trust/v1";

/// What is wrong with a trust policy, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {}{message}", self.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default())]
#[non_exhaustive]
pub struct TrustError {
    /// The line, from 1.
    pub line: usize,
    /// The key whose value is wrong, when it is a value.
    pub key: Option<&'static str>,
    /// What is wrong with it.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    format: Spanned<String>,
    #[serde(default)]
    require: Vec<Spanned<String>>,
    #[serde(default)]
    independent: Vec<Spanned<String>>,
    #[serde(default)]
    require_timestamp: bool,
    #[serde(default)]
    signer: Vec<Spanned<Signer>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Signer {
    name: Spanned<String>,
    id: Spanned<String>,
    roles: Spanned<Vec<Spanned<String>>>,
    key_file: Option<Spanned<String>>,
    key: Option<Spanned<String>>,
    algorithm: Option<Spanned<String>>,
    not_before: Option<Spanned<Value>>,
    not_after: Option<Spanned<Value>>,
    revoked: Option<Spanned<Value>>,
}

pub(super) fn read(
    text: &str,
    read_key: &mut dyn FnMut(&str) -> Result<String, io::Error>,
) -> Result<Trust, TrustError> {
    let at = Place { text };
    let file: File = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        at.error(start..start, None, error.message())
    })?;
    if file.format.as_ref() != FORMAT {
        let message = format!(
            "{:?} is not the format of a trust policy, {FORMAT:?}",
            file.format.as_ref()
        );
        return Err(at.error(file.format.span(), Some("format"), message));
    }
    if file.signer.is_empty() {
        return Err(at.error(0..0, None, "there is no [[signer]], so nobody is trusted"));
    }
    let mut signers: Vec<TrustedSigner> = Vec::new();
    for entry in &file.signer {
        let signer = at.signer(entry, read_key)?;
        at.check_against(&signers, &signer, entry)?;
        signers.push(signer);
    }
    let require = at.roles("require", &file.require)?;
    for (role, written) in require.iter().zip(&file.require) {
        if !signers.iter().any(|signer| signer.may_sign_as(role)) {
            let message = format!("no signer has the role {role}, so nothing could satisfy this");
            return Err(at.error(written.span(), Some("require"), message));
        }
    }
    Ok(Trust {
        signers,
        require,
        independent: at.roles("independent", &file.independent)?,
        require_timestamp: file.require_timestamp,
        tsa_roots: Vec::new(),
    })
}

/// The file, to say where in it something stands.
struct Place<'a> {
    text: &'a str,
}

impl Place<'_> {
    fn error(&self, span: Range<usize>, key: Option<&'static str>, message: impl Into<String>) -> TrustError {
        let before = self.text.get(..span.start).unwrap_or_default();
        TrustError {
            line: 1 + before.matches('\n').count(),
            key,
            message: message.into(),
        }
    }

    fn signer(
        &self,
        entry: &Spanned<Signer>,
        read_key: &mut dyn FnMut(&str) -> Result<String, io::Error>,
    ) -> Result<TrustedSigner, TrustError> {
        let signer = entry.as_ref();
        let key = self.public_key(entry, read_key)?;
        let roles = self.roles("roles", signer.roles.as_ref())?;
        if roles.is_empty() {
            return Err(self.error(signer.roles.span(), Some("roles"), "a signer needs at least one role"));
        }
        let algorithm = signer.algorithm.as_ref().map(|name| self.algorithm(name)).transpose()?;
        let read = TrustedSigner {
            key,
            person: Some(Person {
                printed_name: self.name("name", &signer.name)?,
                id: self.name("id", &signer.id)?,
            }),
            roles: Some(roles),
            algorithm,
            not_before: self.moment("not-before", signer.not_before.as_ref())?,
            not_after: self.moment("not-after", signer.not_after.as_ref())?,
            revoked: self.moment("revoked", signer.revoked.as_ref())?,
        };
        match (read.not_before, read.not_after, &signer.not_after) {
            (Some(first), Some(last), Some(written)) if last < first => {
                Err(self.error(written.span(), Some("not-after"), "it is before not-before"))
            }
            _ => Ok(read),
        }
    }

    fn public_key(
        &self,
        entry: &Spanned<Signer>,
        read_key: &mut dyn FnMut(&str) -> Result<String, io::Error>,
    ) -> Result<PublicKey, TrustError> {
        let signer = entry.as_ref();
        match (&signer.key, &signer.key_file) {
            (Some(pem), None) => PublicKey::from_pem(pem.as_ref())
                .map_err(|error| self.error(pem.span(), Some("key"), error.to_string())),
            (None, Some(name)) => {
                let told =
                    |what: String| self.error(name.span(), Some("key-file"), format!("{}: {what}", name.as_ref()));
                let pem = read_key(name.as_ref()).map_err(|error| told(error.to_string()))?;
                PublicKey::from_pem(&pem).map_err(|error| told(error.to_string()))
            }
            _ => Err(self.error(entry.span(), None, "a signer needs either key-file or key")),
        }
    }

    /// One key per person (21 CFR 11.100(a)), and one name per id.
    fn check_against(
        &self,
        others: &[TrustedSigner],
        signer: &TrustedSigner,
        entry: &Spanned<Signer>,
    ) -> Result<(), TrustError> {
        for other in others {
            let (Some(person), Some(its)) = (&signer.person, &other.person) else {
                continue;
            };
            if other.key.is_same_key(&signer.key) {
                let message = if person == its {
                    format!(
                        "the key of {} stands here twice; give one [[signer]] all its roles",
                        its.id
                    )
                } else {
                    format!("this is the key of {} already, and a key has one person", its.id)
                };
                return Err(self.error(entry.span(), None, message));
            }
            if person.id == its.id && person != its {
                let message = format!("{:?} is called {:?} above", person.id, its.printed_name);
                return Err(self.error(entry.as_ref().name.span(), Some("name"), message));
            }
        }
        Ok(())
    }

    fn roles(&self, key: &'static str, roles: &[Spanned<String>]) -> Result<Vec<Role>, TrustError> {
        let mut read: Vec<Role> = Vec::new();
        for written in roles {
            let role = Role::from_str(written.as_ref())
                .map_err(|error| self.error(written.span(), Some(key), error.to_string()))?;
            if read.contains(&role) {
                return Err(self.error(written.span(), Some(key), format!("the role {role} stands here twice")));
            }
            read.push(role);
        }
        Ok(read)
    }

    /// The same rules as for the texts of a statement, which these are compared with.
    fn name(&self, key: &'static str, text: &Spanned<String>) -> Result<String, TrustError> {
        if text.as_ref().trim().is_empty() || text.as_ref().chars().any(char::is_control) {
            return Err(self.error(text.span(), Some(key), "it is empty or has control characters"));
        }
        Ok(text.as_ref().clone())
    }

    fn algorithm(&self, name: &Spanned<String>) -> Result<Algorithm, TrustError> {
        let known = Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name.as_ref());
        known.ok_or_else(|| {
            let names = Algorithm::ALL.map(Algorithm::as_str).join(", ");
            let message = format!("{:?} is not one of {names}", name.as_ref());
            self.error(name.span(), Some("algorithm"), message)
        })
    }

    /// RFC 3339, as text or as TOML's own offset date-time.
    fn moment(&self, key: &'static str, value: Option<&Spanned<Value>>) -> Result<Option<Timestamp>, TrustError> {
        let Some(value) = value else { return Ok(None) };
        let text = match value.as_ref() {
            Value::String(text) => text.clone(),
            Value::Datetime(time) => time.to_string(),
            other => other.type_str().to_owned(),
        };
        let moment = text.parse().ok().or_else(|| beyond(&text)).ok_or_else(|| {
            let message = format!("{text} is not a moment with its offset, such as 2026-01-01T00:00:00Z");
            self.error(value.span(), Some(key), message)
        });
        moment.map(Some)
    }
}

/// A moment that lies beyond those that can be told, as `9999-12-31T23:59:59Z` does, is as late or as early as they go.
fn beyond(text: &str) -> Option<Timestamp> {
    let pieces = Pieces::parse(text).ok()?;
    let written = pieces.date().to_datetime(pieces.time()?);
    match pieces.to_numeric_offset()?.to_timestamp(written) {
        Ok(_) => None,
        Err(_) if written.year() > 0 => Some(Timestamp::MAX),
        Err(_) => Some(Timestamp::MIN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_beyond_all_others_is_as_late_or_early_as_they_go() {
        for (text, moment) in [
            ("9999-12-31T23:59:59Z", Timestamp::MAX),
            ("9999-12-31T23:59:59.999999999-12:00", Timestamp::MAX),
            ("9999-12-31 23:59:59Z", Timestamp::MAX),
            ("-009999-01-01T00:00:00Z", Timestamp::MIN),
        ] {
            assert_eq!(beyond(text), Some(moment), "{text}");
        }
        for text in [
            "2026-01-01T00:00:00Z",
            "9999-12-31T23:59:59",
            "9999-12-31",
            "9999-12-32T00:00:00Z",
            "99999-12-31T23:59:59Z",
            "",
            "integer",
        ] {
            assert_eq!(beyond(text), None, "{text}");
        }
    }
}
