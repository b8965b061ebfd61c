//! A whole package, or the extract of one account, with one file exchanged and listed anew, so that the reader behind
//! the digests is reached.

use std::io::Cursor;
use std::sync::LazyLock;

use trailaudit_core::evidence::accounts::{self, AccountLeaf};
use trailaudit_core::evidence::archive::{self, Archive};
use trailaudit_core::evidence::merkle::{self, Proof, ProofFormat};
use trailaudit_core::evidence::{
    Digest, Files, InMemory, Manifest, Options, Reperformance, Report, extract, jcs, package, verify,
};

use super::sample::{ACCOUNTS, Sample, complaints, put};

/// The sample and an extract of it, both as they were signed and without their signatures: curves take most of the
/// time, and without a signature nothing but the signature changes.
struct Base {
    sample: Sample,
    manifest: Manifest,
    unsigned: InMemory,
    extract: InMemory,
    unsigned_extract: InMemory,
    /// What there is to be exchanged: the path, and whether in the extract.
    places: Vec<(String, bool)>,
}

static BASE: LazyLock<Base> = LazyLock::new(|| {
    let sample = Sample::reviewed();
    let mut extract = InMemory::default();
    self::extract(&sample.files, &ACCOUNTS[1].into(), &mut extract).unwrap();
    let paths = |files: &InMemory| files.paths().unwrap().into_iter().map(|entry| entry.path);
    let of_both = |path: &String| package::is_of_signatures(path) || !path.contains('/');
    let places = paths(&sample.files).map(|path| (path, false));
    let others = paths(&extract).filter(|path| !of_both(path) || path == package::PROOF);
    Base {
        unsigned: unsigned(&sample.files),
        unsigned_extract: unsigned(&extract),
        places: places.chain(others.map(|path| (path, true))).collect(),
        extract,
        manifest: sample.manifest(),
        sample,
    }
});

/// The first byte says which file the others take the place of.
pub fn package(bytes: &[u8]) {
    let Some((which, content)) = bytes.split_first() else {
        return;
    };
    let (path, of_extract) = &BASE.places[usize::from(*which) % BASE.places.len()];
    let files = with(path, *of_extract, content);
    // What takes longest is left to some: assessing again to one in four, packing to one in sixteen.
    let chance = Digest::of(content).as_bytes()[0];
    let mut options = Options::default();
    if chance < 64 {
        options = options.reperform(Reperformance::by(&BASE.sample.provider));
    }
    let report = verify(&files, &options);
    assert!(!report.is_verified(), "nobody is trusted");
    let base = if *of_extract { &BASE.extract } else { &BASE.sample.files };
    if base.bytes(path) == Some(content) {
        // Nobody's signature is trusted, or there is none; no file is complained of.
        assert!(complaints(&report).iter().all(|told| told.ends_with(" -")));
    }
    // An archive of it is told the same.
    if chance < 16 {
        let mut bytes = Vec::new();
        archive::write(&files, &mut bytes).unwrap();
        let archive = Archive::open(Cursor::new(bytes)).unwrap();
        assert_eq!(complaints(&verify(&archive, &options)), complaints(&report));
    }
}

/// Every file as it is.
pub fn changes() -> Vec<Vec<u8>> {
    let content = |(which, (path, of_extract)): (u8, &(String, bool))| {
        let base = if *of_extract { &BASE.extract } else { &BASE.sample.files };
        [&[which][..], base.bytes(path).unwrap()].concat()
    };
    (0..).zip(&BASE.places).map(content).collect()
}

/// What verification says about the unsigned sample with other tables, which its manifest lists and, as `change` has
/// it, counts.
pub fn report(tables: &[(&str, &[u8])], change: impl FnOnce(&mut Manifest)) -> Report {
    let mut files = BASE.unsigned.clone();
    let mut manifest = BASE.manifest.clone();
    for (path, bytes) in tables {
        files.insert(*path, *bytes);
        let mut listed = manifest.files.iter_mut().filter(|file| file.path == *path);
        let file = listed.next().unwrap();
        (file.size, file.sha256) = (bytes.len() as u64, Digest::of(bytes));
    }
    change(&mut manifest);
    files.insert(package::MANIFEST, manifest.to_bytes().unwrap());
    verify(&files, &Options::default())
}

fn with(path: &str, of_extract: bool, content: &[u8]) -> InMemory {
    if package::is_of_signatures(path) {
        let mut files = BASE.sample.files.clone();
        files.insert(path, content);
        return files;
    }
    let unsigned = if of_extract {
        &BASE.unsigned_extract
    } else {
        &BASE.unsigned
    };
    let mut files = unsigned.clone();
    if of_extract {
        files.insert(path, content);
        list_in_extract(&mut files, path, content);
    } else if path == package::ACCOUNTS_INDEX {
        files.insert(path, content);
        let lines: Vec<_> = content.split_inclusive(|byte| *byte == b'\n').collect();
        list_lines(&mut files, &lines);
    } else if path == package::MANIFEST {
        files.insert(path, content);
    } else {
        put(&mut files, path, content.to_vec());
    }
    files
}

/// Commits to the lines as they are, be they leaves or not.
fn list_lines(files: &mut InMemory, lines: &[&[u8]]) {
    let line = |line: &&[u8]| merkle::leaf_hash(line.strip_suffix(b"\n").unwrap_or(line));
    let hashes: Vec<_> = lines.iter().map(line).collect();
    let mut manifest = BASE.manifest.clone();
    manifest.accounts_root = merkle::root(&hashes);
    manifest.account_count = hashes.len() as u64;
    files.insert(package::MANIFEST, manifest.to_bytes().unwrap());
}

/// Commits to the content as a file of the account, and proves it.
fn list_in_extract(files: &mut InMemory, path: &str, content: &[u8]) {
    let mut leaves = BASE.sample.leaves();
    let sha256 = Digest::of(content);
    let leaf: &mut AccountLeaf = &mut leaves[1];
    if path == package::account_records(&leaf.account) {
        leaf.records = Some(sha256);
    } else if path == package::resource_records(&leaf.account) {
        leaf.resources = Some(sha256);
    } else if path == package::account_findings(&leaf.account) {
        leaf.findings = sha256;
    } else {
        return;
    }
    let lines: Vec<_> = leaves.iter().map(|leaf| leaf.to_line().unwrap()).collect();
    let hashes: Vec<_> = lines.iter().map(|line| merkle::leaf_hash(line)).collect();
    let proof = Proof {
        format: ProofFormat::V1,
        account: leaves[1].account.clone(),
        index: 1,
        size: 3,
        path: merkle::inclusion_proof(&hashes, 1).unwrap(),
    };
    files.insert(package::PROOF, jcs::to_canonical(&proof).unwrap());
    files.insert(package::ACCOUNTS_INDEX, accounts::write_index(&leaves[1..2]).unwrap());
    let mut manifest = BASE.manifest.clone();
    manifest.accounts_root = merkle::root(&hashes);
    files.insert(package::MANIFEST, manifest.to_bytes().unwrap());
}

fn unsigned(files: &InMemory) -> InMemory {
    let mut files = files.clone();
    for entry in files.paths().unwrap() {
        if package::is_of_signatures(&entry.path) {
            files.remove(&entry.path);
        }
    }
    files
}
