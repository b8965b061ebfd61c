//! The records of an organization of any size.

use std::time::Duration;

use trailaudit_aws::Collector;
use trailaudit_core::evidence::{Files as _, InMemory, PemSigner, Person};
use trailaudit_examples::{Result, Simulated, read_directory};

/// Records as a collection from a simulated Organization leaves them.
///
/// # Errors
/// When there is no port or no room for them.
pub fn records(accounts: usize, regions: usize) -> Result<InMemory> {
    let organization = Simulated::organization(accounts, regions, Duration::ZERO)?;
    let directory = tempfile::tempdir()?;
    let collector = Collector::builder().sdk_config(organization.sdk_config()).build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(collector.collect(directory.path()))?;
    Ok(read_directory(directory.path())?)
}

/// The size of all files, in bytes.
#[must_use]
pub fn size(files: &InMemory) -> u64 {
    let entries = files.paths().unwrap_or_default();
    entries.iter().map(|entry| entry.size).sum()
}

/// A key to sign with.
///
/// # Errors
/// When the system has no randomness.
pub fn key() -> Result<PemSigner> {
    Ok(PemSigner::generate(&mut rand::rng())?)
}

/// Somebody who signs.
#[must_use]
pub fn signer() -> Person {
    Person {
        printed_name: "Ada Lovelace".into(),
        id: "ada@example.com".into(),
    }
}
