//! Where things lie in a package, and which names a package may have in it.

use std::collections::HashMap;

use super::Digest;
use super::statement::Role;
use crate::organization::AccountId;

/// The manifest: what signatures speak about.
pub const MANIFEST: &str = "manifest.json";
/// The accounts with their salts and digests: the leaves of the accounts root.
pub const ACCOUNTS_INDEX: &str = "accounts/index.jsonl";
/// The calls that concern the organization as a whole.
pub const ORGANIZATION: &str = "organization.jsonl.gz";
/// The run log.
pub const RUN_LOG: &str = "run.jsonl";
/// The rules, thresholds and mappings that were judged against.
pub const CATALOGUE: &str = "catalogue.json";
/// The thresholds and exceptions as used.
pub const BASELINE: &str = "baseline.toml";
/// One row for each rule and subject.
pub const FINDINGS_CSV: &str = "findings.csv";
/// One row for each cell of account x Region.
pub const COVERAGE_CSV: &str = "coverage.csv";

/// The findings for machines, with more than the CSV has room for.
pub const FINDINGS_JSON: &str = "findings.json";
/// The cells for machines.
pub const COVERAGE_JSON: &str = "coverage.json";
/// The findings as a page.
pub const REPORT_HTML: &str = "report.html";
/// Where the pages lie that the page leads to.
pub const REPORT_FOLDER: &str = "report/";
/// How to check a package, in words.
pub const VERIFY_MD: &str = "VERIFY.md";
/// How to check a package, as a script.
pub const VERIFY_SH: &str = "verify.sh";
/// In an extract alone: the proof that the one account it shows is among the package's accounts.
pub const PROOF: &str = "proof.json";

/// The files every manifest lists, sorted.
pub const REQUIRED: [&str; 11] = [
    VERIFY_MD,
    BASELINE,
    CATALOGUE,
    COVERAGE_CSV,
    COVERAGE_JSON,
    FINDINGS_CSV,
    FINDINGS_JSON,
    ORGANIZATION,
    REPORT_HTML,
    RUN_LOG,
    VERIFY_SH,
];

/// Where an extract has its account's findings: the canonical JSON array of its entries in `findings.json`.
#[must_use]
pub fn account_findings(account: &AccountId) -> String {
    format!("accounts/{account}.findings.json")
}

/// Where the records of discovery in one account lie.
#[must_use]
pub fn account_records(account: &AccountId) -> String {
    format!("accounts/{account}.jsonl.gz")
}

/// Where the records about resources that trails name in one account lie.
#[must_use]
pub fn resource_records(account: &AccountId) -> String {
    format!("resources/{account}.jsonl.gz")
}

/// Where the convenience copy of a public key lies, by its fingerprint.
#[must_use]
pub fn key_path(fingerprint: &Digest) -> String {
    format!("keys/{fingerprint}.pem")
}

/// A file of the package's records: what was collected, and all that verdicts rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordFile {
    /// `organization.jsonl.gz`
    Organization,
    /// `accounts/<account>.jsonl.gz`
    Account(AccountId),
    /// `resources/<account>.jsonl.gz`
    Resources(AccountId),
    /// `run.jsonl`
    RunLog,
}

impl RecordFile {
    /// The record file that lies at `path`, if one does. `accounts/index.jsonl` is none: it is made from them.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        let account = |folder: &str| {
            let name = path.strip_prefix(folder)?.strip_suffix(".jsonl.gz")?;
            (!name.is_empty() && !name.contains('/')).then(|| AccountId::from(name))
        };
        match path {
            ORGANIZATION => Some(Self::Organization),
            RUN_LOG => Some(Self::RunLog),
            _ => account("accounts/")
                .map(Self::Account)
                .or_else(|| account("resources/").map(Self::Resources)),
        }
    }
}

/// The name of a signature: its number from 1 to 99 and the role it is made in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureName {
    /// The place in the order of signing.
    pub number: u8,
    /// The role.
    pub role: Role,
}

impl SignatureName {
    /// Reads `signatures/<nn>-<role>.sigstore.json`; `None` when the path is anything else.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        let name = path.strip_prefix("signatures/")?.strip_suffix(".sigstore.json")?;
        let (number, role) = name.split_at_checked(2)?;
        let digits = number.bytes().all(|digit| digit.is_ascii_digit());
        Some(Self {
            number: number.parse().ok().filter(|number| digits && *number > 0)?,
            role: role.strip_prefix('-')?.parse().ok()?,
        })
    }

    /// Where the signature lies.
    #[must_use]
    pub fn path(&self) -> String {
        format!("signatures/{:02}-{}.sigstore.json", self.number, self.role)
    }
}

/// Whether the manifest's list leaves `path` out: the manifest itself, the signatures, the key copies, and the files of
/// single accounts, which verification checks on their own.
#[must_use]
pub fn is_outside_the_list(path: &str) -> bool {
    let folders = ["signatures/", "keys/", "accounts/", "resources/"];
    path == MANIFEST || path == PROOF || folders.iter().any(|folder| path.starts_with(folder))
}

/// Whether `path` is a signature or the copy of a key: what is checked by the signatures alone.
#[must_use]
pub fn is_of_signatures(path: &str) -> bool {
    path.starts_with("signatures/") || path.starts_with("keys/")
}

/// Whether a path is that of a page for people.
#[must_use]
pub fn is_of_report(path: &str) -> bool {
    let further = path
        .strip_prefix(REPORT_FOLDER)
        .and_then(|name| name.strip_suffix(".html"));
    path == REPORT_HTML || further.is_some_and(|name| !name.is_empty())
}

