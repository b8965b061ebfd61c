//! The run log: who collected, when, with which scope. Written as the run goes, read back by every assessment.

use jiff::Timestamp;
use serde_json::Value;
use trailaudit_core::evidence::jcs::{self, NotStrict};
use trailaudit_core::organization::{AccountId, Region};

use crate::agenda::Search;
use crate::collect::is_simulated;
use crate::shard::Shard;

/// The facts of a run that its run log keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The moment the assessment speaks about.
    pub as_of: Timestamp,
    /// When collection began.
    pub started: String,
    /// When it ended; none while it has not.
    pub finished: Option<String>,
    /// From when to when each session of it asked, where the run log tells: a run that was interrupted and resumed has
    /// several, and so has one that was collected in shards.
    pub sessions: Vec<(String, String)>,
    /// The tool's name and version.
    pub tool: (String, String),
    /// The account the run was made from.
    pub caller: AccountId,
    /// The identity the run was made with.
    pub caller_arn: String,
    /// The AWS partition.
    pub partition: String,
    /// The hosts that answered.
    pub endpoints: Vec<String>,
    /// Whether any of them is not AWS's own.
    pub simulated: bool,
    /// The Regions the run was limited to; empty for every enabled Region.
    pub regions: Vec<Region>,
    /// The scope as the run log has it.
    pub scope: Value,
    /// Which part of the organization it was; none when it was the whole.
    pub shard: Option<Shard>,
    /// The accounts the user named, with their names; empty when Organizations was asked.
    pub planned: Vec<(AccountId, String)>,
    /// The accounts the scope left out.
    pub excluded: Vec<AccountId>,
}

/// Why a run log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A line is not strict JSON.
    #[error("line {line} of the run log: {source}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: NotStrict,
    },
    /// The log contradicts itself.
    #[error("the run log {0}")]
    Contradiction(&'static str),
    /// The first line does not tell what a run must tell.
    #[error("the run log does not say {0}")]
    Missing(&'static str),
}

impl Run {
    /// Whether trails were searched for [economically](crate::Search::Economical): what Regions were not asked show
    /// nothing, and do not show that there is nothing.
    #[must_use]
    pub fn is_economical(&self) -> bool {
        self.scope["plan"] == Search::Economical.as_str()
    }

    /// Reads a run log.
    ///
    /// # Errors
    /// When a line is not JSON, the beginning of the run is not told, or a session lies outside of the run.
    pub fn read(log: &[u8]) -> Result<Self, RunError> {
        let mut lines = Vec::new();
        for (i, line) in log
            .split(|byte| *byte == b'\n')
            .enumerate()
            .filter(|(_, line)| !line.is_empty())
        {
            let line = jcs::parse_strict(line).map_err(|source| RunError::Line { line: i + 1, source })?;
            lines.push(line);
        }
        let events = |name: &'static str| lines.iter().filter(move |line: &&Value| line["event"] == name);
        let started = events("started")
            .next()
            .ok_or(RunError::Missing("when the run started"))?;
        let text = |value: &Value, missing| value.as_str().map(str::to_owned).ok_or(RunError::Missing(missing));
        let list = |value: &Value| -> Vec<String> {
            value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        };
        let finished = events("finished").next_back();
        let hosts = finished.filter(|line| line["endpoints"].is_array()).unwrap_or(started);
        let planned = events("planned").filter_map(|line| {
            let name = line["name"].as_str().unwrap_or_default().to_owned();
            Some((AccountId::from(line["account"].as_str()?), name))
        });
        let planned: Vec<_> = planned.collect();
        // Else whoever writes the log could have two accounts stand for the whole organization.
        let is_asked = started["scope"]["source"] == "organization";
        if is_asked && !planned.is_empty() {
            return Err(RunError::Contradiction(
                "names the accounts itself, although Organizations was asked for them",
            ));
        }
        let finished = finished.and_then(|line| line["at"].as_str()).map(str::to_owned);
        let sessions = events("session").map(|line| {
            let bounds = (
                text(&line["startedAt"], "when a session started"),
                text(&line["endedAt"], "when a session ended"),
            );
            Ok((bounds.0?, bounds.1?))
        });
        let sessions = sessions.collect::<Result<Vec<_>, RunError>>()?;
        let began = text(&started["startedAt"], "when the run started")?;
        // All are UTC with milliseconds, whose order is that of their texts.
        let within = |(from, to): &(String, String)| *from >= began && finished.as_ref().is_none_or(|end| to <= end);
        if !sessions.iter().all(within) {
            return Err(RunError::Contradiction("tells of a session before the run or after it"));
        }
        Ok(Self {
            as_of: text(&started["asOf"], "as of when")?
                .parse()
                .map_err(|_| RunError::Missing("as of when"))?,
            started: began,
            finished,
            sessions,
            tool: (
                text(&started["tool"]["name"], "with which tool")?,
                text(&started["tool"]["version"], "with which version")?,
            ),
            caller: text(&started["caller"]["account"], "who asked")?.into(),
            caller_arn: text(&started["caller"]["arn"], "who asked")?,
            partition: text(&started["partition"], "in which partition")?,
            endpoints: list(&hosts["endpoints"]),
            simulated: hosts["simulated"]
                .as_bool()
                .ok_or(RunError::Missing("whether AWS answered"))?
                || is_simulated(&list(&hosts["endpoints"])),
            regions: list(&started["scope"]["regions"])
                .into_iter()
                .map(Region::from)
                .collect(),
            scope: started["scope"].clone(),
            planned,
            shard: match &started["shard"] {
                Value::Null => None,
                shard => Some(Shard::from_json(shard).ok_or(RunError::Missing("which shard it is"))?),
            },
            excluded: events("excluded")
                .filter_map(|line| Some(line["account"].as_str()?.into()))
                .collect(),
        })
    }
}
