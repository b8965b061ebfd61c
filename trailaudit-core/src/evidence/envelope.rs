//! The envelope: DSSE over the statement, one signature, in a Sigstore bundle v0.3.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::timestamp::Token;
use super::{Digest, jcs};

/// The payload type of an in-toto statement (in-toto attestation framework, `spec/v1/envelope.md`).
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The media type of the bundle (sigstore protobuf-specs, `sigstore_bundle.proto`).
pub const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// The pre-authentication encoding: the bytes a DSSE signature is made over (DSSE `protocol.md`).
#[must_use]
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut message = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    message.extend_from_slice(payload);
    message
}

/// One signed statement, as a file of `signatures/` holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The statement's bytes, exactly those that were signed.
    pub payload: Vec<u8>,
    /// The signature over [`Bundle::message`], in the form of its key's algorithm.
    pub signature: Vec<u8>,
    /// The key that made it: the SHA-256 of its DER `SubjectPublicKeyInfo`. A hint, never trust.
    pub key: Digest,
    /// The DER `TimeStampResp` (RFC 3161) over the bytes of the signature, as [`Token::as_bytes`] gives it. Not
    /// looked into before [`Token::parse`].
    pub timestamp: Option<Vec<u8>>,
}

impl Bundle {
    /// Reads a bundle. Strict: canonical JSON, canonical base64, exactly one signature, hint and key id the same, at
    /// most one timestamp.
    ///
    /// # Errors
    /// When the bytes are anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        let wire: v1::Bundle = jcs::parse_canonical(bytes)?;
        if wire.media_type != MEDIA_TYPE {
            return Err(BundleError::MediaType(wire.media_type));
        }
        if wire.dsse_envelope.payload_type != PAYLOAD_TYPE {
            return Err(BundleError::PayloadType(wire.dsse_envelope.payload_type));
        }
        let [signature] = <[v1::Signature; 1]>::try_from(wire.dsse_envelope.signatures)
            .map_err(|signatures| BundleError::NotOneSignature(signatures.len()))?;
        let material = wire.verification_material;
        let timestamp = match material.timestamp_verification_data {
            None => None,
            Some(data) => {
                let [timestamp] = <[v1::SignedTimestamp; 1]>::try_from(data.rfc3161_timestamps)
                    .map_err(|timestamps| BundleError::NotOneTimestamp(timestamps.len()))?;
                Some(decode(&timestamp.signed_timestamp)?)
            }
        };
        let key = material.public_key.hint;
        if signature.keyid != key {
            return Err(BundleError::TwoKeys);
        }
        Ok(Self {
            payload: decode(&wire.dsse_envelope.payload)?,
            signature: decode(&signature.sig)?,
            key,
            timestamp,
        })
    }

    /// The same bundle with a timestamp over its signature, in place of one it may have. Neither
    /// [`Bundle::message`] nor [`Bundle::envelope_digest`] changes.
    #[must_use]
    pub fn with_timestamp(self, token: &Token) -> Self {
        Self {
            timestamp: Some(token.as_bytes().to_vec()),
            ..self
        }
    }

    /// The bundle's bytes: canonical JSON.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let wire = v1::Bundle {
            media_type: MEDIA_TYPE.into(),
            verification_material: v1::VerificationMaterial {
                public_key: v1::PublicKeyIdentifier { hint: self.key },
                timestamp_verification_data: self.timestamp.as_ref().map(|response| v1::TimestampVerificationData {
                    rfc3161_timestamps: vec![v1::SignedTimestamp {
                        signed_timestamp: STANDARD.encode(response),
                    }],
                }),
            },
            dsse_envelope: self.envelope(),
        };
        written(&wire)
    }

    /// The bytes the signature was made over.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        pae(PAYLOAD_TYPE, &self.payload)
    }

    /// What a countersignature names: the SHA-256 of the canonical JSON of `dsseEnvelope`, signature included, so
    /// that it shows the signature was there. A timestamp added to the bundle later does not change it.
    #[must_use]
    pub fn envelope_digest(&self) -> Digest {
        Digest::of(&written(&self.envelope()))
    }

    fn envelope(&self) -> v1::Envelope {
        v1::Envelope {
            payload: STANDARD.encode(&self.payload),
            payload_type: PAYLOAD_TYPE.into(),
            signatures: vec![v1::Signature {
                sig: STANDARD.encode(&self.signature),
                keyid: self.key,
            }],
        }
    }
}

