//! The run log: who collected, with what parameters, what was left out, and every gap.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use trailaudit_core::evidence::jcs;

use super::{at, write_durably};
use crate::error::CollectError;

/// Lines of canonical JSON. While the run lasts they stand in the order they came, for whoever looks into an
/// interrupted run; [`RunLog::finish`] leaves them in an order of their own.
#[derive(Debug)]
pub(crate) struct RunLog {
    path: PathBuf,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// The first failure to write; told when the run ends.
    failed: Option<io::Error>,
}

impl RunLog {
    pub(super) fn open(path: PathBuf) -> Result<Self, CollectError> {
        let file = File::create(&path).map_err(at(&path))?;
        Ok(Self {
            path,
            open: Mutex::new(Open { file, failed: None }),
        })
    }

    pub fn write(&self, event: &Value) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let written = line(event).and_then(|line| open.file.write_all(&line));
        if let Err(error) = written {
            open.failed.get_or_insert(error);
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

/// A finished log: `started`, then the lines (with their ends) that are no start, sorted, then `finished`.
pub(crate) fn arranged<'a>(
    started: &Value,
    lines: impl IntoIterator<Item = &'a [u8]>,
    finished: &Value,
) -> io::Result<Vec<u8>> {
    let mut lines: Vec<_> = lines.into_iter().map(|line| (rank(line), line)).collect();
    lines.retain(|(rank, _)| *rank != Rank::Started);
    lines.sort_unstable();
    let mut bytes = line(started)?;
    bytes.extend(lines.into_iter().flat_map(|(_, line)| line));
    bytes.extend(line(finished)?);
    Ok(bytes)
}

/// The order of events in a finished log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Started,
    Planned,
    Excluded,
    Gap,
}

fn rank(line: &[u8]) -> Rank {
    let event: Value = serde_json::from_slice(line).unwrap_or_default();
    match event["event"].as_str() {
        Some("started") => Rank::Started,
        Some("planned") => Rank::Planned,
        Some("excluded") => Rank::Excluded,
        _ => Rank::Gap,
    }
}

fn line(event: &Value) -> io::Result<Vec<u8>> {
    let mut line = jcs::canonical(event).map_err(io::Error::other)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_finished_log_is_in_order_and_says_what_was_learnt_last() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("run.jsonl");
        let log = RunLog::open(path.clone()).unwrap();
        for event in [
            json!({"event": "started", "endpoints": []}),
            json!({"event": "gap", "account": "2"}),
            json!({"event": "excluded", "account": "3"}),
            json!({"event": "gap", "account": "1"}),
            json!({"event": "planned", "account": "9"}),
        ] {
            log.write(&event);
        }
        assert_eq!(
            fs::read_to_string(&path).unwrap().lines().count(),
            5,
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
                r#"{"account":"9","event":"planned"}"#,
                r#"{"account":"3","event":"excluded"}"#,
                r#"{"account":"1","event":"gap"}"#,
                r#"{"account":"2","event":"gap"}"#,
                r#"{"event":"finished"}"#,
            ]
        );
    }
}
