//! Whether a root the verifier trusts leads to the authority's certificate.

use std::time::Duration;

use jiff::Timestamp;
use pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage};

use super::algorithms::ALL;
use super::{Certificate, TimestampError};

/// The value of id-kp-timeStamping, 1.3.6.1.5.5.7.3.8 (RFC 3161 section 2.3), as DER has it.
const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];

/// Validates the path (RFC 5280 section 6) as of `time`. That the authority's own certificate is for timestamping
/// alone was checked; on those above it the usage may be absent.
pub(super) fn check(
    signer: &Certificate,
    issuers: &[Certificate],
    time: Timestamp,
    roots: &[Certificate],
) -> Result<(), TimestampError> {
    if roots.is_empty() {
        return Err(TimestampError::NoRoot);
    }
    let anchors: Vec<TrustAnchor<'_>> = roots
        .iter()
        .filter_map(|root| webpki::anchor_from_trusted_cert(root.der()).ok())
        .collect();
    let issuers: Vec<CertificateDer<'_>> = issuers.iter().map(|issuer| issuer.der().clone()).collect();
    let seconds = u64::try_from(time.as_second()).map_err(|_| TimestampError::NotValidThen(time))?;
    let certificate = EndEntityCert::try_from(signer.der()).map_err(|error| TimestampError::Path(error.to_string()))?;
    let path = certificate.verify_for_usage(
        ALL,
        &anchors,
        &issuers,
        UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
        KeyUsage::required_if_present(TIME_STAMPING),
        None,
        None,
    );
    match path {
        Ok(_) => Ok(()),
        // A root of the same name with another key is another root.
        Err(Error::UnknownIssuer | Error::InvalidSignatureForPublicKey) => {
            Err(TimestampError::Untrusted(signer.subject()))
        }
        Err(Error::CertExpired { .. } | Error::CertNotValidYet { .. }) => Err(TimestampError::NotValidThen(time)),
        Err(error) => Err(TimestampError::Path(error.to_string())),
    }
}
