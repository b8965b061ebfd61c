//! Makes a package of records: tables, catalogue, baseline, index and manifest, in one call.
//!
//! What a caller adds are choices: the rules, the frameworks, the thresholds, the moment, the place in a chain, and the
//! page people read. Signing comes after, and speaks about the manifest alone.

mod content;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use jiff::Timestamp;
use jiff::civil::Date;
use rayon::prelude::*;

use super::accounts::{AccountLeaf, write_index};
use super::files::{EntryKind, Store};
use super::hashing::{self, Measured};
use super::manifest::{CoverageTotals, Manifest, Previous, Supersedes, Tool};
use super::package::{self, RecordFile};
use super::provider::{Provenance, Provider, ReadError, Recorded};
use super::records::{self, Header, RecordsError};
use super::report::ReportWriter;
use super::seal::{Facts, Seal, SealError};
use super::{Digest, Files, Role, jcs};
use crate::assessment::Totals;
use crate::baseline::{Baseline, BaselineError};
use crate::framework::Selection;
use crate::organization::AccountId;
use crate::rule::Rule;
use crate::rules::{CATALOGUE, asked};
use content::{Written, write};

/// How to check a package without this program; part of every package.
pub(super) const INSTRUCTIONS: [(&str, &[u8]); 2] = [
    (package::VERIFY_MD, include_bytes!("instructions/VERIFY.md")),
    (package::VERIFY_SH, include_bytes!("instructions/verify.sh")),
];

/// How a package is to be made of records.
///
/// ```
/// # use trailaudit_core::evidence::{Draft, DraftError, Provider, Store, manifest::Tool};
/// # fn make(store: &mut dyn Store, provider: &dyn Provider) -> Result<(), DraftError> {
/// let tool = Tool { name: "coastguard".into(), version: "1.0.0".into() };
/// let sealed = Draft::new(tool).seal(store, provider)?;
/// println!("{} has {} findings", sealed.manifest.package_id, sealed.totals.findings());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Draft<'a> {
    /// What judges: the name and version that the manifest carries.
    pub tool: Tool,
    /// The rules, in the order of the report.
    pub rules: Vec<&'static Rule>,
    /// The frameworks that are answered.
    pub selection: Selection,
    /// The thresholds.
    pub baseline: Baseline,
    /// The moment the verdicts speak about, when it is not the one the collection was made for.
    pub as_of: Option<Timestamp>,
    /// The roles that must sign.
    pub required_signatures: Vec<Role>,
    /// The package before this one; without it a chain begins here.
    pub previous: Option<Previous>,
    /// The package this one corrects.
    pub supersedes: Option<Supersedes>,
    /// Until when it must be kept.
    pub retain_until: Option<Date>,
    /// What writes `report.html` and the pages it leads to; without it a page says where the findings are.
    pub report: Option<&'a dyn ReportWriter>,
}

/// A package whose manifest is written, and which nobody has signed yet.
pub struct Sealed {
    /// The facts and where they come from.
    pub recorded: Recorded,
    /// What was concluded, in numbers; the findings are in the package.
    pub totals: Totals,
    /// The manifest.
    pub manifest: Manifest,
    /// The SHA-256 of its bytes: what signers sign.
    pub sha256: Digest,
}

impl<'a> Draft<'a> {
    /// With the whole catalogue, the default framework and thresholds, as of the moment of the collection.
    #[must_use]
    pub fn new(tool: Tool) -> Self {
        Self {
            tool,
            rules: CATALOGUE.to_vec(),
            selection: Selection::default(),
            baseline: Baseline::default(),
            as_of: None,
            required_signatures: Vec::new(),
            previous: None,
            supersedes: None,
            retain_until: None,
            report: None,
        }
    }

    /// With these words for people.
    #[must_use]
    pub fn report(mut self, report: &'a dyn ReportWriter) -> Self {
        self.report = Some(report);
        self
    }

    /// Assesses the records that lie in `store` and makes a package of them. The same records, rules, baseline and
    /// moment give the same bytes. Memory is bounded by what was collected: findings are written as they are judged.
    ///
    /// # Errors
    /// When the records cannot be read, a file cannot be written, or something lies there that no package has.
    pub fn seal(&self, store: &mut dyn Store, provider: &dyn Provider) -> Result<Sealed, DraftError> {
        let recorded = provider.read(store).map_err(DraftError::Records)?;
        let as_of = self.as_of.unwrap_or(recorded.provenance.as_of);
        let Written {
            mut listed,
            found,
            totals,
        } = self.write_content(store, &recorded, &asked(&self.rules, &self.baseline), as_of)?;
        let leaves = leaves(store, &found)?;
        for path in [package::ORGANIZATION, package::RUN_LOG] {
            listed.insert(path.into(), hashing::measure(store, path)?);
        }
        let index = write_index(&leaves)?;
        write(store, package::ACCOUNTS_INDEX, &mut |out| out.write_all(&index))?;

        let mut seal = Seal::new(self.facts(&recorded.provenance, &totals));
        for (path, Measured { size, sha256 }) in &listed {
            seal.file(path, *size, *sha256)?;
        }
        refuse_strangers(store, &listed, &leaves)?;
        for leaf in leaves {
            seal.leaf(leaf)?;
        }
        let manifest = seal.manifest()?;
        let bytes = manifest.to_bytes()?;
        let Measured { sha256, .. } = write(store, package::MANIFEST, &mut |out| out.write_all(&bytes))?;
        Ok(Sealed {
            recorded,
            totals,
            manifest,
            sha256,
        })
    }

