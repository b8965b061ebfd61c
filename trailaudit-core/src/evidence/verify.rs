//! Checks a package against itself and against the verifier's own trust, and reports every problem apart.
//!
//! Four questions: is every file the one that was sealed (`listing`, `accounts`); do the tables agree with each other
//! and with the manifest (`tables`); who signed that manifest (`signatures`); and do the records give the findings again
//! (`reperform`). Files are streamed, never held; what is decoded is what was hashed. An extract, which shows one
//! account of a package, is asked the same questions as far as it can answer them.

mod accounts;
mod archived;
mod compare;
mod listed;
mod listing;
mod pinned;
mod records;
mod reperform;
mod report;
mod signatures;
mod tables;

use std::net::IpAddr;

use jiff::Timestamp;

pub use archived::verify_archive;
pub use listed::{Listed, ListedError};
pub use reperform::Reperformance;
pub use report::{Code, Extract, Page, Problem, Reperformed, Report, VerifiedSignature};

use super::draft::INSTRUCTIONS;
use super::files::Files;
use super::hashing::read_bounded;
use super::manifest::Manifest;
use super::package::{BASELINE, CATALOGUE, MANIFEST, PROOF, account_findings};
use super::trust::Trust;
use super::{Digest, jcs};
use accounts::{Index, is_in_extracts};
pub(super) use listing::Expected;
use listing::Present;
pub(super) use pinned::Pinned;
use report::Problems;
use tables::Tables;

/// The longest manifest that is read, in bytes: it names a dozen files, and counts by rule and status.
const LONGEST_MANIFEST: u64 = 16 << 20;

/// What a verifier brings, and what it puts up with. By default: no trust, no re-performance, nothing put up with.
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct Options<'a> {
    /// Whom the verifier trusts; without it the report has the problem [`Code::NoTrust`].
    pub trust: Option<&'a Trust>,
    /// How findings are assessed again; without it they are taken as they are.
    pub reperform: Option<Reperformance<'a>>,
    /// Whether a package that was not collected from the provider's own endpoints is accepted.
    pub allow_simulated: bool,
    /// Whether findings of rules that have another revision today are accepted without being assessed again.
    pub accept_revised: bool,
    /// The moment of the verification; without it no time is found to lie in the future.
    pub now: Option<Timestamp>,
    /// Which hosts are the provider's own; without it every name in the world may be one, but for this machine's.
    pub own_hosts: Option<fn(&str) -> bool>,
}

impl<'a> Options<'a> {
    /// Trusts these keys and persons.
    #[must_use]
    pub fn trust(mut self, trust: &'a Trust) -> Self {
        self.trust = Some(trust);
        self
    }

    /// Assesses the findings again.
    #[must_use]
    pub fn reperform(mut self, reperformance: Reperformance<'a>) -> Self {
        self.reperform = Some(reperformance);
        self
    }

    /// Whether a package that was not collected from the provider's own endpoints is accepted.
    #[must_use]
    pub fn allow_simulated(mut self, allow: bool) -> Self {
        self.allow_simulated = allow;
        self
    }

    /// The moment of the verification: nothing in a package can be of later.
    #[must_use]
    pub fn now(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// Which hosts, each with or without a port, are the provider's own: records from anywhere else are simulated.
    #[must_use]
    pub fn own_hosts(mut self, is_own: fn(&str) -> bool) -> Self {
        self.own_hosts = Some(is_own);
        self
    }

    /// Whether findings of rules that have another revision today are accepted without being assessed again.
    #[must_use]
    pub fn accept_revised(mut self, accept: bool) -> Self {
        self.accept_revised = accept;
        self
    }
}

impl Options<'_> {
    /// Whether `time` lies after the moment of the verification, by more than clocks differ.
    fn is_to_come(&self, time: Timestamp) -> bool {
        self.now
            .is_some_and(|now| time.duration_since(now) > signatures::CLOCK_DIFFERENCE)
    }
}

/// Verifies a package, or the extract of one account.
#[must_use]
pub fn verify(files: &dyn Files, options: &Options<'_>) -> Report {
    let mut problems = Problems::default();
    let present = match Present::list(files, &mut problems) {
        Ok(present) => present,
        Err(error) => {
            let message = format!("the package cannot be listed: {error}");
            problems.add(Code::UnreadableFile, None, message);
            return problems.into_report(None, None);
        }
    };
    let (sha256, manifest) = read_manifest(files, &present, &mut problems);
    let mut extract = None;
    let mut reperformed = None;
    if let Some(manifest) = &manifest {
        listing::check_list(manifest, &mut problems);
        check_statements(manifest, options, &mut problems);
        if present.has(PROOF) {
            extract = check_extract(files, &present, manifest, options, &mut problems);
        } else {
            reperformed = check_package(files, &present, manifest, options, &mut problems);
        }
    }
    let about = (sha256, manifest.as_ref());
    let signatures = signatures::check(files, &present, about, options, &mut problems);
    if options.accept_revised {
        for code in [
            Code::RuleRevised,
            Code::CatalogueRevised,
            Code::InstructionsRevised,
            Code::ReportDiffers,
        ] {
            problems.put_up_with(code);
        }
    }
    Report {
        signatures,
        reperformed: reperformed.or_else(|| extract.as_ref().and_then(|extract| extract.reperformed.clone())),
        extract,
        ..problems.into_report(sha256, manifest)
    }
}

