//! The trails of an account: which each Region shows, and how they are.

use std::collections::BTreeMap;

use futures::future::join_all;
use trailaudit_core::evidence::Answer;
use trailaudit_core::need::Need;
use trailaudit_core::organization::Region;

use super::Visits;
use crate::agenda::Agenda;
use crate::calls::Question;
use crate::calls::cloudtrail::TAGS_AT_ONCE;
use crate::journal::Sheet;
use crate::progress::Progress;
use crate::session::{Session, Sessions};
use crate::trail::SeenTrail;

impl Visits<'_> {
    pub(super) async fn trails(&self, session: &Session, region: &Region, sheet: &Sheet) -> Vec<SeenTrail> {
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
    pub(super) async fn state(
        &self,
        session: &Session,
        shown: &Region,
        trail: &SeenTrail,
        planned: &[Region],
        sheet: &Sheet,
    ) {
        if trail.owner == *session.account() {
            self.sessions
                .ask_trail(session, trail, planned, self.agenda, sheet)
                .await;
        } else if self.agenda.needs(STATUS) {
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

    /// The tags of the account's own trails, many with one call.
    pub(super) async fn tags(&self, session: &Session, own: Vec<&SeenTrail>, sheet: &Sheet) {
        if !self.agenda.needs(&[Need::TrailTags]) {
            return;
        }
        let mut at_home: BTreeMap<&Region, Vec<String>> = BTreeMap::new();
        for trail in own {
            at_home.entry(&trail.home).or_default().push(trail.arn.clone());
        }
        let some = at_home.iter().flat_map(|(region, trails)| {
            let chunks = trails.chunks(TAGS_AT_ONCE);
            chunks.map(|trails| self.sessions.ask_tags(session, region, trails, sheet))
        });
        join_all(some).await;
    }
}

const STATUS: &[Need] = &[Need::TrailStatus, Need::Deliveries];

impl Sessions {
    /// Asks how a trail is, with its owner's credentials: in its home Region, and of its deliveries in every other Region
    /// that it records as well.
    pub(crate) async fn ask_trail(
        &self,
        owner: &Session,
        trail: &SeenTrail,
        planned: &[Region],
        agenda: &Agenda,
        sheet: &Sheet,
    ) {
        let name = || trail.arn.clone();
        let mut asked = Vec::new();
        if agenda.needs(STATUS) {
            let everywhere = agenda.needs(&[Need::Deliveries]);
            let regions = trail
                .delivers_from(planned)
                .take(if everywhere { usize::MAX } else { 1 });
            asked.extend(regions.map(|region| (region, Question::TrailStatus { trail: name() })));
        }
        if agenda.needs(&[Need::EventSelectors]) {
            asked.push((&trail.home, Question::Selectors { trail: name() }));
        }
        if agenda.needs(&[Need::Insights]) {
            asked.push((&trail.home, Question::Insights { trail: name() }));
        }
        let ask = |(region, question)| self.ask(owner, region, question, sheet);
        join_all(asked.into_iter().map(ask)).await;
    }

    /// Asks for the tags of trails that live in one Region.
    pub(crate) async fn ask_tags(&self, owner: &Session, home: &Region, trails: &[String], sheet: &Sheet) {
        let question = |next| Question::TrailTags {
            trails: trails.to_vec(),
            next,
        };
        self.list(owner, home, sheet, question).await;
    }
}
