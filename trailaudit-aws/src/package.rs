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
use crate::shard::Shard;

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
    /// The accounts of the other shards are missing.
    #[error("this is shard {} of {}: merge all of them first", .0.index(), .0.of())]
    Shard(Shard),
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
/// When a file cannot be read, a line is not what it must be, or it is one shard of several: what the others have
/// seen would be missing without a trace.
pub fn read(files: &dyn Files) -> Result<(Run, AwsInventory), PackageError> {
    let run = whole_run(files)?;
    let mut reading = Reading::new(run.clone());
    let mut paths: Vec<_> = listed(files)?
        .into_iter()
        .filter_map(|path| RecordFile::at(&path).map(|f| (path, f)))
        .filter(|(_, file)| *file != RecordFile::RunLog)
        .collect();
    paths.sort_by(|(a, _), (b, _)| a.cmp(b));
    // Decoded by every core, a few files at a time so that memory stays flat; taken in one by one.
    for some in paths.chunks(AT_ONCE) {
        let decoded: Vec<_> = some.par_iter().map(|(path, file)| records(files, path, file)).collect();
        for ((_, file), exchanges) in some.iter().zip(decoded) {
            take_in(&mut reading, file, &exchanges?.1);
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
        if let Some(file @ (RecordFile::Account(_) | RecordFile::Resources(_))) = RecordFile::at(&path) {
            take_in(&mut reading, &file, &records(files, &path, &file)?.1);
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
    Ok(Run::read(&run_log(files)?)?)
}

/// Reads the run log, unless it is that of one shard of several.
///
/// # Errors
/// As [`run`], and [`PackageError::Shard`].
pub fn whole_run(files: &dyn Files) -> Result<Run, PackageError> {
    let run = run(files)?;
    match run.shard.filter(|shard| !shard.is_whole()) {
        None => Ok(run),
        Some(shard) => Err(PackageError::Shard(shard)),
    }
}

/// The bytes of the run log.
pub(crate) fn run_log(files: &dyn Files) -> Result<Vec<u8>, PackageError> {
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
    Ok(log)
}

fn listed(files: &dyn Files) -> Result<Vec<String>, PackageError> {
    let entries = files.paths().map_err(|source| PackageError::Io {
        path: ".".into(),
        source,
    })?;
    Ok(entries.into_iter().map(|entry| entry.path).collect())
}

/// The first line of a record file, which must be about what the file is, and its exchanges.
pub(crate) fn records(
    files: &dyn Files,
    path: &str,
    file: &RecordFile,
) -> Result<(Header, Vec<(EvidenceId, Exchange)>), PackageError> {
    let (header, lines) = lines(open(files, path)?, path, file)?;
    let exchange = |(i, line): (usize, Result<Vec<u8>, PackageError>)| {
        Exchange::from_line(&line?).map_err(|source| PackageError::Exchange {
            path: path.into(),
            line: i + 2,
            source,
        })
    };
    let exchanges: Result<_, _> = lines.enumerate().map(exchange).collect();
    Ok((header, exchanges?))
}

/// The first line of a record file alone.
pub(crate) fn header(files: &dyn Files, path: &str, file: &RecordFile) -> Result<Header, PackageError> {
    Ok(lines(open(files, path)?, path, file)?.0)
}

/// Whether bytes are a whole record file about what `file` says; what its exchanges say is not read.
pub(crate) fn check(bytes: &[u8], path: &str, file: &RecordFile) -> Result<(), PackageError> {
    let (_, mut lines) = lines(bytes, path, file)?;
    lines.try_for_each(|line| line.map(drop))
}

fn open<'a>(files: &'a dyn Files, path: &str) -> Result<Box<dyn Read + 'a>, PackageError> {
    files.open(path).map_err(|source| PackageError::Io {
        path: path.into(),
        source,
    })
}

/// The header of a record file, and the lines after it.
fn lines<'a, R: Read + 'a>(
    content: R,
    path: &'a str,
    file: &RecordFile,
) -> Result<(Header, impl Iterator<Item = Result<Vec<u8>, PackageError>> + use<'a, R>), PackageError> {
    let at = move |source| PackageError::Records {
        path: path.into(),
        source,
    };
    let mut lines = records::read_lines(content).map(move |line| line.map_err(at));
    let first = lines.next().transpose()?.unwrap_or_default();
    let header = Header::parse(&first).map_err(|source| PackageError::Header {
        path: path.into(),
        source,
    })?;
    if is_header_of(&header, file) {
        Ok((header, lines))
    } else {
        Err(PackageError::HeaderOfAnother { path: path.into() })
    }
}

fn is_header_of(header: &Header, file: &RecordFile) -> bool {
    match file {
        RecordFile::Account(account) | RecordFile::Resources(account) => {
            header.account.as_ref() == Some(account) && header.salt.is_some()
        }
        _ => header.account.is_none(),
    }
}
