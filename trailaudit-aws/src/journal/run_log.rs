//! The run log: who collected, with what parameters, in which sessions, what was left out, and every gap.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};
use trailaudit_core::evidence::{Answer, Exchange, jcs};

use super::{at, write_durably};
use crate::error::CollectError;
use crate::gap;
use crate::time::rfc3339;

/// Lines of canonical JSON. While the run lasts they stand in the order they came, for whoever looks into an
/// interrupted run or resumes it; [`RunLog::finish`] leaves them in an order of their own.
#[derive(Debug)]
pub(crate) struct RunLog {
    path: PathBuf,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    /// None until the run begins.
    file: Option<File>,
    /// What was written before.
    waiting: Vec<u8>,
    /// The first failure to write; told when the run ends.
    failed: Option<io::Error>,
}

impl RunLog {
    pub(super) fn at(path: PathBuf) -> Self {
        Self {
            path,
            open: Mutex::default(),
        }
    }

    /// Begins the log with these events and lines, durably, in place of what an earlier session may have left.
    pub fn begin(&self, events: &[Value], lines: &[u8]) -> Result<(), CollectError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = std::mem::take(&mut open.waiting);
        let begin = || {
            let events = events.iter().map(line).collect::<io::Result<Vec<_>>>()?;
            write_durably(&self.path, &[&*events.concat(), lines, &waiting].concat())?;
            File::options().append(true).open(&self.path)
        };
        open.file = Some(begin().map_err(at(&self.path))?);
        Ok(())
    }

    /// Says why the session ends before the run does, if it has begun.
    pub fn interrupt(&self, why: &str) {
        let begun = self.open.lock().unwrap_or_else(PoisonError::into_inner).file.is_some();
        if begun {
            self.write(&json!({"event": "interrupted", "at": rfc3339(Timestamp::now()), "why": why}));
        }
    }

    pub fn write(&self, event: &Value) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Open { file, waiting, failed } = &mut *open;
        let written = line(event).and_then(|line| match file {
            Some(file) => file.write_all(&line),
            None => waiting.write_all(&line),
        });
        if let Err(error) = written {
            failed.get_or_insert(error);
        }
    }

    /// Leaves the log as `started`, then everything that was written, sorted, then `finished`; durably.
    pub fn finish(&self, started: &Value, finished: &Value) -> Result<(), CollectError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.failed.take() {
            Some(error) => Err(error),
            None => self.arrange(started, finished),
        }
        .map_err(at(&self.path))
    }

    fn arrange(&self, started: &Value, finished: &Value) -> io::Result<()> {
        let written = fs::read(&self.path)?;
        let lines = written.split_inclusive(|byte| *byte == b'\n');
        write_durably(&self.path, &arranged(started, lines, finished)?)
    }
}

/// The line about a call by which nothing was learnt.
pub(crate) fn gap(exchange: &Exchange) -> Option<Value> {
    let Answer::Error { code, message } = &exchange.answer else {
        return None;
    };
    let event = || {
        json!({
            "event": "gap",
            "account": exchange.account,
            "region": exchange.region,
            "service": exchange.service,
            "operation": exchange.operation,
            "code": code,
            "message": message,
        })
    };
    gap::is_gap(exchange).then(event)
}

/// A finished log: `started`, then the lines (with their ends) that are no start, sorted, then `finished`. What an open
/// session wrote about itself is told by its `session` line.
pub(crate) fn arranged<'a>(
    started: &Value,
    lines: impl IntoIterator<Item = &'a [u8]>,
    finished: &Value,
) -> io::Result<Vec<u8>> {
    let mut lines: Vec<_> = lines.into_iter().filter_map(|line| Some((rank(line)?, line))).collect();
    lines.sort_unstable();
    let mut bytes = line(started)?;
    bytes.extend(lines.into_iter().flat_map(|(_, line)| line));
    bytes.extend(line(finished)?);
    Ok(bytes)
}

/// The order of events in a finished log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Session,
    Discarded,
    Planned,
    Excluded,
    Gap,
}

/// Nothing for what a finished log has not, or in its first and last line only.
fn rank(line: &[u8]) -> Option<Rank> {
    let event: Value = serde_json::from_slice(line).unwrap_or_default();
    match event["event"].as_str() {
        Some("started" | "resumed" | "interrupted" | "finished") => None,
        Some("session") => Some(Rank::Session),
        Some("discarded") => Some(Rank::Discarded),
        Some("planned") => Some(Rank::Planned),
        Some("excluded") => Some(Rank::Excluded),
        _ => Some(Rank::Gap),
    }
}

/// The line of an event, with its end.
pub(crate) fn line(event: &Value) -> io::Result<Vec<u8>> {
    let mut line = jcs::canonical(event).map_err(io::Error::other)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_log_is_in_order_and_says_what_was_learnt_last() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("run.jsonl");
        let log = RunLog::at(path.clone());
        log.write(&json!({"event": "gap", "account": "2"}));
        assert!(!path.exists(), "nothing is told before it is known who asks");
        log.begin(&[json!({"event": "started", "endpoints": []})], b"").unwrap();
        for event in [
            json!({"event": "excluded", "account": "3"}),
            json!({"event": "resumed"}),
            json!({"event": "gap", "account": "1"}),
            json!({"event": "planned", "account": "9"}),
            json!({"event": "session"}),
        ] {
            log.write(&event);
        }
        assert_eq!(
            fs::read_to_string(&path).unwrap().lines().count(),
            7,
            "an interrupted run leaves what it knew"
        );
        log.finish(
            &json!({"event": "started", "endpoints": ["x"]}),
            &json!({"event": "finished"}),
        )
        .unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines,
            [
                r#"{"endpoints":["x"],"event":"started"}"#,
                r#"{"event":"session"}"#,
                r#"{"account":"9","event":"planned"}"#,
                r#"{"account":"3","event":"excluded"}"#,
                r#"{"account":"1","event":"gap"}"#,
                r#"{"account":"2","event":"gap"}"#,
                r#"{"event":"finished"}"#,
            ]
        );
    }
}
