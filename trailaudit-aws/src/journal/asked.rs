//! What was answered about resources that trails name, until it is known to be all.
//!
//! The file of an account's resources is whole only when every trail of every account is known and followed. So that a
//! process that is killed before then loses nothing, each answer is appended here as it comes: the account, what was
//! asked, the exchange, between tabs. Whoever resumes the run, which is the same version of this program, answers the
//! same question from here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::organization::AccountId;

use super::at;
use crate::calls::{page_token, without_page_token};
use crate::error::CollectError;
use crate::gap;

/// The file, and what an earlier session left in it.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Nothing where nothing is to be kept.
    path: Option<PathBuf>,
    /// Made with the first line; and where the next one begins.
    file: Mutex<Option<(File, u64)>>,
    left: Mutex<BTreeMap<AccountId, Left>>,
}

/// Where in the file an exchange stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    start: u64,
    length: usize,
}

/// The exchanges with one account's credentials by question; none where it says how the account was entered.
pub(super) type Left = VecDeque<(Option<String>, Exchange)>;

impl Asked {
    /// Reads what an earlier session left. Left out are a line that was cut off, what was met with a silence or a refusal
    /// that may have gone with that session, and a listing that was not asked to its end.
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
        left.values_mut().for_each(leave_out_cut_listings);
        if bytes.last().is_some_and(|last| *last != b'\n') {
            // What is appended must not become part of the line that was cut off.
            end_line(&path).map_err(at(&path))?;
        }
        Ok(Self {
            path: Some(path),
            file: Mutex::default(),
            left: Mutex::new(left),
        })
    }

    /// Keeps nothing.
    pub fn nowhere() -> Self {
        Self {
            path: None,
            file: Mutex::default(),
            left: Mutex::default(),
        }
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

    /// Keeps a line, and tells where. That it cannot be kept costs no more than a question asked again, if the process is
    /// killed: where a disk is full, the next record file tells.
    pub(super) fn keep(&self, account: &AccountId, question: &str, line: &[u8]) -> Option<Place> {
        let path = self.path.as_ref()?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            *file = open_to_append(path).ok();
        }
        let (file, end) = file.as_mut()?;
        let head = format!("{account}\t{question}\t");
        let bytes = [head.as_bytes(), line, b"\n"].concat();
        if file.write_all(&bytes).is_ok() {
            let start = *end + head.len() as u64;
            let length = line.len();
            *end += bytes.len() as u64;
            return Some(Place { start, length });
        }
        // What was written of it must not become part of the next.
        let _ = file.set_len(*end);
        *end = file.metadata().map_or(*end, |file| file.len());
        None
    }

    /// Reads back a line that was kept.
    pub(super) fn read(&self, place: &Place) -> io::Result<Vec<u8>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((file, _)) = file.as_mut() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let mut line = vec![0; place.length];
        file.seek(SeekFrom::Start(place.start))?;
        file.read_exact(&mut line)?;
        Ok(line)
    }
}

/// A file, and its length. Whatever is read from it meanwhile, lines are added at its end.
fn open_to_append(path: &Path) -> io::Result<(File, u64)> {
    let file = File::options().create(true).read(true).append(true).open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

/// The token of a page may be of no use any more: Logs forgets one after a day (`CloudWatch` Logs API reference,
/// `nextToken`). So a page that goes on is known only together with the one after it.
fn leave_out_cut_listings(left: &mut Left) {
    let mut led_to = BTreeSet::new();
    let mut kept = Left::new();
    // A page came after the one that leads to it.
    while let Some((question, exchange)) = left.pop_back() {
        let listing = without_page_token(exchange.parameters.clone()).to_string();
        let page = |token: &str| {
            let Exchange { region, operation, .. } = &exchange;
            (region.clone(), operation.clone(), listing.clone(), token.to_owned())
        };
        let next = match &exchange.answer {
            Answer::Ok(answer) => page_token(answer).map(page),
            Answer::Error { .. } => None,
        };
        if next.is_none_or(|next| led_to.contains(&next)) {
            led_to.extend(page_token(&exchange.parameters).map(page));
            kept.push_front((question, exchange));
        }
    }
    *left = kept;
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
    use trailaudit_core::evidence::Transport;

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
            let place = asked.keep(&account, &format!("Key {{ key: \"{i}\" }}"), &line).unwrap();
            assert_eq!(asked.read(&place).unwrap(), line);
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

    #[test]
    fn a_listing_is_known_whole_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let account = AccountId::from("111122223333");
        let page = |group: &str, token: Option<&str>, next: Option<&str>| {
            let mut page = exchange("DescribeLogStreams", Answer::Ok(json!({"nextToken": next})));
            page.parameters = json!({"logGroupName": group});
            if let Some(token) = token {
                page.parameters["nextToken"] = token.into();
            }
            page
        };
        let kept = |pages: &[Exchange]| {
            let path = directory.path().join("asked.tsv");
            drop(fs::remove_file(&path));
            let asked = Asked::open(path.clone()).unwrap();
            for page in pages {
                asked.keep(&account, "LogStreams", &page.to_line().unwrap().1).unwrap();
            }
            let left = Asked::open(path).unwrap().left_by_others(&account);
            left.into_iter().map(|(_, page)| page).collect::<Vec<_>>()
        };
        let whole = [
            page("a", None, Some("1")),
            page("a", Some("1"), Some("2")),
            page("a", Some("2"), None),
        ];
        assert_eq!(kept(&whole), whole);
        let mut refused = whole.clone();
        refused[2].answer = error("AccessDenied");
        assert_eq!(
            kept(&refused),
            refused,
            "a listing that was refused has come to its end"
        );
        refused[2].answer = error("Unreachable");
        assert_eq!(kept(&refused), []);
        let other = [page("b", None, Some("1")), page("b", Some("1"), None)];
        let mixed = [&other[..1], &whole[..2], &other[1..]].concat();
        assert_eq!(kept(&mixed), other, "one listing does not end another");
    }
}
