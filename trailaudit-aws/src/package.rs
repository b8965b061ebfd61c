//! From record files back to facts: the same way for a live run, a package, and an auditor years later.

use std::io::{self, Read};

use rayon::prelude::*;
use trailaudit_core::evidence::exchange::ExchangeError;
use trailaudit_core::evidence::jcs::NotStrict;
use trailaudit_core::evidence::package::{RUN_LOG, RecordFile};
use trailaudit_core::evidence::records::{self, Header, RecordsError};
use trailaudit_core::organization::{AccountId, Organization};
use trailaudit_core::{EvidenceId, Exchange};

use trailaudit_core::evidence::Files;

use crate::inventory::{AwsInventory, Reading};
use crate::run::{Run, RunError};

/// The longest run log that is read, in bytes: a line for each of fifty thousand accounts and far more gaps.
const LONGEST_RUN_LOG: u64 = 512 << 20;

/// How many record files are decoded at once.
const AT_ONCE: usize = 32;

/// Why record files cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// A file cannot be opened or read.
    #[error("{path}: {source}")]
    Io {
        /// The file, within the directory.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// The directory has no run log: nothing was collected into it.
    #[error("there is no {RUN_LOG}: nothing was collected here")]
    NotCollected,
    /// The run log cannot be read.
    #[error("{RUN_LOG}: {0}")]
    Run(#[from] RunError),
    /// A record file is not one.
    #[error("{path}: {source}")]
    Records {
        /// The file, within the directory.
        path: String,
        /// What is wrong with it.
        source: RecordsError,
    },
    /// A record file's first line does not say whose records they are.
    #[error("{path}: the first line does not say whose records these are: {source}")]
    Header {
        /// The file, within the directory.
        path: String,
        /// What is wrong with it.
        source: NotStrict,
    },
    /// A record file holds another account's records.
    #[error("{path}: the first line names another account or organization")]
    HeaderOfAnother {
        /// The file, within the directory.
        path: String,
    },
    /// A line is not an exchange.
    #[error("{path}, line {line}: {source}")]
    Exchange {
        /// The file, within the directory.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: ExchangeError,
    },
}

/// Reads everything that was collected into a directory or package: the run, and the facts its records show.
///
/// Memory stays flat: the exchanges of a few accounts are held at a time.
///
/// # Errors
/// When a file cannot be read, or a line is not what it must be.
pub fn read(files: &dyn Files) -> Result<(Run, AwsInventory), PackageError> {
    let run = run(files)?;
    let mut reading = Reading::new(run.clone());
    let mut paths: Vec<_> = listed(files)?
        .into_iter()
        .filter_map(|path| RecordFile::at(&path).map(|f| (path, f)))
        .filter(|(_, file)| *file != RecordFile::RunLog)
        .collect();
    paths.sort_by(|(a, _), (b, _)| a.cmp(b));
    // Decoded by every core, a few files at a time so that memory stays flat; taken in one by one.
    for some in paths.chunks(AT_ONCE) {
        let decoded: Vec<_> = some
            .par_iter()
            .map(|(path, file)| exchanges(files, path, file))
            .collect();
        for ((_, file), exchanges) in some.iter().zip(decoded) {
            take_in(&mut reading, file, &exchanges?);
        }
    }
    Ok((run, reading.finish()))
}

/// Reads the record files of one account alone, as an extract has them.
///
/// # Errors
/// As [`read`].
pub fn read_account(
    files: &dyn Files,
    account: &AccountId,
    run: Run,
    organization: Organization,
) -> Result<AwsInventory, PackageError> {
    let mut reading = Reading::new(run).of(organization);
    for path in listed(files)? {
        match RecordFile::at(&path) {
            Some(file @ (RecordFile::Account(_) | RecordFile::Resources(_))) => {
                take_in(&mut reading, &file, &exchanges(files, &path, &file)?);
            }
            _ => (),
        }
    }
    reading.account(account);
    Ok(reading.finish())
}

fn take_in(reading: &mut Reading, file: &RecordFile, exchanges: &[(EvidenceId, Exchange)]) {
    if let RecordFile::Account(account) = file {
        reading.account(account);
    }
    for (id, exchange) in exchanges {
        match file {
            RecordFile::Account(account) => reading.account_exchange(account, *id, exchange),
            RecordFile::Resources(_) => reading.resource_exchange(*id, exchange),
            RecordFile::Organization => reading.organization_exchange(*id, exchange),
            RecordFile::RunLog => (),
        }
    }
}

/// Reads the run log of a directory or package.
///
/// # Errors
/// When there is none, or it does not tell what a run must tell.
pub fn run(files: &dyn Files) -> Result<Run, PackageError> {
    let mut log = Vec::new();
    let at = |source| PackageError::Io {
        path: RUN_LOG.into(),
        source,
    };
    match files.open(RUN_LOG) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(PackageError::NotCollected),
        Err(error) => return Err(at(error)),
        Ok(file) => file.take(LONGEST_RUN_LOG).read_to_end(&mut log).map_err(at)?,
    };
    Ok(Run::read(&log)?)
}

fn listed(files: &dyn Files) -> Result<Vec<String>, PackageError> {
    let entries = files.paths().map_err(|source| PackageError::Io {
        path: ".".into(),
        source,
    })?;
    Ok(entries.into_iter().map(|entry| entry.path).collect())
}

/// The exchanges of a record file.
fn exchanges(files: &dyn Files, path: &str, file: &RecordFile) -> Result<Vec<(EvidenceId, Exchange)>, PackageError> {
    let opened = files.open(path).map_err(|source| PackageError::Io {
        path: path.into(),
        source,
    })?;
    let mut exchanges = Vec::new();
    for (i, line) in records::read_lines(opened).enumerate() {
        let line = line.map_err(|source| PackageError::Records {
            path: path.into(),
            source,
        })?;
        if i == 0 {
            let header = Header::parse(&line).map_err(|source| PackageError::Header {
                path: path.into(),
                source,
            })?;
            if !is_header_of(&header, file) {
                return Err(PackageError::HeaderOfAnother { path: path.into() });
            }
            continue;
        }
        exchanges.push(Exchange::from_line(&line).map_err(|source| PackageError::Exchange {
            path: path.into(),
            line: i + 1,
            source,
        })?);
    }
    Ok(exchanges)
}

fn is_header_of(header: &Header, file: &RecordFile) -> bool {
    match file {
        RecordFile::Account(account) | RecordFile::Resources(account) => {
            header.account.as_ref() == Some(account) && header.salt.is_some()
        }
        _ => header.account.is_none(),
    }
}
