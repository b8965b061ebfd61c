//! What a report has to say about each kind of change to each kind of file.

use trailaudit_core::evidence::{Problem, Report, Signer as _, package};

use crate::ground::Ground;
use crate::sample::{PREPARER, REVIEWER};

/// A code about a file.
type Told = (&'static str, Option<String>);

/// What names a change.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Any of these; without one whatever is told.
    names: Vec<Told>,
    /// What may be told besides, where nothing else may: whoever is accused has to have done it.
    besides: Option<Vec<Told>>,
}

impl Cause {
    /// One of these codes about this file, in the order of preference.
    pub fn of(file: &str, codes: &[&'static str]) -> Self {
        let names = codes.iter().map(|code| (*code, Some(file.to_owned()))).collect();
        Self { names, besides: None }
    }

    /// This code, about no file in particular.
    pub fn of_the_whole(code: &'static str) -> Self {
        let names = vec![(code, None)];
        Self { names, besides: None }
    }

    /// Whatever is told: that it is refused counts.
    pub fn any() -> Self {
        let names = Vec::new();
        Self { names, besides: None }
    }

    /// Or one of these about another file.
    pub fn or(mut self, other: Self) -> Self {
        self.names.extend(other.names);
        self
    }

    /// Where it is known, what may be told besides.
    pub fn besides(mut self, besides: Option<Vec<Told>>) -> Self {
        self.besides = besides;
        self
    }

    /// The first of the codes that the report has about its file.
    pub fn named_in(&self, report: &Report) -> Option<&'static str> {
        if self.names.is_empty() {
            return report.problems.first().map(|problem| problem.code.as_str());
        }
        let is_told = |told: &&Told| report.problems.iter().any(|problem| is(problem, told));
        self.names.iter().find(is_told).map(|(code, _)| *code)
    }

    /// What the report accuses without a cause.
    pub fn innocent_in<'r>(&self, report: &'r Report) -> Option<&'r Problem> {
        let besides = self.besides.as_ref()?;
        let is_caused = |problem: &&Problem| self.names.iter().chain(besides).any(|told| is(problem, told));
        report.problems.iter().find(|problem| !is_caused(problem))
    }
}

fn is(problem: &Problem, (code, file): &Told) -> bool {
    problem.code.as_str() == *code && problem.file == *file
}

/// What somebody did to a file's bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Other bytes, as many.
    Bytes,
    /// Fewer.
    Cut,
    /// Another value in its JSON, or the same value in another form.
    Json,
}

/// What names a change to the file at `path`.
pub fn of_change(ground: &Ground, path: &str, change: Change) -> Cause {
    use Change::{Bytes, Cut, Json};
    let is_record = path.ends_with(".jsonl.gz");
    let codes: &[&str] = match (path, change) {
        // What is no longer a manifest; or is one, but not the one that was signed.
        (package::MANIFEST, Cut) => &["malformed-manifest"],
        (package::MANIFEST, _) => &["malformed-manifest", "unknown-field", "duplicate-key", "changed-file"],
        (package::ACCOUNTS_INDEX, Cut) => &["truncated-file", "malformed-index"],
        // Without its last line end a line is a cut one.
        (package::ACCOUNTS_INDEX, _) => &[
            "malformed-index",
            "unknown-field",
            "duplicate-key",
            "accounts-root",
            "truncated-file",
        ],
        (package::PROOF, _) => &["inclusion-proof", "unknown-field", "duplicate-key"],
        (_, Cut) if path.starts_with("signatures/") => &["malformed-bundle"],
        (_, Bytes) if path.starts_with("signatures/") => &[
            "malformed-bundle",
            "unknown-field",
            "duplicate-key",
            "bad-signature",
            "timestamp-invalid",
            "timestamp-untrusted",
        ],
        (_, Json) if path.starts_with("signatures/") => &[
            "malformed-bundle",
            "unknown-field",
            "duplicate-key",
            "bad-signature",
            "untrusted-key",
            "timestamp-invalid",
            "missing-timestamp",
        ],
        _ if path.starts_with("keys/") => &["malformed-key"],
        // The length of a record file of one account stands nowhere: a cut one is told by its compression.
        (_, Bytes) if is_record && path.contains('/') => &["changed-file", "truncated-file"],
        (_, Cut) => &["truncated-file"],
        // The other value may be shorter.
        (_, Json) => &["changed-file", "truncated-file"],
        (_, Bytes) => &["changed-file"],
    };
    let cause = match path {
        // Of an account's findings in an extract only the digest is known, so that a cut is a change.
        _ if change == Cut && path.ends_with(".findings.json") => Cause::of(path, &["changed-file"]),
        // A line of the index that is one, but not the one that was signed: in an extract its proof does not fit.
        package::ACCOUNTS_INDEX => Cause::of(path, codes).or(Cause::of(package::PROOF, &["inclusion-proof"])),
        _ => Cause::of(path, codes),
    };
    cause.besides(besides(ground, path))
}

/// What may be told beside the cause when the file at `path` is changed or gone. Not known of the files that say what
/// belongs where: without them everything is too much.
pub fn besides(ground: &Ground, path: &str) -> Option<Vec<Told>> {
    let itself = |codes: &[&'static str]| Some(codes.iter().map(|code| (*code, Some(path.to_owned()))).collect());
    match path {
        package::MANIFEST | package::ACCOUNTS_INDEX | package::PROOF => None,
        PREPARER | REVIEWER => {
            let (key, after) = match path {
                PREPARER => (&ground.sample.preparer, Some(REVIEWER)),
                _ => (&ground.sample.reviewer, None),
            };
            let key = package::key_path(&key.public_key().fingerprint());
            let mut told = vec![("missing-role", None), ("extra-file", Some(key))];
            told.extend(after.map(|file| ("unknown-countersigned", Some(file.to_owned()))));
            Some(told)
        }
        package::BASELINE => itself(&["not-reperformed"]),
        package::FINDINGS_JSON => itself(&["not-reperformed", "reperformance-differs"]),
        package::COVERAGE_JSON => itself(&["reperformance-differs"]),
        // Without the records nothing can be assessed again.
        _ if path.contains('/') && path.ends_with(".jsonl.gz") => Some(vec![("not-reperformed", None)]),
        _ => Some(Vec::new()),
    }
}
