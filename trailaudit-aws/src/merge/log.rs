//! The run logs of shards: whether they belong together, and the one log that stands for all.

use std::collections::BTreeSet;
use std::io;

use serde_json::{Value, json};
use trailaudit_core::evidence::package::{ORGANIZATION, RecordFile};
use trailaudit_core::evidence::{Digest, Files};
use trailaudit_core::organization::AccountId;

use super::{Merged, Opened};
use crate::journal::run_log;
use crate::package::{self, PackageError};
use crate::plan::{self, Change, Plan};
use crate::run::Run;
use crate::shard::Shard;

/// What one shard's run log says.
pub(super) struct ShardLog {
    run: Run,
    organization: String,
    started: Value,
    finished: Option<Value>,
    /// Every other line, with its end.
    lines: BTreeSet<Vec<u8>>,
}

impl ShardLog {
    pub(super) fn read(files: &dyn Files) -> Result<Self, PackageError> {
        let bytes = package::run_log(files)?;
        let mut log = Self {
            run: Run::read(&bytes)?,
            organization: String::new(),
            started: Value::Null,
            finished: None,
            lines: BTreeSet::new(),
        };
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            // Each was read as JSON just now.
            let event: Value = serde_json::from_slice(line).unwrap_or_default();
            match event["event"].as_str() {
                Some("started") if log.started.is_null() => log.started = event,
                Some("started") => (),
                Some("finished") => log.finished = Some(event),
                _ => _ = log.lines.insert([line, b"\n"].concat()),
            }
        }
        // Written last: a shard that has ended has it.
        if log.is_finished() {
            let header = package::header(files, ORGANIZATION, &RecordFile::Organization)?;
            log.organization = header.organization.unwrap_or_default();
        }
        Ok(log)
    }

    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    pub(super) fn shard(&self) -> Option<Shard> {
        self.run.shard
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished.is_some()
    }

    pub(super) fn excluded(&self) -> impl Iterator<Item = &AccountId> {
        self.run.excluded.iter()
    }

    /// In what another shard was collected by another plan.
    pub(super) fn change(&self, other: &Self) -> Option<Change> {
        Change::between(&self.plan(), &other.plan())
    }

    /// Everything that decides what is asked, and of whom, but for which shard it is.
    fn plan(&self) -> Plan {
        let mut plan = plan::of(&self.started);
        plan.remove("the shard");
        let of = self.run.shard.map_or(1, Shard::of);
        plan.extend([
            ("the number of shards".to_owned(), of.to_string()),
            ("the organization".to_owned(), self.organization.clone()),
            ("the list of accounts".to_owned(), self.named_accounts()),
        ]);
        plan
    }

    /// The accounts the user named, as one text: every shard names all of them.
    fn named_accounts(&self) -> String {
        let named = self.run.planned.iter();
        let texts: BTreeSet<_> = named
            .map(|(account, name)| json!([account, name]).to_string())
            .collect();
        let digest = Digest::of(texts.iter().map(String::as_str).collect::<String>().as_bytes());
        format!("{} named accounts (SHA-256 {digest})", texts.len())
    }

    fn number(&self, name: &str) -> u64 {
        let number = self.finished.as_ref().and_then(|finished| finished[name].as_u64());
        number.unwrap_or_default()
    }
}

/// The run log of the whole, and what it tells: begun with the first shard, ended with the last, each line once.
pub(super) fn merged(shards: &[Opened<'_>]) -> io::Result<(Vec<u8>, Merged)> {
    let logs = || shards.iter().map(|shard| &shard.log);
    let sum = |name: &str| logs().fold(0_u64, |sum, log| sum.saturating_add(log.number(name)));
    let merged = Merged {
        shards: shards.first().map_or(0, |first| first.shard.of()),
        accounts: sum("accounts"),
        calls: sum("calls"),
    };
    let first = logs().min_by(|one, other| one.run.started.cmp(&other.run.started));
    let mut started = first.map(|log| log.started.clone()).unwrap_or_default();
    let endpoints: BTreeSet<_> = logs().flat_map(|log| &log.run.endpoints).collect();
    if let Some(fields) = started.as_object_mut() {
        fields.remove("shard");
        fields.insert("shards".to_owned(), merged.shards.into());
        fields.insert("endpoints".to_owned(), json!(endpoints));
    }
    let finished = json!({
        "event": "finished",
        "at": logs().filter_map(|log| log.run.finished.as_ref()).max(),
        "accounts": merged.accounts,
        "calls": merged.calls,
        "gaps": sum("gaps"),
    });
    let lines: BTreeSet<_> = logs().flat_map(|log| &log.lines).collect();
    let log = run_log::arranged(&started, lines.into_iter().map(Vec::as_slice), &finished)?;
    Ok((log, merged))
}
