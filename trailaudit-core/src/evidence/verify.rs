//! Checks a package against itself and against the verifier's own trust, and reports every problem apart.
//!
//! Three questions: is every file the one the manifest lists (`listing`, `contents`); who signed that manifest
//! (`signatures`); and, asked of the caller's [`Reperform`], do the records give the findings again. Files are
//! streamed, never held; what is decoded is what was hashed.

mod contents;
mod listing;
mod pinned;
mod report;
mod signatures;

use std::io::{self, Read};

pub use report::{Code, Problem, Report, VerifiedSignature};

use super::files::Files;
use super::manifest::Manifest;
use super::package::{ACCOUNTS_INDEX, BASELINE, CATALOGUE, MANIFEST, account_records};
use super::trust::Trust;
use super::{Digest, jcs};
use contents::Contents;
use listing::Present;
use pinned::Pinned;
use report::Problems;

/// The longest manifest that is read, in bytes: room for far more accounts than an organization may have.
const LONGEST_MANIFEST: u64 = 256 << 20;

/// What a verifier puts up with.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Whether a package that was not collected from the provider's own endpoints is accepted.
    pub allow_simulated: bool,
}

impl Options {
    /// Whether a package that was not collected from the provider's own endpoints is accepted.
    #[must_use]
    pub fn allow_simulated(mut self, allow: bool) -> Self {
        self.allow_simulated = allow;
        self
    }
}

/// Assesses a package's records again and compares. The caller gives it, because only the caller knows how the
/// provider's records are read.
pub trait Reperform {
    /// Every difference. `files` refuses, with an error at the end of the file, bytes that are not those the manifest
    /// lists; a file must be read to its end before its content is used.
    fn reperform(&self, files: &dyn Files, manifest: &Manifest) -> Vec<Problem>;
}

/// Verifies a package. Without `trust` everything else is checked and the report has the problem
/// [`Code::NoTrust`]; without `reperform` the findings are taken as they are.
#[must_use]
pub fn verify(files: &dyn Files, trust: Option<&Trust>, options: Options, reperform: Option<&dyn Reperform>) -> Report {
    let mut problems = Problems::default();
    let present = match Present::list(files, &mut problems) {
        Ok(present) => present,
        Err(error) => {
            problems.add(
                Code::UnreadableFile,
                None,
                format!("the package cannot be listed: {error}"),
            );
            return problems.into_report(Vec::new(), None, None);
        }
    };
    let (sha256, manifest) = read_manifest(files, &present, &mut problems);
    if let Some(manifest) = &manifest {
        let contents = listing::check(files, &present, manifest, &mut problems);
        check_statements(manifest, options, &mut problems);
        check_accounts(manifest, &contents, &mut problems);
        check_counts(manifest, &contents, &mut problems);
    }
    let signatures = signatures::check(files, &present, sha256, manifest.as_ref(), trust, &mut problems);
    if let (Some(manifest), Some(reperform)) = (&manifest, reperform) {
        for problem in reperform.reperform(&Pinned::new(files, manifest), manifest) {
            problems.push(problem);
        }
    }
    problems.into_report(signatures, sha256, manifest)
}

/// The manifest's digest, when there are bytes; the manifest, when they are one.
fn read_manifest(files: &dyn Files, present: &Present, problems: &mut Problems) -> (Option<Digest>, Option<Manifest>) {
    if !present.has(MANIFEST) {
        problems.add(Code::MissingFile, Some(MANIFEST), "the package has no manifest");
        return (None, None);
    }
    let bytes = match read_bounded(files, MANIFEST, LONGEST_MANIFEST) {
        Ok(bytes) => bytes,
        Err(error) => {
            problems.add(Code::UnreadableFile, Some(MANIFEST), error.to_string());
            return (None, None);
        }
    };
    let manifest = Manifest::parse(&bytes)
        .map_err(|error| {
            let code = json_code(&error, Code::MalformedManifest);
            problems.add(code, Some(MANIFEST), error.to_string());
        })
        .ok();
    (Some(Digest::of(&bytes)), manifest)
}

