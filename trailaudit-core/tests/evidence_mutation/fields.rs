//! JSON fields dropped and altered, by somebody who cannot sign.

use std::path::Path;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use trailaudit_core::evidence::{Bundle, PemSigner, Signer as _, package};

use crate::causes::{Cause, Change, of_change};
use crate::ground::Ground;
use crate::json::{Json, Kind, Variant};
use crate::sample::{PREPARER, REVIEWER};
use crate::tally::Mutant;

/// Every field of the JSON files that are asked for; not of the two tables, which are read line by line and of which
/// the manifest has the digests.
pub fn changed(ground: &Ground, is_asked: impl Fn(&str) -> bool) -> Vec<Mutant<'_>> {
    let mut mutants = Vec::new();
    for path in ground.paths().iter().filter(|path| is_asked(path)) {
        let bytes = ground.bytes(path);
        let variants = match path.as_str() {
            package::ACCOUNTS_INDEX => of_lines(bytes),
            package::FINDINGS_JSON | package::COVERAGE_JSON | package::RUN_LOG => continue,
            path if Path::new(path).extension().is_some_and(|end| end == "json") => Json::parse(bytes).variants(),
            _ => continue,
        };
        for Variant { what, bytes, .. } in variants {
            let (cause, path) = (of_change(ground, path, Change::Json), path.clone());
            mutants.push(Mutant::new(format!("{path}: {what}"), cause, move || {
                ground.with(&path, bytes.clone())
            }));
        }
    }
    mutants
}

/// Every field of each statement, put back into its envelope beside the old signature.
pub fn in_old_envelopes(ground: &Ground) -> Vec<Mutant<'_>> {
    let mut mutants = Vec::new();
    for path in [PREPARER, REVIEWER] {
        let bundle = Bundle::parse(ground.bytes(path)).unwrap();
        for Variant { what, bytes, .. } in Json::parse(&bundle.payload).variants() {
            let forged = Bundle {
                payload: bytes,
                ..bundle.clone()
            };
            let cause = Cause::of(path, &["bad-signature"]);
            mutants.push(Mutant::new(format!("statement of {path}: {what}"), cause, move || {
                ground.with(path, forged.to_bytes())
            }));
        }
    }
    mutants
}

/// Every field of each statement, signed with a key of somebody else's, whose copy lies there as well.
pub fn signed_by_a_stranger(ground: &Ground) -> Vec<Mutant<'_>> {
    let stranger = PemSigner::generate(&mut StdRng::seed_from_u64(99)).unwrap();
    let mut mutants = Vec::new();
    for path in [PREPARER, REVIEWER] {
        let bundle = Bundle::parse(ground.bytes(path)).unwrap();
        let own = package::key_path(&bundle.key);
        for Variant { what, bytes, .. } in Json::parse(&bundle.payload).variants() {
            let (stranger, own) = (stranger.clone(), own.clone());
            let forged = Bundle {
                payload: bytes,
                ..bundle.clone()
            };
            let cause = Cause::of(path, &["untrusted-key"]);
            mutants.push(Mutant::new(format!("statement of {path}: {what}"), cause, move || {
                let mut forged = forged.clone();
                forged.key = stranger.public_key().fingerprint();
                forged.signature = stranger.sign(&forged.message()).unwrap();
                let mut files = ground.with(path, forged.to_bytes());
                files.remove(&own);
                files.insert(package::key_path(&forged.key), stranger.public_key().to_pem());
                files
            }));
        }
    }
    mutants
}

/// Every field of every line; and lines left out, doubled, in another order, with other ends.
pub fn of_lines(bytes: &[u8]) -> Vec<Variant> {
    let text = str::from_utf8(bytes).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let whole = |lines: &[&str]| lines.iter().flat_map(|line| [line, "\n"]).collect::<String>();
    let mut variants = Vec::new();
    let mut add = |what: String, kind, text: String| {
        let bytes = text.into_bytes();
        variants.push(Variant { what, kind, bytes });
    };
    for (i, line) in lines.iter().enumerate() {
        for Variant { what, kind, bytes } in Json::parse(line.as_bytes()).variants() {
            let mut lines = lines.clone();
            lines[i] = str::from_utf8(&bytes).unwrap();
            add(format!("line {}: {what}", i + 1), kind, whole(&lines));
        }
        let without = [&lines[..i], &lines[i + 1..]].concat();
        add(format!("without line {}", i + 1), Kind::Value, whole(&without));
        let twice = [&lines[..=i], &lines[i..]].concat();
        add(format!("line {} twice", i + 1), Kind::Form, whole(&twice));
    }
    if lines.len() > 1 {
        let reversed: Vec<_> = lines.iter().rev().copied().collect();
        add("in reverse order".into(), Kind::Form, whole(&reversed));
    }
    add("with CRLF".into(), Kind::Form, text.replace('\n', "\r\n"));
    add("without its last line end".into(), Kind::Form, text.trim_end().into());
    add("with an empty line".into(), Kind::Form, format!("{text}\n"));
    variants
}
