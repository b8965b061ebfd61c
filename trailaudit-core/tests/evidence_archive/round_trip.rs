//! What is written is read again, is the same everywhere, and verifies.

use std::io::{self, Cursor, ErrorKind, Read};
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use trailaudit_core::evidence::archive::{self, Archive, ArchiveError, Fault};
use trailaudit_core::evidence::{Digest, Entry, EntryKind, Files, InMemory};

use crate::crafted::{Raw, Zip};
use crate::sample::{Sample, complaints};
use crate::{contents, open, some_files, written};

#[test]
fn a_package_verifies_from_its_archive() {
    let sample = Sample::reviewed();
    let bytes = written(&sample.files);
    let archive = open(&bytes).unwrap();
    assert_eq!(contents(&archive).unwrap(), contents(&sample.files).unwrap());
    let report = sample.verify_with(&archive);
    assert!(report.is_verified(), "{:?}", complaints(&report));
    assert_eq!(archive.open("other").err().unwrap().kind(), ErrorKind::NotFound);
    // Written again from itself it is the same.
    assert_eq!(written(&archive), bytes);
}

/// Held to the byte: an archive made elsewhere or later must be the same one.
#[test]
fn the_written_form_is_frozen() {
    let bytes = written(&some_files());
    assert_eq!(bytes, written(&some_files()));
    assert_eq!(
        Digest::of(&bytes).to_string(),
        "f82d8c9bfefb43a70caf8e8dbaf30bda76ec85d07c844a0d4d67c2be3fe99df4"
    );
    // APPNOTE 4.3.7: version 20, no flags, stored, 00:00:00 on 1980-01-01.
    assert_eq!(bytes[..14], *b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0");
    assert_eq!(bytes[26..30], *b"\x13\0\0\0");
    assert_eq!(&bytes[30..54], b"accounts/1.jsonl.gz\x1f\x8b\x00\x01\x02");
    let central = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    assert_eq!(bytes[central + 4..central + 6], [20, 3]);
    assert_eq!(bytes[central + 38..central + 42], (0o100_644_u32 << 16).to_le_bytes());
}

/// However a reader cuts what it gives, and whether a file is held or read twice.
#[test]
fn the_bytes_do_not_depend_on_how_files_are_read() {
    let mut files = some_files();
    let noise = |seed: u64, length: usize| -> Vec<u8> {
        let mut state = seed;
        let mut byte = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        };
        (0..length).map(|_| byte()).collect()
    };
    files.insert("long", noise(1, (2 << 20) + 12_345));
    files.insert("long.gz", noise(2, (1 << 20) + 1));
    files.insert("repeats", "repeats, ".repeat(50_000));
    files.insert("zeros", vec![0; 3 << 20]);
    let bytes = written(&files);
    assert_eq!(written(&Piecemeal(&files)), bytes);
    let archive = open(&bytes).unwrap();
    assert_eq!(contents(&archive).unwrap(), contents(&files).unwrap());
}

#[test]
fn what_would_be_refused_is_not_written() {
    let refused = |change: &dyn Fn(&mut InMemory)| {
        let mut files = some_files();
        change(&mut files);
        match archive::write(&files, io::sink()) {
            Err(ArchiveError::Entry { name, fault }) => format!("{fault:?} {name}"),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&|files| files.insert("../a", "")), "Unsafe(Segment) ../a");
    assert_eq!(refused(&|files| files.insert("a b", "")), "Unsafe(Character(' ')) a b");
    assert_eq!(refused(&|files| files.insert("empty/a", "")), "FileAndFolder empty/a");
    let mut files = some_files();
    files.remove("manifest.json");
    assert!(matches!(
        archive::write(&files, io::sink()),
        Err(ArchiveError::NoManifest)
    ));
    let files = some_files();
    for (kind, fault) in [
        (EntryKind::Symlink, Fault::NotRegular),
        (EntryKind::Regular, Fault::Duplicate),
    ] {
        let error = archive::write(&With(&files, kind), io::sink()).unwrap_err();
        assert!(matches!(error, ArchiveError::Entry { name, fault: told } if name == "empty" && told == fault));
    }
    let error = archive::write(&Growing(AtomicU32::new(2 << 20)), io::sink()).unwrap_err();
    assert!(matches!(
        error,
        ArchiveError::Entry {
            fault: Fault::Changed,
            ..
        }
    ));
}

#[test]
fn more_entries_than_sixteen_bits_count() {
    let mut files = some_files();
    for i in 0..70_000 {
        files.insert(format!("accounts/{:03}/{i:012}.jsonl", i % 1_000), i.to_string());
    }
    let bytes = written(&files);
    assert!(bytes.windows(4).rev().take(200).any(|window| window == b"PK\x06\x06"));
    let archive = open(&bytes).unwrap();
    assert_eq!(archive.paths().unwrap(), files.paths().unwrap());
    for i in [0, 65_535, 69_999] {
        let mut text = String::new();
        let path = format!("accounts/{:03}/{i:012}.jsonl", i % 1_000);
        archive.open(&path).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, i.to_string());
    }
}

