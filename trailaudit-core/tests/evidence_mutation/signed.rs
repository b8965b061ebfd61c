//! Forms that no version knows, put there by the signers themselves: a genuine signature does not make them readable.

use trailaudit_core::evidence::accounts::AccountLeaf;
use trailaudit_core::evidence::{Bundle, Digest, InMemory, Manifest, PemSigner, Signer as _, merkle, package};

use crate::causes::Cause;
use crate::fields::of_lines;
use crate::ground::Ground;
use crate::json::{Json, Kind, Variant};
use crate::sample::{PREPARER, REVIEWER};
use crate::tally::Mutant;

/// Statements as nobody may write them, signed with the right keys.
pub fn statements(ground: &Ground) -> Vec<Mutant<'_>> {
    let mut mutants = Vec::new();
    for (path, key) in [(PREPARER, &ground.sample.preparer), (REVIEWER, &ground.sample.reviewer)] {
        let bundle = Bundle::parse(ground.bytes(path)).unwrap();
        for Variant { what, bytes, .. } in forms(Json::parse(&bundle.payload).variants()) {
            let forged = Bundle {
                payload: bytes,
                ..bundle.clone()
            };
            let cause = Cause::of(path, &["malformed-statement", "unknown-field", "duplicate-key"]);
            mutants.push(Mutant::new(format!("statement of {path}: {what}"), cause, move || {
                let mut forged = forged.clone();
                forged.signature = key.sign(&forged.message()).unwrap();
                ground.with(path, forged.to_bytes())
            }));
        }
    }
    mutants
}

/// Manifests as nobody may write them, with statements about exactly these bytes.
pub fn manifests(ground: &Ground) -> Vec<Mutant<'_>> {
    let variants = forms(Json::parse(ground.bytes(package::MANIFEST)).variants());
    let mutant = |Variant { what, bytes, .. }| {
        let cause = Cause::of(
            package::MANIFEST,
            &[
                "malformed-manifest",
                "unknown-field",
                "duplicate-key",
                // The scope is whatever the run was given: what it says has to be what the records say.
                "provenance",
                // So are counts of what there is none of.
                "counts",
            ],
        )
        .or(Cause::of("findings.csv", &["counts"]))
        .or(Cause::of("coverage.csv", &["counts"]));
        Mutant::new(format!("manifest: {what}"), cause, move || {
            let mut files = ground.with(package::MANIFEST, bytes.clone());
            sign(ground, &mut files);
            files
        })
    };
    variants.into_iter().map(mutant).collect()
}

/// Lines of the index as nobody may write them, under a root that fits.
pub fn indexes(ground: &Ground) -> Vec<Mutant<'_>> {
    let variants = forms(of_lines(ground.bytes(package::ACCOUNTS_INDEX)));
    let mutant = |Variant { what, bytes, .. }| {
        let codes = ["malformed-index", "unknown-field", "duplicate-key", "truncated-file"];
        let cause = Cause::of(package::ACCOUNTS_INDEX, &codes);
        Mutant::new(format!("index: {what}"), cause, move || {
            let mut files = ground.with(package::ACCOUNTS_INDEX, bytes.clone());
            let text = String::from_utf8(bytes.clone()).unwrap();
            let hashes: Vec<_> = text
                .split_terminator('\n')
                .map(|line| merkle::leaf_hash(line.as_bytes()))
                .collect();
            reseal(ground, &mut files, |manifest| {
                manifest.accounts_root = merkle::root(&hashes);
                manifest.account_count = hashes.len() as u64;
            });
            files
        })
    };
    variants.into_iter().map(mutant).collect()
}

/// Catalogues as nobody may write them, listed and signed.
pub fn catalogues(ground: &Ground) -> Vec<Mutant<'_>> {
    let variants = forms(Json::parse(ground.bytes(package::CATALOGUE)).variants());
    let leaves = ground.sample.leaves();
    let mutant = |Variant { what, bytes, .. }| {
        let leaves: Vec<AccountLeaf> = leaves.clone();
        let codes = ["malformed-catalogue", "unknown-field", "duplicate-key"];
        let cause = Cause::of(package::CATALOGUE, &codes);
        Mutant::new(format!("catalogue: {what}"), cause, move || {
            let mut files = ground.with(package::CATALOGUE, bytes.clone());
            let (size, sha256) = (bytes.len() as u64, Digest::of(&bytes));
            reseal(ground, &mut files, |manifest| {
                for file in manifest.files.iter_mut().filter(|file| file.path == package::CATALOGUE) {
                    (file.size, file.sha256) = (size, sha256);
                }
                manifest.catalogue_sha256 = sha256;
                let records = trailaudit_core::evidence::manifest::records_root(&manifest.files, &leaves).unwrap();
                let (baseline, as_of) = (manifest.baseline_sha256, manifest.as_of);
                manifest.package_id = Manifest::package_id_of(&records, &sha256, &baseline, as_of).unwrap();
            });
            files
        })
    };
    variants.into_iter().map(mutant).collect()
}

fn forms(variants: Vec<Variant>) -> Vec<Variant> {
    variants
        .into_iter()
        .filter(|variant| variant.kind == Kind::Form)
        .collect()
}

fn reseal(ground: &Ground, files: &mut InMemory, change: impl FnOnce(&mut Manifest)) {
    let mut manifest = ground.sample.manifest();
    change(&mut manifest);
    files.insert(package::MANIFEST, manifest.to_bytes().unwrap());
    sign(ground, files);
}

/// Has both sign whatever the manifest is now.
pub fn sign(ground: &Ground, files: &mut InMemory) {
    let manifest = files.bytes(package::MANIFEST).unwrap();
    let sha256 = Digest::of(manifest);
    let id = Manifest::parse(manifest).map_or(ground.sample.manifest().package_id, |manifest| manifest.package_id);
    let mut countersigned = Vec::new();
    let signers: [(&str, &PemSigner); 2] = [(PREPARER, &ground.sample.preparer), (REVIEWER, &ground.sample.reviewer)];
    for (path, key) in signers {
        let bundle = Bundle::parse(ground.bytes(path)).unwrap();
        let mut statement = trailaudit_core::evidence::Statement::parse(&bundle.payload).unwrap();
        (statement.manifest, statement.package_id) = (sha256, id);
        statement.countersigns.clone_from(&countersigned);
        let signed = trailaudit_core::evidence::signer::sign(&statement, key).unwrap();
        countersigned.push(Bundle::parse(&signed).unwrap().envelope_digest());
        files.insert(path, signed);
    }
}
