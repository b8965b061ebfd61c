//! Packages with the signature that a case wants.

use jiff::SignedDuration;
use serde_json::{Value, json};
use trailaudit_core::evidence::envelope::{MEDIA_TYPE, PAYLOAD_TYPE, pae};
use trailaudit_core::evidence::timestamp::Certificate;
use trailaudit_core::evidence::{Algorithm, Files as _, InMemory, Person, PublicKey, Statement};

use crate::authority::now;
use crate::keys::Key;
use crate::sample::{PREPARER, Sample};

/// A package, and the verifier's own knowledge.
#[derive(Clone)]
pub struct Package {
    pub files: InMemory,
    /// The signature that is asked about.
    pub at: &'static str,
    /// Whose it should be: the PEM and its fingerprint.
    pub pem: String,
    pub fingerprint: String,
    /// Whom we believe, in which role; nobody when we cannot read the key.
    pub trusted: Vec<(&'static str, PublicKey)>,
    /// The timestamping authority's certificates, its own first; none when the time is not asked about.
    pub authority: Vec<String>,
    pub roots: Vec<Certificate>,
    /// Whether nobody may be asked about anything but exactly this.
    pub as_it_is: bool,
}

impl Package {
    /// Of an hour ago, signed just now with this key.
    pub fn signed_by(key: &Key) -> Self {
        let sample = collected(SignedDuration::from_hours(1));
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
            at: PREPARER,
            pem: key.pem().to_owned(),
            fingerprint: key.fingerprint().to_owned(),
            trusted: key.public().map(|key| ("preparer", key.clone())).into_iter().collect(),
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
        remove(&mut self.files, &["keys/"]);
        self.files.insert(self.at, bundle.to_string());
        self.files.insert(format!("keys/{hint}.pem"), key.pem());
    }

    pub fn bundle(&self) -> &[u8] {
        self.files.bytes(self.at).unwrap()
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
        other.files.insert(self.at, text);
        other
    }

    fn json(&self) -> Value {
        serde_json::from_slice(self.bundle()).unwrap()
    }
}

/// The sample, as if it had been collected this long ago.
pub fn collected(ago: SignedDuration) -> Sample {
    let ended = now() - ago;
    Sample::with(|_, _, facts| {
        (facts.collection.started, facts.collection.ended) = (ended, ended);
        facts.as_of = ended;
    })
}

/// Takes out whatever lies below these.
pub fn remove(files: &mut InMemory, below: &[&str]) {
    for entry in files.paths().unwrap() {
        if below.iter().any(|folder| entry.path.starts_with(folder)) {
            files.remove(&entry.path);
        }
    }
}

/// Who signs in which role.
pub fn person(role: &str) -> Person {
    let (printed_name, id) = match role {
        "preparer" => ("Ada Lovelace", "ada@example.com"),
        "reviewer" => ("Grace Hopper", "grace@example.com"),
        other => panic!("nobody is {other}"),
    };
    Person {
        printed_name: printed_name.into(),
        id: id.into(),
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
