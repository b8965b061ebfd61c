//! What is asked of a timestamping authority, and whether the answer is to it.

use der::asn1::Int;
use der::{Decode as _, Encode as _};

use super::asn1::TimeStampReq;
use super::tst::Imprint;
use super::{TimestampError, Token};

/// A question to a timestamping authority.
#[derive(Clone, Debug)]
pub struct Request {
    der: Vec<u8>,
    imprint: Imprint,
    nonce: Int,
}

impl Request {
    /// The DER `TimeStampReq`: the body of a POST with the type `application/timestamp-query` (RFC 3161 section 3.4).
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.der
    }
}

/// Asks for a timestamp over `signed`, the bytes of a signature: SHA-256, certificates wanted, no policy named.
/// `nonce` must be random, so that no old answer fits.
///
/// ```
/// # use trailaudit_core::evidence::{Bundle, timestamp::{self, TimestampError}};
/// # fn post(_: &[u8]) -> Vec<u8> { Vec::new() }
/// # fn stamped(bundle: Bundle) -> Result<Bundle, TimestampError> {
/// let request = timestamp::request(&bundle.signature, rand::random())?;
/// let answer = post(request.as_bytes()); // by whatever HTTP client there is
/// let token = timestamp::response(&answer, &request)?;
/// Ok(bundle.with_timestamp(&token))
/// # }
/// ```
///
/// # Errors
/// When the request cannot be written, which no input gives cause for.
pub fn request(signed: &[u8], nonce: u64) -> Result<Request, TimestampError> {
    let imprint = Imprint::of(signed);
    let nonce = Int::from_der(&nonce.to_der()?)?;
    let request = TimeStampReq {
        version: 1,
        message_imprint: imprint.to_asn1()?,
        nonce: nonce.clone(),
        cert_req: true,
    };
    Ok(Request {
        der: request.to_der()?,
        imprint,
        nonce,
    })
}

/// Checks what a timestamping authority answered to `request`: granted, about these bytes, with this nonce, signed by
/// a timestamping certificate that is in it. Whether that certificate is trusted only [`Token::verify`] can say.
///
/// # Errors
/// The authority's own words when it refused; otherwise what is wrong with the answer.
pub fn response(bytes: &[u8], request: &Request) -> Result<Token, TimestampError> {
    let token = Token::from_response(bytes)?;
    if token.info.imprint != request.imprint {
        return Err(TimestampError::Imprint);
    }
    if token.info.nonce.as_ref() != Some(&request.nonce) {
        return Err(TimestampError::Nonce);
    }
    Ok(token)
}
