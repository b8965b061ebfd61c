//! CloudTrail Lake: event data stores of the management account and of the archive.

use super::Plot;
use crate::digest::{digest, uuid};
use crate::truth::rules::{STORE_COMPLETE, STORE_ENCRYPTED};
use crate::world::{Account, EventDataStore};

/// Sound: it takes in every account, is protected, and is encrypted under a key.
pub(crate) fn of_organization(plot: &Plot, management: &str, key: &str) -> EventDataStore {
    let mut store = store(plot, management, "organization-events");
    (store.organization, store.termination_protected) = (true, true);
    store.kms_key_id = Some(key.to_owned());
    store
}

/// Somebody tried it out, and left it there.
pub(crate) fn forgotten(plot: &mut Plot, account: &mut Account) {
    let mut store = store(plot, &account.id, "trial");
    (store.multi_region, store.organization, store.termination_protected) = (false, false, false);
    store.retention_days = 90;
    let place = (&*account.id, &*store.region, &*store.arn(&account.id));
    plot.note_at(place, STORE_ENCRYPTED, "fail", "the event data store names no key");
    let because = "the event data store takes in one Region of one account, for ninety days, and can be deleted";
    plot.note_at(place, STORE_COMPLETE, "fail", because);
    account.event_data_stores.push(store);
}

/// Its id is no draw of the population's chance.
fn store(plot: &Plot, owner: &str, name: &str) -> EventDataStore {
    let id = uuid(&digest(&["event data store", owner, name]));
    EventDataStore::new(&id, name, &plot.usual_region(0), plot.days_ago(300))
}
