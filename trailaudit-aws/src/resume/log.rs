//! The run log as earlier sessions left it.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use serde_json::{Value, json};
use trailaudit_core::evidence::jcs;

use crate::journal::run_log;
use crate::time::rfc3339;

/// What its lines tell, those left out that were cut off.
#[derive(Debug, Default)]
pub(super) struct EarlierLog {
    /// The first line; null when it is not there.
    pub started: Value,
    /// Sessions that are told, and files that were discarded in them.
    told: Vec<Value>,
    /// The session that has not told its end.
    open: Option<Value>,
    /// Every gap, as often as it stands there, and whatever else is told.
    gaps: Vec<Vec<u8>>,
    last: Value,
    /// Whether everything was collected.
    pub finished: bool,
    /// How many lines are no lines of a run log.
    pub broken: usize,
}

impl EarlierLog {
    pub fn read(log: &[u8]) -> Self {
        let mut read = Self::default();
        for whole in log.split_inclusive(|byte| *byte == b'\n') {
            let event: Value = whole
                .strip_suffix(b"\n")
                .and_then(|line| jcs::parse_strict(line).ok())
                .unwrap_or_default();
            match event["event"].as_str() {
                Some("started") if read.started.is_null() => {
                    read.open = Some(event.clone());
                    read.started = event;
                }
                Some("resumed") => read.open = Some(event),
                Some("interrupted") => {
                    if let Some(open) = &mut read.open {
                        open["endedAt"] = event["at"].clone();
                        open["outcome"] = event["why"].clone();
                    }
                }
                Some("session") => {
                    let began = |open: &Value| open["startedAt"] == event["startedAt"];
                    read.open = read.open.take().filter(|open| !began(open));
                    read.told.push(event);
                }
                Some("discarded") => read.told.push(event),
                Some("finished") => {
                    read.finished = true;
                    read.last = event;
                }
                // Said again when the accounts are listed again.
                Some("started" | "planned" | "excluded") => (),
                Some(_) => read.gaps.push(whole.to_vec()),
                None => read.broken += 1,
            }
        }
        read
    }

    /// Every host that is named.
    pub fn endpoints(&self) -> impl Iterator<Item = String> {
        let named = self
            .told
            .iter()
            .chain(&self.open)
            .chain([&self.started])
            .flat_map(|event| event["endpoints"].as_array().into_iter().flatten())
            .filter_map(|host| host.as_str().map(str::to_owned));
        named.collect::<BTreeSet<_>>().into_iter()
    }

    /// A number in the last line.
    pub fn number(&self, name: &str) -> u64 {
        self.last[name].as_u64().unwrap_or_default()
    }

    /// As much of it as tells of the run as a whole, which has not ended.
    pub fn as_of_now(&self) -> Vec<u8> {
        run_log::line(&self.started).unwrap_or_default()
    }

    /// The lines to go on from but for the gaps: an open session is closed with the moment at which it is `last` known to
    /// have asked.
    pub fn again(&self, last: Option<Timestamp>) -> Vec<Value> {
        let mut lines = vec![self.started.clone()];
        lines.extend(self.told.iter().cloned());
        if let Some(open) = &self.open {
            let began: Option<Timestamp> = open["startedAt"].as_str().and_then(|text| text.parse().ok());
            let known = last.max(began).map(rfc3339);
            lines.push(session(open, known.as_deref()));
        }
        lines
    }

    /// Its gaps, and those that records show and the log has lost. They may be many, and are not held any longer.
    pub fn take_gaps(&mut self, shown: &[Vec<u8>]) -> Vec<u8> {
        let gaps = std::mem::take(&mut self.gaps);
        let mut there: HashMap<&[u8], usize> = HashMap::new();
        for line in &gaps {
            *there.entry(line).or_default() += 1;
        }
        let lost = shown.iter().filter(|line| match there.get_mut(line.as_slice()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
        let lost: Vec<_> = lost.collect();
        gaps.iter().chain(lost).flatten().copied().collect()
    }
}

/// The line that tells of a session. Where it did not tell its end itself, `known` is the last that is known of it.
pub(crate) fn session(open: &Value, known: Option<&str>) -> Value {
    let ended = open["endedAt"].as_str().or(known).or(open["startedAt"].as_str());
    json!({
        "event": "session",
        "startedAt": open["startedAt"],
        "endedAt": ended,
        "caller": open["caller"],
        "endpoints": open["endpoints"],
        "outcome": open["outcome"].as_str().unwrap_or("unknown: it did not tell its end"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGUN: &str =
        r#"{"caller":{"arn":"a"},"endpoints":["x"],"event":"started","startedAt":"2026-11-22T03:00:00.000Z"}"#;
    const GAP: &str = r#"{"account":"1","event":"gap"}"#;

    fn again(log: &str, last: Option<&str>) -> Vec<Value> {
        let lines = EarlierLog::read(log.as_bytes()).again(last.map(|last| last.parse().unwrap()));
        assert_eq!(lines[0]["event"], "started");
        lines[1..].to_vec()
    }

    #[test]
    fn a_session_ends_when_it_says_so_or_when_it_was_last_heard_of() {
        let said = r#"{"at":"2026-11-22T03:09:00.000Z","event":"interrupted","why":"interrupted"}"#;
        let told = again(&format!("{BEGUN}\n{said}\n"), Some("2026-11-22T03:05:00Z"));
        assert_eq!(
            (&told[0]["endedAt"], &told[0]["outcome"]),
            (&"2026-11-22T03:09:00.000Z".into(), &"interrupted".into())
        );
        let silent = again(&format!("{BEGUN}\n{GAP}\n"), Some("2026-11-22T03:05:00Z"));
        assert_eq!(silent[0]["endedAt"], "2026-11-22T03:05:00.000Z");
        let early = again(&format!("{BEGUN}\n"), None);
        assert_eq!(early[0]["endedAt"], early[0]["startedAt"]);
        assert_eq!((told.len(), silent.len(), early.len()), (1, 1, 1));
    }

    #[test]
    fn every_session_is_told_once_however_often_a_run_is_resumed() {
        let mut log = format!("{BEGUN}\n");
        for day in 23..26 {
            let told = again(&log, Some("2026-11-22T04:00:00Z"));
            assert_eq!(told.len(), day - 22);
            let lines = std::iter::once(BEGUN.to_owned()).chain(told.iter().map(Value::to_string));
            let again = format!(r#"{{"event":"resumed","startedAt":"2026-11-{day}T03:00:00.000Z"}}"#);
            log = lines.chain([again]).map(|line| line + "\n").collect();
        }
    }

    /// A line that was cut off is counted; gaps that it may have told are told by the records.
    #[test]
    fn no_gap_is_lost_or_told_twice() {
        let other = GAP.replace('1', "2");
        let mut log = EarlierLog::read(format!("{BEGUN}\n{GAP}\n{GAP}\n{{\"event\":\"ga").as_bytes());
        assert_eq!(log.broken, 1);
        let shown = [GAP, &other, &other].map(|line| format!("{line}\n").into_bytes());
        let told = String::from_utf8(log.take_gaps(&shown)).unwrap();
        assert_eq!(told.lines().collect::<Vec<_>>(), [GAP, GAP, &other, &other]);
    }
}