/// Why bytes are not a bundle of ours.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The bytes are not the canonical JSON of a bundle.
    #[error(transparent)]
    Json(#[from] jcs::NotStrict),
    /// Another media type.
    #[error("the bundle's media type is {0:?}, not {MEDIA_TYPE:?}")]
    MediaType(String),
    /// Another payload type.
    #[error("the payload type is {0:?}, not {PAYLOAD_TYPE:?}")]
    PayloadType(String),
    /// An envelope has one signature, so that each signer signs a statement of their own.
    #[error("the envelope has {0} signatures instead of one")]
    NotOneSignature(usize),
    /// The hint and the key id name two keys.
    #[error("the bundle's key hint and the signature's key id name different keys")]
    TwoKeys,
    /// A bundle has one timestamp or none, so that nobody has to choose.
    #[error("the bundle has {0} timestamps instead of one")]
    NotOneTimestamp(usize),
    /// Payload, signature or timestamp are not canonical base64.
    #[error("the payload, the signature or the timestamp is not canonical base64")]
    Base64,
}

fn decode(text: &str) -> Result<Vec<u8>, BundleError> {
    STANDARD.decode(text).map_err(|_| BundleError::Base64)
}

/// Canonical JSON of text alone, which nothing in it can make fail.
fn written<T: serde::Serialize>(wire: &T) -> Vec<u8> {
    jcs::to_canonical(wire).unwrap_or_default()
}

/// The bundle as written: the part of Sigstore's v0.3 that is used here.
mod v1 {
    use serde::{Deserialize, Serialize};

    use crate::evidence::Digest;

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Bundle {
        pub media_type: String,
        pub verification_material: VerificationMaterial,
        pub dsse_envelope: Envelope,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct VerificationMaterial {
        pub public_key: PublicKeyIdentifier,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        pub timestamp_verification_data: Option<TimestampVerificationData>,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct TimestampVerificationData {
        #[serde(rename = "rfc3161Timestamps")]
        pub rfc3161_timestamps: Vec<SignedTimestamp>,
    }

    /// `RFC3161SignedTimestamp` of `sigstore_common.proto`: the whole DER `TimeStampResp`, not the token alone.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct SignedTimestamp {
        pub signed_timestamp: String,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct PublicKeyIdentifier {
        pub hint: Digest,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Envelope {
        pub payload: String,
        pub payload_type: String,
        pub signatures: Vec<Signature>,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Signature {
        pub sig: String,
        pub keyid: Digest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector of the DSSE specification (`protocol.md`, "Test Vectors").
    #[test]
    fn pae_is_that_of_the_specification() {
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn a_bundle_reads_as_written() {
        let bundle = sample();
        assert_eq!(Bundle::parse(&bundle.to_bytes()).unwrap(), bundle);
    }

    /// Changes of form that keep the meaning: each would be a second way to write the same bundle.
    #[test]
    fn a_second_form_is_refused() {
        let text = String::from_utf8(sample().to_bytes()).unwrap();
        let refuses = |from: &str, to: &str| {
            assert!(text.contains(from), "{from} in {text}");
            assert!(
                Bundle::parse(text.replacen(from, to, 1).as_bytes()).is_err(),
                "{from} -> {to}"
            );
        };
        assert!(text.contains(r#""payload":"eyJhIjoxfQ==""#), "{text}");
        refuses("eyJhIjoxfQ==", "eyJhIjoxfR==");
        refuses("eyJhIjoxfQ==", "eyJhIjoxfQ");
        refuses("eyJhIjoxfQ==", "eyJhIjox\\nfQ==");
        refuses("{\"dsse", "{ \"dsse");
        refuses("\"sig\":", "\"more\":\"\",\"sig\":");
        refuses("\"mediaType\"", "\"mediaType\":\"x\",\"mediaType\"");
        refuses("bundle.v0.3", "bundle.v0.2");
        refuses("in-toto+json", "other+json");
        refuses("\"hint\":\"0", "\"hint\":\"1");
        assert!(Bundle::parse(format!("{text}\n").as_bytes()).is_err());
        let (head, tail) = text.split_once("\"signatures\":[").unwrap();
        let (one, rest) = tail.split_once(']').unwrap();
        for signatures in ["", &format!("{one},{one}")] {
            let other = format!("{head}\"signatures\":[{signatures}]{rest}");
            assert!(matches!(
                Bundle::parse(other.as_bytes()),
                Err(BundleError::NotOneSignature(_))
            ));
        }
    }

    fn sample() -> Bundle {
        Bundle {
            payload: br#"{"a":1}"#.to_vec(),
            signature: vec![1, 2, 3],
            key: Digest::from([7; 32]),
            timestamp: None,
        }
    }
}
