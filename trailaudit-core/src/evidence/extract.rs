//! One account's part of a package, with the proof that it is one: for whoever may see that account and no other.

use std::io::{self, BufReader, Write};

use super::accounts::AccountLeaf;
use super::files::{EntryKind, Files, Store};
use super::manifest::Manifest;
use super::merkle::{self, Proof, ProofFormat};
use super::package::{
    self, ACCOUNTS_INDEX, CATALOGUE, FINDINGS_JSON, MANIFEST, PROOF, VERIFY_MD, VERIFY_SH, account_findings,
};
use super::records::{Limits, Lines, RecordsError};
use super::{Digest, jcs};
use crate::organization::AccountId;
use crate::tables::findings::v1::Entry;
use crate::tables::reading::{Reading, TableError};

/// The longest manifest that is read, in bytes.
const LONGEST_MANIFEST: u64 = 16 << 20;

/// Writes the extract of one account into `out`: its record files, its findings, its line of the index with the proof
/// that leads to the signed root, and the manifest with its signatures. Nothing of another account goes into it.
///
/// ```
/// # use trailaudit_core::evidence::{ExtractError, Files, InMemory, Options, Trust, extract, verify};
/// # fn one(package: &dyn Files, trust: &Trust) -> Result<(), ExtractError> {
/// let mut one = InMemory::default();
/// extract(package, &"111122223333".into(), &mut one)?;
/// assert!(verify(&one, &Options::default().trust(trust)).is_verified());
/// # Ok(())
/// # }
/// ```
///
/// The package itself is not verified by this; what is written was compared with the account's leaf.
///
/// # Errors
/// When the package has no such account, is an extract itself, or its files are not those the leaf commits to.
pub fn extract(package: &dyn Files, account: &AccountId, out: &mut dyn Store) -> Result<(), ExtractError> {
    let entries = package.paths()?;
    if entries.iter().any(|entry| entry.path == PROOF) {
        return Err(ExtractError::IsExtract);
    }
    let bytes = super::hashing::read_bounded(package, MANIFEST, LONGEST_MANIFEST)?;
    let manifest = Manifest::parse(&bytes).map_err(ExtractError::Manifest)?;
    let (leaf, line, proof) = prove(package, &manifest, account)?;
    let findings = findings_of(package, account)?;
    if Digest::of(&findings) != leaf.findings {
        return Err(ExtractError::Changed(FINDINGS_JSON.into()));
    }

    write(out, MANIFEST, &bytes)?;
    write(out, ACCOUNTS_INDEX, &[line, vec![b'\n']].concat())?;
    write(out, PROOF, &jcs::to_canonical(&proof)?)?;
    write(out, &account_findings(account), &findings)?;
    for (path, sha256) in leaf.files() {
        copy(package, &path, Some(sha256), out)?;
    }
    for path in [CATALOGUE, VERIFY_MD, VERIFY_SH] {
        copy(package, path, manifest.file(path).map(|file| file.sha256), out)?;
    }
    let of_signatures = |path: &str| package::is_of_signatures(path) && package::safe_path(path).is_ok();
    for entry in entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::Regular && of_signatures(&entry.path))
    {
        copy(package, &entry.path, None, out)?;
    }
    Ok(())
}

/// Why no extract was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// The package shows one account alone already.
    #[error("this is an extract already: an extract is made of a whole package")]
    IsExtract,
    /// The package does not have this account.
    #[error("the package has no account {0}")]
    NoAccount(AccountId),
    /// The manifest cannot be read.
    #[error("{MANIFEST}: {0}")]
    Manifest(jcs::NotStrict),
    /// A line of the index cannot be read.
    #[error("{ACCOUNTS_INDEX}, line {line}: {source}")]
    Index {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: jcs::NotStrict,
    },
    /// The index cannot be read as lines.
    #[error("{ACCOUNTS_INDEX}: {0}")]
    Lines(#[from] RecordsError),
    /// The findings cannot be read.
    #[error("{FINDINGS_JSON}: {0}")]
    Findings(#[from] TableError),
    /// An entry of the findings cannot be read.
    #[error("{FINDINGS_JSON}: {0}")]
    Entry(serde_json::Error),
    /// The index is not the one whose root was signed.
    #[error("{ACCOUNTS_INDEX} is not the one whose root the manifest has")]
    AnotherRoot,
    /// A file is not the one that was sealed.
    #[error("{0} is not the file that was sealed")]
    Changed(String),
    /// A number is too large for JSON.
    #[error(transparent)]
    NotCanonical(#[from] jcs::NotCanonical),
    /// A file cannot be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The account's leaf, its line, and the way from it to the root.
fn prove(
    package: &dyn Files,
    manifest: &Manifest,
    account: &AccountId,
) -> Result<(AccountLeaf, Vec<u8>, Proof), ExtractError> {
    let limits = Limits {
        line: 1 << 10,
        total: 256 << 20,
    };
    let (mut hashes, mut found) = (Vec::new(), None);
    for (index, line) in Lines::new(BufReader::new(package.open(ACCOUNTS_INDEX)?), limits).enumerate() {
        let line = line?;
        hashes.push(merkle::leaf_hash(&line));
        let leaf = AccountLeaf::parse(&line).map_err(|source| ExtractError::Index {
            line: index + 1,
            source,
        })?;
        if leaf.account == *account {
            found = Some((leaf, line, index));
        }
    }
    if merkle::root(&hashes) != manifest.accounts_root || hashes.len() as u64 != manifest.account_count {
        return Err(ExtractError::AnotherRoot);
    }
    let (leaf, line, index) = found.ok_or_else(|| ExtractError::NoAccount(account.clone()))?;
    let proof = Proof {
        format: ProofFormat::V1,
        account: account.clone(),
        index: index as u64,
        size: manifest.account_count,
        path: merkle::inclusion_proof(&hashes, index).unwrap_or_default(),
    };
    Ok((leaf, line, proof))
}

/// The canonical JSON array of the account's entries.
fn findings_of(package: &dyn Files, account: &AccountId) -> Result<Vec<u8>, ExtractError> {
    let mut table = Reading::new(package.open(FINDINGS_JSON)?, "trailaudit.findings/v1", "findings")?;
    let mut array = vec![b'['];
    while let Some(line) = table.next_entry()? {
        let entry: Entry<'_> = serde_json::from_slice(&line).map_err(ExtractError::Entry)?;
        if entry.account_id == account.as_str() {
            if array.len() > 1 {
                array.push(b',');
            }
            array.extend(&line);
        }
    }
    array.push(b']');
    Ok(array)
}

fn copy(package: &dyn Files, path: &str, sealed: Option<Digest>, out: &mut dyn Store) -> Result<(), ExtractError> {
    let measured = super::hashing::measure(package, path)?;
    if sealed.is_some_and(|sealed| sealed != measured.sha256) {
        return Err(ExtractError::Changed(path.into()));
    }
    out.write(path, &mut |out| io::copy(&mut package.open(path)?, out).map(drop))?;
    Ok(())
}

fn write(out: &mut dyn Store, path: &str, bytes: &[u8]) -> io::Result<()> {
    out.write(path, &mut |out: &mut dyn Write| out.write_all(bytes))
}