/// A package with all its accounts.
fn check_package(
    files: &dyn Files,
    present: &Present,
    manifest: &Manifest,
    options: &Options<'_>,
    problems: &mut Problems,
) -> Option<Reperformed> {
    let index = Index::read(files, problems);
    index.check_root(manifest, problems);
    index.check_package_id(manifest, problems);
    let expected = Expected::listed(manifest, |_| true)
        .with(&index.leaves)
        .open(index.is_broken);
    let (intact, headers) = listing::check(files, present, &expected, problems);
    index.check_salts(&headers, problems);
    drop(headers);
    let files = Pinned {
        files,
        expected: &expected,
    };
    let catalogue = tables::catalogue(&files, &intact, problems);
    check_instructions(manifest, problems);
    let tables = Tables {
        files: &files,
        manifest,
        catalogue: catalogue.as_ref(),
        leaves: &index.leaves,
    };
    let mut of_records = Problems::default();
    let again = options.reperform.zip(catalogue.as_ref());
    let again = again.and_then(|(reperform, catalogue)| reperform.again(&files, manifest, catalogue, &mut of_records));
    // Most packages are what they should be, byte for byte; of the others every row is read.
    let written = again.as_ref().and_then(|again| again.written(&files, manifest));
    let (mut of_findings, mut of_coverage) = (Problems::default(), Problems::default());
    rayon::join(
        || match &written {
            Some(written) => tables.check_written(written, &mut of_findings),
            None => tables.check_findings(&intact, &mut of_findings),
        },
        || tables.check_coverage(&intact, &mut of_coverage),
    );
    problems.extend(of_findings);
    problems.extend(of_coverage);
    problems.extend(of_records);
    Some(again?.compare(&files, manifest, written, problems))
}

/// What an extract shows of its package: one account, its proof, and nothing of the others.
fn check_extract(
    files: &dyn Files,
    present: &Present,
    manifest: &Manifest,
    options: &Options<'_>,
    problems: &mut Problems,
) -> Option<Extract> {
    let index = Index::read(files, problems);
    let leaf = index.check_proof(files, manifest, problems);
    let mut expected = Expected::listed(manifest, is_in_extracts).with(&index.leaves);
    if let Some(leaf) = &leaf {
        expected.add(account_findings(&leaf.account), leaf.findings);
    }
    let (intact, headers) = listing::check(files, present, &expected, problems);
    index.check_salts(&headers, problems);
    let leaf = leaf?;
    let files = Pinned {
        files,
        expected: &expected,
    };
    let catalogue = tables::catalogue(&files, &intact, problems);
    check_instructions(manifest, problems);
    let entries = tables::account_entries(&files, &intact, &leaf.account, catalogue.as_ref(), problems);
    let reperformed = options.reperform.and_then(|reperform| {
        reperform.account(
            &files,
            manifest,
            catalogue.as_ref()?,
            &leaf,
            entries.as_ref()?,
            problems,
        )
    });
    Some(Extract {
        account: leaf.account,
        findings: entries.map_or(0, |entries| entries.len()),
        reperformed,
    })
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

/// Whether the package tells people to check it as this version does.
fn check_instructions(manifest: &Manifest, problems: &mut Problems) {
    for (path, bytes) in INSTRUCTIONS {
        if manifest.file(path).is_some_and(|file| file.sha256 != Digest::of(bytes)) {
            let message = "it is not the one of this version: read it before you follow it";
            problems.add(Code::InstructionsRevised, Some(path), message);
        }
    }
}

/// What the manifest says about itself.
fn check_statements(manifest: &Manifest, options: &Options<'_>, problems: &mut Problems) {
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
    // Verdicts may well speak about a moment to come: what will be, if nobody does anything.
    let ended = manifest.collection.ended;
    if options.is_to_come(ended) {
        let message = format!("the collection ended at {ended}, which by your clock is still to come");
        problems.add(Code::TimeInFuture, Some(MANIFEST), message);
    }
    let hosts = &manifest.endpoint.hosts;
    let is_foreign = |host: &str| is_near(host) || options.own_hosts.is_some_and(|is_own| !is_own(host));
    let is_simulated = manifest.endpoint.simulated || hosts.is_empty() || hosts.iter().any(|host| is_foreign(host));
    if is_simulated && !options.allow_simulated {
        let message = format!(
            "the records do not come from the provider's own endpoints but from {}",
            manifest.endpoint.hosts.join(", ")
        );
        problems.add(Code::Simulated, Some(MANIFEST), message);
    }
}

/// Whether a host is this machine or a bare address: nothing a provider answers from, whatever the manifest says.
fn is_near(host: &str) -> bool {
    let name = host
        .rsplit_once(':')
        .map_or(host, |(name, _)| name)
        .trim_matches(['[', ']']);
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok() || host.parse::<IpAddr>().is_ok()
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