#[test]
fn the_folder_around_a_package_falls_away() {
    let zip = |names: &[&str]| {
        let raw = |name: &&str| {
            if name.ends_with('/') {
                Raw::folder(name)
            } else {
                Raw::stored(name, b"x")
            }
        };
        Zip {
            entries: names.iter().map(raw).collect(),
            ..Zip::default()
        }
        .build()
    };
    let listed = |names: &[&str]| -> Vec<_> {
        let entries = open(&zip(names)).unwrap().paths().unwrap();
        let kind = |entry: Entry| {
            if entry.kind == EntryKind::Regular {
                entry.path
            } else {
                format!("[{}]", entry.path)
            }
        };
        entries.into_iter().map(kind).collect()
    };
    assert_eq!(listed(&["manifest.json", "a/b"]), ["a/b", "manifest.json"]);
    assert_eq!(listed(&["a/", "manifest.json", "a/b"]), ["a/b", "manifest.json"]);
    assert_eq!(
        listed(&["a/", "b/", "b/c/", "manifest.json"]),
        ["manifest.json", "[a]", "[b/c]"]
    );
    assert_eq!(
        listed(&["pkg/", "pkg/manifest.json", "pkg/a/b"]),
        ["a/b", "manifest.json"]
    );
    assert_eq!(listed(&["pkg/a/", "pkg/manifest.json"]), ["manifest.json", "[a]"]);
    assert_eq!(listed(&["My evidence (ä)/manifest.json"]), ["manifest.json"]);
    // No one folder, no manifest directly in it, or nothing to be dropped.
    assert_eq!(
        listed(&["a/manifest.json", "b/manifest.json"]),
        ["a/manifest.json", "b/manifest.json"]
    );
    assert_eq!(listed(&["pkg/manifest.json", "manifest.json"]).len(), 2);
    assert_eq!(listed(&["pkg/sub/manifest.json"]), ["pkg/sub/manifest.json"]);
    assert_eq!(listed(&["pkg/", "pkg/a"]), ["pkg/a"]);
    for names in [
        ["../manifest.json"],
        ["/manifest.json"],
        ["a\\b/manifest.json"],
        ["a\n/manifest.json"],
    ] {
        assert!(open(&zip(&names)).is_err(), "{names:?}");
    }
    assert!(open(&zip(&["pkg/", "pkg/", "pkg/manifest.json"])).is_err());
    for beside in ["a", "__MACOSX/pkg/._a", "b/"] {
        let error = open(&zip(&[beside, "pkg/manifest.json"])).unwrap_err();
        let is_told = |name: &str| name == beside.trim_end_matches('/');
        assert!(
            matches!(&error, ArchiveError::Entry { name, fault: Fault::Beside } if is_told(name)),
            "{error:?}"
        );
    }
}

#[test]
fn many_read_at_once() {
    fn is_sync<T: Sync + Send>(_: &T) {}
    let mut files = some_files();
    for i in 0..8_u8 {
        files.insert(format!("{i}"), vec![i; 300_000 + usize::from(i)]);
        files.insert(format!("{i}.gz"), vec![i; 300_000 + usize::from(i)]);
    }
    let archive = Archive::open(Cursor::new(written(&files))).unwrap();
    is_sync(&archive);
    let expected = contents(&files).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(contents(&archive).unwrap(), expected));
        }
    });
    // And turn by turn in one thread.
    let (mut a, mut b) = (archive.open("1.gz").unwrap(), archive.open("2.gz").unwrap());
    let (mut chunk_a, mut chunk_b) = ([0; 1_000], [0; 1_000]);
    for _ in 0..300 {
        a.read_exact(&mut chunk_a).unwrap();
        b.read_exact(&mut chunk_b).unwrap();
        assert!(chunk_a == [1; 1_000] && chunk_b == [2; 1_000]);
    }
}

proptest! {
    #[test]
    fn any_files_come_back(
        files in prop::collection::btree_map("[a-z]{1,3}(/[a-zA-Z0-9_-]{1,8}){0,2}(\\.gz)?", any::<Vec<u8>>(), 0..20),
    ) {
        let mut package = some_files();
        for (path, bytes) in files {
            package.insert(path, bytes);
        }
        let mut bytes = Vec::new();
        match archive::write(&package, &mut bytes) {
            Ok(_) => prop_assert_eq!(contents(&open(&bytes).unwrap()).unwrap(), contents(&package).unwrap()),
            Err(ArchiveError::Entry { fault: Fault::FileAndFolder, .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Gives a few bytes at a time.
struct Piecemeal<'a>(&'a InMemory);

impl Files for Piecemeal<'_> {
    fn paths(&self) -> io::Result<Vec<Entry>> {
        let mut entries = self.0.paths()?;
        entries.reverse();
        Ok(entries)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        struct Few<R>(R, usize);
        impl<R: Read> Read for Few<R> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.1 = self.1 % 700 + 1;
                let most = self.1.min(buffer.len());
                self.0.read(&mut buffer[..most])
            }
        }
        Ok(Box::new(Few(self.0.open(path)?, 0)))
    }
}

/// Files with another `empty` among them.
struct With<'a>(&'a InMemory, EntryKind);

impl Files for With<'_> {
    fn paths(&self) -> io::Result<Vec<Entry>> {
        let another = Entry {
            path: "empty".into(),
            size: 0,
            kind: self.1,
        };
        Ok(self.0.paths()?.into_iter().chain([another]).collect())
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        self.0.open(path)
    }
}

/// A file that is longer each time it is opened.
struct Growing(AtomicU32);

impl Files for Growing {
    fn paths(&self) -> io::Result<Vec<Entry>> {
        Ok(vec![Entry {
            path: "manifest.json".into(),
            size: 2 << 20,
            kind: EntryKind::Regular,
        }])
    }

    fn open(&self, _: &str) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(
            io::repeat(0).take(self.0.fetch_add(1, Ordering::Relaxed).into()),
        ))
    }
}
