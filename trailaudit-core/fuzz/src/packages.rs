//! A whole package with one file exchanged and listed anew, so that the reader behind the digests is reached.

use std::io::Cursor;
use std::sync::OnceLock;

use trailaudit_core::evidence::archive::{self, Archive};
use trailaudit_core::evidence::{Digest, Files as _, InMemory, Manifest, Options, Report, package, verify};

use super::sample::{PREPARER, REVIEWER, Sample, complaints};

/// The first byte says which file the others take the place of.
pub fn package(bytes: &[u8]) {
    let Some((which, content)) = bytes.split_first() else {
        return;
    };
    let paths = base().paths().unwrap();
    let path = &paths[usize::from(*which) % paths.len()].path;
    let (files, report) = with(path, content, |_| {});
    assert!(!report.is_verified(), "nobody is trusted");
    // An archive of it is told the same.
    let mut bytes = Vec::new();
    archive::write(&files, &mut bytes).unwrap();
    let archive = Archive::open(Cursor::new(bytes)).unwrap();
    assert_eq!(
        complaints(&verify(&archive, None, Options::default(), None)),
        complaints(&report)
    );
    if base().bytes(path) == Some(content) {
        // Nobody's signature is trusted, or there is none; no file is complained of.
        assert!(complaints(&report).iter().all(|told| told.ends_with(" -")));
    }
}

/// Every file as it is.
pub fn changes() -> Vec<Vec<u8>> {
    let paths = base().paths().unwrap().into_iter().zip(0_u8..);
    paths
        .map(|(entry, which)| [&[which][..], base().bytes(&entry.path).unwrap()].concat())
        .collect()
}

/// The package with one file exchanged, its manifest changed to fit, and what verification says about it.
pub fn with(path: &str, content: &[u8], change: impl FnOnce(&mut Manifest)) -> (InMemory, Report) {
    let mut files = base().clone();
    // Curves take most of the time, and without a signature nothing but the signature changes.
    if !package::is_outside_the_list(path) || path == "manifest.json" {
        for path in [PREPARER, REVIEWER] {
            files.remove(path);
        }
        for entry in files.paths().unwrap() {
            if entry.path.starts_with("keys/") {
                files.remove(&entry.path);
            }
        }
    }
    files.insert(path, content);
    let mut manifest = base_manifest().clone();
    if let Some(file) = manifest.files.iter_mut().find(|file| file.path == path) {
        (file.size, file.sha256) = (content.len() as u64, Digest::of(content));
        let (catalogue, baseline) = (manifest.catalogue_sha256, manifest.baseline_sha256);
        manifest.package_id = Manifest::package_id_of(&manifest.files, &catalogue, &baseline, manifest.as_of).unwrap();
    }
    change(&mut manifest);
    if path != "manifest.json" && manifest != *base_manifest() {
        files.insert("manifest.json", manifest.to_bytes().unwrap());
    }
    let report = verify(&files, None, Options::default(), None);
    (files, report)
}

fn base_manifest() -> &'static Manifest {
    static BASE: OnceLock<Manifest> = OnceLock::new();
    BASE.get_or_init(|| Manifest::parse(base().bytes("manifest.json").unwrap()).unwrap())
}

fn base() -> &'static InMemory {
    static BASE: OnceLock<InMemory> = OnceLock::new();
    BASE.get_or_init(|| Sample::reviewed().files)
}
