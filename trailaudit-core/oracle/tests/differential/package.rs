//! Packages whose one signature is what a case wants.

use jiff::SignedDuration;
use serde_json::{Value, json};
use trailaudit_core::evidence::envelope::{MEDIA_TYPE, PAYLOAD_TYPE, pae};
use trailaudit_core::evidence::timestamp::Certificate;
use trailaudit_core::evidence::{Algorithm, Files as _, InMemory, PublicKey, Statement};

use crate::authority::now;
use crate::keys::Key;
use crate::sample::{PREPARER, Sample};

/// A package, and the verifier's own knowledge.
#[derive(Clone)]
pub struct Package {
    pub files: InMemory,
    /// Whom the verifier believes: the PEM and its fingerprint, and the key where we can read it.
    pub pem: String,
    pub fingerprint: String,
    pub trusted: Option<PublicKey>,
    /// The timestamping authority's certificates, its own first; none when the time is not asked about.
    pub authority: Vec<String>,
    pub roots: Vec<Certificate>,
    /// Whether nobody may be asked about anything but exactly this.
    pub as_it_is: bool,
}

impl Package {
    /// Of an hour ago, signed just now with this key.
    pub fn signed_by(key: &Key) -> Self {
        let ended = now() - SignedDuration::from_hours(1);
        let sample = Sample::with(|_, _, facts| {
            (facts.collection.started, facts.collection.ended) = (ended, ended);
            facts.as_of = ended;
        });
        let mut statement = Statement {
            declared_time: now(),
            algorithm: key.algorithm().unwrap_or(Algorithm::EcdsaP256Sha256),
            key_arn: Some("arn:aws:kms:eu-central-1:111122223333:key/1".into()),
            ..sample.statement("preparer")
        };
        // In base64 it then ends with four bits that mean nothing.
        while statement.to_bytes().unwrap().len() % 3 != 1 {
            statement.key_arn.as_mut().unwrap().push('2');
        }
        let mut signed = Self {
            files: sample.files,
            pem: key.pem().to_owned(),
            fingerprint: key.fingerprint().to_owned(),
            trusted: key.public().cloned(),
            authority: Vec::new(),
            roots: Vec::new(),
            as_it_is: false,
        };
        signed.put(&statement.to_bytes().unwrap(), PAYLOAD_TYPE, key);
        signed
    }

    /// Puts another payload there, genuinely signed.
    pub fn put(&mut self, payload: &[u8], payload_type: &str, key: &Key) {
        let signature = key.sign(&pae(payload_type, payload));
        let hint = key.fingerprint();
        let bundle = json!({
            "mediaType": MEDIA_TYPE,
            "dsseEnvelope": {
                "payload": base64(payload),
                "payloadType": payload_type,
                "signatures": [{"keyid": hint, "sig": base64(&signature)}],
            },
            "verificationMaterial": {"publicKey": {"hint": hint}},
        });
        for entry in self.files.paths().unwrap() {
            if entry.path.starts_with("keys/") {
                self.files.remove(&entry.path);
            }
        }
        self.files.insert(PREPARER, bundle.to_string());
        self.files.insert(format!("keys/{hint}.pem"), key.pem());
    }

    pub fn bundle(&self) -> &[u8] {
        self.files.bytes(PREPARER).unwrap()
    }

    pub fn payload(&self) -> Vec<u8> {
        decoded(&self.json()["dsseEnvelope"]["payload"])
    }

    pub fn signature(&self) -> Vec<u8> {
        decoded(&self.json()["dsseEnvelope"]["signatures"][0]["sig"])
    }

    /// The first signature of the bundle, when it has one.
    pub fn first_signature(&self) -> Option<Vec<u8>> {
        let signature = &self.json()["dsseEnvelope"]["signatures"][0]["sig"];
        signature.is_string().then(|| decoded(signature))
    }

    /// The same with another signature, whatever it is.
    pub fn with_signature(&self, signature: &[u8]) -> Self {
        let signature = base64(signature);
        self.edited(|bundle| bundle["dsseEnvelope"]["signatures"][0]["sig"] = signature.into())
    }

    /// The same, with these bytes in place of another file's.
    pub fn with_file(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut other = self.clone();
        change(other.files.bytes_mut(path).unwrap());
        other
    }

    /// The same with a timestamp beside the signature.
    pub fn with_timestamp(&self, response: &[u8]) -> Self {
        let response = base64(response);
        self.edited(|bundle| {
            bundle["verificationMaterial"]["timestampVerificationData"] =
                json!({"rfc3161Timestamps": [{"signedTimestamp": response}]});
        })
    }

    /// The same with other values in the bundle, written as before.
    pub fn edited(&self, change: impl FnOnce(&mut Value)) -> Self {
        let mut bundle = self.json();
        change(&mut bundle);
        self.rewritten(|_| bundle.to_string())
    }

    /// The same with the bundle's text written otherwise.
    pub fn rewritten(&self, change: impl FnOnce(&str) -> String) -> Self {
        let text = change(str::from_utf8(self.bundle()).unwrap());
        assert_ne!(text.as_bytes(), self.bundle());
        let mut other = self.clone();
        other.files.insert(PREPARER, text);
        other
    }

    fn json(&self) -> Value {
        serde_json::from_slice(self.bundle()).unwrap()
    }
}

pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn decoded(text: &Value) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text.as_str().unwrap())
        .unwrap()
}