/// Whether a path means the same file everywhere and stays inside the package.
///
/// # Errors
/// Says what is wrong with it. Only letters, digits, `.`, `_` and `-` may stand between slashes, so that no two
/// spellings of one name (case aside, which [`Paths`] watches) can meet on any file system.
pub fn safe_path(path: &str) -> Result<(), UnsafePath> {
    let bytes = path.as_bytes();
    if bytes.contains(&b'\\') {
        return Err(UnsafePath::Backslash);
    }
    if bytes.get(1) == Some(&b':') {
        return Err(UnsafePath::DriveLetter);
    }
    if path.starts_with('/') {
        return Err(UnsafePath::Absolute);
    }
    if path.chars().any(char::is_control) {
        return Err(UnsafePath::Control);
    }
    let portable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    if let Some(other) = path.chars().find(|c| !portable(*c)) {
        return Err(UnsafePath::Character(other));
    }
    for segment in path.split('/') {
        // Windows drops a final dot, so `a.` and `a` would be one file there.
        if segment.is_empty() || segment.ends_with('.') {
            return Err(UnsafePath::Segment);
        }
        if segment.len() > 200 {
            return Err(UnsafePath::TooLong);
        }
    }
    Ok(())
}

/// What is wrong with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnsafePath {
    /// It starts at the root.
    #[error("the path is absolute")]
    Absolute,
    /// It has a backslash.
    #[error("the path has a backslash")]
    Backslash,
    /// It starts with a drive letter.
    #[error("the path starts with a drive letter")]
    DriveLetter,
    /// It has a control character or NUL.
    #[error("the path has a control character")]
    Control,
    /// It has a character that some file system writes in two ways.
    #[error("the path has the character {0:?}; only letters, digits, '.', '_' and '-' are portable")]
    Character(char),
    /// A segment is empty, `.`, `..`, or ends with a dot.
    #[error("a segment of the path is empty, `.`, `..`, or ends with a dot")]
    Segment,
    /// A segment is longer than file systems take.
    #[error("a segment of the path is longer than 200 characters")]
    TooLong,
}

/// Paths that have been seen: finds a second one that some file system would take for the first.
#[derive(Debug, Default)]
pub struct Paths {
    seen: HashMap<String, String>,
}

impl Paths {
    /// Remembers a path.
    ///
    /// # Errors
    /// When it was seen already, as it is or in other case.
    pub fn add(&mut self, path: &str) -> Result<(), Collision> {
        match self.seen.insert(path.to_lowercase(), path.to_owned()) {
            None => Ok(()),
            Some(first) if first == path => Err(Collision::Duplicate),
            Some(first) => Err(Collision::CaseFold(first)),
        }
    }
}

/// Two paths that meet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Collision {
    /// The same path twice.
    #[error("the path stands there twice")]
    Duplicate,
    /// The same path but for the case of its letters.
    #[error("the path differs from {0:?} in case only")]
    CaseFold(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_paths_are_told_apart() {
        let table = [
            ("accounts/111122223333.jsonl.gz", Ok(())),
            ("/etc/passwd", Err(UnsafePath::Absolute)),
            ("a\\b", Err(UnsafePath::Backslash)),
            ("C:/a", Err(UnsafePath::DriveLetter)),
            ("a\0b", Err(UnsafePath::Control)),
            ("a\nb", Err(UnsafePath::Control)),
            ("a\u{301}", Err(UnsafePath::Character('\u{301}'))),
            ("a b", Err(UnsafePath::Character(' '))),
            ("", Err(UnsafePath::Segment)),
            (".", Err(UnsafePath::Segment)),
            ("../a", Err(UnsafePath::Segment)),
            ("a/../b", Err(UnsafePath::Segment)),
            ("a//b", Err(UnsafePath::Segment)),
            ("a/", Err(UnsafePath::Segment)),
            ("a.", Err(UnsafePath::Segment)),
        ];
        for (path, expected) in table {
            assert_eq!(safe_path(path), expected, "{path:?}");
        }
        assert_eq!(safe_path(&"a".repeat(201)), Err(UnsafePath::TooLong));
    }

    #[test]
    fn collisions_are_found() {
        let mut paths = Paths::default();
        assert_eq!(paths.add("a/B"), Ok(()));
        assert_eq!(paths.add("a/b"), Err(Collision::CaseFold("a/B".into())));
        assert_eq!(paths.add("a/b"), Err(Collision::Duplicate));
    }

    #[test]
    fn signature_names_are_exact() {
        let name = SignatureName::at("signatures/01-preparer.sigstore.json").unwrap();
        assert_eq!((name.number, name.role.as_str()), (1, "preparer"));
        assert_eq!(name.path(), "signatures/01-preparer.sigstore.json");
        for other in [
            "signatures/00-preparer.sigstore.json",
            "signatures/1-preparer.sigstore.json",
            "signatures/+1-preparer.sigstore.json",
            "signatures/01-.sigstore.json",
            "signatures/01-Preparer.sigstore.json",
            "signatures/01-a/b.sigstore.json",
            "signatures/01-preparer.json",
            "keys/01-preparer.sigstore.json",
        ] {
            assert_eq!(SignatureName::at(other), None, "{other}");
        }
    }

    #[test]
    fn the_index_is_no_record_file() {
        assert_eq!(
            RecordFile::at("accounts/1.jsonl.gz"),
            Some(RecordFile::Account("1".into()))
        );
        assert_eq!(
            RecordFile::at("resources/1.jsonl.gz"),
            Some(RecordFile::Resources("1".into()))
        );
        assert_eq!(RecordFile::at("run.jsonl"), Some(RecordFile::RunLog));
        assert_eq!(RecordFile::at("accounts/index.jsonl"), None);
        assert_eq!(RecordFile::at("accounts/a/b.jsonl.gz"), None);
        assert!(REQUIRED.is_sorted());
    }
}