    fn facts(&self, provenance: &Provenance, totals: &Totals) -> Facts {
        let statuses = totals.statuses.iter();
        let mut controls = BTreeMap::<_, BTreeMap<_, _>>::new();
        for control in &totals.controls {
            let verdicts = controls.entry(control.rule.id.to_owned()).or_default();
            for (verdict, rows) in &control.verdicts {
                *verdicts.entry(verdict.to_string()).or_default() += *rows as u64;
            }
        }
        Facts {
            organization: provenance.organization.clone(),
            scope: provenance.scope.clone(),
            as_of: totals.as_of,
            collection: provenance.collection.clone(),
            tool: self.tool.clone(),
            endpoint: provenance.endpoint.clone(),
            collector: provenance.collector.clone(),
            coverage: CoverageTotals {
                planned: totals.planned as u64,
                statuses: statuses
                    .map(|(status, cells)| (status.to_string(), *cells as u64))
                    .collect(),
            },
            controls,
            required_signatures: self.required_signatures.clone(),
            previous: self.previous.clone(),
            supersedes: self.supersedes.clone(),
            retain_until: self.retain_until,
        }
    }
}

/// Why no package was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// The records cannot be read.
    #[error("{0}")]
    Records(ReadError),
    /// An account's record file is not one.
    #[error("{path}: {source}")]
    Header {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: RecordsError,
    },
    /// An account's record file does not start with its header.
    #[error("{0}: its first line is not the header of this account")]
    NoHeader(String),
    /// A file lies there that is no part of a package.
    #[error("{0:?} lies there, which is no part of a package")]
    Stranger(String),
    /// A file cannot be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The baseline cannot be written.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// A number is too large for JSON.
    #[error(transparent)]
    NotCanonical(#[from] jcs::NotCanonical),
    /// The files do not make a package.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// One leaf for every account that has a record file.
fn leaves(files: &dyn Files, found: &BTreeMap<AccountId, Digest>) -> Result<Vec<AccountLeaf>, DraftError> {
    let mut accounts = BTreeSet::new();
    for entry in files.paths()? {
        if let Some(RecordFile::Account(account) | RecordFile::Resources(account)) = RecordFile::at(&entry.path) {
            accounts.insert(account);
        }
    }
    let leaf = |account: AccountId| {
        let records = record_file(files, &package::account_records(&account), &account)?;
        let resources = record_file(files, &package::resource_records(&account), &account)?;
        let salt = records.or(resources).map(|(header, _)| header);
        let salt = salt.ok_or_else(|| DraftError::NoHeader(package::account_records(&account)))?;
        Ok(AccountLeaf {
            findings: found.get(&account).copied().unwrap_or_else(|| Digest::of(b"[]")),
            records: records.map(|(_, sha256)| sha256),
            resources: resources.map(|(_, sha256)| sha256),
            salt,
            account,
        })
    };
    // Fifty thousand files are as many waits for the disk: two cores wait better than one.
    accounts.into_par_iter().map(leaf).collect()
}

/// The salt and the digest of a record file; none when there is no such file.
fn record_file(
    files: &dyn Files,
    path: &str,
    account: &AccountId,
) -> Result<Option<(super::Salt, Digest)>, DraftError> {
    let opened = match files.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut hashing = hashing::Hashing::new(opened, u64::MAX);
    let first = records::read_lines(&mut hashing).next().transpose();
    let at = |source| DraftError::Header {
        path: path.into(),
        source,
    };
    let header = Header::parse(&first.map_err(at)?.unwrap_or_default()).ok();
    let header = header.filter(|header| header.account.as_ref() == Some(account) && header.organization.is_none());
    let salt = header.and_then(|header| header.salt);
    let salt = salt.ok_or_else(|| DraftError::NoHeader(path.into()))?;
    Ok(Some((salt, hashing.finish()?.sha256)))
}

/// Nothing may lie in a package that its manifest does not account for.
fn refuse_strangers(
    files: &dyn Files,
    listed: &BTreeMap<String, Measured>,
    leaves: &[AccountLeaf],
) -> Result<(), DraftError> {
    let committed: BTreeSet<_> = leaves
        .iter()
        .flat_map(AccountLeaf::files)
        .map(|(path, _)| path)
        .collect();
    for entry in files.paths()? {
        let path = entry.path;
        let known = listed.contains_key(&path) || committed.contains(&path) || path == package::ACCOUNTS_INDEX;
        if !known || entry.kind != EntryKind::Regular {
            return Err(DraftError::Stranger(path));
        }
    }
    Ok(())
}
