//! The signature page: who signed, when, and what it means, made from statements whose signatures were verified.
//!
//! 21 CFR 11.50(b) wants name, time and meaning of each signature in any readable form of a record.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use askama::Template;
use trailaudit_aws::{write_new, write_whole};
use trailaudit_core::evidence::{Digest, Manifest, VerifiedSignature};

use super::refuse_existing;
use crate::error::{CommandError, Result};

/// What the title of every signature page begins with, by which it is known again.
const TITLE: &str = "Signatures of the evidence package";

/// In how many bytes of a page its title is looked for.
const LONGEST_HEAD: u64 = 4_096;

/// Writes the page: in place of one that is there, or of a file with nothing in it, but never of another.
pub(crate) fn write(path: &Path, page: &str) -> Result<()> {
    refuse_another(path)?;
    let content = &mut |out: &mut dyn io::Write| out.write_all(page.as_bytes());
    let written = if is_page(path) {
        write_whole(path, content)
    } else {
        write_new(path, content)
    };
    written.map_err(|error| CommandError::file(path, &error))
}

/// Refuses a file that is there already and is no signature page.
pub(crate) fn refuse_another(path: &Path) -> Result<()> {
    if is_page(path) { Ok(()) } else { refuse_existing(path) }
}

fn is_page(path: &Path) -> bool {
    let mut head = Vec::new();
    let is_file = path.metadata().is_ok_and(|metadata| metadata.is_file());
    let read = |head: &mut Vec<u8>| File::open(path)?.take(LONGEST_HEAD).read_to_end(head);
    let is_read = is_file && read(&mut head).is_ok();
    is_read && (head.is_empty() || String::from_utf8_lossy(&head).contains(&format!("<title>{TITLE} ")))
}

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
        title: TITLE,
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
    title: &'static str,
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
