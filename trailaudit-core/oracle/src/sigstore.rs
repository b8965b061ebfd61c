//! `sigstore-verify`, in this process.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sigstore_verify::trust_root::TrustedRoot;
use sigstore_verify::types::{Bundle, DerCertificate, DerPublicKey};
use sigstore_verify::{PublicKeyVerificationPolicy, Verifier};

use crate::{Answer, Question};

pub(crate) fn verify(question: &Question<'_>) -> Answer {
    match accepts(question) {
        Ok(()) => Answer::Accepted,
        Err(error) => Answer::Rejected(error.to_string()),
    }
}

fn accepts(question: &Question<'_>) -> Result<(), Box<dyn std::error::Error>> {
    let key = DerPublicKey::from_pem(question.key_pem)?;
    let mut certificates = Vec::new();
    for pem in question.authority {
        let der = DerCertificate::from_pem(pem)?;
        certificates.push(json!({"rawBytes": STANDARD.encode(der.as_bytes())}));
    }
    let authorities = match certificates.as_slice() {
        [] => json!([]),
        _ => json!([{"certChain": {"certificates": certificates}}]),
    };
    // A root that trusts this authority for times, and nobody for anything else.
    let root = json!({
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "timestampAuthorities": authorities,
    });
    let verifier = Verifier::new(&TrustedRoot::from_json(&root.to_string())?)?;
    let bundle = Bundle::from_json(str::from_utf8(question.bundle)?)?;
    let policy = PublicKeyVerificationPolicy::new(key).skip_tlog_unsafe();
    let accepted = verifier.verify(question.manifest, &bundle, &policy)?;
    if accepted.verified_timestamps().is_empty() && !question.authority.is_empty() {
        return Err("there is no timestamp".into());
    }
    Ok(())
}
