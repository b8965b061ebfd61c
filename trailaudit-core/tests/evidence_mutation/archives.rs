//! The package as an archive: whatever is changed in it, the archive is refused, or the package in it is, or nothing of
//! the package has changed.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use rayon::prelude::*;
use trailaudit_core::evidence::archive::{self, Archive};
use trailaudit_core::evidence::{Files, InMemory};

use crate::ground::Ground;

#[test]
fn no_mutation_of_an_archive_changes_what_is_accepted() {
    let ground = Ground::package();
    let mut written = Cursor::new(Vec::new());
    archive::write(&ground.files, &mut written).unwrap();
    let whole = written.into_inner();
    assert_eq!(judged(&ground, whole.clone(), 0), "the same package");
    let flips = (0..whole.len()).flat_map(|at| [0x01, 0x80].map(|mask| (at, mask)));
    let flipped = flips.map(|(at, mask)| {
        let mut bytes = whole.clone();
        bytes[at] ^= mask;
        bytes
    });
    let cut = (0..whole.len()).step_by(7).map(|length| whole[..length].to_vec());
    let added = [0, 1, 22, whole.len() / 2, whole.len()].map(|at| {
        let mut bytes = whole.clone();
        bytes.insert(at, b'x');
        bytes
    });
    let twice = [whole.clone(), whole.clone()].concat();
    let mutants: Vec<_> = flipped.chain(cut).chain(added).chain([twice]).collect();
    let judge = |(number, bytes): (usize, &Vec<u8>)| judged(&ground, bytes.clone(), number);
    let told: Vec<_> = mutants.par_iter().enumerate().map(judge).collect();
    let mut counts = BTreeMap::new();
    for told in told {
        *counts.entry(told).or_insert(0) += 1;
    }
    writeln!(std::io::stderr(), "{} changed archives: {counts:?}", mutants.len()).unwrap();
    assert!(!counts.contains_key("ACCEPTED"), "{counts:?}");
    assert!(mutants.len() > 10_000);
}

fn judged(ground: &Ground, bytes: Vec<u8>, number: usize) -> &'static str {
    let Ok(archive) = Archive::open(Cursor::new(bytes)) else {
        return "the archive is refused";
    };
    match unpacked(&archive) {
        Some(files) if files == ground.files => "the same package",
        // Whoever verifies reads every file: that one cannot be read ends it, of which a sixteenth is shown.
        None if !number.is_multiple_of(16) => "a file cannot be read",
        _ if ground.verify(&archive).is_verified() => "ACCEPTED",
        _ => "the package is refused",
    }
}

fn unpacked(archive: &Archive<Cursor<Vec<u8>>>) -> Option<InMemory> {
    let mut files = InMemory::default();
    for entry in archive.paths().ok()? {
        let mut bytes = Vec::new();
        archive.open(&entry.path).ok()?.read_to_end(&mut bytes).ok()?;
        files.insert(entry.path, bytes);
    }
    Some(files)
}
