//! What is asked in one account: its Regions, the trails each of them shows, how those trails are, and its event stores.

mod event_stores;
mod read_back;
mod regions;
mod trails;

use std::collections::BTreeMap;

use futures::future::join_all;
use trailaudit_core::organization::{AccountId, Region};

use crate::agenda::Agenda;
use crate::error::CollectError;
use crate::journal::{Journal, Sheet};
use crate::partition::Partition;
use crate::progress::Progress;
use crate::record::Recorder;
use crate::resume::Kept;
use crate::scope::{Listed, Scope};
use crate::session::{Session, Sessions};
use crate::trail::SeenTrail;

/// What a visit needs; the same for every account.
pub(crate) struct Visits<'a> {
    pub sessions: &'a Sessions,
    pub recorder: &'a Recorder,
    pub journal: &'a Journal,
    /// What an earlier session finished.
    pub kept: &'a Kept,
    pub scope: &'a Scope,
    pub agenda: &'a Agenda,
    pub partition: &'static Partition,
}

/// What is remembered of a visit.
pub(crate) struct Visited {
    pub account: AccountId,
    /// Each distinct trail with the first Region that showed it.
    pub trails: Vec<(Region, SeenTrail)>,
    /// The key of each of its event stores, as named there, with the store's Region.
    pub store_keys: Vec<(Region, String)>,
}

/// What was seen in one account.
#[derive(Default)]
struct Read {
    trails: BTreeMap<String, (Region, SeenTrail)>,
    store_keys: Vec<(Region, String)>,
}

impl Visits<'_> {
    /// Asks everything there is to ask in an account, and keeps it. No refusal ends a visit. An account that is not in
    /// use is not entered; its record file holds nothing but its header. What an earlier session finished is passed
    /// over: what it saw is known.
    pub async fn visit(&self, account: Listed) -> Result<Visited, CollectError> {
        let id = account.id;
        let is_auditable = account.state.is_auditable();
        if let Some(entered) = self.kept.has(&id, is_auditable) {
            if is_auditable {
                self.announce_finished(&id, entered);
            }
            return Ok(Visited::of(id, Read::default()));
        }
        if !is_auditable {
            self.journal.keep_account(&id, Sheet::default()).await?;
            return Ok(Visited::of(id, Read::default()));
        }
        self.recorder
            .announce(|| Progress::AccountStarted { account: id.clone() });
        self.sessions.forget(&id);
        let sheet = Sheet::default();
        let session = self.sessions.enter(&id, account.role.as_deref(), &sheet).await;
        let read = match &session {
            Some(session) => self.read(session, &sheet).await,
            None => Read::default(),
        };
        self.sessions.is_heard(&sheet).await?;
        self.journal.keep_account(&id, sheet).await?;
        self.announce_finished(&id, session.is_some());
        Ok(Visited::of(id, read))
    }

    fn announce_finished(&self, account: &AccountId, entered: bool) {
        self.recorder.announce(|| Progress::AccountFinished {
            account: account.clone(),
            entered,
        });
    }

    async fn read(&self, session: &Session, sheet: &Sheet) -> Read {
        let regions = self.regions(session, sheet).await;
        let looked_into = self.looked_into(session, &regions, sheet).await;
        self.recorder.announce(|| Progress::RegionsPlanned {
            account: session.account().clone(),
            regions: looked_into.len(),
        });
        let shown = join_all(looked_into.iter().map(|region| self.trails(session, region, sheet))).await;
        let trails = distinct(looked_into.iter().zip(shown));
        let states = trails
            .values()
            .map(|(region, trail)| self.state(session, region, trail, &regions, sheet));
        let own = trails.values().map(|(_, trail)| trail);
        let own = own.filter(|trail| trail.owner == *session.account()).collect();
        let (_, (), store_keys) = futures::join!(
            join_all(states),
            self.tags(session, own, sheet),
            self.event_stores(session, &regions, sheet)
        );
        Read { trails, store_keys }
    }
}

impl Visited {
    fn of(account: AccountId, read: Read) -> Self {
        Self {
            account,
            trails: read.trails.into_values().collect(),
            store_keys: read.store_keys,
        }
    }
}

/// Each distinct trail with the first Region that showed it; Regions are given in order.
fn distinct<'a>(shown: impl Iterator<Item = (&'a Region, Vec<SeenTrail>)>) -> BTreeMap<String, (Region, SeenTrail)> {
    let mut distinct = BTreeMap::new();
    for (region, trails) in shown {
        for trail in trails {
            distinct
                .entry(trail.arn.clone())
                .or_insert_with(|| (region.clone(), trail));
        }
    }
    distinct
}
