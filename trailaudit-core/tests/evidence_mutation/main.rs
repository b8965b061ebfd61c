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
mod whole_files;

use ground::Ground;
use tally::{Mutant, Tally};

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
    tally.take(
        "stamped: a byte of a bundle changed",
        &stamped,
        &bytes::of_the_timestamp(&stamped),
    );
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
    tally.print();
    assert!(tally.total() > 20_000, "{}", tally.total());
}

/// Of how many bytes one is changed. What an extract has in common with its package is not worth as much again. Of files
/// that nothing reads before their digests were compared, all bytes are changed in continuous integration, where there is
/// time, and an eighth elsewhere.
fn step(path: &str, is_shared: bool) -> usize {
    let is_read_first = ["manifest.json", "accounts/index.jsonl", "proof.json"].contains(&path)
        || [".sigstore.json", ".pem", ".gz"].iter().any(|end| path.ends_with(end));
    match (is_shared, is_read_first) {
        (true, _) => 16,
        (false, false) if std::env::var_os("CI").is_none() => 8,
        _ => 1,
    }
}