/// What the manifest says about itself.
fn check_statements(manifest: &Manifest, options: Options, problems: &mut Problems) {
    let listed = |path| manifest.file(path).map(|file| file.sha256);
    for (path, says) in [
        (CATALOGUE, manifest.catalogue_sha256),
        (BASELINE, manifest.baseline_sha256),
    ] {
        if listed(path).is_some_and(|sha256| sha256 != says) {
            problems.add(
                Code::InconsistentManifest,
                Some(MANIFEST),
                format!("it names {path} by two digests"),
            );
        }
    }
    if manifest.genesis == manifest.previous.is_some() {
        let message = "it must either name the previous package or say that it is the genesis";
        problems.add(Code::InconsistentManifest, Some(MANIFEST), message);
    }
    if manifest.collection.ended < manifest.collection.started {
        let message = "the collection ended before it started";
        problems.add(Code::InconsistentManifest, Some(MANIFEST), message);
    }
    let id = Manifest::package_id_of(
        &manifest.files,
        &manifest.catalogue_sha256,
        &manifest.baseline_sha256,
        manifest.as_of,
    );
    if id != Ok(manifest.package_id) {
        let message = "the package id is not that of its records, catalogue, baseline and as-of time";
        problems.add(Code::PackageId, Some(MANIFEST), message);
    }
    if manifest.endpoint.simulated && !options.allow_simulated {
        let message = format!(
            "the records do not come from the provider's own endpoints but from {}",
            manifest.endpoint.hosts.join(", ")
        );
        problems.add(Code::Simulated, Some(MANIFEST), message);
    }
}

/// Whether the index, the record files and the accounts root speak about the same accounts.
fn check_accounts(manifest: &Manifest, contents: &Contents, problems: &mut Problems) {
    let Some(index) = &contents.index else { return };
    if index.root() != manifest.accounts_root {
        let message = "the accounts root in the manifest is not that of these lines";
        problems.add(Code::AccountsRoot, Some(ACCOUNTS_INDEX), message);
    }
    if index.leaves.len() as u64 != manifest.account_count {
        let message = format!(
            "it has {} accounts, the manifest {}",
            index.leaves.len(),
            manifest.account_count
        );
        problems.add(Code::Counts, Some(ACCOUNTS_INDEX), message);
    }
    let listed = listing::by_path(manifest);
    for leaf in index.leaves.values() {
        let path = account_records(&leaf.account);
        if listed.get(path.as_str()).is_none_or(|file| file.sha256 != leaf.records) {
            let message = "the account's line in the index has another digest than the manifest has for its records";
            problems.add(Code::AccountRecords, Some(&path), message);
        }
    }
    for (account, header) in &contents.account_headers {
        let path = account_records(account);
        match index.leaves.get(account) {
            None => problems.add(
                Code::AccountRecords,
                Some(&path),
                "the account has no line in the index",
            ),
            Some(leaf) if header.salt != Some(leaf.salt) => {
                let message = "the salt in the records is not the one in the account's line of the index";
                problems.add(Code::AccountRecords, Some(&path), message);
            }
            Some(_) => {}
        }
    }
}

/// Whether the rows of the tables are as many as the manifest says.
fn check_counts(manifest: &Manifest, contents: &Contents, problems: &mut Problems) {
    if !manifest.coverage.adds_up() {
        let message = "the coverage does not add up: the statuses are not as many as the planned cells";
        problems.add(Code::Counts, Some(MANIFEST), message);
    }
    if let Some(counted) = &contents.coverage {
        report::differences(&manifest.coverage.statuses, counted, |status, says, has| {
            let message = format!("it has {has} rows with status {status:?}, the manifest says {says}");
            problems.add(Code::Counts, Some(super::package::COVERAGE_CSV), message);
        });
    }
    if let Some(counted) = &contents.findings {
        let says = manifest.controls.iter().flat_map(|(rule, verdicts)| {
            verdicts
                .iter()
                .map(move |(verdict, count)| ((rule.clone(), verdict.clone()), *count))
        });
        report::differences(&says.collect(), counted, |(rule, verdict), says, has| {
            let message = format!("it has {has} rows of {rule:?} with {verdict:?}, the manifest says {says}");
            problems.add(Code::Counts, Some(super::package::FINDINGS_CSV), message);
        });
    }
}

/// A whole small file.
fn read_bounded(files: &dyn Files, path: &str, longest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    files.open(path)?.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        let message = format!("the file is longer than {longest} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(bytes)
}

/// The code of JSON that was refused.
fn json_code(error: &jcs::NotStrict, otherwise: Code) -> Code {
    if error.is_repeated_key() {
        Code::DuplicateKey
    } else if error.is_unknown_field() {
        Code::UnknownField
    } else {
        otherwise
    }
}
