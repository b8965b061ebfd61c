//! Where records are kept: one finished account is one durable file, so an account is either wholly there or not.
//!
//! ```text
//! run.jsonl                       the run log
//! organization.jsonl.gz           calls about the organization as a whole
//! accounts/<id>.jsonl.gz          what was asked in an account; its first line carries the salt of its leaf
//! resources/<id>.jsonl.gz         what was asked with an account's credentials about resources that trails name
//! ```

mod asked;
pub(crate) mod run_log;
mod sheet;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use trailaudit_core::evidence::package::RUN_LOG;
use trailaudit_core::evidence::{EvidenceId, records};
use trailaudit_core::organization::AccountId;

pub(crate) use self::asked::Asked;
pub(crate) use self::run_log::RunLog;
pub(crate) use self::sheet::Sheet;
use crate::claim::ASKED;
use crate::error::CollectError;

/// The format named in the first line of every record file.
pub(crate) const FORMAT: &str = "trailaudit.records/v1";

/// What the name of a record file ends with while it is being written.
pub(crate) const TEMPORARY: &str = ".tmp";

/// How many record files of resources are on their way to the disk at a time: each waits for it.
const WRITERS: usize = 4;

/// A directory of records.
#[derive(Debug)]
pub(crate) struct Journal {
    /// Where; nowhere, when nothing is to be kept.
    root: Option<PathBuf>,
    /// Exchanges that were kept, and how many of them are gaps.
    kept: AtomicU64,
    gaps: AtomicU64,
}

impl Journal {
    /// Opens a directory of records.
    pub fn open(root: &Path) -> Result<Self, CollectError> {
        let accounts = root.join("accounts");
        fs::create_dir_all(&accounts).map_err(at(&accounts))?;
        Ok(Self {
            root: Some(root.to_owned()),
            kept: AtomicU64::new(0),
            gaps: AtomicU64::new(0),
        })
    }

    /// A journal that keeps nothing.
    pub fn nowhere() -> Self {
        Self {
            root: None,
            kept: AtomicU64::new(0),
            gaps: AtomicU64::new(0),
        }
    }

    pub fn run_log(&self) -> RunLog {
        // One that is not begun writes nothing.
        RunLog::at(self.root.clone().unwrap_or_default().join(RUN_LOG))
    }

    /// What was asked about resources, until it has files of its own.
    pub fn asked(&self) -> Result<Asked, CollectError> {
        match &self.root {
            Some(root) => Asked::open(root.join(ASKED)),
            None => Ok(Asked::nowhere()),
        }
    }

    /// Counts what an earlier session has kept.
    pub fn count(&self, (exchanges, gaps): (u64, u64)) {
        self.kept.fetch_add(exchanges, Ordering::Relaxed);
        self.gaps.fetch_add(gaps, Ordering::Relaxed);
    }

    /// How many exchanges are kept, and how many of them are gaps.
    pub fn counts(&self) -> (u64, u64) {
        (self.kept.load(Ordering::Relaxed), self.gaps.load(Ordering::Relaxed))
    }

    /// Takes a record file away.
    pub fn discard(&self, name: &str) -> Result<(), CollectError> {
        let Some(root) = &self.root else { return Ok(()) };
        let path = root.join(name);
        fs::remove_file(&path).map_err(at(&path))
    }

    /// Takes away what an earlier session kept about resources, all of which is about to be kept again.
    pub fn discard_resources(&self) -> Result<(), CollectError> {
        let Some(root) = &self.root else { return Ok(()) };
        let path = root.join("resources");
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(&path)(error)),
            _ => Ok(()),
        }
    }

    /// Keeps what was asked in an account; once this returns, it survives a crash.
    pub async fn keep_account(&self, account: &AccountId, sheet: Sheet) -> Result<(), CollectError> {
        self.keep(format!("accounts/{account}.jsonl.gz"), sheet, header(account))
            .await
    }

    /// Keeps what was asked about resources with each account's credentials; no file where nothing was.
    pub async fn keep_resources(&self, sheets: Vec<(AccountId, Sheet)>) -> Result<(), CollectError> {
        let Some(root) = &self.root else { return Ok(()) };
        let sheets = sheets.into_iter().filter(|(_, sheet)| !sheet.is_empty());
        let sheets: Vec<_> = sheets.inspect(|(_, sheet)| self.count(sheet.counts())).collect();
        if sheets.is_empty() {
            return Ok(());
        }
        // Made only now: a package has no empty directory.
        let directory = root.join("resources");
        fs::create_dir_all(&directory).map_err(at(&directory))?;
        let given_up = CancellationToken::new();
        let _whoever_waits = given_up.clone().drop_guard();
        let waiting = Arc::new(Mutex::new(sheets.into_iter()));
        let writers = (0..WRITERS).map(|_| {
            let (directory, waiting, given_up) = (directory.clone(), waiting.clone(), given_up.clone());
            let next = move || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
            tokio::task::spawn_blocking(move || {
                while let Some((account, sheet)) = next().filter(|_| !given_up.is_cancelled()) {
                    let path = directory.join(format!("{account}.jsonl.gz"));
                    write_sheet(&path, sheet, &header(&account))?;
                }
                Ok(())
            })
        });
        let written = futures::future::try_join_all(writers).await;
        let written = written.map_err(|stopped| at(&directory)(io::Error::other(stopped)))?;
        written.into_iter().collect()
    }

    /// Keeps what was asked about the organization as a whole.
    pub async fn keep_organization(&self, id: &str, sheet: Sheet) -> Result<(), CollectError> {
        let header = json!({"format": FORMAT, "organization": id});
        self.keep("organization.jsonl.gz".to_owned(), sheet, header).await
    }

    async fn keep(&self, name: String, sheet: Sheet, header: Value) -> Result<(), CollectError> {
        self.count(sheet.counts());
        let Some(root) = &self.root else { return Ok(()) };
        let path = root.join(name);
        // Compressing and waiting for the disk must not hold up the answers that come in meanwhile.
        match tokio::task::spawn_blocking(move || write_sheet(&path, sheet, &header)).await {
            Ok(written) => written,
            Err(stopped) => Err(at(root)(io::Error::other(stopped))),
        }
    }
}

/// The first line of an account's record file. Its salt keeps what the account's leaf commits to from being guessed.
fn header(account: &AccountId) -> Value {
    let salt = EvidenceId::from(rand::random::<[u8; 32]>()).to_string();
    json!({"account": account, "format": FORMAT, "salt": salt})
}

fn write_sheet(path: &Path, sheet: Sheet, header: &Value) -> Result<(), CollectError> {
    let lines = sheet.into_lines(header);
    let bytes = lines.and_then(|lines| records::write(lines).map_err(io::Error::other));
    bytes.and_then(|bytes| write_durably(path, &bytes)).map_err(at(path))
}

/// Writes a file so that after a crash it is either whole or not there.
fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut beside = path.as_os_str().to_owned();
    beside.push(TEMPORARY);
    let written = || {
        let mut file = fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    // Half a file helps nobody, and takes room where there may be none.
    written().and_then(|()| fs::rename(&beside, path)).inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })?;
    fs::File::open(directory)?.sync_all()
}

/// Names the file that an error is about.
fn at(path: &Path) -> impl Fn(io::Error) -> CollectError + use<> {
    let path = path.to_owned();
    move |source| CollectError::Io {
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_stays_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x");
        write_durably(&path, b"one").unwrap();
        write_durably(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        let missing = directory.path().join("no/where");
        assert!(write_durably(&missing, b"").is_err());
    }
}
