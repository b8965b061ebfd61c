//! The event data stores of an account.

use futures::future::join_all;
use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::need::Need;
use trailaudit_core::organization::Region;

use super::Visits;
use crate::calls::Question;
use crate::journal::Sheet;
use crate::session::Session;

impl Visits<'_> {
    /// Asks every Region for its stores, and each store how it is; gives back the keys they name.
    pub(super) async fn event_stores(
        &self,
        session: &Session,
        regions: &[Region],
        sheet: &Sheet,
    ) -> Vec<(Region, String)> {
        if !self.agenda.needs(&[Need::EventStores, Need::EventStoreKeys]) {
            return Vec::new();
        }
        let keys = join_all(regions.iter().map(|region| self.stores_in(session, region, sheet))).await;
        keys.into_iter().flatten().collect()
    }

    async fn stores_in(&self, session: &Session, region: &Region, sheet: &Sheet) -> Vec<(Region, String)> {
        let question = |next| Question::EventStores { next };
        let listed = self.sessions.list(session, region, sheet, question).await;
        let stores = listed.texts("EventDataStores", "EventDataStoreArn").map(|store| {
            let store = store.to_owned();
            self.sessions
                .ask(session, region, Question::EventStore { store }, sheet)
        });
        join_all(stores).await.iter().filter_map(key_named_by).collect()
    }
}

/// The key that a store's answer names, with the store's Region.
pub(super) fn key_named_by(store: &Exchange) -> Option<(Region, String)> {
    let Answer::Ok(answer) = &store.answer else {
        return None;
    };
    let key = answer["KmsKeyId"].as_str().filter(|key| !key.is_empty())?;
    Some((store.region.clone(), key.to_owned()))
}
