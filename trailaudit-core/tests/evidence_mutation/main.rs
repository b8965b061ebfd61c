//! Every way to change a small package that we could think of, one at a time, judged by the whole of `verify`: none is
//! accepted, and each is told by a code that names its cause. The counts are printed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod archives;
#[path = "../timestamps/authority.rs"]
#[allow(dead_code)]
mod authority;
mod bytes;
mod causes;
mod changes;
mod fields;
mod ground;
mod json;
#[path = "../evidence_package/provider.rs"]
#[allow(dead_code)]
mod provider;
#[path = "../evidence_package/sample.rs"]
#[allow(dead_code)]
mod sample;
mod signed;
mod tally;
mod values;
mod whole_files;

use ground::Ground;
use sample::{PREPARER, REVIEWER};
use tally::{Mutant, Tally};

/// The groups in their order, and how many mutations each has at least: a little fewer than today, outside of continuous
/// integration, so that none shrinks without a word.
const LEAST: [(&str, usize); 26] = [
    ("package: a byte changed", 13_000),
    ("package: a file cut", 300),
    ("package: a file removed", 21),
    ("package: a file doubled", 60),
    ("package: a file renamed", 60),
    ("package: a file added", 100),
    ("package: a JSON field changed", 3_000),
    ("extract: a byte changed", 2_700),
    ("extract: a file cut", 190),
    ("extract: a file removed", 13),
    ("extract: a file doubled", 38),
    ("extract: a file renamed", 40),
    ("extract: a file added", 100),
    ("extract: a JSON field changed", 600),
    ("stamped: a byte of RSA changed", 2_900),
    ("stamped: a byte of P-256 changed", 1_900),
    ("stamped: a JSON field changed", 560),
    ("genesis: a JSON field changed", 1_500),
    ("a statement in its old envelope", 700),
    ("a statement signed by a stranger", 700),
    ("signed: a statement's form", 490),
    ("signed: a manifest's form", 1_150),
    ("signed: the index's form", 210),
    ("signed: the catalogue's form", 450),
    ("signed: another value", 650),
    ("genesis, signed: another value", 650),
];

#[test]
fn no_mutation_is_accepted() {
    let package = Ground::package();
    let extract = package.extract();
    let stamped = Ground::stamped();
    let genesis = Ground::genesis();
    let mut tally = Tally::default();
    for (name, ground) in [("package", &package), ("extract", &extract)] {
        let is_shared = |path: &str| name == "extract" && package.files.bytes(path) == ground.files.bytes(path);
        let mut take = |what: &str, mutants: &[Mutant<'_>]| tally.take(&format!("{name}: {what}"), ground, mutants);
        take(
            "a byte changed",
            &bytes::flipped(ground, |path| step(path, is_shared(path))),
        );
        take("a file cut", &bytes::cut(ground));
        take("a file removed", &whole_files::removed(ground));
        take("a file doubled", &whole_files::doubled(ground));
        take("a file renamed", &whole_files::renamed(ground));
        take("a file added", &whole_files::added(ground));
        take(
            "a JSON field changed",
            &fields::changed(ground, |path| !is_shared(path)),
        );
    }
    for (path, authority) in [(PREPARER, "RSA"), (REVIEWER, "P-256")] {
        tally.take(
            &format!("stamped: a byte of {authority} changed"),
            &stamped,
            &bytes::of_the_timestamp(&stamped, path),
        );
    }
    let is_bundle = |path: &str| path.starts_with("signatures/");
    tally.take(
        "stamped: a JSON field changed",
        &stamped,
        &fields::changed(&stamped, is_bundle),
    );
    let is_manifest = |path: &str| path == "manifest.json";
    tally.take(
        "genesis: a JSON field changed",
        &genesis,
        &fields::changed(&genesis, is_manifest),
    );
    tally.take(
        "a statement in its old envelope",
        &package,
        &fields::in_old_envelopes(&package),
    );
    tally.take(
        "a statement signed by a stranger",
        &package,
        &fields::signed_by_a_stranger(&package),
    );
    tally.take("signed: a statement's form", &package, &signed::statements(&package));
    tally.take("signed: a manifest's form", &package, &signed::manifests(&package));
    tally.take("signed: the index's form", &package, &signed::indexes(&package));
    tally.take("signed: the catalogue's form", &package, &signed::catalogues(&package));
    tally.take("signed: another value", &package, &values::borne_out(&package));
    tally.take("genesis, signed: another value", &genesis, &values::borne_out(&genesis));
    tally.print();
    tally.check(&LEAST);
    if has_time() {
        tally.check_group("package: a byte changed", 37_000);
    }
}

/// Of how many bytes one is changed. What an extract has in common with its package is not worth as much again. Of files
/// that nothing reads before their digests were compared, all bytes are changed in continuous integration, where there is
/// time, and an eighth elsewhere.
fn step(path: &str, is_shared: bool) -> usize {
    let is_read_first = ["manifest.json", "accounts/index.jsonl", "proof.json"].contains(&path)
        || [".sigstore.json", ".pem", ".gz"].iter().any(|end| path.ends_with(end));
    match (is_shared, is_read_first) {
        (true, _) => 16,
        (false, false) if !has_time() => 8,
        _ => 1,
    }
}

/// Whether this is continuous integration.
fn has_time() -> bool {
    std::env::var_os("CI").is_some()
}
