//! The signed data around what an authority says (RFC 5652 section 5, as RFC 3161 section 2.4.2 narrows it).

use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode as _};
use sha1::{Digest as _, Sha1};
use webpki::EndEntityCert;
use x509_cert::attr::Attribute;

use super::algorithms::{self, Hash};
use super::asn1::{
    CONTENT_TYPE, ContentInfo, MESSAGE_DIGEST, SIGNED_DATA, SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2, SignedData,
    SignerInfo, SigningCertificate, TST_INFO,
};
use super::{Certificate, TimestampError};

/// Signed data whose one signature verifies with the certificate that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    data: SignedData,
    /// Who signed.
    pub signer: Certificate,
    /// The certificates above, as far as they are in it; roots are not.
    pub issuers: Vec<Certificate>,
}

impl Signed {
    /// Opens a token and drops what no signature protects.
    pub(super) fn open(content: &ContentInfo) -> Result<Self, TimestampError> {
        let data = &content.content;
        let encapsulated = &data.encap_content_info;
        if content.content_type != SIGNED_DATA || encapsulated.content_type != TST_INFO {
            return Err(malformed("what is signed is not a TSTInfo"));
        }
        let [info] = data.signer_infos.as_slice() else {
            return Err(malformed("it does not have exactly one signer"));
        };
        // RFC 5652 sections 5.1 and 5.3: 3 for content that is not plain data; 1 or 3 as the signer is named.
        if data.version != 3 || info.version != if is_key_identifier(&info.sid) { 3 } else { 1 } {
            return Err(malformed("its version is not the one its content asks for"));
        }
        let certificates = data.certificates.iter().flat_map(|certificates| certificates.iter());
        let certificates: Vec<_> = certificates
            .map(|certificate| Certificate::from_der(&certificate.to_der()?))
            .collect::<Result<_, _>>()?;
        let signer = certificates
            .iter()
            .find(|certificate| certificate.is_named_by(&info.sid));
        let signer = signer.ok_or(TimestampError::NoCertificate)?.clone();
        check_signature(info, encapsulated.content.as_bytes(), &signer)?;
        if !signer.is_for_timestamping() {
            return Err(TimestampError::Usage(signer.subject()));
        }
        let issuers = issuers(&signer, &certificates);
        Ok(Self {
            data: kept(data, info, &signer, &issuers)?,
            signer,
            issuers,
        })
    }

    /// The bytes that were signed: a DER `TSTInfo`.
    pub(super) fn content(&self) -> &[u8] {
        self.data.encap_content_info.content.as_bytes()
    }

    pub(super) fn to_content_info(&self) -> ContentInfo {
        ContentInfo {
            content_type: SIGNED_DATA,
            content: self.data.clone(),
        }
    }
}

/// RFC 5652 section 5.4: the signature is over the DER of the attributes, and they hold the digest of the content.
fn check_signature(info: &SignerInfo, content: &[u8], signer: &Certificate) -> Result<(), TimestampError> {
    let hash = Hash::of(&info.digest_algorithm)?;
    let attributes = &info.signed_attributes;
    if single::<ObjectIdentifier>(attributes, CONTENT_TYPE)? != Some(TST_INFO) {
        return Err(malformed("its signed attributes do not name what is signed"));
    }
    let digest = single::<OctetString>(attributes, MESSAGE_DIGEST)?;
    if digest.is_none_or(|digest| digest.as_bytes() != hash.digest(content)) {
        return Err(TimestampError::Signature);
    }
    check_binding(attributes, signer)?;
    let message = attributes.to_der()?;
    let certificate = EndEntityCert::try_from(signer.der()).map_err(|error| TimestampError::Path(error.to_string()))?;
    let ways = algorithms::ways(hash, &info.signature_algorithm)?;
    algorithms::check_key(&certificate.subject_public_key_info())?;
    let verifies = |way: &&algorithms::Way| {
        certificate
            .verify_signature(*way, &message, info.signature.as_bytes())
            .is_ok()
    };
    if ways.iter().any(verifies) {
        Ok(())
    } else {
        Err(TimestampError::Signature)
    }
}

