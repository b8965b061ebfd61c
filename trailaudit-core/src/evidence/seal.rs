//! Closes a package: from the digests of its files to the manifest. [`Draft`](super::Draft) makes the files as well.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::accounts::{AccountLeaf, accounts_root};
use super::manifest::{
    Collection, Collector, CoverageTotals, Endpoint, FileRecord, Format, Manifest, OrganizationRef, Previous,
    Supersedes, Tool, records_root,
};
use super::package::{self, Collision, Paths, UnsafePath};
use super::statement::Role;
use super::{Digest, jcs};
use crate::organization::AccountId;

/// What a manifest says that no file's digest does.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The organization that was audited.
    pub organization: OrganizationRef,
    /// The run's scope: names with texts or lists of texts.
    pub scope: Map<String, Value>,
    /// The moment the verdicts speak about.
    pub as_of: Timestamp,
    /// When the records were collected.
    pub collection: Collection,
    /// What collected and judged.
    pub tool: Tool,
    /// Whom the collector asked.
    pub endpoint: Endpoint,
    /// Who asked.
    pub collector: Collector,
    /// The rows of `coverage.csv`, by status.
    pub coverage: CoverageTotals,
    /// For each rule the rows of `findings.csv`, by verdict.
    pub controls: BTreeMap<String, BTreeMap<String, u64>>,
    /// The roles that must sign.
    pub required_signatures: Vec<Role>,
    /// The package before this one; without it this is the genesis of a chain.
    pub previous: Option<Previous>,
    /// The package this one corrects.
    pub supersedes: Option<Supersedes>,
    /// Until when it must be kept.
    pub retain_until: Option<Date>,
}

/// Gathers a package's files and accounts. Every way to a manifest leads through its checks.
#[derive(Debug)]
pub struct Seal {
    facts: Facts,
    paths: Paths,
    files: BTreeMap<String, FileRecord>,
    leaves: BTreeMap<AccountId, AccountLeaf>,
}

impl Seal {
    /// Starts with what is known beside the files.
    #[must_use]
    pub fn new(facts: Facts) -> Self {
        Self {
            facts,
            paths: Paths::default(),
            files: BTreeMap::new(),
            leaves: BTreeMap::new(),
        }
    }

    /// Adds a file by its path, its length in bytes and its digest, in any order.
    ///
    /// # Errors
    /// When the path is unsafe, was added before, or is one the manifest does not list.
    pub fn file(&mut self, path: &str, size: u64, sha256: Digest) -> Result<(), SealError> {
        package::safe_path(path).map_err(|why| SealError::Unsafe { path: path.into(), why })?;
        if package::is_outside_the_list(path) {
            return Err(SealError::NotListed(path.into()));
        }
        self.paths
            .add(path)
            .map_err(|why| SealError::Collision { path: path.into(), why })?;
        let path = path.to_owned();
        self.files.insert(path.clone(), FileRecord { path, size, sha256 });
        Ok(())
    }

    /// Adds an account, and with it the record files its leaf commits to.
    ///
    /// # Errors
    /// When it was added before.
    pub fn leaf(&mut self, leaf: AccountLeaf) -> Result<(), SealError> {
        match self.leaves.insert(leaf.account.clone(), leaf) {
            None => Ok(()),
            Some(first) => Err(SealError::AccountTwice(first.account)),
        }
    }

    /// The manifest over all that was added.
    ///
    /// # Errors
    /// When a required file is missing or the coverage does not add up.
    pub fn manifest(self) -> Result<Manifest, SealError> {
        let digest = |path: &str| {
            let file = self.files.get(path).ok_or_else(|| SealError::Missing(path.into()))?;
            Ok::<_, SealError>(file.sha256)
        };
        for path in package::REQUIRED {
            digest(path)?;
        }
        let (catalogue, baseline) = (digest(package::CATALOGUE)?, digest(package::BASELINE)?);
        let leaves: Vec<_> = self.leaves.into_values().collect();
        let facts = self.facts;
        if !facts.coverage.adds_up() {
            return Err(SealError::Coverage);
        }
        let files: Vec<_> = self.files.into_values().collect();
        let records = records_root(&files, &leaves)?;
        let manifest = Manifest {
            format: Format::V1,
            package_id: Manifest::package_id_of(&records, &catalogue, &baseline, facts.as_of)?,
            organization: facts.organization,
            scope: facts.scope,
            as_of: facts.as_of,
            collection: facts.collection,
            tool: facts.tool,
            catalogue_sha256: catalogue,
            baseline_sha256: baseline,
            endpoint: facts.endpoint,
            collector: facts.collector,
            files,
            accounts_root: accounts_root(&leaves)?,
            account_count: leaves.len() as u64,
            coverage: facts.coverage,
            controls: facts.controls,
            required_signatures: facts.required_signatures,
            genesis: facts.previous.is_none(),
            previous: facts.previous,
            supersedes: facts.supersedes,
            retain_until: facts.retain_until,
        };
        manifest.to_bytes()?;
        Ok(manifest)
    }
}

/// Why a package cannot be closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A path that no package may have.
    #[error("{path:?} cannot be part of a package: {why}")]
    Unsafe {
        /// The path.
        path: String,
        /// What is wrong with it.
        why: UnsafePath,
    },
    /// Two paths that meet.
    #[error("{path:?} cannot be part of the package: {why}")]
    Collision {
        /// The second path.
        path: String,
        /// How it meets the first.
        why: Collision,
    },
    /// The manifest lists neither itself nor signatures nor keys nor the files of single accounts.
    #[error("{0:?} is not for the manifest to list")]
    NotListed(String),
    /// A file every package has.
    #[error("the package has no {0}")]
    Missing(String),
    /// An account was added twice.
    #[error("the account {0} stands there twice")]
    AccountTwice(AccountId),
    /// Planned cells got lost.
    #[error("the coverage does not add up: the statuses are not as many as the planned cells")]
    Coverage,
    /// A count or size is too large for JSON.
    #[error(transparent)]
    NotCanonical(#[from] jcs::NotCanonical),
}
