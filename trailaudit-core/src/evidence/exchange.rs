//! One recorded API call and its answer: the atom every verdict rests on.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
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
}

impl From<[u8; 32]> for EvidenceId {
    fn from(digest: [u8; 32]) -> Self {
        Self(digest)
    }
}

impl fmt::Display for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
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
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EvidenceId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
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
    /// The ARN that asked.
    pub principal: String,
    /// When the last attempt was sent, RFC 3339 in UTC.
    pub sent_at: String,
    /// How often it was sent.
    pub attempts: u32,
    /// The HTTP status of the last attempt; absent when nothing came back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    /// The service's request id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<String>,
    /// The service's own clock: its `Date` header.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date: Option<String>,
}

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
        jcs::canonical(&Value::Object(self.body())).map(|bytes| EvidenceId::of(&bytes))
    }

    /// One line of a record file, without its line end.
    ///
    /// # Errors
    /// As for [`Exchange::id`].
    pub fn to_line(&self) -> Result<Vec<u8>, jcs::NotCanonical> {
        let mut line = self.body();
        line.insert("id".into(), self.id()?.to_string().into());
        line.insert("transport".into(), json!(self.transport));
        jcs::canonical(&Value::Object(line))
    }

    /// Reads one line of a record file and proves that its id is the digest of what it says.
    ///
    /// # Errors
    /// When the line is not an exchange, or its id is another's.
    pub fn from_line(line: &[u8]) -> Result<(EvidenceId, Self), ExchangeError> {
        let wire: v1::Line = jcs::parse_strict(line)?;
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
        let id = exchange.id()?;
        if id == wire.id {
            Ok((id, exchange))
        } else {
            Err(ExchangeError::IdOfAnother { says: wire.id, is: id })
        }
    }

    fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("account".into(), self.account.as_str().into());
        body.insert("region".into(), self.region.as_str().into());
        body.insert("service".into(), self.service.as_str().into());
        body.insert("operation".into(), self.operation.as_str().into());
        body.insert("parameters".into(), self.parameters.clone());
        match &self.answer {
            Answer::Ok(answer) => body.insert("answer".into(), answer.clone()),
            Answer::Error { code, message } => body.insert("error".into(), json!({"code": code, "message": message})),
        };
        body
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
