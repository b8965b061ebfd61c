//! What an earlier session of the same run has left: read back, and what is not whole taken away.
//!
//! A finished account is its file of records, so that is all there is to ask: whether the file is whole, and which trails
//! it shows. What is cut off, empty, or of another run is told, and collected again.

mod kept;
mod log;

use std::collections::BTreeSet;

use jiff::Timestamp;
use rayon::prelude::*;
use serde_json::{Value, json};
use trailaudit_core::evidence::package::{ORGANIZATION, RUN_LOG, RecordFile};
use trailaudit_core::evidence::{Answer, Exchange, Files};
use trailaudit_core::organization::Organization;

pub(crate) use self::kept::Kept;
use self::kept::Records;
use self::log::EarlierLog;
use crate::claim::Claim;
use crate::collect::{Collected, is_simulated};
use crate::error::CollectError;
use crate::folder::Folder;
use crate::journal::{Asked, Journal};
use crate::package::{self, PackageError};
use crate::partition::Partition;
use crate::plan::{self, Change, Plan};
use crate::progress::{Announcer, Progress};
use crate::run::Run;
use crate::time::rfc3339;

/// How many record files are looked at, before what they show is taken in.
const AT_ONCE: usize = 256;

/// A run that did not end.
pub(crate) struct Past {
    folder: Folder,
    log: EarlierLog,
    /// What was taken away, and why.
    discarded: Vec<(String, String)>,
}

/// A run that goes on: what stands in its run log, and where this session stands in it.
pub(crate) struct Begun {
    opening: Value,
    past: Option<Past>,
    now: Timestamp,
}

impl Past {
    /// What lies in a directory; nothing when no run was begun there. Records without the beginning of a run log are of
    /// nobody knows which run, and are taken away.
    pub fn of(claim: &Claim, journal: &Journal, announcer: &Announcer) -> Result<Option<Self>, CollectError> {
        let folder = claim.folder();
        let bytes = match package::run_log(&folder) {
            Err(PackageError::NotCollected) => Vec::new(),
            read => read.map_err(|error| unreadable(&folder, error))?,
        };
        let mut past = Self {
            log: EarlierLog::read(&bytes),
            folder,
            discarded: Vec::new(),
        };
        if past.log.started.is_null() {
            for (path, _) in past.record_files()? {
                past.discard(journal, announcer, path, "it is not known any more of which run it is")?;
            }
            return Ok(None);
        }
        if past.log.broken > 0 {
            let why = format!("lines that are cut off: {}", past.log.broken);
            past.tell(announcer, RUN_LOG.to_owned(), why);
        }
        Ok(Some(past))
    }

    /// The moment it speaks about, unless one is asked for: that of its beginning, where it spoke of that before.
    pub fn default_as_of(&self, now: Timestamp) -> Timestamp {
        let started = &self.log.started;
        let moment = started["asOf"]
            .as_str()
            .filter(|_| started["asOf"] == started["startedAt"]);
        moment.and_then(|moment| moment.parse().ok()).unwrap_or(now)
    }

    /// Reads all records back. What is not whole is taken away.
    pub fn read_back(&mut self, journal: &Journal, asked: &Asked, announcer: &Announcer) -> Result<Kept, CollectError> {
        let run = self.run()?;
        let mut kept = Kept::default();
        let files: Vec<_> = self.record_files()?;
        let accounts: Vec<_> = files
            .into_iter()
            .filter_map(|(path, file)| match file {
                RecordFile::Account(account) => Some((path, account)),
                _ => None,
            })
            .collect();
        for some in accounts.chunks(AT_ONCE) {
            let read: Vec<_> = some
                .par_iter()
                .map(|(path, account)| Records::read(&self.folder, path, account, &run))
                .collect();
            for ((path, _), records) in some.iter().zip(read) {
                match records {
                    Ok(records) => {
                        journal.count(records.counts);
                        kept.take(records);
                    }
                    Err(why) => self.discard(journal, announcer, path.clone(), &why.to_string())?,
                }
            }
        }
        asked.each_left(|_, exchange| kept.note(exchange));
        announcer.announce(|| Progress::Resumed { accounts: kept.len() });
        Ok(kept)
    }

    /// What it came to, when everything was collected and every file is whole: then only what comes after is undone.
    pub fn finished(&self) -> Result<Option<(Collected, Plan)>, CollectError> {
        if !self.log.finished {
            return Ok(None);
        }
        let run = self.run()?;
        let files = self.record_files()?;
        let is_whole =
            |(path, file): &(String, RecordFile)| package::exchanges(&self.folder, path, file, &run, |_, _| ()).is_ok();
        let has_organization = files.iter().any(|(_, file)| *file == RecordFile::Organization);
        if has_organization && files.par_iter().all(is_whole) {
            ended(&self.folder).map(Some)
        } else {
            Ok(None)
        }
    }

    fn run(&self) -> Result<Run, CollectError> {
        Run::read(&self.log.as_of_now()).map_err(|error| unreadable(&self.folder, error.into()))
    }

    fn record_files(&self) -> Result<Vec<(String, RecordFile)>, CollectError> {
        let listed = self.folder.paths().map_err(|source| {
            let path = ".".into();
            unreadable(&self.folder, PackageError::Io { path, source })
        })?;
        let mut files: Vec<_> = listed
            .into_iter()
            .filter_map(|entry| RecordFile::at(&entry.path).map(|file| (entry.path, file)))
            .filter(|(_, file)| *file != RecordFile::RunLog)
            .collect();
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(files)
    }

