//! Whether a run would be complete, before there is one: the questions of a collection, but nothing is kept.
//!
//! What is asked is what the collection asks, by the same sessions, at the same pace; of a listing whose entries lead to no
//! further question only the first page. So nothing that would be refused then is missed now, and nothing is called
//! refused that would not be asked.

mod cause;
mod fix;
mod obstacle;
mod refused;

use std::collections::BTreeSet;
use std::sync::Arc;

use trailaudit_core::organization::{AccountId, AccountState, Region};

pub use self::cause::Cause;
pub use self::fix::Fix;
pub use self::obstacle::Obstacle;
pub(crate) use self::refused::Refused;
use crate::client;
use crate::collect::{Collector, is_simulated};
use crate::discover::Directory;
use crate::error::CollectError;
use crate::journal::{Journal, Sheet};
use crate::pace::Pace;
use crate::partition::Partition;
use crate::record::Recorder;
use crate::resume::Kept;
use crate::session::Sessions;
use crate::time::Clock;

/// What stands in the way of a complete run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preflight {
    /// The ARN whose credentials enter accounts.
    pub caller: String,
    /// Every host that was sent to.
    pub endpoints: Vec<String>,
    /// Whether one of them is not AWS's own.
    pub simulated: bool,
    /// Accounts that were to be entered.
    pub accounts: usize,
    /// How many of them could be.
    pub entered: usize,
    /// Regions that answered, account by account.
    pub regions: usize,
    /// Requests sent.
    pub calls: u64,
    /// What would be inconclusive: each refused call of each account and Region, in order.
    pub obstacles: Vec<Obstacle>,
    /// What to change; an obstacle names its fix by its place here.
    pub fixes: Vec<Fix>,
    /// Accounts in scope that are not in use: there is nothing to read, so nothing is missing.
    pub not_in_use: Vec<(AccountId, AccountState)>,
    /// Regions that the scope names and an account has off: there is nothing to read either.
    pub regions_off: BTreeSet<(AccountId, Region)>,
}

impl Preflight {
    /// Whether every account can be entered, and every call is answered.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.obstacles.is_empty()
    }
}

/// What is known of a run when its fixes are worded.
pub(crate) struct Ground<'a> {
    pub partition: &'static str,
    /// The account whose credentials enter others, and their ARN.
    pub base: AccountId,
    pub caller: String,
    pub role_names: &'a [String],
    pub has_external_id: bool,
    pub source_identity: Option<&'a str>,
    pub organization: Option<String>,
}

impl Collector {
    /// Asks whether a collection would be complete. Nothing is written; dropping the future ends it.
    ///
    /// # Errors
    /// When nothing could be collected at all, as [`collect`](Self::collect).
    pub async fn preflight(mut self) -> Result<Preflight, CollectError> {
        self.options.glances = true;
        let cancelled = self.options.cancellation.clone();
        let asking = Box::pin(self.ask_in_advance());
        let outcome = cancelled.run_until_cancelled(asking).await;
        outcome.unwrap_or(Err(CollectError::Cancelled))
    }

    async fn ask_in_advance(&self) -> Result<Preflight, CollectError> {
        let config = client::configure(&self.options.environment).await?;
        let clock = Clock::of(&config);
        let config = client::for_collection(&config, &clock);
        let journal = Journal::nowhere();
        let log = Arc::new(journal.run_log());
        let pace = Pace::new(self.options.max_rps);
        let recorder = Recorder::new(self.options.in_flight(), pace, clock, self.announcer.clone(), log);
        let recorder = Arc::new(recorder.noting_refusals());
        let organization = Arc::new(Sheet::default());
        let (sessions, partition) = self.sign_in(&config, &recorder, &organization).await?;
        let asked = Arc::new(journal.asked()?);
        let work = self.work(&journal, &sessions, &recorder, partition, Kept::default(), asked);
        let done = tokio::select! {
            biased;
            () = recorder.ended() => Err(CollectError::Cancelled),
            done = work => done,
        };
        let directory = recorder.why_ended().map_or(done, Err)?;
        let refused = recorder.refused();
        let elsewhere = self.roles_elsewhere(&sessions, partition, &refused).await;
        Ok(self.told(&sessions, partition, &directory, &refused, &elsewhere))
    }

    /// Accounts that refuse a role under a path, but have one of that name without it.
    async fn roles_elsewhere(
        &self,
        sessions: &Sessions,
        partition: &Partition,
        refused: &Refused,
    ) -> BTreeSet<(AccountId, String)> {
        let mut found = BTreeSet::new();
        for account in refused.accounts() {
            for name in &self.options.role_names {
                let Some((_, bare)) = name.trim_start_matches('/').rsplit_once('/') else {
                    continue;
                };
                let role = crate::arn::role_arn(partition.id, &account, bare);
                if sessions.lets_in(&account, &role).await {
                    found.insert((account.clone(), bare.to_owned()));
                }
            }
        }
        found
    }

    fn told(
        &self,
        sessions: &Sessions,
        partition: &'static Partition,
        directory: &Directory,
        refused: &Refused,
        elsewhere: &BTreeSet<(AccountId, String)>,
    ) -> Preflight {
        let base = sessions.base();
        let ground = Ground {
            partition: partition.id,
            base: base.account().clone(),
            caller: base.principal(),
            role_names: &self.options.role_names,
            has_external_id: self.options.external_id.is_some(),
            source_identity: self.options.source_identity.as_deref(),
            organization: directory
                .organization
                .as_ref()
                .map(|organization| organization.id.clone()),
        };
        let (obstacles, fixes) = obstacle::told(refused, elsewhere, &ground);
        let shut = directory.shut.iter().filter_map(|id| directory.accounts.get(id));
        let endpoints = sessions.hosts();
        Preflight {
            caller: ground.caller,
            simulated: is_simulated(&endpoints),
            endpoints,
            accounts: directory.entered.len(),
            entered: directory.entered.len() - directory.entered.intersection(&refused.accounts()).count(),
            regions: refused.reached.len(),
            calls: refused.calls,
            obstacles,
            fixes,
            not_in_use: shut.map(|account| (account.id.clone(), account.state)).collect(),
            regions_off: in_scope(&refused.regions_off, &self.options.scope.regions),
        }
    }
}

fn in_scope(off: &BTreeSet<(AccountId, Region)>, regions: &BTreeSet<Region>) -> BTreeSet<(AccountId, Region)> {
    let named = off.iter().filter(|(_, region)| regions.contains(region));
    named.cloned().collect()
}
