//! One recorded API call and its answer: the atom every verdict rests on.

use std::fmt;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::jcs;
use crate::organization::{AccountId, Region};

/// The SHA-256 that names a piece of evidence, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvidenceId([u8; 32]);

impl EvidenceId {
    /// The id of evidence whose canonical bytes are `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest itself.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Several of them in one cell of a table.
    pub(crate) fn joined(ids: &[Self]) -> String {
        let mut joined = Vec::with_capacity(ids.len() * 65);
        for id in ids {
            if !joined.is_empty() {
                joined.push(b';');
            }
            joined.extend(id.digits());
        }
        String::from_utf8(joined).unwrap_or_default()
    }

    fn digits(&self) -> [u8; 64] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        digits
    }
}

impl From<[u8; 32]> for EvidenceId {
    fn from(digest: [u8; 32]) -> Self {
        Self(digest)
    }
}

impl fmt::Display for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Written at once: a large package names a million of them.
        f.write_str(str::from_utf8(&self.digits()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A digest that is not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 lower-case hexadecimal digits")]
pub struct NotADigest;

impl FromStr for EvidenceId {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let digits = text.as_bytes();
        let mut digest = [0; 32];
        if digits.len() != 64 {
            return Err(NotADigest);
        }
        for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Self(digest))
    }
}

fn nibble(digit: u8) -> Result<u8, NotADigest> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(NotADigest),
    }
}

impl Serialize for EvidenceId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = self.digits();
        serializer.serialize_str(str::from_utf8(&digits).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for EvidenceId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(HexDigits)
    }
}

struct HexDigits;

impl Visitor<'_> for HexDigits {
    type Value = EvidenceId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NotADigest}")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<EvidenceId, E> {
        text.parse().map_err(E::custom)
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The service's answer, in its own field names.
    Ok(Value),
    /// The service's refusal, or the reason no answer came.
    Error {
        /// The service's error code, or one of ours (`Timeout`, `Unreachable`) when nothing came back.
        code: String,
        /// The message as it was given.
        message: String,
    },
}

/// How the exchange travelled: protected by the digest of its file, but no part of its id, so that equal answers
/// have equal ids in any run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Transport {
    // The fields stand in the order canonical JSON gives them: written as they stand, they are canonical.
    /// How often it was sent.
    pub attempts: u32,
    /// The service's own clock: its `Date` header.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date: Option<String>,
    /// The ARN that asked.
    pub principal: String,
    /// The service's request id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<String>,
    /// When the last attempt was sent, RFC 3339 in UTC.
    pub sent_at: String,
    /// The HTTP status of the last attempt; absent when nothing came back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
}

/// What most lines are not longer than, in bytes.
const USUAL_LINE: usize = 2 << 10;

/// One recorded API call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The account the call was made in.
    pub account: AccountId,
    /// The Region it was sent to.
    pub region: Region,
    /// The service, by its IAM prefix (`cloudtrail`, `kms`, `logs`, `organizations`, `sts`, `account`).
    pub service: String,
    /// The operation, as the service names it.
    pub operation: String,
    /// What was asked, as sent.
    pub parameters: Value,
    /// What came back.
    pub answer: Answer,
    /// How it travelled.
    pub transport: Transport,
}

impl Exchange {
    /// The SHA-256 of the canonical JSON of everything but the transport.
    ///
    /// # Errors
    /// When the parameters or the answer hold a number that canonical JSON cannot carry exactly.
    pub fn id(&self) -> Result<EvidenceId, jcs::NotCanonical> {
        Ok(self.canonical()?.id())
    }

    /// One line of a record file, without its line end, and the exchange's id.
    ///
    /// # Errors
    /// As for [`Exchange::id`].
    pub fn to_line(&self) -> Result<(EvidenceId, Vec<u8>), jcs::NotCanonical> {
        let Canonical { before_id, after_id } = self.canonical()?;
        let id = Canonical::digest(&before_id, &after_id);
        let mut line = before_id;
        line.extend_from_slice(b",\"id\":\"");
        line.extend_from_slice(&id.digits());
        line.push(b'"');
        line.extend_from_slice(&after_id);
        line.extend_from_slice(b",\"transport\":");
        // Texts and small integers, which cannot fail to be written.
        line.extend(serde_json::to_vec(&self.transport).unwrap_or_default());
        line.push(b'}');
        Ok((id, line))
    }

    /// Reads one line of a record file and proves that its id is the digest of what it says.
    ///
    /// # Errors
    /// When the line is not an exchange, or its id is another's.
    pub fn from_line(line: &[u8]) -> Result<(EvidenceId, Self), ExchangeError> {
        let wire: v1::Line = serde_json::from_slice(line).map_err(jcs::NotStrict::from)?;
        let answer = match (wire.answer, wire.error) {
            (Some(answer), None) => Answer::Ok(answer),
            (None, Some(error)) => Answer::Error {
                code: error.code,
                message: error.message,
            },
            _ => return Err(ExchangeError::AnswerAndError),
        };
        let exchange = Self {
            account: wire.account,
            region: wire.region,
            service: wire.service,
            operation: wire.operation,
            parameters: wire.parameters,
            answer,
            transport: wire.transport,
        };
        let (id, again) = exchange.to_line()?;
        if id != wire.id {
            return Err(ExchangeError::IdOfAnother { says: wire.id, is: id });
        }
        // Written again it must be the same bytes: so no key stood there twice, and nothing was read that is not kept.
        if again == line {
            Ok((id, exchange))
        } else {
            Err(ExchangeError::NotAsWritten)
        }
    }