/// RFC 3161 section 2.4.2 and RFC 5816: the signed attributes name the certificate by its digest, in the old form, the
/// new form or both; each that is there must hold. The first identifier is the signer's (RFC 5035 sections 3 and 5).
fn check_binding(attributes: &SetOfVec<Attribute>, signer: &Certificate) -> Result<(), TimestampError> {
    let old = single::<SigningCertificate>(attributes, SIGNING_CERTIFICATE)?;
    let new = single::<SigningCertificate>(attributes, SIGNING_CERTIFICATE_V2)?;
    let certificate = signer.der().as_ref();
    let old_holds = old.as_ref().map(|old| {
        let first = old.certs.first().filter(|id| id.hash_algorithm.is_none());
        first.is_some_and(|id| id.cert_hash.as_bytes() == Sha1::digest(certificate).as_slice())
    });
    let new_holds = new.as_ref().map(|new| {
        new.certs.first().is_some_and(|id| {
            let hash = id.hash_algorithm.as_ref().map_or(Ok(Hash::Sha256), Hash::of);
            hash.is_ok_and(|hash| id.cert_hash.as_bytes() == hash.digest(certificate))
        })
    });
    match (old_holds, new_holds) {
        (Some(true), None | Some(true)) | (None, Some(true)) => Ok(()),
        _ => Err(TimestampError::Binding),
    }
}

/// The one value of an attribute that may stand there once.
fn single<T: for<'a> Decode<'a, Error = der::Error>>(
    attributes: &SetOfVec<Attribute>,
    oid: ObjectIdentifier,
) -> Result<Option<T>, TimestampError> {
    let mut found = attributes.iter().filter(|attribute| attribute.oid == oid);
    let Some(attribute) = found.next() else {
        return Ok(None);
    };
    if found.next().is_some() {
        return Err(malformed("it has a signed attribute twice"));
    }
    match attribute.values.as_slice() {
        [value] => Ok(Some(T::from_der(&value.to_der()?)?)),
        _ => Err(malformed("a signed attribute does not have exactly one value")),
    }
}

/// The certificates that lead up from the signer by name, each once. Self-issued ones are left out: a root helps nobody
/// who does not have it.
fn issuers(signer: &Certificate, certificates: &[Certificate]) -> Vec<Certificate> {
    let mut chain: Vec<Certificate> = vec![signer.clone()];
    let mut next = 0;
    while let Some(current) = chain.get(next).cloned() {
        for issuer in certificates.iter().filter(|issuer| current.is_issued_by(issuer)) {
            if !issuer.is_issued_by(issuer) && !chain.contains(issuer) {
                chain.push(issuer.clone());
            }
        }
        next += 1;
    }
    chain.split_off(1)
}

/// The same data without revocation lists, unsigned attributes and certificates that lead nowhere.
fn kept(
    data: &SignedData,
    info: &SignerInfo,
    signer: &Certificate,
    issuers: &[Certificate],
) -> Result<SignedData, TimestampError> {
    let certificates: Vec<_> = [signer]
        .into_iter()
        .chain(issuers)
        .map(|certificate| Any::from_der(certificate.der()))
        .collect::<Result<_, _>>()?;
    let info = SignerInfo {
        unsigned_attributes: None,
        ..info.clone()
    };
    Ok(SignedData {
        digest_algorithms: SetOfVec::try_from(vec![info.digest_algorithm.clone()])?,
        certificates: Some(SetOfVec::try_from(certificates)?),
        crls: None,
        signer_infos: SetOfVec::try_from(vec![info])?,
        ..data.clone()
    })
}

fn is_key_identifier(sid: &Any) -> bool {
    sid.to_der().is_ok_and(|der| der.first() == Some(&0x80))
}

fn malformed(message: &str) -> TimestampError {
    TimestampError::Malformed(message.to_owned())
}
