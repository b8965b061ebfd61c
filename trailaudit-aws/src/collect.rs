//! The whole collection, from top to bottom.

use std::path::Path;
use std::sync::Arc;

use aws_config::SdkConfig;
use futures::FutureExt;
use futures::channel::mpsc;
use jiff::Timestamp;
use serde_json::json;
use tokio::sync::OnceCell;
use trailaudit_core::organization::{AccountId, Organization, Region};

use crate::arn::Arn;
use crate::builder::{CollectorBuilder, Options};
use crate::calls::sts;
use crate::claim::{Claim, ClaimError};
use crate::client;
use crate::discover::{Directory, Discovery};
use crate::error::{CollectError, refusal};
use crate::fan_out;
use crate::folder::Folder;
use crate::joined::{Join, Sheets};
use crate::journal::{Asked, Journal, RunLog, Sheet};
use crate::pace::Pace;
use crate::partition::{Partition, is_aws_host};
use crate::plan::{self, Change, Plan};
use crate::progress::{Announcer, Progress, ProgressEvents};
use crate::record::{Asking, Recorder};
use crate::resume::{self, Begun, Kept, Past};
use crate::session::{Caller, Sessions};
use crate::time::{Clock, rfc3339};
use crate::visit::Visits;

/// Asks every account in scope about its trails and keeps every answer.
#[derive(Debug)]
pub struct Collector {
    pub(crate) options: Options,
    pub(crate) announcer: Announcer,
}

/// What a collection was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Collected {
    /// The organization, when Organizations was asked.
    pub organization: Option<Organization>,
    /// The account whose credentials listed the organization and entered accounts.
    pub caller_account: AccountId,
    /// Its ARN.
    pub caller: String,
    /// The partition, such as `aws`.
    pub partition: &'static str,
    /// Every host that was sent to.
    pub endpoints: Vec<String>,
    /// Whether one of them is not AWS's own.
    pub simulated: bool,
    /// Accounts that were visited, whether or not they could be entered.
    pub accounts: usize,
    /// Exchanges recorded.
    pub calls: u64,
    /// How many of them failed.
    pub gaps: u64,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
}

impl Collector {
    /// Starts describing a collection.
    pub fn builder() -> CollectorBuilder {
        CollectorBuilder::default()
    }

    pub(crate) fn new(options: Options) -> Self {
        Self {
            options,
            announcer: Announcer::default(),
        }
    }

    /// The events of the next collection. Listen before it starts; an earlier listener is dropped.
    pub fn progress(&mut self) -> ProgressEvents {
        let (announcer, events) = Announcer::with_listener();
        self.announcer = announcer;
        events
    }

    /// Collects into a directory, which is made if need be. The future may be dropped at any time: every account that
    /// was finished until then stays on disk, for a collector that [resumes](CollectorBuilder::resume).
    ///
    /// # Errors
    /// When nothing can be collected at all ([`CollectError`] says why), or a file cannot be written. A call that is
    /// refused is no error: its refusal is recorded like an answer.
    pub async fn collect(self, into: &Path) -> Result<Collected, CollectError> {
        let claim = if self.options.resume {
            Claim::resume(into)?
        } else {
            Some(Claim::begin(into)?)
        };
        let Some(claim) = claim else {
            return self.ended(into);
        };
        match self.collect_in(&claim).await {
            Ok(collected) => {
                claim.release()?;
                Ok(collected)
            }
            Err(error) => {
                if !matches!(error, CollectError::Cancelled) {
                    drop(claim.abandon());
                }
                Err(error)
            }
        }
    }

