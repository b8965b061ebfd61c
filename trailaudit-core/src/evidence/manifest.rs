//! The manifest: the only thing signatures speak about. It names every file by its digest.
//!
//! Version 1 is frozen: its types are written and read as they stand, as canonical JSON in camelCase.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::accounts::AccountLeaf;
use super::package::RecordFile;
use super::statement::Role;
use super::{Digest, jcs, merkle};
use crate::organization::AccountId;

/// What a package holds and how it came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// The version of this form.
    pub format: Format,
    /// What names this package: [`Manifest::package_id_of`] its own content.
    pub package_id: Digest,
    /// The organization that was audited.
    pub organization: OrganizationRef,
    /// The run's scope: names with texts or lists of texts, as the run was given them.
    pub scope: Map<String, Value>,
    /// The moment the verdicts speak about.
    pub as_of: Timestamp,
    /// When the records were collected.
    pub collection: Collection,
    /// What collected and judged.
    pub tool: Tool,
    /// The SHA-256 of `catalogue.json`.
    pub catalogue_sha256: Digest,
    /// The SHA-256 of `baseline.toml`.
    pub baseline_sha256: Digest,
    /// Whom the collector asked.
    pub endpoint: Endpoint,
    /// Who asked.
    pub collector: Collector,
    /// Every file that concerns the organization as a whole, sorted by path: all but the manifest, the signatures, the
    /// key copies, and what `accounts_root` commits to.
    pub files: Vec<FileRecord>,
    /// The RFC 6962 root over the lines of `accounts/index.jsonl`, each of which commits to an account's files below
    /// `accounts/` and `resources/`.
    pub accounts_root: Digest,
    /// How many lines that index has, one an account.
    pub account_count: u64,
    /// What was planned and what happened, in cells of account x Region.
    pub coverage: CoverageTotals,
    /// For each rule the rows of `findings.csv`, by verdict.
    pub controls: BTreeMap<String, BTreeMap<String, u64>>,
    /// The roles that must sign before the package is complete.
    pub required_signatures: Vec<Role>,
    /// Whether a chain of packages starts here: exactly when there is no previous one. Never written as `false`.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub genesis: bool,
    /// The package before this one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub previous: Option<Previous>,
    /// The package this one corrects.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub supersedes: Option<Supersedes>,
    /// Until when it must be kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retain_until: Option<Date>,
}

/// The version of the manifest's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Format {
    /// Version 1.
    #[serde(rename = "trailaudit.manifest/v1")]
    V1,
}

/// The organization by its ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganizationRef {
    /// The organization's id.
    pub id: String,
    /// The account that owns it.
    pub management_account: AccountId,
}

/// The span of the collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collection {
    /// When the first call was made.
    pub started: Timestamp,
    /// When the last answer had come.
    pub ended: Timestamp,
}

/// A program by name and version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Whom the collector asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The hosts that were asked, sorted.
    pub hosts: Vec<String>,
    /// Whether any of them is a simulator or otherwise not the provider's own.
    pub simulated: bool,
}

/// Who asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Collector {
    /// The ARN the collector ran as.
    pub caller_arn: String,
}

/// One file by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRecord {
    /// Where it lies, with `/` between segments.
    pub path: String,
    /// Its length in bytes.
    pub size: u64,
    /// The SHA-256 of its bytes.
    pub sha256: Digest,
}

/// Cells of account x Region, by what happened to them. The statuses add up to what was planned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverageTotals {
    /// How many cells were planned: the rows of `coverage.csv`.
    pub planned: u64,
    /// How many ended in each status.
    pub statuses: BTreeMap<String, u64>,
}

impl CoverageTotals {
    /// Whether every planned cell has a status.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let add = |sum: u64, count: &u64| sum.checked_add(*count);
        self.statuses.values().try_fold(0, add) == Some(self.planned)
    }
}

/// The package before this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Previous {
    /// Its id.
    pub package_id: Digest,
    /// The SHA-256 of its manifest.
    pub manifest_sha256: Digest,
    /// Its place in the chain, the genesis being 0.
    pub sequence: u64,
}

/// The package this one corrects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Supersedes {
    /// Its id.
    pub package_id: Digest,
    /// Why it had to be corrected.
    pub reason: String,
}

impl Manifest {
    /// The manifest's bytes: canonical JSON.
    ///
    /// # Errors
    /// When a count or size is beyond 2^53 - 1, or the scope holds a fraction.
    pub fn to_bytes(&self) -> Result<Vec<u8>, jcs::NotCanonical> {
        jcs::to_canonical(self)
    }

    /// Reads a manifest. Strict: canonical JSON without unknown fields. What it says is judged by
    /// [`verify`](super::verify()), which reports every contradiction apart.
    ///
    /// # Errors
    /// When the bytes are anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, jcs::NotStrict> {
        jcs::parse_canonical(bytes)
    }

    /// The listed file at `path`.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&FileRecord> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The id these contents give the package: the SHA-256 of the canonical JSON of
    /// `{"asOf", "baseline", "catalogue", "records"}`, where `records` is [`records_root`].
    ///
    /// # Errors
    /// Never for contents that a manifest can carry.
    pub fn package_id_of(
        records: &Digest,
        catalogue: &Digest,
        baseline: &Digest,
        as_of: Timestamp,
    ) -> Result<Digest, jcs::NotCanonical> {
        let content = json!({"records": records, "catalogue": catalogue, "baseline": baseline, "asOf": as_of});
        Ok(Digest::of(&jcs::canonical(&content)?))
    }

    /// The package's place in its chain: the genesis is 0.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.previous
            .as_ref()
            .map_or(0, |previous| previous.sequence.saturating_add(1))
    }
}

/// The RFC 6962 root over the package's [record files](RecordFile), sorted by path; a leaf is the canonical JSON of
/// `{"path", "sha256"}`. Those of the organization are among `files`, those of accounts are named by `leaves`.
///
/// # Errors
/// Never for files that a manifest can carry.
pub fn records_root(files: &[FileRecord], leaves: &[AccountLeaf]) -> Result<Digest, jcs::NotCanonical> {
    let listed = files
        .iter()
        .filter(|file| RecordFile::at(&file.path).is_some())
        .map(|file| (file.path.clone(), file.sha256));
    let mut records: Vec<_> = listed.chain(leaves.iter().flat_map(AccountLeaf::files)).collect();
    records.sort();
    let leaves: Result<Vec<_>, _> = records
        .into_iter()
        .map(|(path, sha256)| {
            jcs::canonical(&json!({"path": path, "sha256": sha256})).map(|leaf| merkle::leaf_hash(&leaf))
        })
        .collect();
    Ok(merkle::root(&leaves?))
}
