//! The records of an organization of any size, on disk as a run leaves them, and what a package of them is.

use std::env;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use trailaudit_aws::{Collector, Folder};
use trailaudit_core::evidence::{Files as _, PemSigner, Person};
use trailaudit_examples::{Result, Simulated};

/// Of how many accounts packages are made: what `ACCOUNTS` says, `usual` without it; where nothing is measured, as few
/// as will do.
///
/// # Errors
/// When `ACCOUNTS` does not list numbers.
pub fn sizes(usual: &[usize]) -> Result<Vec<usize>> {
    if !env::args().any(|argument| argument == "--bench") {
        return Ok(vec![25]);
    }
    let Ok(wanted) = env::var("ACCOUNTS") else {
        return Ok(usual.to_vec());
    };
    let sizes = wanted.split_whitespace().map(|size| {
        let number = size.parse();
        number.map_err(|_| {
            format!("ACCOUNTS: {size:?} is no number of accounts; it is for example \"1000 10000\"").into()
        })
    });
    sizes.collect()
}

/// Records as a collection from a simulated Organization leaves them, in a directory that goes when this does.
///
/// # Errors
/// When there is no port or no room for them.
pub fn records(accounts: usize, regions: usize) -> Result<TempDir> {
    let organization = Simulated::organization(accounts, regions, Duration::ZERO)?;
    let directory = tempfile::tempdir()?;
    let collector = Collector::builder().sdk_config(organization.sdk_config()).build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(collector.collect(directory.path()))?;
    Ok(directory)
}

/// The size of all files in a directory, in bytes.
///
/// # Errors
/// When it cannot be listed.
pub fn size(directory: &Path) -> io::Result<u64> {
    let entries = Folder::open(directory)?.paths()?;
    Ok(entries.iter().map(|entry| entry.size).sum())
}

/// Does the least that anybody must do to check a package: `sha256sum` of every file, and `gzip -dc` of every record file.
///
/// # Errors
/// When one of the programs is missing or fails.
pub fn hash_and_unpack(directory: &Path) -> io::Result<()> {
    const SCRIPT: &str = "set -e
        find . -type f -exec sha256sum {} + >/dev/null
        find . -name '*.gz' -exec gzip -dc {} + >/dev/null";
    let status = Command::new("sh")
        .args(["-c", SCRIPT])
        .current_dir(directory)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other("sha256sum or gzip failed"))
    }
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