    /// The canonical JSON of everything but the transport, in one pass and without copying the answer. The members
    /// stand in the order RFC 8785 gives them: `account`, `answer` or `error`, (`id`,) `operation`, `parameters`,
    /// `region`, `service`(, `transport`).
    fn canonical(&self) -> Result<Canonical, jcs::NotCanonical> {
        let mut before_id = Vec::with_capacity(USUAL_LINE);
        before_id.extend_from_slice(b"{\"account\":");
        jcs::write_string(self.account.as_str(), &mut before_id);
        match &self.answer {
            Answer::Ok(answer) => {
                before_id.extend_from_slice(b",\"answer\":");
                jcs::write(answer, &mut before_id)?;
            }
            Answer::Error { code, message } => {
                before_id.extend_from_slice(b",\"error\":");
                jcs::write(&json!({"code": code, "message": message}), &mut before_id)?;
            }
        }
        let mut after_id = b",\"operation\":".to_vec();
        jcs::write_string(&self.operation, &mut after_id);
        after_id.extend_from_slice(b",\"parameters\":");
        jcs::write(&self.parameters, &mut after_id)?;
        after_id.extend_from_slice(b",\"region\":");
        jcs::write_string(self.region.as_str(), &mut after_id);
        after_id.extend_from_slice(b",\"service\":");
        jcs::write_string(&self.service, &mut after_id);
        Ok(Canonical { before_id, after_id })
    }
}

/// An exchange without its transport as canonical JSON, open where its id belongs and at the end.
struct Canonical {
    before_id: Vec<u8>,
    after_id: Vec<u8>,
}

impl Canonical {
    fn id(&self) -> EvidenceId {
        Self::digest(&self.before_id, &self.after_id)
    }

    fn digest(before_id: &[u8], after_id: &[u8]) -> EvidenceId {
        let digest = Sha256::new_with_prefix(before_id)
            .chain_update(after_id)
            .chain_update(b"}");
        EvidenceId(digest.finalize().into())
    }
}

/// Why a line is not a recorded exchange.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The line is not strict JSON of the recorded form.
    #[error(transparent)]
    Json(#[from] jcs::NotStrict),
    /// A number in it cannot be carried exactly.
    #[error(transparent)]
    NotCanonical(#[from] jcs::NotCanonical),
    /// An exchange has an answer or an error, never both and never neither.
    #[error("an exchange has either an answer or an error")]
    AnswerAndError,
    /// The line is not the canonical JSON of what it says.
    #[error("the exchange is not written canonically")]
    NotAsWritten,
    /// The id is not the digest of the content.
    #[error("the exchange says its id is {says}, but its content has {is}")]
    IdOfAnother {
        /// The id it carries.
        says: EvidenceId,
        /// The id its content has.
        is: EvidenceId,
    },
}

/// The recorded form, version 1: never changed, only followed by a version 2.
mod v1 {
    use super::{AccountId, Deserialize, EvidenceId, Region, Transport, Value};

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Line {
        pub id: EvidenceId,
        pub account: AccountId,
        pub region: Region,
        pub service: String,
        pub operation: String,
        pub parameters: Value,
        pub answer: Option<Value>,
        pub error: Option<Error>,
        pub transport: Transport,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Error {
        pub code: String,
        pub message: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(answer: Answer) -> Exchange {
        Exchange {
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            service: "kms".into(),
            operation: "DescribeKey".into(),
            parameters: json!({"KeyId": "k\u{20ac}", "\u{10000}": 1, "\u{ffff}": 2}),
            answer,
            transport: Transport {
                principal: "arn".into(),
                attempts: 1,
                ..Transport::default()
            },
        }
    }

    #[test]
    fn a_line_is_canonical_and_its_id_is_that_of_the_rest() {
        let refusal = Answer::Error {
            code: "X".into(),
            message: "\"no\"\n".into(),
        };
        for answer in [
            Answer::Ok(json!({"b": [1, {"z": null, "a": "\u{1}"}], "a": true})),
            refusal,
        ] {
            let (id, line) = exchange(answer.clone()).to_line().unwrap();
            let mut value: Value = serde_json::from_slice(&line).unwrap();
            assert_eq!(line, jcs::canonical(&value).unwrap());
            let members = value.as_object_mut().unwrap();
            assert_eq!(members.remove("id"), Some(id.to_string().into()));
            members.remove("transport");
            assert_eq!(id, EvidenceId::of(&jcs::canonical(&value).unwrap()));
            assert_eq!(Exchange::from_line(&line).unwrap(), (id, exchange(answer)));
        }
    }

    #[test]
    fn a_changed_line_is_refused() {
        let (_, line) = exchange(Answer::Ok(json!({"Enabled": true}))).to_line().unwrap();
        let changed = String::from_utf8(line).unwrap().replace("true", "false");
        assert!(matches!(
            Exchange::from_line(changed.as_bytes()),
            Err(ExchangeError::IdOfAnother { .. })
        ));
    }
}
