//! ZIP archives: what is taken lists unique safe paths and can be written anew.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use flate2::Crc;
use trailaudit_core::evidence::archive::{self, Archive};
use trailaudit_core::evidence::{Digest, EntryKind, Files, InMemory, package};

use super::sample::Sample;

/// How many files are in it, when it is taken for an archive and all of them can be read.
pub fn zip(bytes: &[u8]) -> Option<usize> {
    let archive = Archive::open(Cursor::new(bytes)).ok()?;
    let entries = archive.paths().unwrap();
    let mut kinds = BTreeMap::new();
    let mut declared = 0;
    for entry in &entries {
        package::safe_path(&entry.path).unwrap();
        assert_eq!(
            kinds.insert(&entry.path[..], entry.kind),
            None,
            "{:?} stands there twice",
            entry.path
        );
        declared += entry.size;
    }
    assert!(declared <= bytes.len() as u64 * archive::MOST_EXPANSION);
    for path in kinds.keys() {
        for (end, _) in path.match_indices('/') {
            assert_eq!(
                kinds.get(&path[..end]),
                None,
                "{path:?} lies below a file or an empty folder"
            );
        }
    }
    let mut files = InMemory::default();
    for entry in &entries {
        if entry.kind == EntryKind::Regular {
            let mut content = Vec::new();
            let read = archive.open(&entry.path).unwrap().read_to_end(&mut content);
            assert!(content.len() as u64 <= entry.size);
            if read.is_err() {
                return None;
            }
            assert_eq!(content.len() as u64, entry.size);
            files.insert(entry.path.clone(), content);
        }
    }
    if files.bytes("manifest.json").is_some() {
        let again = written(&files);
        let archive = Archive::open(Cursor::new(&again)).unwrap();
        assert_eq!(Digest::of(&written(&archive)), Digest::of(&again));
    }
    if let Some(walked) = walk(bytes) {
        // Who reads from the front sees the same files, below the folder that falls away.
        let found = |around: &str| {
            let file = |path: String| {
                let mut crc = Crc::new();
                crc.update(files.bytes(&path).unwrap());
                (format!("{around}{path}"), crc.sum())
            };
            files
                .paths()
                .unwrap()
                .into_iter()
                .map(|entry| file(entry.path))
                .collect::<BTreeMap<_, _>>()
        };
        let around = walked.first().and_then(|(name, _)| name.split_inclusive('/').next());
        let walked: Vec<_> = walked.iter().filter(|(name, _)| !name.ends_with('/')).collect();
        assert_eq!(walked.len(), files.paths().unwrap().len());
        let walked: BTreeMap<_, _> = walked
            .into_iter()
            .map(|(name, crc)| ((*name).to_owned(), *crc))
            .collect();
        assert!(
            walked == found("") || around.is_some_and(|around| walked == found(around)),
            "{walked:?}"
        );
    }
    Some(files.paths().unwrap().len())
}

/// Names and CRC-32 as a reader finds them that starts at the front and never looks at the directory; `None` when an
/// entry does not say in front how long it is.
fn walk(bytes: &[u8]) -> Option<Vec<(&str, u32)>> {
    let mut rest = bytes;
    let mut found = Vec::new();
    while rest.starts_with(b"PK\x03\x04") {
        let word = |at: usize| u16::from_le_bytes(rest[at..at + 2].try_into().unwrap());
        let long = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap());
        let (name_end, compressed, size) = (30 + usize::from(word(26)), long(18), long(22));
        if word(6) & 8 != 0 || compressed == u32::MAX || size == u32::MAX {
            return None;
        }
        found.push((str::from_utf8(&rest[30..name_end]).unwrap(), long(14)));
        rest = &rest[name_end + usize::from(word(28)) + usize::try_from(compressed).unwrap()..];
    }
    Some(found)
}

/// As written here, and as others write.
pub fn archives() -> Vec<Vec<u8>> {
    macro_rules! made_by {
        ($($name:literal),*) => {
            vec![$(include_bytes!(concat!("../../tests/evidence_archive/made_by/", $name, ".zip")).to_vec()),*]
        };
    }
    let mut seeds = made_by!(
        "info-zip",
        "info-zip-x",
        "info-zip-piped",
        "info-zip-64",
        "python",
        "python-streamed",
        "7zip",
        "bsdtar",
        "jar"
    );
    seeds.push(written(&Sample::reviewed().files));
    let mut small = InMemory::default();
    small.insert("manifest.json", "aaaaaaaaaa");
    small.insert("b.gz", "b");
    seeds.push(written(&small));
    seeds
}

fn written(files: &dyn Files) -> Vec<u8> {
    let mut bytes = Vec::new();
    archive::write(files, &mut bytes).unwrap();
    bytes
}
