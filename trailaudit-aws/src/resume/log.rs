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
    /// Every gap, as often as it stands there.
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
                Some("gap") => read.gaps.push(whole.to_vec()),
                // Said again when the accounts are listed again.
                Some("started" | "planned" | "excluded") => (),
                _ => read.broken += 1,
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

    /// Its gaps, and those that records show and the log has lost.
    pub fn gaps(&self, shown: &[Vec<u8>]) -> Vec<u8> {
        let mut there: HashMap<&[u8], usize> = HashMap::new();
        for line in &self.gaps {
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
        self.gaps.iter().chain(lost).flatten().copied().collect()
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
