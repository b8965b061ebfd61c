//! What a report has to say about each kind of change to each kind of file.

use trailaudit_core::evidence::{Report, package};

/// One of these codes about this file.
#[derive(Clone, Debug)]
pub struct Cause(Vec<(&'static str, Option<String>)>);

impl Cause {
    /// One of these codes about this file, in the order of preference.
    pub fn of(file: &str, codes: &[&'static str]) -> Self {
        Self(codes.iter().map(|code| (*code, Some(file.to_owned()))).collect())
    }

    /// This code, about no file in particular.
    pub fn of_the_whole(code: &'static str) -> Self {
        Self(vec![(code, None)])
    }

    /// Or one of these about another file.
    pub fn or(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The first of the codes that the report has about its file.
    pub fn named_in(&self, report: &Report) -> Option<&'static str> {
        let is_told = |(code, file): &&(&'static str, Option<String>)| {
            let mut problems = report.problems.iter();
            problems.any(|problem| problem.code.as_str() == *code && problem.file == *file)
        };
        self.0.iter().find(is_told).map(|(code, _)| *code)
    }
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
pub fn of_change(path: &str, change: Change) -> Cause {
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
    match path {
        // Of an account's findings in an extract only the digest is known, so that a cut is a change.
        _ if change == Cut && path.ends_with(".findings.json") => Cause::of(path, &["changed-file"]),
        // A line of the index that is one, but not the one that was signed: in an extract its proof does not fit.
        package::ACCOUNTS_INDEX => Cause::of(path, codes).or(Cause::of(package::PROOF, &["inclusion-proof"])),
        _ => Cause::of(path, codes),
    }
}
