//! Damage to files, whoever signed.

use std::io::{self, Read};

use trailaudit_core::evidence::{Entry, EntryKind, Files, InMemory, Options, Signer, package, verify};

use crate::sample::{PREPARER, Sample, complaints};

/// Every byte of the manifest counts.
#[test]
fn no_byte_of_the_manifest_can_be_flipped() {
    flip_every_byte("manifest.json");
}

/// Every byte of the signature, of the key copy, of the index and of a record file counts.
#[test]
fn no_byte_of_other_files_can_be_flipped() {
    let key = package::key_path(&Sample::new().preparer.public_key().fingerprint());
    for path in [PREPARER, &key, "accounts/111122223333.jsonl.gz", "accounts/index.jsonl"] {
        flip_every_byte(path);
    }
}

fn flip_every_byte(path: &str) {
    let mut sample = Sample::new();
    let trust = sample.trust();
    for i in 0..sample.files.bytes(path).unwrap().len() {
        sample.files.bytes_mut(path).unwrap()[i] ^= 1;
        let report = verify(&sample.files, &Options::default().trust(&trust));
        let named = report
            .problems
            .iter()
            .any(|problem| problem.file.as_deref() == Some(path));
        assert!(named, "byte {i} of {path}: {:?}", complaints(&report));
        sample.files.bytes_mut(path).unwrap()[i] ^= 1;
    }
}

#[test]
fn files_missing_added_renamed_cut_or_grown_are_named() {
    let sample = Sample::new();
    for entry in sample.files.paths().unwrap() {
        let path = entry.path.as_str();
        let after = |change: &dyn Fn(&mut InMemory)| {
            let mut files = sample.files.clone();
            change(&mut files);
            complaints(&sample.verify_with(&files))
        };
        let removed = after(&|files| drop(files.remove(path)));
        let expected = if path == PREPARER {
            "no-signature -".into()
        } else {
            format!("missing-file {path}")
        };
        assert!(removed.contains(&expected), "{path} removed: {removed:?}");
        let cut = after(&|files| assert!(files.bytes_mut(path).unwrap().pop().is_some()));
        let grown = after(&|files| files.bytes_mut(path).unwrap().push(b'\n'));
        let (shorter, longer) = match path {
            "manifest.json" => ("malformed-manifest", "malformed-manifest"),
            PREPARER => ("malformed-bundle", "malformed-bundle"),
            path if path.starts_with("keys/") => ("malformed-key", "malformed-key"),
            package::ACCOUNTS_INDEX => ("truncated-file", "malformed-index"),
            _ => ("truncated-file", "changed-file"),
        };
        assert!(cut.contains(&format!("{shorter} {path}")), "{path} cut: {cut:?}");
        assert!(grown.contains(&format!("{longer} {path}")), "{path} grown: {grown:?}");
        let renamed = after(&|files| {
            let bytes = files.remove(path).unwrap();
            files.insert(format!("{path}.bak"), bytes);
        });
        let expected = match path {
            // Without a manifest nothing says what is too much.
            "manifest.json" => "missing-file manifest.json".into(),
            _ => format!("extra-file {path}.bak"),
        };
        assert!(renamed.contains(&expected), "{path} renamed: {renamed:?}");
    }
    let mut files = sample.files.clone();
    for path in [
        "extra.txt",
        "signatures/readme.txt",
        "accounts/999999999999.jsonl.gz",
        "FINDINGS.csv",
        "a b",
        "../x",
    ] {
        files.insert(path, "more");
    }
    let told = complaints(&sample.verify_with(&files));
    for expected in [
        "extra-file extra.txt",
        "extra-file signatures/readme.txt",
        "extra-file accounts/999999999999.jsonl.gz",
        "extra-file FINDINGS.csv",
        "path-collision findings.csv",
        "unsafe-path a b",
        "unsafe-path ../x",
    ] {
        assert!(told.contains(&expected.to_owned()), "{expected}: {told:?}");
    }
}

/// A directory may hold what memory cannot: links, the same path twice, files that cannot be read.
#[test]
fn links_repeats_and_unreadable_files_are_told() {
    struct Hostile(InMemory);
    impl Files for Hostile {
        fn paths(&self) -> io::Result<Vec<Entry>> {
            let mut entries = self.0.paths()?;
            let entry = |path: &str, kind| Entry {
                path: path.into(),
                size: 0,
                kind,
            };
            entries.push(entry("run.jsonl", EntryKind::Regular));
            entries.push(entry("link", EntryKind::Symlink));
            entries.push(entry("empty", EntryKind::Other));
            Ok(entries)
        }

        fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
            match path {
                "report.html" => Err(io::ErrorKind::PermissionDenied.into()),
                "findings.csv" => Ok(Box::new(Failing)),
                _ => self.0.open(path),
            }
        }
    }
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let sample = Sample::new();
    let told = complaints(&sample.verify_with(&Hostile(sample.files.clone())));
    let expected = [
        "unsafe-path empty",
        "unsafe-path link",
        "duplicate-path run.jsonl",
        "unreadable-file findings.csv",
        "unreadable-file report.html",
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_empty_package_is_told_all_it_lacks() {
    let report = verify(&InMemory::default(), &Options::default());
    assert_eq!(
        complaints(&report),
        ["missing-file manifest.json", "no-signature -", "no-trust -"]
    );
}