    /// The same where there is more to do in the directory before the run has ended: the claim stays.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub async fn collect_in(self, claim: &Claim) -> Result<Collected, CollectError> {
        let cancelled = self.options.cancellation.clone();
        let journal = Journal::open(claim.root())?;
        let log = Arc::new(journal.run_log());
        let collecting = async {
            claim.sweep()?;
            let past = Past::of(claim, &journal, &self.announcer)?;
            if let Some(past) = &past
                && let Some(collected) = past.finished()?
            {
                return self.same(claim.root(), collected);
            }
            let config = client::configure(&self.options.environment).await?;
            Box::pin(self.run(config, claim, &journal, past, log.clone())).await
        };
        let outcome = cancelled.run_until_cancelled(Box::pin(collecting)).await;
        let outcome = outcome.unwrap_or(Err(CollectError::Cancelled));
        if let Err(error) = &outcome {
            log.interrupt(&match error {
                CollectError::Cancelled => "interrupted".to_owned(),
                // Where on whose machine is nobody's business.
                CollectError::Io { source, .. } => format!("failed: {source}"),
                error => format!("failed: {error}"),
            });
        }
        outcome
    }

    /// What a run that has ended came to, if it was this one. Nobody is asked, and nothing changes.
    ///
    /// # Errors
    /// When it was begun with another plan, or cannot be read.
    pub fn ended(&self, into: &Path) -> Result<Collected, CollectError> {
        let io = |source| CollectError::Io {
            path: into.to_owned(),
            source,
        };
        self.same(into, resume::ended(&Folder::open(into).map_err(io)?)?)
    }

    /// What a run came to, if it was this one.
    fn same(&self, into: &Path, (collected, plan): (Collected, Plan)) -> Result<Collected, CollectError> {
        let asked = plan::of(&self.options.planned());
        // Who asks, and whom, is not known before anybody is asked.
        let known = plan
            .into_iter()
            .filter(|(what, _)| asked.contains_key(what) || !plan::is_learnt(what));
        match Change::between(&known.collect(), &asked) {
            None => Ok(collected),
            Some(change) => Err(ClaimError::otherwise(into, change).into()),
        }
    }

    async fn run(
        &self,
        config: SdkConfig,
        claim: &Claim,
        journal: &Journal,
        past: Option<Past>,
        log: Arc<RunLog>,
    ) -> Result<Collected, CollectError> {
        let clock = Clock::of(&config);
        let config = client::for_collection(&config, &clock);
        let now = clock.now();
        let recorder = Arc::new(Recorder::new(
            self.options.in_flight(),
            Pace::new(self.options.max_rps),
            clock.clone(),
            self.announcer.clone(),
            log,
        ));
        let organization = Arc::new(Sheet::default());
        let (sessions, partition) = self.sign_in(&config, &recorder, &organization).await?;
        let asked = Arc::new(journal.asked()?);
        let mut begun = self.begin(claim, past, &sessions, partition, now)?;
        let mut kept = begun.read_back(journal, &asked, &self.announcer)?;
        kept.introduce(&sessions, &asked);
        recorder.log().begin(&begun.lines(&kept), &begun.take_gaps(&mut kept))?;

        let work = self.work(journal, &sessions, &recorder, partition, kept, asked);
        let done = tokio::select! {
            biased;
            () = recorder.ended() => Err(CollectError::Cancelled),
            done = work => done,
        };
        // Why it ended goes before what came of that.
        let directory = recorder.why_ended().map_or(done, Err)?;

        let base = sessions.base().clone();
        drop(sessions);
        if let Some(sheet) = Arc::into_inner(organization) {
            let id = directory
                .organization
                .as_ref()
                .map_or(base.account().as_str(), |organization| &organization.id);
            journal.keep_organization(id, sheet).await?;
        }
        let finished = clock.now();
        let (calls, gaps) = journal.counts();
        recorder.log().write(&begun.session(&hosts(&recorder), finished));
        let (started, endpoints) = begun.started(hosts(&recorder));
        let last = json!({
            "event": "finished",
            "at": rfc3339(finished),
            "accounts": directory.own,
            "calls": calls,
            "gaps": gaps,
        });
        recorder.log().finish(&started, &last)?;
        recorder.announce(|| Progress::Finished { calls, gaps });
        Ok(Collected {
            organization: directory.organization,
            caller_account: base.account().clone(),
            caller: base.principal(),
            partition: partition.id,
            simulated: is_simulated(&endpoints),
            endpoints,
            accounts: directory.own,
            calls,
            gaps,
            started: begun.at(),
            finished,
        })
    }

    /// Finds out who asks, and becomes the management role if there is one.
    pub(crate) async fn sign_in(
        &self,
        config: &SdkConfig,
        recorder: &Arc<Recorder>,
        organization: &Arc<Sheet>,
    ) -> Result<(Sessions, &'static Partition), CollectError> {
        let options = &self.options;
        let asked = Region::from(config.region().map_or("us-east-1", AsRef::as_ref));
        let origin = Caller::new("".into(), String::new(), config.clone());
        let (origin, partition) = identify(recorder, origin, &asked, organization).await?;
        options.check_regions(partition)?;
        let entrance = options.entrance(partition, &asked);
        let mut sessions = Sessions::new(recorder.clone(), entrance, origin, organization.clone());
        if let Some((account, role)) = &options.management_role {
            sessions = sessions
                .through_management_role(account, role)
                .await
                .map_err(|exchange| {
                    let (code, message) = refusal(&exchange);
                    CollectError::ManagementRole {
                        role: role.clone(),
                        code,
                        message,
                    }
                })?;
        }
        recorder.check()?;
        Ok((sessions, partition))
    }

    /// Begins the run, or goes on with it, if this is the run that was begun.
    fn begin(
        &self,
        claim: &Claim,
        past: Option<Past>,
        sessions: &Sessions,
        partition: &Partition,
        now: Timestamp,
    ) -> Result<Begun, CollectError> {
        let as_of = past.as_ref().map_or(now, |past| past.default_as_of(now));
        let as_of = self.options.as_of.unwrap_or(as_of);
        let (base, hosts) = (sessions.base(), sessions.hosts());
        let opening = self
            .options
            .opening(now, as_of, (&base.principal(), base.account()), partition, &hosts);
        Begun::new(opening, past, now).map_err(|change| ClaimError::otherwise(claim.root(), change).into())
    }

    /// Asks everybody everything.
    pub(crate) async fn work(
        &self,
        journal: &Journal,
        sessions: &Sessions,
        recorder: &Recorder,
        partition: &'static Partition,
        mut kept: Kept,
        asked: Arc<Asked>,
    ) -> Result<Directory, CollectError> {
        let options = &self.options;
        let global = Region::from(partition.global_region);
        let (found, queue) = mpsc::unbounded();
        let discovery = Discovery {
            sessions,
            recorder,
            scope: &options.scope,
            agenda: &options.agenda,
            shard: options.shard,
            region: &global,
            found,
            roots: OnceCell::default(),
        };
        let mut seen = std::mem::take(&mut kept.seen);
        let visits = Visits {
            sessions,
            recorder,
            journal,
            kept: &kept,
            scope: &options.scope,
            agenda: &options.agenda,
            partition,
        };
        let asking = async {
            let visit = |account| visits.visit(account).boxed();
            let visiting = fan_out::each(queue, options.in_flight(), visit, |visited| seen.add(visited));
            let (directory, ()) = futures::try_join!(discovery.run(), visiting)?;
            let join = Join {
                sessions,
                recorder,
                journal,
                directory: &directory,
                scope: &options.scope,
                agenda: &options.agenda,
                region: &global,
                sheets: Sheets::kept_in(asked),
            };
            join.run(seen).await?;
            Ok::<_, CollectError>(directory)
        };
        let beside = async {
            discovery.beside().await;
            Ok(())
        };
        let (directory, ()) = futures::try_join!(asking, beside)?;
        Ok(directory)
    }
}

/// The first call of all: who asks, and in which partition.
async fn identify(
    recorder: &Recorder,
    caller: Caller,
    region: &Region,
    sheet: &Sheet,
) -> Result<(Caller, &'static Partition), CollectError> {
    let asking = Asking {
        recorder,
        caller: &caller,
        region,
    };
    let (mut exchange, identity) = sts::caller_identity(asking).await;
    let Some((account, arn)) = identity else {
        return Err(CollectError::first_call(&exchange, hosts(recorder).pop()));
    };
    let name = Arn::parse(&arn).map_or("", |arn| arn.partition);
    let Some(partition) = Partition::of(name) else {
        return Err(CollectError::UnknownPartition {
            partition: name.to_owned(),
        });
    };
    // Who asked is known only now.
    exchange.account = account.as_str().into();
    exchange.transport.principal.clone_from(&arn);
    sheet.add(None, &exchange);
    Ok((Caller::new(account.into(), arn, caller.config().clone()), partition))
}

fn hosts(recorder: &Recorder) -> Vec<String> {
    recorder.hosts().into_iter().collect()
}

pub(crate) fn is_simulated(endpoints: &[String]) -> bool {
    endpoints.iter().any(|host| !is_aws_host(host))
}
