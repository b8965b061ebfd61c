//! Damaged archives: whatever is still taken for one gives the same files, or an error.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use proptest::prelude::*;
use trailaudit_core::evidence::verify::verify_archive;
use trailaudit_core::evidence::{Archive, Code, Files as _, Options};

use crate::crafted::{Raw, Zip, extra};
use crate::{contents, open, some_files, written};

/// Every byte of two small archives changed in ten ways: one as written here, one as other tools write.
#[test]
fn no_changed_byte_makes_another_package() {
    let mut theirs = Zip::new();
    theirs.push(Raw::stored("s/t", b"stored").streamed(true, false));
    theirs.push(Raw::folder("s/"));
    theirs.push(Raw::deflated("s/d", b"deflated").streamed(false, true));
    theirs.a().central.extra = extra(0x5455, b"\x01\0\0\0\0");
    for bytes in [written(&some_files()), theirs.build()] {
        let expected = contents(&open(&bytes).unwrap()).unwrap();
        let mut taken = 0;
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            let flipped = (0..8).map(|bit| bytes[at] ^ 1 << bit);
            for value in flipped.chain([0, u8::MAX]) {
                changed[at] = value;
                is_read_as_before(&changed, &expected);
                let Ok(archive) = open(&changed) else { continue };
                if let Ok(found) = contents(&archive) {
                    assert_eq!(found, expected, "byte {at} made {value:#x}");
                    taken += usize::from(value != bytes[at]);
                }
            }
            assert!(open(&bytes[..at]).is_err(), "cut at {at}");
        }
        // Times, versions and permissions have no meaning for a package, and nothing else is free.
        let free = taken / 10;
        assert!(
            (1..=bytes.len() / 5).contains(&free),
            "{free} of {} bytes are free",
            bytes.len()
        );
    }
}

/// What can be read of an archive with faults is what was written under that name.
fn is_read_as_before(bytes: &[u8], expected: &BTreeMap<String, Vec<u8>>) {
    let (archive, faults) = Archive::examine(Cursor::new(bytes));
    assert!(archive.is_some() || !faults.is_empty());
    let Some(archive) = archive else { return };
    for entry in archive.paths().unwrap() {
        let mut found = Vec::new();
        let opened = archive.open(&entry.path);
        if opened.and_then(|mut reader| reader.read_to_end(&mut found)).is_ok() {
            assert_eq!(Some(&found), expected.get(&entry.path), "{entry:?}, with {faults:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(open(&bytes).is_err());
        let report = verify_archive(Cursor::new(&bytes), &Options::default());
        prop_assert!(report.problems.iter().any(|problem| problem.code == Code::MalformedArchive));
    }

    #[test]
    fn any_damage_gets_an_answer(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..6, any::<u32>()), 1..5)) {
        let bytes = written(&some_files());
        let expected = contents(&open(&bytes).unwrap()).unwrap();
        let mut damaged = bytes;
        for (at, other, how, value) in damage {
            let (at, other) = (at.index(damaged.len()), other.index(damaged.len()));
            let (from, to) = (at.min(other), at.max(other));
            match how {
                0 => damaged[at] = value.to_le_bytes()[0],
                1 => drop(damaged.drain(from..to)),
                2 => drop(damaged.splice(at..at, value.to_le_bytes())),
                3 => damaged.copy_within(from..to, 0),
                4 => {
                    let again = damaged[from..to].to_vec();
                    drop(damaged.splice(at..at, again));
                }
                _ => damaged[from..to].fill(value.to_le_bytes()[0]),
            }
            if damaged.is_empty() {
                break;
            }
        }
        let report = verify_archive(Cursor::new(&damaged), &Options::default());
        prop_assert!(!report.problems.is_empty());
        if let Ok(archive) = open(&damaged) {
            let found = archive.paths().unwrap();
            prop_assert!(found.len() <= expected.len());
            if let Ok(found) = contents(&archive) {
                prop_assert!(found == expected || found.is_empty());
            }
        }
    }
}
