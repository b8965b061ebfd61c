//! When it was signed, as a third party says: RFC 3161 timestamps over the bytes of a signature.
//!
//! A [`Request`] goes to a timestamping authority (TSA), whoever carries it; [`response()`] checks what came back and
//! gives a [`Token`], which a bundle keeps. Years later [`Token::verify`] proves the [`Stamp`] offline, with the
//! authority's certificates judged as of the time in the token, never as of today: so a package outlives the
//! authority's certificate.

mod algorithms;
mod asn1;
mod certificate;
mod error;
mod path;
mod request;
mod signed;
mod tst;

use der::{Decode as _, Encode as _};
use jiff::{SignedDuration, Timestamp};

use super::Code;

pub use certificate::{Certificate, CertificateError};
pub use error::{Refusal, TimestampError};
pub use request::{Request, request, response};
use signed::Signed;
use tst::{Imprint, TstInfo};

/// How far two clocks may differ before a signature seems older than what it signs.
pub(super) const CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_mins(5);

/// How long it may take from declaring the time to having it stamped.
const LONGEST_SIGNING: SignedDuration = SignedDuration::from_mins(10);

/// The longest response that is read, in bytes.
pub const LONGEST: usize = 64 << 10;

/// A timestamp as it is kept: a DER `TimeStampResp` of which every byte that no signature protects has one form.
///
/// Sigstore's bundles carry the whole response, not the bare token. Of what the authority sent, the words beside the
/// status, revocation lists, unsigned attributes and certificates that lead nowhere are left out: nothing vouches for
/// them. One thing remains: where an authority sends certificates of several ways up (a cross-signed root), those of
/// the way that is not taken could be changed without changing what is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    response: Vec<u8>,
    signed: Signed,
    info: TstInfo,
}

/// What a timestamp proves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stamp {
    /// The time at which the authority had the signature before it (`genTime`).
    pub time: Timestamp,
    /// By how much the authority says that it may be wrong, to either side; zero when it does not say.
    pub accuracy: SignedDuration,
    /// The subject of the authority's certificate, as RFC 4514 writes it. Foreign text.
    pub tsa: String,
    /// Until when the authority's certificate is valid. The stamp holds beyond it; other programs may not see it so.
    pub certificate_not_after: Timestamp,
    /// The policy under which it was made: an object identifier, in numbers.
    pub policy: String,
    /// The authority's number for it, in hexadecimal.
    pub serial: String,
}

impl Stamp {
    /// The latest moment that agrees with the authority's clock.
    #[must_use]
    pub fn latest(&self) -> Timestamp {
        self.time.checked_add(self.accuracy).unwrap_or(Timestamp::MAX)
    }

    /// What speaks against the time, each with the code that verifiers report it by: it lies before the end of the
    /// collection that was signed, after `now`, or far from the time that the signer declared.
    #[must_use]
    pub fn doubts(&self, declared: Timestamp, ended: Option<Timestamp>, now: Option<Timestamp>) -> Vec<(Code, String)> {
        let time = self.time;
        let mut doubts = Vec::new();
        if let Some(ended) = ended.filter(|ended| ended.duration_since(time) > CLOCK_DIFFERENCE) {
            let message = format!("its timestamp is of {time}, but the collection ended at {ended}");
            doubts.push((Code::TimestampBeforeCollection, message));
        }
        if now.is_some_and(|now| time.duration_since(now) > CLOCK_DIFFERENCE) {
            let message = format!("its timestamp is of {time}, which by your clock is still to come");
            doubts.push((Code::TimeInFuture, message));
        }
        if declared.duration_since(time).abs() > LONGEST_SIGNING {
            let message = format!("it says it was made at {declared}, but its timestamp is of {time}");
            doubts.push((Code::TimestampDisagrees, message));
        }
        doubts
    }
}

impl Token {
    /// Reads a timestamp that was kept. Strict: exactly the form [`Token::as_bytes`] gives.
    ///
    /// # Errors
    /// When the bytes are anything else, or are not signed by the certificate that comes with them.
    pub fn parse(bytes: &[u8]) -> Result<Self, TimestampError> {
        let token = Self::from_response(bytes)?;
        if token.response == bytes {
            Ok(token)
        } else {
            Err(TimestampError::NotKeptForm)
        }
    }

    /// The DER `TimeStampResp`, as a bundle carries it and `openssl ts -verify -in` reads it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.response
    }

    /// Proves that one of `roots` vouches for the time at which `signed`, the bytes of a signature, existed. Needs no
    /// clock: certificates are judged as of the time in the token.
    ///
    /// # Errors
    /// [`TimestampError::Imprint`] when it is about other bytes; [`TimestampError::NoRoot`] when there is no root at
    /// all, and then nothing else is wrong; [`TimestampError::Untrusted`] when none of them leads here.
    pub fn verify(&self, signed: &[u8], roots: &[Certificate]) -> Result<Stamp, TimestampError> {
        if self.info.imprint != Imprint::of(signed) {
            return Err(TimestampError::Imprint);
        }
        path::check(&self.signed.signer, &self.signed.issuers, self.info.time, roots)?;
        Ok(self.stamp())
    }

    /// What it says, as far as that can hold: whether anybody vouches for it only [`Token::verify`] can tell.
    ///
    /// # Errors
    /// [`TimestampError::NotValidThen`] when the authority's own certificate was not valid at the time it tells: no root
    /// proves that.
    pub fn claim(&self) -> Result<Stamp, TimestampError> {
        let (from, until) = self.signed.signer.validity();
        if (from..=until).contains(&self.info.time) {
            Ok(self.stamp())
        } else {
            Err(TimestampError::NotValidThen(self.info.time))
        }
    }

    fn stamp(&self) -> Stamp {
        Stamp {
            time: self.info.time,
            accuracy: self.info.accuracy,
            tsa: self.signed.signer.subject(),
            certificate_not_after: self.signed.signer.validity().1,
            policy: self.info.policy.clone(),
            serial: self.info.serial.clone(),
        }
    }

    /// Takes a response as it came and keeps what is vouched for.
    fn from_response(bytes: &[u8]) -> Result<Self, TimestampError> {
        if bytes.len() > LONGEST {
            return Err(TimestampError::TooLong(bytes.len()));
        }
        let response = asn1::TimeStampResp::from_der(bytes)?;
        let Some(content) = response.token else {
            return Err(Refusal::of(&response.status).into());
        };
        if response.status.status > 1 {
            return Err(Refusal::of(&response.status).into());
        }
        let signed = Signed::open(&content)?;
        let info = TstInfo::read(signed.content())?;
        let kept = asn1::TimeStampResp {
            status: asn1::PkiStatusInfo::granted(),
            token: Some(signed.to_content_info()),
        };
        Ok(Self {
            response: kept.to_der()?,
            signed,
            info,
        })
    }
}
