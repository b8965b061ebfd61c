//! The recorded exchanges that findings on the pages cite: read from the records, shown as they were recorded.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;

use serde::Deserialize;
use serde_json::Value;
use trailaudit_core::evidence::package::RecordFile;
use trailaudit_core::evidence::records::read_lines;
use trailaudit_core::evidence::{Answer, EvidenceId, Exchange, Files};
use trailaudit_core::organization::AccountId;

use super::standing;
use super::{Report, control, coverage};

/// How many exchanges stand on a page.
const EXCHANGES: usize = 100;

/// How many lines of a question or an answer are shown.
const LINES: usize = 400;

/// How many characters of exchanges are kept for the pages; what more is cited is told by its digest.
const CHARACTERS: usize = 8 << 20;

/// What is to be looked for, and in whose records.
#[derive(Default)]
pub(super) struct Wanted {
    ids: HashSet<EvidenceId>,
    accounts: BTreeSet<AccountId>,
}

impl Wanted {
    /// What stands on the pages of controls and coverage.
    pub(super) fn on(report: &Report<'_>) -> Self {
        let mut wanted = Self::default();
        for standing in standing::of(report.totals) {
            control::each_cited(report, standing.rule, |account, subject, ids| {
                wanted.add(account, ids);
                wanted.accounts.extend(owner(subject));
            });
        }
        coverage::each_cited(report, |account, ids| wanted.add(account, ids));
        wanted
    }

    fn add(&mut self, account: &AccountId, ids: &[EvidenceId]) {
        self.ids.extend(ids);
        if !self.accounts.contains(account) {
            self.accounts.insert(account.clone());
        }
    }

    fn may_lie_in(&self, path: &str) -> bool {
        match RecordFile::at(path) {
            Some(RecordFile::Organization) => true,
            Some(RecordFile::Account(account) | RecordFile::Resources(account)) => self.accounts.contains(&account),
            Some(RecordFile::RunLog) | None => false,
        }
    }
}

/// The account that a full name names.
fn owner(name: &str) -> Option<AccountId> {
    let account = name.split(':').nth(4)?;
    (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())).then(|| AccountId::from(account))
}

/// The exchanges that are shown, in the order of the records.
#[derive(Default)]
pub(super) struct Exchanges {
    shown: Vec<Shown>,
    places: HashMap<EvidenceId, usize>,
}

/// One exchange.
pub(super) struct Shown {
    pub(super) id: EvidenceId,
    /// The page it stands on, from 1.
    pub(super) page: usize,
    pub(super) exchange: Exchange,
    /// The file that it was recorded in.
    pub(super) file: String,
    pub(super) asked: Vec<String>,
    pub(super) answered: Vec<String>,
    /// Whether the service refused.
    pub(super) is_refusal: bool,
    /// How many lines are not shown.
    pub(super) left_out: usize,
}

/// A citation, with the exchange where it is shown.
pub(super) struct Cited<'a> {
    pub(super) id: EvidenceId,
    pub(super) shown: Option<&'a Shown>,
}

impl Exchanges {
    /// Reads those that are wanted.
    pub(super) fn read(records: &dyn Files, mut wanted: Wanted) -> io::Result<Self> {
        let mut paths: Vec<_> = records.paths()?.into_iter().map(|entry| entry.path).collect();
        paths.retain(|path| wanted.may_lie_in(path));
        paths.sort();
        let mut exchanges = Self::default();
        let mut characters = 0;
        for path in paths {
            for line in read_lines(records.open(&path)?) {
                let line = line.map_err(io::Error::other)?;
                // The first line is a header, which has no id.
                let Ok(Id { id }) = serde_json::from_slice(&line) else {
                    continue;
                };
                if characters + line.len() > CHARACTERS || !wanted.ids.remove(&id) {
                    continue;
                }
                let (_, exchange) = Exchange::from_line(&line).map_err(io::Error::other)?;
                characters += line.len();
                exchanges.places.insert(id, exchanges.shown.len());
                exchanges
                    .shown
                    .push(Shown::of(id, exchanges.shown.len() / EXCHANGES + 1, exchange, &path));
            }
        }
        Ok(exchanges)
    }

    /// How many pages they fill.
    pub(super) fn pages(&self) -> usize {
        self.shown.len().div_ceil(EXCHANGES)
    }

    /// Those on a page, from 1.
    pub(super) fn on_page(&self, page: usize) -> &[Shown] {
        self.shown.chunks(EXCHANGES).nth(page - 1).unwrap_or_default()
    }

    /// Citations, each with its exchange where that is shown.
    pub(super) fn cited(&self, ids: &[EvidenceId]) -> Vec<Cited<'_>> {
        let shown = |id| self.places.get(id).and_then(|place| self.shown.get(*place));
        ids.iter()
            .map(|id| Cited {
                id: *id,
                shown: shown(id),
            })
            .collect()
    }
}

impl Shown {
    fn of(id: EvidenceId, page: usize, mut exchange: Exchange, path: &str) -> Self {
        let (answer, is_refusal) = match std::mem::replace(&mut exchange.answer, Answer::Ok(Value::Null)) {
            Answer::Ok(answer) => (answer, false),
            Answer::Error { code, message } => (serde_json::json!({ "code": code, "message": message }), true),
        };
        let (asked, asked_more) = lines(&std::mem::take(&mut exchange.parameters));
        let (answered, answered_more) = lines(&answer);
        Self {
            id,
            page,
            file: path.to_owned(),
            asked,
            answered,
            is_refusal,
            left_out: asked_more + answered_more,
            exchange,
        }
    }

    /// What was called, as one writes it: `cloudtrail:DescribeTrails`.
    pub(super) fn call(&self) -> String {
        format!("{}:{}", self.exchange.service, self.exchange.operation)
    }
}

/// The lines of a JSON value, as many as are shown, and how many follow.
fn lines(value: &Value) -> (Vec<String>, usize) {
    let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut lines = pretty.lines();
    let shown = lines.by_ref().take(LINES).map(str::to_owned).collect();
    (shown, lines.count())
}

#[derive(Deserialize)]
struct Id {
    id: EvidenceId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_name_names_its_owner() {
        let trail = "arn:aws:cloudtrail:us-east-1:111122223333:trail/t";
        assert_eq!(owner(trail), Some(AccountId::from("111122223333")));
        assert_eq!(owner("arn:aws:s3:::bucket"), None);
        assert_eq!(owner(""), None);
    }

    #[test]
    fn long_answers_say_what_was_left_out() {
        let (shown, more) = lines(&Value::from(vec![1; 500]));
        assert_eq!((shown.len(), more), (LINES, 102));
    }
}
