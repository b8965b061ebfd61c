//! Who signed this manifest, with which keys, and whether the verifier trusts them.

mod policy;
mod time;

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::listing::Present;
use super::report::{Code, Problems, VerifiedSignature};
use super::{json_code, read_bounded};
use crate::evidence::envelope::{Bundle, BundleError};
use crate::evidence::files::Files;
use crate::evidence::manifest::Manifest;
use crate::evidence::package::{self, SignatureName};
use crate::evidence::statement::{Statement, StatementError};
pub(super) use crate::evidence::timestamp::CLOCK_DIFFERENCE;
use crate::evidence::{Digest, PublicKey, Trust};

/// The longest bundle that is read, in bytes: a statement, a signature, and a timestamp, all in base64.
const LONGEST_BUNDLE: u64 = 128 << 10;

/// The longest key copy that is read, in bytes.
const LONGEST_KEY: u64 = 16 << 10;

/// Checks `signatures/` and `keys/`: every file in them, and that there is nothing else.
pub(super) fn check(
    files: &dyn Files,
    present: &Present,
    about: (Option<Digest>, Option<&Manifest>),
    options: &Options<'_>,
    problems: &mut Problems,
) -> Vec<VerifiedSignature> {
    let (_, manifest) = about;
    // Roots alone, without a key, trust nobody: the times are checked, and that is all.
    let nobody = Trust::default();
    let given = options.trust.unwrap_or(&nobody);
    let trust = options.trust.filter(|trust| !trust.signers().is_empty());
    let copies = read_key_copies(files, present, problems);
    let mut used = BTreeSet::new();
    let mut envelopes = BTreeSet::new();
    let mut statements = BTreeSet::new();
    let mut verified: Vec<(VerifiedSignature, &PublicKey)> = Vec::new();
    let names = named(present, problems);
    let mut are_read = true;
    for (place, (path, name)) in names.iter().enumerate() {
        if usize::from(name.number) != place + 1 {
            let message = format!("the signatures are not numbered one by one: this is the {}.", place + 1);
            problems.add(Code::SignatureSequence, Some(path), message);
        }
        let Some(bundle) = read_bundle(files, path, problems) else {
            are_read = false;
            continue;
        };
        used.insert(bundle.key);
        // Not by the bytes of the signature: one ECDSA signature can be turned into another by whoever has it.
        if !statements.insert((bundle.key, Digest::of(&bundle.payload))) {
            let message = "the same key signed the same statement in a file before this one";
            problems.add(Code::RepeatedSignature, Some(path), message);
        }
        let trusted = trust.and_then(|trust| trust.signer(&bundle.key));
        if trust.is_some() && trusted.is_none() {
            let message = format!("the key {} is not among those you trust", bundle.key);
            problems.add(Code::UntrustedKey, Some(path), message);
        }
        let key = trusted.map(|signer| &signer.key).or_else(|| copies.get(&bundle.key));
        let time = time::proven(path, &bundle, given, problems);
        let signature = check_one(path, name, &bundle, key, about, problems);
        if let (Some(mut signature), Some(key)) = (signature, key) {
            if !signature.countersigns.iter().all(|digest| envelopes.contains(digest)) {
                let message = "it countersigns an envelope that does not come before it in this package";
                problems.add(Code::UnknownCountersigned, Some(path), message);
            }
            (signature.time, signature.time_note) = time;
            time::check(&signature, manifest, options, problems);
            if let Some(trusted) = trusted {
                time::tell_if_unproven(&mut signature, trusted, options);
                signature.trusted_as.clone_from(&trusted.person);
                signature.trusted = policy::check(&signature, trusted, given, problems);
            }
            verified.push((signature, key));
        }
        envelopes.insert(bundle.envelope_digest());
    }
    if verified.is_empty() && problems.any(Code::AnotherPackage) {
        let message = "every genuine signature is about other bytes than these";
        problems.add(Code::ChangedFile, Some(package::MANIFEST), message);
    }
    check_key_copies(present, &used, are_read, problems);
    if names.is_empty() {
        problems.add(Code::NoSignature, None, "the package has no signature");
    }
    if trust.is_none() {
        let message = "no trusted key was given, so nobody is known to have signed this";
        problems.add(Code::NoTrust, None, message);
    }
    policy::check_independence(&mut verified, given, problems);
    policy::check_order(&mut verified, given, problems);
    let verified: Vec<_> = verified.into_iter().map(|(signature, _)| signature).collect();
    policy::check_required(&verified, manifest, trust, problems);
    verified
}

/// The well-named signatures, in order; anything else in the folder is too much.
fn named<'a>(present: &'a Present, problems: &mut Problems) -> Vec<(&'a str, SignatureName)> {
    let mut names = Vec::new();
    for path in present.below("signatures/") {
        match SignatureName::at(path) {
            Some(name) => names.push((path, name)),
            None => problems.add(Code::ExtraFile, Some(path), "its name is not that of a signature"),
        }
    }
    names
}

