//! From record files back to facts: the same way for a live run, a package, and an auditor years later.

mod content;
mod plausible;

use std::io::{self, Read};

use memchr::memchr_iter;
use rayon::prelude::*;
use trailaudit_core::evidence::Files;
use trailaudit_core::evidence::exchange::ExchangeError;
use trailaudit_core::evidence::jcs::NotStrict;
use trailaudit_core::evidence::package::{RUN_LOG, RecordFile};
use trailaudit_core::evidence::records::{Header, RecordsError};
use trailaudit_core::organization::{AccountId, Organization};
use trailaudit_core::{EvidenceId, Exchange};

use crate::inventory::{AwsInventory, Reading};
use crate::run::{Run, RunError};
use crate::shard::Shard;
use content::lines;
use plausible::Spans;

pub(crate) use content::{check, header};

/// The longest run log that is read, in bytes: a line for each of fifty thousand accounts and far more gaps.
const LONGEST_RUN_LOG: u64 = 512 << 20;

/// How many record files are decoded at once, and how much of one, in bytes, is held while they are.
const AT_ONCE: usize = 16;
const HELD: usize = 2 << 20;

/// The most values of one exchange: far more than any page of an answer has.
const MOST_VALUES: usize = 1 << 20;

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
    /// A line has more values than any answer has.
    #[error("{path}, line {line}: more values than any answer has")]
    TooManyValues {
        /// The file, within the directory.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// An exchange is not of this account or not of this run.
    #[error("{path}, line {line}: {why}")]
    Implausible {
        /// The file, within the directory.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
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
    let spans = Spans::of(&run);
    // Small files are decoded by every core, a few at a time, while those before them are taken in; what is large is
    // taken in exchange by exchange, so that memory stays flat whatever the files hold.
    let decode = |some: &[(String, RecordFile)]| -> Vec<_> {
        some.par_iter()
            .map(|(path, file)| small(files, path, file, &spans))
            .collect()
    };
    let mut chunks = paths.chunks(AT_ONCE);
    let mut now = chunks.next().unwrap_or_default();
    let mut decoded = decode(now);
    while !now.is_empty() {
        let next = chunks.next().unwrap_or_default();
        let take = || {
            for ((path, file), exchanges) in now.iter().zip(decoded) {
                match exchanges? {
                    Some(exchanges) => {
                        begin(&mut reading, file);
                        for (id, exchange) in &exchanges {
                            take_in(&mut reading, file, *id, exchange);
                        }
                        end(&mut reading, file);
                    }
                    None => stream(&mut reading, files, path, file, &spans)?,
                }
            }
            Ok::<_, PackageError>(())
        };
        let mut ahead = Vec::new();
        // In place: what is kept lies together, apart from what the other threads only hold for a moment.
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| ahead = decode(next));
            take()
        })?;
        (now, decoded) = (next, ahead);
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
    let spans = Spans::of(&run);
    let mut reading = Reading::new(run).of(organization);
    for path in listed(files)? {
        if let Some(file @ (RecordFile::Account(_) | RecordFile::Resources(_))) = RecordFile::at(&path) {
            stream(&mut reading, files, &path, &file, &spans)?;
        }
    }
    reading.account(account);
    Ok(reading.finish())
}

fn begin(reading: &mut Reading, file: &RecordFile) {
    if let RecordFile::Account(account) = file {
        reading.account(account);
    }
}

fn end(reading: &mut Reading, file: &RecordFile) {
    if let RecordFile::Account(account) = file {
        reading.account_read(account);
    }
}

fn take_in(reading: &mut Reading, file: &RecordFile, id: EvidenceId, exchange: &Exchange) {
    match file {
        RecordFile::Account(account) => reading.account_exchange(account, id, exchange),
        RecordFile::Resources(_) => reading.resource_exchange(id, exchange),
        RecordFile::Organization => reading.organization_exchange(id, exchange),
        RecordFile::RunLog => (),
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

pub(crate) fn listed(files: &dyn Files) -> Result<Vec<String>, PackageError> {
    let entries = files.paths().map_err(|source| PackageError::Io {
        path: ".".into(),
        source,
    })?;
    Ok(entries.into_iter().map(|entry| entry.path).collect())
}

/// The exchanges of a record file, when there is so little in it that they can be held together.
fn small(
    files: &dyn Files,
    path: &str,
    file: &RecordFile,
    spans: &Spans,
) -> Result<Option<Vec<(EvidenceId, Exchange)>>, PackageError> {
    let mut exchanges = Vec::new();
    let mut room = HELD;
    let whole = each_line(files, path, file, |number, line| {
        // Every comma may be a value of its own, which takes as much memory as a short text.
        let cost = line.len() + 32 * memchr_iter(b',', line).count();
        let Some(rest) = room.checked_sub(cost) else {
            return Ok(false);
        };
        room = rest;
        exchanges.push(decoded(path, number, line, file, spans)?);
        Ok(true)
    })?;
    Ok(whole.then_some(exchanges))
}

/// Gives every exchange of a record file of `run`, one at a time; then its first line.
pub(crate) fn exchanges(
    files: &dyn Files,
    path: &str,
    file: &RecordFile,
    run: &Run,
    mut take: impl FnMut(EvidenceId, Exchange),
) -> Result<Header, PackageError> {
    let (header, lines) = lines(content::open(files, path)?, path, file)?;
    let spans = Spans::of(run);
    for (i, line) in lines.enumerate() {
        let (id, exchange) = decoded(path, i + 2, &line?, file, &spans)?;
        take(id, exchange);
    }
    Ok(header)
}

fn stream(
    reading: &mut Reading,
    files: &dyn Files,
    path: &str,
    file: &RecordFile,
    spans: &Spans,
) -> Result<(), PackageError> {
    begin(reading, file);
    each_line(files, path, file, |number, line| {
        let (id, exchange) = decoded(path, number, line, file, spans)?;
        take_in(reading, file, id, &exchange);
        Ok(true)
    })?;
    end(reading, file);
    Ok(())
}

fn decoded(
    path: &str,
    line: usize,
    bytes: &[u8],
    file: &RecordFile,
    spans: &Spans,
) -> Result<(EvidenceId, Exchange), PackageError> {
    if memchr_iter(b',', bytes).count() > MOST_VALUES {
        return Err(PackageError::TooManyValues {
            path: path.into(),
            line,
        });
    }
    let (id, exchange) = Exchange::from_line(bytes).map_err(|source| PackageError::Exchange {
        path: path.into(),
        line,
        source,
    })?;
    match plausible::fault(spans, file, &exchange) {
        None => Ok((id, exchange)),
        Some(why) => Err(PackageError::Implausible {
            path: path.into(),
            line,
            why,
        }),
    }
}

/// Gives every line but the header to `take`, which says whether it wants more; whether all were taken.
fn each_line(
    files: &dyn Files,
    path: &str,
    file: &RecordFile,
    mut take: impl FnMut(usize, &[u8]) -> Result<bool, PackageError>,
) -> Result<bool, PackageError> {
    let (_, lines) = lines(content::open(files, path)?, path, file)?;
    for (i, line) in lines.enumerate() {
        if !take(i + 2, &line?)? {
            return Ok(false);
        }
    }
    Ok(true)
}
