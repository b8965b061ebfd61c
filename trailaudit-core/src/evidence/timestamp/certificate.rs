//! Certificates: the roots a verifier trusts, and those in a token.

use der::{Decode as _, Encode as _};
use jiff::Timestamp;
use pki_types::CertificateDer;
use pki_types::pem::PemObject as _;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier};
use x509_cert::time::Time;

use super::TimestampError;
use super::asn1::{EXTENDED_KEY_USAGE, IssuerAndSerialNumber, KEY_USAGE, TIME_STAMPING};

/// An X.509 certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: CertificateDer<'static>,
    parsed: x509_cert::Certificate,
}

/// Why a text has no root certificates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not PEM, or broken PEM.
    #[error("this is not a PEM file: {0}")]
    Pem(String),
    /// No certificate among the PEM blocks.
    #[error("there is no CERTIFICATE block in it")]
    None,
    /// A block is no certificate that could be a root.
    #[error("certificate {0} of it cannot be read: {1}")]
    Malformed(usize, String),
}

impl Certificate {
    /// The certificates of a PEM file, in its order; text between them is skipped.
    ///
    /// # Errors
    /// When there is none, or one of them cannot be read.
    pub fn from_pem_bundle(text: &str) -> Result<Vec<Self>, CertificateError> {
        let mut certificates = Vec::new();
        for block in CertificateDer::pem_slice_iter(text.as_bytes()) {
            let der = block.map_err(|error| CertificateError::Pem(error.to_string()))?;
            let malformed =
                |error: &dyn std::fmt::Display| CertificateError::Malformed(certificates.len() + 1, error.to_string());
            webpki::anchor_from_trusted_cert(&der).map_err(|error| malformed(&error))?;
            certificates.push(Self::from_der(&der).map_err(|error| malformed(&error))?);
        }
        if certificates.is_empty() {
            return Err(CertificateError::None);
        }
        Ok(certificates)
    }

    /// The subject, as RFC 4514 writes it. Foreign text.
    #[must_use]
    pub fn subject(&self) -> String {
        self.parsed.tbs_certificate().subject().to_string()
    }

    pub(super) fn from_der(der: &[u8]) -> Result<Self, TimestampError> {
        Ok(Self {
            parsed: x509_cert::Certificate::from_der(der)?,
            der: CertificateDer::from(der.to_vec()),
        })
    }

    pub(super) fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// From when until when it is valid. Some are valid for longer than there are moments here.
    pub(super) fn validity(&self) -> (Timestamp, Timestamp) {
        let validity = self.parsed.tbs_certificate().validity();
        let moment = |time: Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
            Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
        };
        (moment(validity.not_before), moment(validity.not_after))
    }

    pub(super) fn is_issued_by(&self, other: &Self) -> bool {
        self.parsed.tbs_certificate().issuer() == other.parsed.tbs_certificate().subject()
    }

    /// Whether a signer identifier (RFC 5652 section 5.3) names this certificate.
    pub(super) fn is_named_by(&self, sid: &der::Any) -> bool {
        let certificate = self.parsed.tbs_certificate();
        if let Ok(name) = sid.decode_as::<IssuerAndSerialNumber>() {
            return name.issuer == *certificate.issuer() && name.serial_number == *certificate.serial_number();
        }
        let own = certificate.get_extension::<SubjectKeyIdentifier>();
        // [0] IMPLICIT OCTET STRING
        sid.to_der().is_ok_and(|der| der.first() == Some(&0x80))
            && matches!(own, Ok(Some((_, own))) if own.0.as_bytes() == sid.value())
    }

    /// RFC 3161 section 2.3: one extended key usage, timestamping, and critical. RFC 5280 section 4.2.1.12: key usage,
    /// where there is one, allows signatures.
    pub(super) fn is_for_timestamping(&self) -> bool {
        let certificate = self.parsed.tbs_certificate();
        let count = |oid| {
            certificate
                .extensions()
                .into_iter()
                .flatten()
                .filter(|extension| extension.extn_id == oid)
                .count()
        };
        let extended = certificate.get_extension::<ExtendedKeyUsage>();
        let is_sole = matches!(extended, Ok(Some((true, usage))) if usage.0 == [TIME_STAMPING]);
        let signs = match certificate.get_extension::<KeyUsage>() {
            Ok(Some((_, usage))) => usage.digital_signature() || usage.non_repudiation(),
            Ok(None) => true,
            Err(_) => false,
        };
        is_sole && signs && count(EXTENDED_KEY_USAGE) == 1 && count(KEY_USAGE) <= 1
    }
}
