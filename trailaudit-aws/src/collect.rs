//! The whole collection, from top to bottom.

use std::path::Path;
use std::sync::Arc;

use aws_config::SdkConfig;
use futures::FutureExt;
use futures::channel::mpsc;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use trailaudit_core::organization::{AccountId, Organization, Region};

use crate::arn::Arn;
use crate::builder::{CollectorBuilder, Options};
use crate::calls::sts::{self, Assumption};
use crate::client;
use crate::discover::Discovery;
use crate::error::{CollectError, refusal};
use crate::fan_out;
use crate::joined::{Join, Seen, Sheets};
use crate::journal::{Journal, Sheet};
use crate::pace::Pace;
use crate::partition::{Partition, is_aws_host};
use crate::policy;
use crate::progress::{Announcer, Progress, ProgressEvents};
use crate::record::{Asking, Recorder};
use crate::session::{Caller, Entrance, Sessions};
use crate::time::{Clock, rfc3339};
use crate::visit::Visits;

/// Asks every account in scope about its trails and keeps every answer.
#[derive(Debug)]
pub struct Collector {
    options: Options,
    announcer: Announcer,
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
    /// was finished until then stays on disk.
    ///
    /// # Errors
    /// When nothing can be collected at all ([`CollectError`] says why), or a file cannot be written. A call that is
    /// refused is no error: its refusal is recorded like an answer.
    pub async fn collect(self, into: &Path) -> Result<Collected, CollectError> {
        let cancelled = self.options.cancellation.clone();
        let collecting = async {
            let config = client::configure(&self.options.environment).await?;
            let journal = Journal::open(into)?;
            let outcome = self.run(config, &journal).await;
            if outcome.is_err() {
                journal.abandon();
            }
            outcome
        };
        match cancelled.run_until_cancelled(Box::pin(collecting)).await {
            Some(outcome) => outcome,
            None => Err(CollectError::Cancelled),
        }
    }

    async fn run(&self, config: SdkConfig, journal: &Journal) -> Result<Collected, CollectError> {
        let options = &self.options;
        let clock = Clock::of(&config);
        let config = client::for_collection(&config, &clock);
        let started = clock.now();
        let recorder = Arc::new(Recorder::new(
            options.concurrency,
            Pace::new(options.max_rps),
            clock.clone(),
            self.announcer.clone(),
            journal.run_log()?,
        ));
        let organization_sheet = Arc::new(Sheet::default());

        let asked = Region::from(config.region().map_or("us-east-1", AsRef::as_ref));
        let origin = Caller::new("".into(), String::new(), config.clone());
        let (origin, partition) = identify(&recorder, origin, &asked, &organization_sheet).await?;
        options.check_regions(partition)?;
        let entrance = options.entrance(partition, &asked);
        let mut sessions = Sessions::new(recorder.clone(), entrance, origin, organization_sheet.clone());
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
        let base = sessions.base().clone();
        let opening =
            |endpoints: &[String]| options.opening(started, &base.principal(), base.account(), partition, endpoints);
        recorder.log().write(&opening(&hosts(&recorder)));

        let global = Region::from(partition.global_region);
        let (found, queue) = mpsc::unbounded();
        let discovery = Discovery {
            sessions: &sessions,
            recorder: &recorder,
            scope: &options.scope,
            agenda: &options.agenda,
            shard: options.shard,
            region: &global,
            found,
            roots: OnceCell::default(),
        };
        let visits = Visits {
            sessions: &sessions,
            recorder: &recorder,
            journal,
            scope: &options.scope,
            agenda: &options.agenda,
            partition,
        };
        let mut seen = Seen::default();
        let visit = |account| visits.visit(account).boxed();
        let visiting = fan_out::each(queue, options.concurrency, visit, |visited| seen.add(visited));
        let (directory, ()) = futures::try_join!(discovery.run(), visiting)?;

        let join = Join {
            sessions: &sessions,
            recorder: &recorder,
            journal,
            directory: &directory,
            scope: &options.scope,
            agenda: &options.agenda,
            region: &global,
            sheets: Sheets::default(),
        };
        join.run(seen).await?;

        let caller = base.principal();
        drop(sessions);
        if let Some(sheet) = Arc::into_inner(organization_sheet) {
            let id = directory
                .organization
                .as_ref()
                .map_or(base.account().as_str(), |organization| &organization.id);
            journal.keep_organization(id, sheet).await?;
        }
        let endpoints = hosts(&recorder);
        let finished = clock.now();
        recorder.log().finish(
            &opening(&endpoints),
            &json!({
                "event": "finished",
                "at": rfc3339(finished),
                "accounts": directory.own,
                "calls": recorder.calls(),
            }),
        )?;
        recorder.announce(|| Progress::Finished {
            calls: recorder.calls(),
            gaps: recorder.gaps(),
        });
        Ok(Collected {
            organization: directory.organization,
            caller_account: base.account().clone(),
            caller,
            partition: partition.id,
            simulated: is_simulated(&endpoints),
            endpoints,
            accounts: directory.own,
            calls: recorder.calls(),
            gaps: recorder.gaps(),
            started,
            finished,
        })
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
    sheet.add(&exchange);
    Ok((Caller::new(account.into(), arn, caller.config().clone()), partition))
}

impl Options {
    fn entrance(&self, partition: &'static Partition, configured: &Region) -> Entrance {
        let assumption = |policy: String| Assumption {
            session_name: self.session_name.clone(),
            external_id: self.external_id.clone(),
            source_identity: self.source_identity.clone(),
            tags: self.session_tags.clone().into_iter().collect(),
            duration: self.session_seconds,
            policy,
        };
        // STS in a Region that is off in the entered account refuses the role.
        let is_default = partition.default_regions.contains(&configured.as_str());
        Entrance {
            partition: partition.id,
            region: if is_default {
                configured.clone()
            } else {
                partition.global_region.into()
            },
            role_names: self.role_names.clone(),
            assumption: assumption(policy::session_policy(&self.agenda)),
            management: assumption(policy::management_session_policy(&self.agenda)),
        }
    }

    /// The first line of the run log.
    fn opening(
        &self,
        started: Timestamp,
        caller: &str,
        account: &AccountId,
        partition: &Partition,
        endpoints: &[String],
    ) -> Value {
        let mut event = json!({
            "event": "started",
            "format": "trailaudit.run/v1",
            "asOf": rfc3339(self.as_of.unwrap_or(started)),
            "startedAt": rfc3339(started),
            "tool": {"name": "trailaudit", "version": env!("CARGO_PKG_VERSION")},
            "caller": {"arn": caller, "account": account},
            "partition": partition.id,
            "endpoints": endpoints,
            "simulated": is_simulated(endpoints),
            "scope": self.agenda.limit(self.scope.to_json()),
            "agenda": self.agenda.to_json(),
            "roleNames": self.role_names,
            "sessionName": self.session_name,
            "concurrency": self.concurrency,
        });
        if let Some(shard) = self.shard {
            event["shard"] = shard.to_json();
        }
        if let Some(most) = self.max_rps {
            event["maxRequestsPerSecond"] = most.get().into();
        }
        if let Some(identity) = &self.source_identity {
            event["sourceIdentity"] = identity.as_str().into();
        }
        if let Some((_, role)) = &self.management_role {
            event["managementRole"] = role.as_str().into();
        }
        event
    }
}

fn hosts(recorder: &Recorder) -> Vec<String> {
    recorder.hosts().into_iter().collect()
}

pub(crate) fn is_simulated(endpoints: &[String]) -> bool {
    endpoints.iter().any(|host| !is_aws_host(host))
}
