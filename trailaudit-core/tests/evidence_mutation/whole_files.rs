//! Files removed, doubled, renamed, added.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use trailaudit_core::evidence::{PemSigner, Signer as _, package};

use crate::causes::{Cause, besides};
use crate::ground::Ground;
use crate::sample::{PREPARER, REVIEWER};
use crate::tally::Mutant;

pub fn removed(ground: &Ground) -> Vec<Mutant<'_>> {
    let remove = |path: String| {
        let cause = match path.as_str() {
            PREPARER | REVIEWER => Cause::of_the_whole("missing-role"),
            // Without it this is a package that lacks all the others.
            "proof.json" => Cause::of("findings.json", &["missing-file"]),
            _ => Cause::of(&path, &["missing-file"]).besides(besides(ground, &path)),
        };
        Mutant::new(format!("{path} removed"), cause, move || {
            let mut files = ground.files.clone();
            files.remove(&path);
            files
        })
    };
    ground.paths().into_iter().map(remove).collect()
}

/// The same file under a second name: beside itself, and where something else would lie.
pub fn doubled(ground: &Ground) -> Vec<Mutant<'_>> {
    let mut mutants = Vec::new();
    for path in ground.paths() {
        for (name, cause) in other_names(&path) {
            let path = path.clone();
            mutants.push(Mutant::new(format!("{path} again as {name}"), cause, move || {
                ground.with(&name, ground.bytes(&path))
            }));
        }
    }
    mutants
}

pub fn renamed(ground: &Ground) -> Vec<Mutant<'_>> {
    let mut mutants = Vec::new();
    for path in ground.paths() {
        for (name, cause) in other_names(&path) {
            // Of a signature in another place the place is told, or that its own is empty.
            let cause = match (path.as_str(), name.as_str()) {
                (PREPARER, "signatures/03-preparer.sigstore.json")
                | (REVIEWER, "signatures/03-reviewer.sigstore.json") => Cause::of(&name, &["signature-sequence"]),
                // Without a manifest nothing is known of what belongs there.
                ("manifest.json", _) => Cause::of(&path, &["missing-file"]),
                _ => cause,
            };
            let path = path.clone();
            mutants.push(Mutant::new(format!("{path} renamed to {name}"), cause, move || {
                let mut files = ground.files.clone();
                let bytes = files.remove(&path).unwrap();
                files.insert(name.clone(), bytes);
                files
            }));
        }
    }
    // Two files that change places.
    let (one, other) = ("accounts/index.jsonl", "manifest.json");
    for (one, other, cause) in [
        (PREPARER, REVIEWER, Cause::of(PREPARER, &["role-mismatch"])),
        (one, other, Cause::of(other, &["malformed-manifest", "unknown-field"])),
        ("VERIFY.md", "verify.sh", Cause::of("VERIFY.md", &["changed-file"])),
    ] {
        mutants.push(Mutant::new(format!("{one} and {other} exchanged"), cause, move || {
            let mut files = ground.with(one, ground.bytes(other));
            files.insert(other, ground.bytes(one));
            files
        }));
    }
    mutants
}

/// Something more in every folder, and in one of its own.
pub fn added(ground: &Ground) -> Vec<Mutant<'_>> {
    let stranger = PemSigner::generate(&mut StdRng::seed_from_u64(99)).unwrap();
    let pem = stranger.public_key().to_pem().to_owned();
    let key = package::key_path(&stranger.public_key().fingerprint());
    let mut mutants = Vec::new();
    let mut add = |path: &str, bytes: Vec<u8>, codes: &[&'static str]| {
        let (name, cause) = (path.to_owned(), Cause::of(path, codes));
        let what = format!("{path} added with {} bytes", bytes.len());
        mutants.push(Mutant::new(what, cause, move || ground.with(&name, bytes.clone())));
    };
    for folder in [
        "",
        "accounts/",
        "resources/",
        "signatures/",
        "keys/",
        "more/",
        "accounts/more/",
    ] {
        for name in ["extra", ".hidden", "extra.json", "999999999999.jsonl.gz"] {
            for bytes in [&b""[..], b"{}\n"] {
                add(&format!("{folder}{name}"), bytes.to_vec(), &["extra-file"]);
            }
        }
        add(
            &format!("{folder}MANIFEST.JSON"),
            b"{}".to_vec(),
            &["extra-file", "path-collision"],
        );
        for name in ["a b", "a\nb", "..", "a.", "ä"] {
            add(&format!("{folder}{name}"), b"x".to_vec(), &["unsafe-path"]);
        }
    }
    add(&key, pem.clone().into_bytes(), &["extra-file"]);
    add("keys/stranger.pem", pem.into_bytes(), &["malformed-key"]);
    for path in [
        "/etc/extra",
        "../extra",
        "a/../extra",
        "C:/extra",
        "a\\extra",
        "a//extra",
        "a\0",
    ] {
        add(path, b"x".to_vec(), &["unsafe-path"]);
    }
    mutants
}

/// Other names for the file at `path`, and what is told of a file that lies there.
fn other_names(path: &str) -> Vec<(String, Cause)> {
    let extra = |name: String| {
        let cause = Cause::of(&name, &["extra-file"]);
        (name, cause)
    };
    let mut names = vec![extra(format!("{path}.bak")), extra(format!("copy/{path}"))];
    match path {
        PREPARER | REVIEWER => {
            let role = if path == PREPARER { "preparer" } else { "reviewer" };
            let again = format!("signatures/03-{role}.sigstore.json");
            let cause = Cause::of(&again, &["repeated-signature"]);
            names.push((again, cause));
            let other = "signatures/03-approver.sigstore.json".to_owned();
            let cause = Cause::of(&other, &["role-mismatch"]);
            names.push((other, cause));
        }
        _ if path.starts_with("keys/") => {
            let other = format!("keys/{}.pem", "0".repeat(64));
            let cause = Cause::of(&other, &["malformed-key"]);
            names.push((other, cause));
        }
        _ => {
            let other = path.to_uppercase();
            let cause = Cause::of(&other, &["extra-file"]);
            names.push((other, cause));
        }
    }
    names
}
