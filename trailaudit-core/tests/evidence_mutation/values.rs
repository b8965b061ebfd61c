//! Other values, put there by the signers themselves. Whatever the package can bear out it has to; what only the signers
//! can know is theirs to say.

use rayon::prelude::*;
use trailaudit_core::evidence::{Bundle, PemSigner, Signer as _, Statement, package, signer};

use crate::causes::Cause;
use crate::ground::Ground;
use crate::json::{Json, Kind, Variant};
use crate::sample::{PREPARER, REVIEWER};
use crate::signed;
use crate::tally::Mutant;

/// What only the signers can know, and why nothing in the package contradicts another value.
const THEIR_WORD: [(&str, &str); 18] = [
    (
        "preparer: $.predicate without \"keyArn\"",
        "a key need not live in a key service",
    ),
    ("preparer: $.predicate.keyArn ", "the key is known by its fingerprint"),
    (
        "reviewer: $.predicate without \"keyArn\"",
        "a key need not live in a key service",
    ),
    ("reviewer: $.predicate.keyArn ", "the key is known by its fingerprint"),
    (
        "reviewer: $.predicate.countersigns with element 0 twice",
        "the same is said twice",
    ),
    ("manifest: $ without \"retainUntil\"", "nobody has to say how long"),
    ("manifest: $.retainUntil ", "how long is decided elsewhere"),
    (
        "manifest: $ without \"supersedes\"",
        "not every package corrects another",
    ),
    ("manifest: $.supersedes.packageId ", "the other package is not at hand"),
    ("manifest: $.supersedes.reason ", "why is theirs to say"),
    ("manifest: $.previous.packageId ", "the chain is not at hand"),
    ("manifest: $.previous.manifestSha256 ", "the chain is not at hand"),
    ("manifest: $.previous.sequence ", "the chain is not at hand"),
    (
        "manifest: $.requiredSignatures ",
        "the verifier requires what they need",
    ),
    ("manifest: $.tool.", "the tool is known by what it wrote"),
    (
        "manifest: $.controls.trail-logging without \"excepted\"",
        "there is none to count",
    ),
    (
        "manifest: $.controls.trail-logging without \"inconclusive\"",
        "there is none to count",
    ),
    (
        "manifest: $.controls.trail-logging without \"not-applicable\"",
        "there is none to count",
    ),
];

/// Manifests that say something else, with statements about exactly these bytes, and statements that do, countersigned
/// as they are; but for what is the signers' word.
pub fn borne_out(ground: &Ground) -> Vec<Mutant<'_>> {
    let mut mutants = all(ground);
    mutants.retain(|mutant| !THEIR_WORD.iter().any(|(what, _)| mutant.what.starts_with(what)));
    mutants
}

/// A row of the table that nothing is accepted by would hide what is refused today and accepted tomorrow.
#[test]
fn what_is_the_signers_word_is_accepted() {
    let ground = Ground::package();
    let mutants = all(&ground);
    for (what, why) in THEIR_WORD {
        let of_row: Vec<_> = mutants.iter().filter(|mutant| mutant.what.starts_with(what)).collect();
        let is_accepted = |mutant: &&Mutant<'_>| ground.verify(&(mutant.files)()).is_verified();
        assert!(
            of_row.into_par_iter().any(|mutant| is_accepted(&mutant)),
            "{what}: {why}"
        );
    }
}

fn all(ground: &Ground) -> Vec<Mutant<'_>> {
    let mut mutants = statements(ground, PREPARER, &ground.sample.preparer);
    mutants.extend(statements(ground, REVIEWER, &ground.sample.reviewer));
    for Variant { what, bytes, .. } in values(ground.bytes(package::MANIFEST)) {
        mutants.push(Mutant::new(format!("manifest: {what}"), Cause::any(), move || {
            let mut files = ground.with(package::MANIFEST, bytes.clone());
            signed::sign(ground, &mut files);
            files
        }));
    }
    mutants
}

fn statements<'g>(ground: &'g Ground, path: &'static str, key: &'g PemSigner) -> Vec<Mutant<'g>> {
    let bundle = Bundle::parse(ground.bytes(path)).unwrap();
    let of_reviewer = Bundle::parse(ground.bytes(REVIEWER)).unwrap();
    let by_reviewer = Statement::parse(&of_reviewer.payload).unwrap();
    let mutant = |Variant { what, bytes, .. }| {
        let forged = Bundle {
            payload: bytes,
            ..bundle.clone()
        };
        let by_reviewer = by_reviewer.clone();
        let role = if path == PREPARER { "preparer" } else { "reviewer" };
        Mutant::new(format!("{role}: {what}"), Cause::any(), move || {
            let mut forged = forged.clone();
            forged.signature = key.sign(&forged.message()).unwrap();
            let mut files = ground.with(path, forged.to_bytes());
            if path == PREPARER {
                let mut statement = by_reviewer.clone();
                statement.countersigns = vec![forged.envelope_digest()];
                files.insert(REVIEWER, signer::sign(&statement, &ground.sample.reviewer).unwrap());
            }
            files
        })
    };
    values(&bundle.payload).into_iter().map(mutant).collect()
}

fn values(bytes: &[u8]) -> Vec<Variant> {
    let mut variants = Json::parse(bytes).variants();
    variants.retain(|variant| variant.kind == Kind::Value);
    variants
}
