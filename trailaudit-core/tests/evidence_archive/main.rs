//! A package as a ZIP archive: written the same everywhere, read without trust in whoever made it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod content;
mod crafted;
mod examined;
mod mutations;
#[path = "../evidence_package/provider.rs"]
#[allow(dead_code)]
mod provider;
mod refusals;
mod round_trip;
#[path = "../evidence_package/sample.rs"]
#[allow(dead_code)]
mod sample;
mod tools;

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use trailaudit_core::evidence::archive::{self, Archive, ArchiveError};
use trailaudit_core::evidence::{EntryKind, Files, InMemory};

fn open(bytes: &[u8]) -> Result<Archive<Cursor<&[u8]>>, ArchiveError> {
    Archive::open(Cursor::new(bytes))
}

fn written(files: &dyn Files) -> Vec<u8> {
    let mut bytes = Vec::new();
    let length = archive::write(files, &mut bytes).unwrap();
    assert_eq!(length, bytes.len() as u64);
    bytes
}

/// Every file with its bytes.
fn contents(files: &dyn Files) -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let read = |entry: trailaudit_core::evidence::Entry| {
        assert_eq!(entry.kind, EntryKind::Regular, "{entry:?}");
        let mut bytes = Vec::new();
        files.open(&entry.path)?.read_to_end(&mut bytes)?;
        assert_eq!(bytes.len() as u64, entry.size, "{}", entry.path);
        Ok((entry.path, bytes))
    };
    files.paths()?.into_iter().map(read).collect()
}

/// A few small files, one of them as compressed as `.gz` says.
fn some_files() -> InMemory {
    let mut files = InMemory::default();
    files.insert("manifest.json", r#"{"a":"a manifest, and a manifest"}"#);
    files.insert("accounts/1.jsonl.gz", [0x1f, 0x8b, 0, 1, 2]);
    files.insert("accounts/index.jsonl", "line\nline\nline\nline\n");
    files.insert("empty", "");
    files
}
