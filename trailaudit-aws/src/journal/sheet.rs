//! The exchanges of one record file while they are collected.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Debug;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use trailaudit_core::evidence::{Answer, EvidenceId, Exchange, jcs};
use trailaudit_core::organization::{AccountId, Region};

use super::asked::{Asked, Place};
use crate::gap;

/// The exchanges of one record file while they are collected, already in the form they are written in.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    lines: Mutex<Vec<Line>>,
    /// Whether any of them was met with silence.
    silence: AtomicBool,
    asked: Option<Mirror>,
}

/// Where a sheet that is long in the making is kept meanwhile, and what an earlier session left there of it.
#[derive(Debug)]
struct Mirror {
    account: AccountId,
    asked: Arc<Asked>,
    answered: Mutex<BTreeMap<(Region, String), VecDeque<Exchange>>>,
}

#[derive(Debug)]
struct Line {
    service: String,
    operation: String,
    region: Region,
    id: EvidenceId,
    bytes: Bytes,
    is_gap: bool,
}

/// What a line says: here, or, where a sheet is kept on disk meanwhile, there. Of large organizations, the sheets of all
/// accounts are in the making at once.
#[derive(Debug)]
enum Bytes {
    Here(Vec<u8>),
    There(Place),
}

impl Sheet {
    /// A sheet about resources, of which `asked` keeps every line. What an earlier session was answered is answered
    /// from there.
    pub fn mirrored(account: &AccountId, asked: Arc<Asked>) -> Self {
        let mut answered: BTreeMap<_, VecDeque<_>> = BTreeMap::new();
        let mut entries = Vec::new();
        for (question, exchange) in asked.left_by_others(account) {
            match question {
                Some(question) => answered
                    .entry((exchange.region.clone(), question))
                    .or_default()
                    .push_back(exchange),
                None => entries.push(exchange),
            }
        }
        let sheet = Self {
            asked: Some(Mirror {
                account: account.clone(),
                asked,
                answered: Mutex::new(answered),
            }),
            ..Self::default()
        };
        // How the account was entered then is the ground on which it was answered.
        for exchange in &entries {
            sheet.put(exchange, Bytes::Here);
        }
        sheet
    }

    /// What an earlier session was answered; each answer once, as often as it was asked.
    pub fn recall(&self, region: &Region, question: &dyn Debug) -> Option<Exchange> {
        let mirror = self.asked.as_ref()?;
        let mut answered = mirror.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let exchange = answered.get_mut(&(region.clone(), named(question)))?.pop_front()?;
        self.put(&exchange, Bytes::Here);
        Some(exchange)
    }

    /// Adds the answer to a question, or, without one, how an account was entered.
    pub fn add(&self, question: Option<&dyn Debug>, exchange: &Exchange) {
        self.put(exchange, |bytes| {
            let place = self.asked.as_ref().and_then(|mirror| {
                let question = question.map(named).unwrap_or_default();
                mirror.asked.keep(&mirror.account, &question, &bytes)
            });
            place.map_or(Bytes::Here(bytes), Bytes::There)
        });
    }

    fn put(&self, exchange: &Exchange, keep: impl FnOnce(Vec<u8>) -> Bytes) {
        if gap::is_unanswered(exchange) {
            self.silence.store(true, Ordering::Relaxed);
        }
        let line = exchange.to_line().or_else(|error| {
            // Recorded answers are in canonical form already; were one not, that it came must not be lost.
            let answer = Answer::Error {
                code: gap::UNREADABLE_ANSWER.to_owned(),
                message: error.to_string(),
            };
            let told = Exchange {
                answer,
                ..exchange.clone()
            };
            told.to_line()
        });
        let Ok((id, bytes)) = line else { return };
        let line = Line {
            service: exchange.service.clone(),
            operation: exchange.operation.clone(),
            region: exchange.region.clone(),
            id,
            bytes: keep(bytes),
            is_gap: gap::is_gap(exchange),
        };
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    pub fn is_empty(&self) -> bool {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether somebody did not answer.
    pub fn has_silence(&self) -> bool {
        self.silence.load(Ordering::Relaxed)
    }

    /// How many exchanges there are, and how many of them are gaps.
    pub fn counts(&self) -> (u64, u64) {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let gaps = lines.iter().filter(|line| line.is_gap).count();
        (lines.len() as u64, gaps as u64)
    }

    /// The lines of the file, `header` first, the others sorted so that the order in which answers came does not show.
    ///
    /// # Errors
    /// When lines that were kept on disk meanwhile cannot be read back.
    pub fn into_lines(self, header: &Value) -> io::Result<Vec<Vec<u8>>> {
        let lines = self.lines.into_inner().unwrap_or_else(PoisonError::into_inner);
        let read = |line: Line| {
            let bytes = match (line.bytes, &self.asked) {
                (Bytes::Here(bytes), _) => bytes,
                (Bytes::There(place), Some(mirror)) => mirror.asked.read(&place)?,
                (Bytes::There(_), None) => return Err(io::Error::other("it is not known where a line was kept")),
            };
            Ok((line.service, line.operation, line.region, line.id, bytes))
        };
        let mut lines: Vec<_> = lines.into_iter().map(read).collect::<io::Result<_>>()?;
        lines.sort_unstable();
        // A header is texts only, which always have a canonical form.
        let header = jcs::canonical(header).unwrap_or_default();
        let lines = lines.into_iter().map(|(.., bytes)| bytes);
        Ok(std::iter::once(header).chain(lines).collect())
    }
}

fn named(question: &dyn Debug) -> String {
    format!("{question:?}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
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
            calls.for_each(|(operation, region)| sheet.add(None, &exchange(operation, region)));
            sheet.into_lines(&json!({"format": super::super::FORMAT})).unwrap()
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
        sheet.add(None, &exchange);
        let (_, kept) = Exchange::from_line(&sheet.into_lines(&json!({})).unwrap()[1]).unwrap();
        assert!(matches!(kept.answer, Answer::Error { code, .. } if code == gap::UNREADABLE_ANSWER));
    }
}
