//! What was answered about resources that trails name, until it is known to be all.
//!
//! The file of an account's resources is whole only when every trail of every account is known and followed. So that a
//! process that is killed before then loses nothing, each answer is appended here as it comes: the account, what was
//! asked, the exchange, between tabs. Whoever resumes the run, which is the same version of this program, answers the
//! same question from here.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use trailaudit_core::evidence::Exchange;
use trailaudit_core::organization::AccountId;

use super::at;
use crate::error::CollectError;
use crate::gap;

/// The file, and what an earlier session left in it.
#[derive(Debug)]
pub(crate) struct Asked {
    path: PathBuf,
    /// Made with the first line.
    file: Mutex<Option<File>>,
    left: Mutex<BTreeMap<AccountId, Left>>,
}

/// The exchanges with one account's credentials by question; none where it says how the account was entered.
pub(super) type Left = VecDeque<(Option<String>, Exchange)>;

impl Asked {
    /// Reads what an earlier session left. A line that was cut off is left out, and so is what was met with a silence or
    /// a refusal that may have gone with that session.
    pub fn open(path: PathBuf) -> Result<Self, CollectError> {
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(at(&path))?,
        };
        let mut left: BTreeMap<_, Left> = BTreeMap::new();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if let Some((account, question, exchange)) = read(line)
                && !gap::is_of_the_moment(&exchange)
            {
                left.entry(account).or_default().push_back((question, exchange));
            }
        }
        if bytes.last().is_some_and(|last| *last != b'\n') {
            // What is appended must not become part of the line that was cut off.
            end_line(&path).map_err(at(&path))?;
        }
        Ok(Self {
            path,
            file: Mutex::default(),
            left: Mutex::new(left),
        })
    }

    /// What an earlier session was answered with an account's credentials. It is given out once.
    pub fn left_by_others(&self, account: &AccountId) -> Left {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.remove(account).unwrap_or_default()
    }

    /// Looks at all of it.
    pub fn each_left(&self, mut look: impl FnMut(&AccountId, &Exchange)) {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        for (account, answers) in &*left {
            for (_, exchange) in answers {
                look(account, exchange);
            }
        }
    }

    /// Keeps a line. That it cannot be kept costs no more than a question asked again, if the process is killed: where
    /// a disk is full, the next record file tells.
    pub fn keep(&self, account: &AccountId, question: &str, line: &[u8]) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            *file = File::options().create(true).append(true).open(&self.path).ok();
        }
        if let Some(file) = &mut *file {
            let head = format!("{account}\t{question}\t");
            let _ = file.write_all(&[head.as_bytes(), line, b"\n"].concat());
        }
    }
}

fn end_line(path: &Path) -> io::Result<()> {
    File::options().append(true).open(path)?.write_all(b"\n")
}

fn read(line: &[u8]) -> Option<(AccountId, Option<String>, Exchange)> {
    let mut parts = line.strip_suffix(b"\n")?.splitn(3, |byte| *byte == b'\t');
    let mut text = || parts.next().and_then(|part| str::from_utf8(part).ok());
    let (account, question) = (text()?.into(), text()?.to_owned());
    let (_, exchange) = Exchange::from_line(parts.next()?).ok()?;
    Some((
        account,
        Some(question).filter(|question| !question.is_empty()),
        exchange,
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use trailaudit_core::evidence::{Answer, Transport};

    use super::*;

    fn exchange(operation: &str, answer: Answer) -> Exchange {
        Exchange {
            account: "111122223333".into(),
            region: "a".into(),
            service: "kms".into(),
            operation: operation.into(),
            parameters: json!({}),
            answer,
            transport: Transport::default(),
        }
    }

    fn error(code: &str) -> Answer {
        Answer::Error {
            code: code.into(),
            message: "m".into(),
        }
    }

    #[test]
    fn what_was_answered_is_there_again_wherever_the_file_was_cut() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("asked.tsv");
        let asked = Asked::open(path.clone()).unwrap();
        let account = AccountId::from("111122223333");
        let answers = [
            Answer::Ok(json!({"a": "\t\n"})),
            error("AccessDenied"),
            error("Unreachable"),
            error("ExpiredToken"),
            Answer::Ok(json!({})),
        ];
        for (i, answer) in answers.into_iter().enumerate() {
            let (_, line) = exchange("DescribeKey", answer).to_line().unwrap();
            asked.keep(&account, &format!("Key {{ key: \"{i}\" }}"), &line);
        }
        let bytes = fs::read(&path).unwrap();
        let kept = |path: &Path| {
            let left = Asked::open(path.to_owned()).unwrap().left_by_others(&account);
            left.into_iter()
                .filter_map(|(question, _)| question)
                .collect::<Vec<_>>()
        };
        let expected = [0, 1, 4].map(|i| format!("Key {{ key: \"{i}\" }}"));
        assert_eq!(kept(&path), expected);
        for cut in 0..bytes.len() {
            fs::write(&path, &bytes[..cut]).unwrap();
            let kept = kept(&path);
            assert!(expected.starts_with(&kept), "{cut}: {kept:?}");
            assert!(fs::read(&path).unwrap().last().is_none_or(|last| *last == b'\n'));
        }
    }
}
