//! Why there is no timestamp, or why it proves nothing.

use jiff::Timestamp;

use super::asn1::PkiStatusInfo;

/// Why a timestamp cannot be had, read or believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// Longer than any response that is read.
    #[error("the answer of the timestamping authority has {0} bytes; more than 65536 are not read")]
    TooLong(usize),
    /// Not the DER of RFC 3161 and RFC 5652.
    #[error("this is not a timestamp: {0}")]
    Malformed(String),
    /// The authority did not grant it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The answer is to another question.
    #[error("the timestamp answers another request: its nonce is not the one that was sent")]
    Nonce,
    /// It is about other bytes.
    #[error("the timestamp is about other bytes than this signature")]
    Imprint,
    /// Something that was read back is not in the form in which timestamps are kept.
    #[error("the timestamp is not in the form in which it is kept")]
    NotKeptForm,
    /// A digest, a signature algorithm or a kind of key that is not used here.
    #[error("the timestamp uses {0}, which is not accepted here")]
    Algorithm(String),
    /// The certificate of whoever signed is not in the token.
    #[error("the timestamp does not contain the certificate it was signed with")]
    NoCertificate,
    /// The signed attributes name another certificate than the one in the token, or none.
    #[error("the timestamp is not bound to the certificate it comes with")]
    Binding,
    /// The signature does not verify.
    #[error("the signature of the timestamping authority does not verify")]
    Signature,
    /// The certificate is not one of a timestamping authority (RFC 3161 section 2.3).
    #[error("the certificate {0:?} is not for timestamping alone")]
    Usage(String),
    /// A certificate was not valid at the time in the token.
    #[error("a certificate of the timestamping authority was not valid at {0}, the time in the timestamp")]
    NotValidThen(Timestamp),
    /// No root was given.
    #[error("no root certificate of a timestamping authority was given, so the time is not proven")]
    NoRoot,
    /// No given root leads to it.
    #[error("none of the given root certificates leads to {0:?}")]
    Untrusted(String),
    /// The certificates on the way to a root break a rule of RFC 5280.
    #[error("the certificates of the timestamping authority do not hold: {0}")]
    Path(String),
}

impl From<der::Error> for TimestampError {
    fn from(error: der::Error) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// The authority's own words for not granting a timestamp.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the timestamping authority refused: {}{}{}", self.status, described(self.failure.as_deref()), described(self.text.as_deref()))]
#[non_exhaustive]
pub struct Refusal {
    /// The status (RFC 3161 section 2.4.2): `rejection`, `waiting` ..., or its number.
    pub status: String,
    /// The reasons (the same section): `badAlg`, `timeNotAvailable` ..., or their numbers, with commas between.
    pub failure: Option<String>,
    /// What it says in words. Foreign text.
    pub text: Option<String>,
}

impl Refusal {
    pub(super) fn of(status: &PkiStatusInfo) -> Self {
        const STATUSES: [&str; 6] = [
            "granted, but without a token",
            "granted with modifications, but without a token",
            "rejection",
            "waiting",
            "revocation warning",
            "revocation notification",
        ];
        let bits = status.fail_info.iter().flat_map(|bits| {
            let set = bits.bits().enumerate().filter(|(_, is_set)| *is_set);
            set.map(|(bit, _)| failure(bit)).collect::<Vec<_>>()
        });
        let failure: Vec<_> = bits.collect();
        Self {
            status: match STATUSES.get(usize::from(status.status)) {
                Some(name) => (*name).to_owned(),
                None => format!("status {}", status.status),
            },
            failure: (!failure.is_empty()).then(|| failure.join(", ")),
            text: status.status_string.as_ref().map(|texts| texts.join(" ")),
        }
    }
}

/// The name of a bit of `PKIFailureInfo` (RFC 3161 section 2.4.2).
fn failure(bit: usize) -> String {
    match bit {
        0 => "badAlg".into(),
        2 => "badRequest".into(),
        5 => "badDataFormat".into(),
        14 => "timeNotAvailable".into(),
        15 => "unacceptedPolicy".into(),
        16 => "unacceptedExtension".into(),
        17 => "addInfoNotAvailable".into(),
        25 => "systemFailure".into(),
        other => format!("failure {other}"),
    }
}

fn described(words: Option<&str>) -> String {
    words.map(|words| format!(": {words}")).unwrap_or_default()
}
