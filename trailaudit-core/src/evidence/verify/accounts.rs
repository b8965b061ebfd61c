//! The accounts: the index, the record files it commits to, and the root that stands for them in the manifest.

use std::io::BufReader;
use std::sync::Arc;

use super::listing::Headers;
use super::report::{Code, Problems};
use super::{json_code, read_bounded};
use crate::evidence::Digest;
use crate::evidence::accounts::AccountLeaf;
use crate::evidence::files::Files;
use crate::evidence::jcs;
use crate::evidence::manifest::{Manifest, records_root};
use crate::evidence::merkle::{self, Proof};
use crate::evidence::package::{self, ACCOUNTS_INDEX, MANIFEST, PROOF};
use crate::evidence::records::{Limits, Lines, RecordsError};

/// The longest line of the index, and the longest index: room for far more accounts than an organization may have.
const LIMITS: Limits = Limits {
    line: 1 << 10,
    total: 256 << 20,
};

/// The longest proof, in bytes: a digest for each of sixty-four levels.
const LONGEST_PROOF: u64 = 8 << 10;

/// The accounts of `accounts/index.jsonl`, in its order, which is that of their ids.
#[derive(Default)]
pub(super) struct Index {
    pub(super) leaves: Arc<[AccountLeaf]>,
    hashes: Vec<Digest>,
    /// Whether a line is none, so that what follows from the accounts cannot be told.
    pub(super) is_broken: bool,
}

impl Index {
    /// Reads the index; the accounts before the first line that is none.
    pub(super) fn read(files: &dyn Files, problems: &mut Problems) -> Self {
        let opened = match files.open(ACCOUNTS_INDEX) {
            Ok(opened) => opened,
            Err(error) => {
                let code = match error.kind() {
                    std::io::ErrorKind::NotFound => Code::MissingFile,
                    _ => Code::UnreadableFile,
                };
                problems.add(code, Some(ACCOUNTS_INDEX), error.to_string());
                return Self {
                    is_broken: true,
                    ..Self::default()
                };
            }
        };
        let (mut leaves, mut hashes, mut is_broken) = (Vec::new(), Vec::new(), false);
        for line in Lines::new(BufReader::new(opened), LIMITS) {
            let taken = bytes(line).and_then(|line| {
                hashes.push(merkle::leaf_hash(&line));
                leaf(&line, leaves.last())
            });
            match taken {
                // What follows a line that is none is not worth a word each.
                _ if is_broken => {}
                Ok(leaf) => leaves.push(leaf),
                Err((code, message)) => {
                    problems.add(code, Some(ACCOUNTS_INDEX), message);
                    is_broken = true;
                }
            }
        }
        Self {
            leaves: leaves.into(),
            hashes,
            is_broken,
        }
    }

    /// Whether these are the accounts that were signed.
    pub(super) fn check_root(&self, manifest: &Manifest, problems: &mut Problems) {
        let count = self.hashes.len() as u64;
        let is_root = merkle::root(&self.hashes) == manifest.accounts_root;
        if count != manifest.account_count {
            let code = if count < manifest.account_count && !is_root {
                Code::TruncatedFile
            } else {
                Code::Counts
            };
            let message = format!("it has {count} accounts, the manifest {}", manifest.account_count);
            problems.add(code, Some(ACCOUNTS_INDEX), message);
        }
        if !is_root {
            let message = "the accounts root in the manifest is not that of these lines";
            problems.add(Code::AccountsRoot, Some(ACCOUNTS_INDEX), message);
        }
    }

    /// Whether the package's name is that of its content.
    pub(super) fn check_package_id(&self, manifest: &Manifest, problems: &mut Problems) {
        if self.is_broken {
            return;
        }
        let id = records_root(&manifest.files, &self.leaves).and_then(|records| {
            let (catalogue, baseline) = (&manifest.catalogue_sha256, &manifest.baseline_sha256);
            Manifest::package_id_of(&records, catalogue, baseline, manifest.as_of)
        });
        if id != Ok(manifest.package_id) {
            let message = "the package id is not that of its records, catalogue, baseline and as-of time";
            problems.add(Code::PackageId, Some(MANIFEST), message);
        }
    }

    /// Whether each account's salt is the one in its record file.
    pub(super) fn check_salts(&self, headers: &Headers, problems: &mut Problems) {
        for leaf in self.leaves.iter() {
            let Some((path, _)) = leaf.files().next() else { continue };
            if headers.get(&path).is_some_and(|header| header.salt != Some(leaf.salt)) {
                let message = "the salt in the records is not the one in the account's line of the index";
                problems.add(Code::AccountRecords, Some(&path), message);
            }
        }
    }

    /// The one account of an extract. Whether the proof shows it among those that were signed is told.
    pub(super) fn check_proof(
        &self,
        files: &dyn Files,
        manifest: &Manifest,
        problems: &mut Problems,
    ) -> Option<AccountLeaf> {
        let [hash] = self.hashes[..] else {
            let message = format!("an extract has one account, this has {}", self.hashes.len());
            problems.add(Code::MalformedIndex, Some(ACCOUNTS_INDEX), message);
            return None;
        };
        let leaf = self.leaves.first()?;
        let proof: Proof = match read_bounded(files, PROOF, LONGEST_PROOF).map(|bytes| jcs::parse_canonical(&bytes)) {
            Ok(Ok(proof)) => proof,
            Ok(Err(error)) => {
                problems.add(json_code(&error, Code::InclusionProof), Some(PROOF), error.to_string());
                return Some(leaf.clone());
            }
            Err(error) => {
                problems.add(Code::UnreadableFile, Some(PROOF), error.to_string());
                return Some(leaf.clone());
            }
        };
        if proof.account != leaf.account {
            problems.add(Code::InclusionProof, Some(PROOF), "it is the proof of another account");
        }
        let shows = proof.size == manifest.account_count
            && merkle::verify_inclusion(&manifest.accounts_root, proof.size, proof.index, &hash, &proof.path);
        if !shows {
            let message = "it does not lead from this account to the accounts root in the manifest";
            problems.add(Code::InclusionProof, Some(PROOF), message);
        }
        Some(leaf.clone())
    }
}

fn bytes(line: Result<Vec<u8>, RecordsError>) -> Result<Vec<u8>, (Code, String)> {
    line.map_err(|error| match error {
        RecordsError::Unterminated => (Code::TruncatedFile, error.to_string()),
        error => (Code::MalformedIndex, error.to_string()),
    })
}

/// The leaf of a line, behind the `last` one.
fn leaf(line: &[u8], last: Option<&AccountLeaf>) -> Result<AccountLeaf, (Code, String)> {
    let refused = |message: &str| (Code::MalformedIndex, message.to_owned());
    let leaf =
        AccountLeaf::parse(line).map_err(|error| (json_code(&error, Code::MalformedIndex), error.to_string()))?;
    // The id becomes part of a path.
    if !leaf.account.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric()) || leaf.account.as_str().is_empty() {
        return Err(refused("an account's id is not letters and digits"));
    }
    if leaf.files().next().is_none() {
        return Err(refused("an account has neither records nor resources"));
    }
    if last.is_some_and(|last| last.account >= leaf.account) {
        return Err(refused("the accounts are not in the order of their ids"));
    }
    Ok(leaf)
}

/// The part of the manifest's list that an extract has: what says nothing about any account.
pub(super) fn is_in_extracts(path: &str) -> bool {
    [package::CATALOGUE, package::VERIFY_MD, package::VERIFY_SH].contains(&path)
}