    fn discard(
        &mut self,
        journal: &Journal,
        announcer: &Announcer,
        path: String,
        why: &str,
    ) -> Result<(), CollectError> {
        journal.discard(&path)?;
        self.tell(announcer, path, why.to_owned());
        Ok(())
    }

    fn tell(&mut self, announcer: &Announcer, path: String, why: String) {
        announcer.announce(|| Progress::Discarded {
            path: path.clone(),
            why: why.clone(),
        });
        self.discarded.push((path, why));
    }
}

impl Begun {
    /// Begins with `opening`, or goes on where the past was begun with the same plan.
    pub fn new(opening: Value, past: Option<Past>, now: Timestamp) -> Result<Self, Change> {
        let before = past.as_ref().map(|past| plan::of(&past.log.started));
        let change = before.and_then(|before| Change::between(&before, &plan::of(&opening)));
        match change {
            None => Ok(Self { opening, past, now }),
            Some(change) => Err(change),
        }
    }

    pub fn read_back(&mut self, journal: &Journal, asked: &Asked, announcer: &Announcer) -> Result<Kept, CollectError> {
        let past = self.past.as_mut();
        past.map_or_else(|| Ok(Kept::default()), |past| past.read_back(journal, asked, announcer))
    }

    /// The run log to go on from, but for the gaps.
    pub fn lines(&self, kept: &Kept) -> Vec<Value> {
        let Some(past) = &self.past else {
            return vec![self.opening.clone()];
        };
        let mut lines = past.log.again(kept.last);
        let now = rfc3339(self.now);
        lines.extend(
            past.discarded
                .iter()
                .map(|(path, why)| json!({"event": "discarded", "at": now, "path": path, "why": why})),
        );
        lines.push(json!({
            "event": "resumed",
            "startedAt": now,
            "caller": self.opening["caller"],
            "endpoints": self.opening["endpoints"],
        }));
        lines
    }

    /// The gaps of what was kept, once.
    pub fn take_gaps(&mut self, kept: &mut Kept) -> Vec<u8> {
        let shown = std::mem::take(&mut kept.gaps);
        let past = self.past.as_mut();
        past.map_or_else(Vec::new, |past| past.log.take_gaps(&shown))
    }

    /// The line about this session.
    pub fn session(&self, hosts: &[String], ended: Timestamp) -> Value {
        let open = json!({
            "startedAt": rfc3339(self.now),
            "endedAt": rfc3339(ended),
            "caller": self.opening["caller"],
            "endpoints": hosts,
            "outcome": "finished",
        });
        log::session(&open, None)
    }

    /// The first line of the run log, with every host that any session has sent to; and these.
    pub fn started(&self, hosts: Vec<String>) -> (Value, Vec<String>) {
        let earlier = self.past.iter().flat_map(|past| past.log.endpoints());
        let endpoints: BTreeSet<_> = earlier.chain(hosts).collect();
        let endpoints: Vec<_> = endpoints.into_iter().collect();
        let mut started = self
            .past
            .as_ref()
            .map_or(&self.opening, |past| &past.log.started)
            .clone();
        started["endpoints"] = json!(endpoints);
        started["simulated"] = is_simulated(&endpoints).into();
        (started, endpoints)
    }

    /// When the run was begun.
    pub fn at(&self) -> Timestamp {
        let started = self
            .past
            .as_ref()
            .and_then(|past| past.log.started["startedAt"].as_str());
        started.and_then(|text| text.parse().ok()).unwrap_or(self.now)
    }
}

/// What a run that has ended came to, and its plan.
pub(crate) fn ended(folder: &Folder) -> Result<(Collected, Plan), CollectError> {
    let at = |error| unreadable(folder, error);
    let log = package::run_log(folder).map_err(at)?;
    let run = Run::read(&log).map_err(|error| at(error.into()))?;
    let told = EarlierLog::read(&log);
    let mut organization = None;
    package::exchanges(folder, ORGANIZATION, &RecordFile::Organization, &run, |_, exchange| {
        organization = organization.take().or_else(|| described(&exchange));
    })
    .map_err(at)?;
    let moment = |text: Option<&str>| {
        let moment = text.and_then(|text| text.parse().ok());
        moment.ok_or_else(|| at(crate::run::RunError::Missing("when the run was").into()))
    };
    let partition = Partition::of(&run.partition).ok_or_else(|| CollectError::UnknownPartition {
        partition: run.partition.clone(),
    })?;
    let collected = Collected {
        started: moment(Some(&run.started))?,
        finished: moment(run.finished.as_deref())?,
        organization: organization.filter(|_| run.scope["source"] == "organization"),
        caller_account: run.caller,
        caller: run.caller_arn,
        partition: partition.id,
        endpoints: run.endpoints,
        simulated: run.simulated,
        accounts: usize::try_from(told.number("accounts")).unwrap_or(usize::MAX),
        calls: told.number("calls"),
        gaps: told.number("gaps"),
    };
    Ok((collected, plan::of(&told.started)))
}

fn described(exchange: &Exchange) -> Option<Organization> {
    let Answer::Ok(answer) = &exchange.answer else {
        return None;
    };
    let organization = &answer["Organization"];
    (exchange.operation == "DescribeOrganization").then_some(())?;
    Some(Organization {
        id: organization["Id"].as_str()?.to_owned(),
        management_account: organization["MasterAccountId"].as_str()?.into(),
    })
}

fn unreadable(folder: &Folder, error: PackageError) -> CollectError {
    CollectError::Records {
        path: folder.root().to_owned(),
        source: Box::new(error),
    }
}
