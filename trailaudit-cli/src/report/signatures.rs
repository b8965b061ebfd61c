//! The signature page: who signed, when, and what it means, made from statements whose signatures were verified.
//!
//! 21 CFR 11.50(b) wants name, time and meaning of each signature in any readable form of a record.

use std::collections::HashMap;
use std::io;

use askama::Template;
use trailaudit_core::evidence::{Digest, Manifest, VerifiedSignature};

/// The page; nothing when the report is about no package.
pub(crate) fn page(
    manifest: &Manifest,
    sha256: Digest,
    signatures: &[VerifiedSignature],
    judged: bool,
) -> io::Result<String> {
    let numbers: HashMap<_, _> = (1..)
        .zip(signatures)
        .map(|(n, signature)| (signature.envelope, n))
        .collect();
    let page = Page {
        package: manifest.package_id.to_string(),
        organization: &manifest.organization.id,
        as_of: format!("{:.0}", manifest.as_of),
        manifest: sha256.to_string(),
        simulated: manifest.endpoint.simulated,
        signatures: signatures
            .iter()
            .map(|signature| Row::of(signature, &numbers, judged))
            .collect(),
        origin: if judged {
            "Made by `trailaudit verify --render` from the statements it verified."
        } else {
            "Made when the last of these signatures was added; whose keys they are, `trailaudit verify` tells."
        },
    };
    page.render().map_err(io::Error::other)
}

#[derive(Template)]
#[template(path = "signatures.html")]
struct Page<'a> {
    package: String,
    organization: &'a str,
    as_of: String,
    manifest: String,
    simulated: bool,
    signatures: Vec<Row<'a>>,
    origin: &'static str,
}

struct Row<'a> {
    name: &'a str,
    id: &'a str,
    role: &'a str,
    meaning: &'static str,
    declared: String,
    proven: String,
    order: String,
    key: String,
    algorithm: &'static str,
    arn: Option<&'a str>,
    envelope: String,
    file: &'a str,
    trust: &'static str,
}

impl<'a> Row<'a> {
    fn of(signature: &'a VerifiedSignature, numbers: &HashMap<Digest, u32>, judged: bool) -> Self {
        let before: Vec<_> = signature
            .countersigns
            .iter()
            .filter_map(|digest| numbers.get(digest))
            .collect();
        let before: Vec<_> = before.into_iter().map(|number| format!("signature {number}")).collect();
        Self {
            name: &signature.signer.printed_name,
            id: &signature.signer.id,
            role: signature.role.as_str(),
            meaning: signature.meaning.as_str(),
            declared: format!("{:.0}", signature.declared_time),
            proven: match &signature.time {
                Some(stamp) => format!("{:.0}, by {}", stamp.time, stamp.tsa),
                None => "not proven".to_owned(),
            },
            order: if before.is_empty() {
                "no other".to_owned()
            } else {
                format!("{}, which it countersigns", before.join(" and "))
            },
            key: signature.key.to_string(),
            algorithm: signature.algorithm.as_str(),
            arn: signature.key_arn.as_deref(),
            envelope: signature.envelope.to_string(),
            file: &signature.file,
            trust: match (judged, signature.trusted) {
                (false, _) => "not judged here: the signature is genuine, whose key it is was not asked",
                (true, true) => "the verifier trusts this key for this role and person",
                (true, false) => "the verifier does NOT trust this signature",
            },
        }
    }
}
