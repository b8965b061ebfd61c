//! The accounts of a package as leaves of one tree, so that one account can be shown without the others.

use serde::{Deserialize, Serialize};

use super::{Digest, jcs, merkle, package};
use crate::organization::AccountId;

/// One account: a line of `accounts/index.jsonl` and a leaf of the accounts root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountLeaf {
    /// The account.
    pub account: AccountId,
    /// The SHA-256 of the canonical JSON array of the account's entries in `findings.json`.
    pub findings: Digest,
    /// The SHA-256 of `accounts/<account>.jsonl.gz`; none for an account out of scope that was only asked about
    /// resources which trails name in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub records: Option<Digest>,
    /// The SHA-256 of `resources/<account>.jsonl.gz`, when there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resources: Option<Digest>,
    /// What keeps the leaf's digest from being guessed; drawn when the account was collected. It stands in the first
    /// line of the account's records, or of its resources when there are no records.
    pub salt: Salt,
}

/// Thirty-two random bytes, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Salt(Digest);

impl From<[u8; 32]> for Salt {
    fn from(random: [u8; 32]) -> Self {
        Self(random.into())
    }
}

impl AccountLeaf {
    /// The line of the index, without its line end: canonical JSON, and the bytes that are hashed as a leaf.
    ///
    /// # Errors
    /// Never: there is nothing but text in it.
    pub fn to_line(&self) -> Result<Vec<u8>, jcs::NotCanonical> {
        jcs::to_canonical(self)
    }

    /// Reads a line of the index.
    ///
    /// # Errors
    /// When it is not the canonical JSON of a leaf.
    pub fn parse(line: &[u8]) -> Result<Self, jcs::NotStrict> {
        jcs::parse_canonical(line)
    }

    /// The record files the leaf commits to: their paths and digests.
    pub fn files(&self) -> impl Iterator<Item = (String, Digest)> {
        let records = self
            .records
            .map(|sha256| (package::account_records(&self.account), sha256));
        let resources = self
            .resources
            .map(|sha256| (package::resource_records(&self.account), sha256));
        records.into_iter().chain(resources)
    }
}

/// The bytes of `accounts/index.jsonl`: one line an account, in the order of their ids.
///
/// The index is the sub-manifest of what was collected in single accounts: `manifest.json` names it by its root alone,
/// so that one account can be shown without a word about the others.
///
/// # Errors
/// Never: there is nothing but text in it.
pub fn write_index(leaves: &[AccountLeaf]) -> Result<Vec<u8>, jcs::NotCanonical> {
    let mut bytes = Vec::with_capacity(leaves.len() * 280);
    for leaf in in_order(leaves) {
        bytes.extend(leaf.to_line()?);
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// The accounts root: RFC 6962 over the lines of the index, in the order of the account ids.
///
/// # Errors
/// Never: there is nothing but text in it.
pub fn accounts_root(leaves: &[AccountLeaf]) -> Result<Digest, jcs::NotCanonical> {
    let hashes: Result<Vec<_>, _> = in_order(leaves)
        .into_iter()
        .map(|leaf| leaf.to_line().map(|line| merkle::leaf_hash(&line)))
        .collect();
    Ok(merkle::root(&hashes?))
}

fn in_order(leaves: &[AccountLeaf]) -> Vec<&AccountLeaf> {
    let mut sorted: Vec<_> = leaves.iter().collect();
    sorted.sort_by(|a, b| a.account.cmp(&b.account));
    sorted
}
