//! A package that is shown, not verified: nothing is read of it that its manifest does not list.

use std::cell::Cell;
use std::io::{self, Read};
use std::sync::Mutex;

use trailaudit_core::evidence::package::{CATALOGUE, COVERAGE_JSON, FINDINGS_JSON, MANIFEST, PROOF};
use trailaudit_core::evidence::{Code, Digest, Entry, Files, InMemory, Listed, ListedError, Problem};

use crate::sample::{PREPARER, Sample};

#[test]
fn what_is_listed_is_read() {
    let sample = Sample::new();
    let listed = Listed::open(&sample.files).unwrap();
    assert_eq!(*listed.manifest(), sample.manifest());
    assert_eq!(
        listed.manifest_sha256(),
        Digest::of(sample.files.bytes(MANIFEST).unwrap())
    );
    let rules: Vec<_> = listed.catalogue().rules.iter().map(|rule| rule.id.clone()).collect();
    let (findings, cells) = (Cell::new(0), Cell::new(0));
    listed
        .each_finding(|entry| {
            assert!(rules.contains(&entry.rule.to_string()));
            findings.set(findings.get() + 1);
            Ok::<_, ListedError>(())
        })
        .unwrap();
    listed
        .each_cell(|_| {
            cells.set(cells.get() + 1);
            Ok::<_, ListedError>(())
        })
        .unwrap();
    let counted = sample
        .manifest()
        .controls
        .values()
        .flat_map(|verdicts| verdicts.values().copied())
        .sum();
    assert_eq!(
        (findings.get(), cells.get()),
        (counted, sample.manifest().coverage.planned)
    );
    assert!(listed.record_files().contains(&"organization.jsonl.gz".to_owned()));
    for path in listed.record_files() {
        listed.check(&path).unwrap();
        let mut bytes = Vec::new();
        listed.open(&path).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, sample.files.bytes(&path).unwrap());
    }
}

/// Every byte of what is read counts; two hundred of each file are tried.
#[test]
fn no_byte_can_be_flipped() {
    let mut sample = Sample::new();
    for path in [
        FINDINGS_JSON,
        COVERAGE_JSON,
        CATALOGUE,
        MANIFEST,
        "accounts/index.jsonl",
        PREPARER,
    ] {
        let length = sample.files.bytes(path).unwrap().len();
        for at in (0..length).step_by(1 + length / 200) {
            sample.files.bytes_mut(path).unwrap()[at] ^= 1;
            let checked = Listed::open(&sample.files)
                .and_then(|listed| listed.check(FINDINGS_JSON).and_then(|()| listed.check(COVERAGE_JSON)));
            assert!(problem(checked.err()).is_some(), "byte {at} of {path}");
            sample.files.bytes_mut(path).unwrap()[at] ^= 1;
        }
    }
}

#[test]
fn what_is_wrong_is_named() {
    let after = |change: &dyn Fn(&mut InMemory)| {
        let mut files = Sample::new().files;
        change(&mut files);
        let checked = Listed::open(&files).and_then(|listed| listed.check(FINDINGS_JSON));
        problem(checked.err()).map(|problem| (problem.code, problem.file.unwrap_or_default()))
    };
    let findings = |code| Some((code, FINDINGS_JSON.to_owned()));
    assert_eq!(after(&|_| ()), None);
    assert_eq!(
        after(&|files| drop(files.remove(FINDINGS_JSON))),
        findings(Code::MissingFile)
    );
    assert_eq!(
        after(&|files| files.bytes_mut(FINDINGS_JSON).unwrap().truncate(9)),
        findings(Code::TruncatedFile)
    );
    assert_eq!(
        after(&|files| files.bytes_mut(FINDINGS_JSON).unwrap().push(b' ')),
        findings(Code::ChangedFile)
    );
    assert_eq!(
        after(&|files| drop(files.remove(MANIFEST))),
        Some((Code::MissingFile, MANIFEST.to_owned()))
    );
    // Whose signatures they are is not asked, nor whether there are any.
    assert_eq!(
        after(&|files| drop(files.remove(PREPARER))).map(|(code, _)| code),
        Some(Code::ExtraFile)
    );
}

/// What is not a part of the list cannot be read through it.
#[test]
fn an_unlisted_file_is_not_there() {
    let mut sample = Sample::new();
    sample.files.insert("stranger", "x");
    let listed = Listed::open(&sample.files).unwrap();
    assert_eq!(listed.open("stranger").err().unwrap().kind(), io::ErrorKind::NotFound);
    assert!(matches!(
        listed.check("stranger"),
        Err(ListedError::Problem(Problem {
            code: Code::MissingFile,
            ..
        }))
    ));
}

#[test]
fn an_extract_is_not_shown_for_a_package() {
    let mut sample = Sample::new();
    sample.files.insert(PROOF, "{}");
    assert!(matches!(Listed::open(&sample.files), Err(ListedError::IsExtract)));
}

/// A file that is another one by the time it is read.
#[test]
fn what_changes_after_it_was_checked_is_not_shown() {
    let sample = Sample::new();
    let swapped = Swapped {
        files: &sample.files,
        opened: Mutex::new(0),
    };
    let listed = Listed::open(&swapped).unwrap();
    listed.check(FINDINGS_JSON).unwrap();
    let read = listed.each_finding(|_| Ok::<_, ListedError>(()));
    assert!(problem(read.err()).is_some_and(|problem| problem.message.contains("not those that were sealed")));
}

struct Swapped<'a> {
    files: &'a InMemory,
    opened: Mutex<u32>,
}

impl Files for Swapped<'_> {
    fn paths(&self) -> io::Result<Vec<Entry>> {
        self.files.paths()
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        let bytes = self.files.bytes(path).ok_or(io::ErrorKind::NotFound)?;
        let mut opened = self.opened.lock().unwrap();
        *opened += u32::from(path == FINDINGS_JSON);
        if path != FINDINGS_JSON || *opened < 2 {
            return Ok(Box::new(bytes));
        }
        let other = String::from_utf8_lossy(bytes).replace("\"verdict\":\"fail\"", "\"verdict\":\"pass\"");
        Ok(Box::new(io::Cursor::new(other.into_bytes())))
    }
}

fn problem(error: Option<ListedError>) -> Option<Problem> {
    match error {
        Some(ListedError::Problem(problem)) => Some(problem),
        _ => None,
    }
}