fn read_bundle(files: &dyn Files, path: &str, problems: &mut Problems) -> Option<Bundle> {
    let bytes = read_bounded(files, path, LONGEST_BUNDLE)
        .map_err(|error| problems.add(Code::UnreadableFile, Some(path), error.to_string()))
        .ok()?;
    Bundle::parse(&bytes)
        .map_err(|error| {
            let code = match &error {
                BundleError::Json(json) => json_code(json, Code::MalformedBundle),
                _ => Code::MalformedBundle,
            };
            problems.add(code, Some(path), error.to_string());
        })
        .ok()
}

/// The signature, when it is genuine and about this package.
fn check_one(
    path: &str,
    name: &SignatureName,
    bundle: &Bundle,
    key: Option<&PublicKey>,
    (manifest_sha256, manifest): (Option<Digest>, Option<&Manifest>),
    problems: &mut Problems,
) -> Option<VerifiedSignature> {
    let key = key?; // A missing copy of an untrusted key is reported with the keys.
    if let Err(error) = key.verify(&bundle.message(), &bundle.signature) {
        problems.add(Code::BadSignature, Some(path), error.to_string());
        return None;
    }
    let statement = Statement::parse(&bundle.payload)
        .map_err(|error| {
            let code = match &error {
                StatementError::Json(json) => json_code(json, Code::MalformedStatement),
                _ => Code::MalformedStatement,
            };
            problems.add(code, Some(path), error.to_string());
        })
        .ok()?;
    if statement.algorithm != key.algorithm() {
        let message = format!(
            "it says {}, the key signs with {}",
            statement.algorithm.as_str(),
            key.algorithm().as_str()
        );
        problems.add(Code::AlgorithmMismatch, Some(path), message);
    }
    if statement.role != name.role {
        let message = format!("the role that was signed is {}", statement.role);
        problems.add(Code::RoleMismatch, Some(path), message);
    }
    let manifest_sha256 = manifest_sha256?; // That there is no manifest was reported.
    let about_it = statement.manifest == manifest_sha256
        && manifest.is_none_or(|manifest| manifest.package_id == statement.package_id);
    if !about_it {
        let message = format!(
            "the statement is about the package {} with a manifest of SHA-256 {}",
            statement.package_id, statement.manifest
        );
        problems.add(Code::AnotherPackage, Some(path), message);
        return None;
    }
    Some(VerifiedSignature {
        file: path.to_owned(),
        role: statement.role,
        meaning: statement.meaning,
        signer: statement.signer,
        declared_time: statement.declared_time,
        algorithm: statement.algorithm,
        key: bundle.key,
        key_arn: statement.key_arn,
        envelope: bundle.envelope_digest(),
        countersigns: statement.countersigns,
        trusted: false,
        trusted_as: None,
        time: None,
        time_note: None,
    })
}

/// The copies that are what their name says. They help to check a signature, never to trust it.
fn read_key_copies(files: &dyn Files, present: &Present, problems: &mut Problems) -> BTreeMap<Digest, PublicKey> {
    let mut copies = BTreeMap::new();
    for path in present.below("keys/") {
        let key = read_bounded(files, path, LONGEST_KEY)
            .map_err(|error| error.to_string())
            .and_then(|bytes| String::from_utf8(bytes).map_err(|error| error.to_string()))
            .and_then(|pem| PublicKey::from_pem(&pem).map_err(|error| error.to_string()));
        match key {
            Ok(key) if package::key_path(&key.fingerprint()) == path => {
                copies.insert(key.fingerprint(), key);
            }
            Ok(key) => {
                let message = format!("its name is not the fingerprint of its key, {}", key.fingerprint());
                problems.add(Code::MalformedKey, Some(path), message);
            }
            Err(error) => problems.add(Code::MalformedKey, Some(path), error),
        }
    }
    copies
}

/// There is one copy for each key that signed, no more, no fewer. Where a signature cannot be read, one copy may be its.
fn check_key_copies(present: &Present, used: &BTreeSet<Digest>, are_read: bool, problems: &mut Problems) {
    let needed: BTreeSet<_> = used.iter().map(package::key_path).collect();
    let too_many = |path: &&str| are_read && !needed.contains(*path);
    for path in present.below("keys/").filter(too_many) {
        problems.add(Code::ExtraFile, Some(path), "no signature here was made with this key");
    }
    for path in needed.iter().filter(|path| !present.has(path)) {
        let message = "a signature was made with this key, but its copy is not there";
        problems.add(Code::MissingFile, Some(path), message);
    }
}
