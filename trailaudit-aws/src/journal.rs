//! Where records are kept: one finished account is one durable file, so an account is either wholly there or not.
//!
//! ```text
//! run.jsonl                       the run log
//! organization.jsonl.gz           calls about the organization as a whole
//! accounts/<id>.jsonl.gz          what was asked in an account; its first line carries the salt of its leaf
//! resources/<id>.jsonl.gz         what was asked with an account's credentials about resources that trails name
//! ```

pub(crate) mod run_log;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use trailaudit_core::evidence::{Answer, EvidenceId, Exchange, jcs, records};
use trailaudit_core::organization::{AccountId, Region};

pub(crate) use self::run_log::RunLog;
use crate::error::CollectError;
use crate::gap;

/// The format named in the first line of every record file.
pub(crate) const FORMAT: &str = "trailaudit.records/v1";

/// A directory of records.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    root: PathBuf,
    /// Whether the directory was not there before.
    made: bool,
}

/// The exchanges of one record file while they are collected, already in the form they are written in.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    lines: Mutex<Vec<Line>>,
}

/// In file order: sorted so that the order in which answers came does not show.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    service: String,
    operation: String,
    region: Region,
    id: EvidenceId,
    bytes: Vec<u8>,
}

impl Sheet {
    pub fn add(&self, exchange: &Exchange) {
        let line = line(exchange).or_else(|error| {
            // Recorded answers are in canonical form already; were one not, that it came must not be lost.
            let answer = Answer::Error {
                code: gap::UNREADABLE_ANSWER.to_owned(),
                message: error.to_string(),
            };
            line(&Exchange {
                answer,
                ..exchange.clone()
            })
        });
        if let Ok(line) = line {
            self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// The lines of the file, `header` first.
    pub fn into_lines(self, header: &Value) -> Vec<Vec<u8>> {
        let mut lines = self.lines.into_inner().unwrap_or_else(PoisonError::into_inner);
        lines.sort_unstable();
        // A header is texts only, which always have a canonical form.
        let header = jcs::canonical(header).unwrap_or_default();
        std::iter::once(header)
            .chain(lines.into_iter().map(|line| line.bytes))
            .collect()
    }
}

fn line(exchange: &Exchange) -> Result<Line, jcs::NotCanonical> {
    let (id, bytes) = exchange.to_line()?;
    Ok(Line {
        service: exchange.service.clone(),
        operation: exchange.operation.clone(),
        region: exchange.region.clone(),
        id,
        bytes,
    })
}

impl Journal {
    /// Opens a directory of records, which is made if need be.
    pub fn open(root: &Path) -> Result<Self, CollectError> {
        let made = !root.exists();
        for directory in [root.to_owned(), root.join("accounts")] {
            fs::create_dir_all(&directory).map_err(at(&directory))?;
        }
        Ok(Self {
            root: root.to_owned(),
            made,
        })
    }

    /// Takes back what opening made, when a collection came to nothing. Finished accounts are never taken back.
    pub fn abandon(self) {
        if fs::remove_dir(self.root.join("accounts")).is_ok() {
            let _ = fs::remove_dir(self.root.join("resources"));
            let _ = fs::remove_file(self.root.join("run.jsonl"));
            // Fails, as it should, when something else is in it.
            let _ = self.made.then(|| fs::remove_dir(&self.root));
        }
    }

    pub fn run_log(&self) -> Result<RunLog, CollectError> {
        RunLog::open(self.root.join("run.jsonl"))
    }

    /// Keeps what was asked in an account; once this returns, it survives a crash.
    pub async fn keep_account(&self, account: &AccountId, sheet: Sheet) -> Result<(), CollectError> {
        let salt = EvidenceId::from(rand::random::<[u8; 32]>()).to_string();
        let header = json!({"account": account, "format": FORMAT, "salt": salt});
        self.keep(format!("accounts/{account}.jsonl.gz"), sheet, header).await
    }

    /// Keeps what was asked about resources with an account's credentials; no file when nothing was.
    pub async fn keep_resources(&self, account: &AccountId, sheet: Sheet) -> Result<(), CollectError> {
        if sheet.is_empty() {
            return Ok(());
        }
        // Made only now: a package has no empty directory.
        let directory = self.root.join("resources");
        fs::create_dir_all(&directory).map_err(at(&directory))?;
        let salt = EvidenceId::from(rand::random::<[u8; 32]>()).to_string();
        let header = json!({"account": account, "format": FORMAT, "salt": salt});
        self.keep(format!("resources/{account}.jsonl.gz"), sheet, header).await
    }

    /// Keeps what was asked about the organization as a whole.
    pub async fn keep_organization(&self, id: &str, sheet: Sheet) -> Result<(), CollectError> {
        let header = json!({"format": FORMAT, "organization": id});
        self.keep("organization.jsonl.gz".to_owned(), sheet, header).await
    }

    async fn keep(&self, name: String, sheet: Sheet, header: Value) -> Result<(), CollectError> {
        let path = self.root.join(name);
        let write = move || {
            let bytes = records::write(sheet.into_lines(&header)).map_err(io::Error::other);
            bytes.and_then(|bytes| write_durably(&path, &bytes)).map_err(at(&path))
        };
        // Compressing and waiting for the disk must not hold up the answers that come in meanwhile.
        match tokio::task::spawn_blocking(write).await {
            Ok(written) => written,
            Err(stopped) => Err(at(&self.root)(io::Error::other(stopped))),
        }
    }
}

/// Writes a file so that after a crash it is either whole or not there.
fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut beside = path.as_os_str().to_owned();
    beside.push(".tmp");
    let mut file = fs::File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, path)?;
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
    use trailaudit_core::evidence::Transport;

    use super::*;

    fn exchange(operation: &str, region: &str) -> Exchange {
        Exchange {
            account: "111122223333".into(),
            region: region.into(),
            service: "cloudtrail".into(),
            operation: operation.into(),
            parameters: json!({}),
            answer: Answer::Ok(json!({})),
            transport: Transport::default(),
        }
    }

    #[test]
    fn the_order_of_answers_does_not_show() {
        let calls = [
            ("GetTrailStatus", "b"),
            ("DescribeTrails", "b"),
            ("DescribeTrails", "a"),
        ];
        let lines = |calls: &mut dyn Iterator<Item = &(&str, &str)>| {
            let sheet = Sheet::default();
            calls.for_each(|(operation, region)| sheet.add(&exchange(operation, region)));
            sheet.into_lines(&json!({"format": FORMAT}))
        };
        let there = lines(&mut calls.iter());
        assert_eq!(there, lines(&mut calls.iter().rev()));
        assert_eq!(there[0], br#"{"format":"trailaudit.records/v1"}"#);
        assert_eq!(there.len(), 4);
        assert!(there[1..].iter().all(|line| Exchange::from_line(line).is_ok()));
    }

    #[test]
    fn an_answer_that_cannot_be_written_leaves_a_trace() {
        let sheet = Sheet::default();
        let mut exchange = exchange("DescribeTrails", "a");
        exchange.answer = Answer::Ok(json!({"share": 0.5}));
        sheet.add(&exchange);
        let (_, kept) = Exchange::from_line(&sheet.into_lines(&json!({}))[1]).unwrap();
        assert!(matches!(kept.answer, Answer::Error { code, .. } if code == gap::UNREADABLE_ANSWER));
    }

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
