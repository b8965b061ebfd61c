//! What is asked in one account: its Regions, the trails each of them shows, and how those trails are.

use std::collections::BTreeMap;

use futures::future::join_all;
use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::organization::{AccountId, Region};

use crate::calls::Question;
use crate::discover::Pages;
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
    pub partition: &'static Partition,
}

/// What is remembered of a visit.
pub(crate) struct Visited {
    pub account: AccountId,
    /// Each distinct trail with the first Region that showed it.
    pub trails: Vec<(Region, SeenTrail)>,
}

impl Visited {
    /// What a visit found, as its record file tells.
    pub fn read_back(account: &AccountId, exchanges: &[Exchange]) -> Self {
        let is_listing = |exchange: &&Exchange| {
            exchange.operation == "DescribeTrails" && exchange.parameters.get("trailNameList").is_none()
        };
        let mut listings: Vec<_> = exchanges.iter().filter(is_listing).collect();
        listings.sort_by(|a, b| a.region.cmp(&b.region));
        let shown = listings.into_iter().filter_map(|exchange| match &exchange.answer {
            Answer::Ok(answer) => Some((&exchange.region, SeenTrail::read_all(answer).collect())),
            Answer::Error { .. } => None,
        });
        Self {
            account: account.clone(),
            trails: distinct(shown).into_values().collect(),
        }
    }

    fn nothing(account: AccountId) -> Self {
        let trails = Vec::new();
        Self { account, trails }
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

impl Visits<'_> {
    /// Asks everything there is to ask in an account, and keeps it. No refusal ends a visit. An account that is not in
    /// use is not entered; its record file holds nothing but its header. What an earlier session finished is passed
    /// over: the trails it saw are known.
    pub async fn visit(&self, account: Listed) -> Result<Visited, CollectError> {
        let id = account.id;
        let is_auditable = account.state.is_auditable();
        if let Some(entered) = self.kept.has(&id, is_auditable) {
            if is_auditable {
                self.announce_finished(&id, entered);
            }
            return Ok(Visited::nothing(id));
        }
        if !is_auditable {
            self.journal.keep_account(&id, Sheet::default()).await?;
            return Ok(Visited::nothing(id));
        }
        self.recorder
            .announce(|| Progress::AccountStarted { account: id.clone() });
        self.sessions.forget(&id);
        let sheet = Sheet::default();
        let session = self.sessions.enter(&id, account.role.as_deref(), &sheet).await;
        let trails = match &session {
            Some(session) => self.read(session, &sheet).await,
            None => BTreeMap::new(),
        };
        self.sessions.is_heard(&sheet).await?;
        self.journal.keep_account(&id, sheet).await?;
        self.announce_finished(&id, session.is_some());
        Ok(Visited {
            account: id,
            trails: trails.into_values().collect(),
        })
    }

    fn announce_finished(&self, account: &AccountId, entered: bool) {
        self.recorder.announce(|| Progress::AccountFinished {
            account: account.clone(),
            entered,
        });
    }

    async fn read(&self, session: &Session, sheet: &Sheet) -> BTreeMap<String, (Region, SeenTrail)> {
        let regions = self.regions(session, sheet).await;
        self.recorder.announce(|| Progress::RegionsPlanned {
            account: session.account().clone(),
            regions: regions.len(),
        });
        let shown = join_all(regions.iter().map(|region| self.trails(session, region, sheet))).await;
        let distinct = distinct(regions.iter().zip(shown));
        let questions = distinct
            .values()
            .map(|(region, trail)| self.state(session, region, trail, &regions, sheet));
        join_all(questions).await;
        distinct
    }

    /// The Regions to look into, in alphabetical order. Where the account does not say which it has switched on, all
    /// of the partition: a Region that is off then shows as one that refused.
    async fn regions(&self, session: &Session, sheet: &Sheet) -> Vec<Region> {
        let in_scope = |region: &Region| self.scope.regions.is_empty() || self.scope.regions.contains(region);
        let mut regions = match self.listed_regions(session, sheet).await {
            Some(listed) => listed,
            None if self.scope.regions.is_empty() => self.partition.regions().into_iter().map(Region::from).collect(),
            None => self.scope.regions.iter().cloned().collect(),
        };
        regions.retain(in_scope);
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    /// The Regions the account has on, or is switching on or off; nothing when it does not say.
    async fn listed_regions(&self, session: &Session, sheet: &Sheet) -> Option<Vec<Region>> {
        let asked = Region::from(self.partition.global_region);
        let mut regions = Vec::new();
        let mut pages = Pages::default();
        loop {
            let page = self
                .sessions
                .ask(session, &asked, Question::Regions { next: pages.token() }, sheet)
                .await;
            let Answer::Ok(answer) = &page.answer else { return None };
            for entry in answer["Regions"].as_array()? {
                let is_on = matches!(
                    entry["RegionOptStatus"].as_str(),
                    Some("ENABLED" | "ENABLED_BY_DEFAULT" | "ENABLING" | "DISABLING")
                );
                if let (true, Some(name)) = (is_on, entry["RegionName"].as_str()) {
                    regions.push(name.into());
                }
            }
            if !pages.turn(&page, answer).ok()? {
                break;
            }
        }
        Some(regions)
    }

    async fn trails(&self, session: &Session, region: &Region, sheet: &Sheet) -> Vec<SeenTrail> {
        let exchange = self
            .sessions
            .ask(session, region, Question::Trails { only: None }, sheet)
            .await;
        self.recorder.announce(|| Progress::RegionRead {
            account: session.account().clone(),
            region: region.clone(),
        });
        match &exchange.answer {
            Answer::Ok(answer) => SeenTrail::read_all(answer).collect(),
            Answer::Error { .. } => Vec::new(),
        }
    }

    /// A trail of the account itself is asked in its home Region, whether that is in scope or not. The copy of an
    /// organization trail answers for its status alone, and only in Regions the member has on.
    async fn state(&self, session: &Session, shown: &Region, trail: &SeenTrail, planned: &[Region], sheet: &Sheet) {
        if trail.owner == *session.account() {
            self.sessions.ask_trail(session, trail, sheet).await;
        } else {
            let region = if planned.contains(&trail.home) {
                &trail.home
            } else {
                shown
            };
            let status = Question::TrailStatus {
                trail: trail.arn.clone(),
            };
            self.sessions.ask(session, region, status, sheet).await;
        }
    }
}

impl Sessions {
    /// Asks for a trail's status and selectors, in its home Region and with its owner's credentials.
    pub(crate) async fn ask_trail(&self, owner: &Session, trail: &SeenTrail, sheet: &Sheet) {
        let name = || trail.arn.clone();
        futures::join!(
            self.ask(owner, &trail.home, Question::TrailStatus { trail: name() }, sheet),
            self.ask(owner, &trail.home, Question::Selectors { trail: name() }, sheet)
        );
    }
}
