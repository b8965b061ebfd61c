//! The event data stores of an account.

use futures::future::join_all;
use trailaudit_core::evidence::Answer;
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
        let stores = join_all(stores).await;
        let key = |exchange: &trailaudit_core::Exchange| match &exchange.answer {
            Answer::Ok(store) => store["KmsKeyId"].as_str().map(str::to_owned),
            Answer::Error { .. } => None,
        };
        stores
            .iter()
            .filter_map(key)
            .filter(|key| !key.is_empty())
            .map(|key| (region.clone(), key))
            .collect()
    }
}
