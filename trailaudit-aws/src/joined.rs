//! What trails name elsewhere: their owners, keys, log groups, roles and buckets. Joined first, then each asked for once,
//! in its own account and Region.

mod alarms;
mod buckets;
mod keys;
mod log_groups;
mod owners;
mod references;
mod roles;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use trailaudit_core::organization::{AccountId, Region};

use crate::agenda::Agenda;
use crate::discover::Directory;
use crate::error::CollectError;
use crate::journal::{Asked, Journal, Sheet};
use crate::progress::Progress;
use crate::record::Recorder;
use crate::scope::Scope;
use crate::session::{Session, Sessions};
use crate::trail::SeenTrail;
use crate::visit::Visited;

/// Every distinct trail, as the best witness showed it: its owner, else the first account and Region in order; and the
/// keys that event stores name.
#[derive(Default)]
pub(crate) struct Seen {
    trails: BTreeMap<String, (Witness, SeenTrail)>,
    store_keys: BTreeSet<(AccountId, Region, String)>,
}

type Witness = (bool, AccountId, Region);

impl Seen {
    pub fn add(&mut self, visited: Visited) {
        let account = &visited.account;
        for (region, trail) in visited.trails {
            let is_foreign = trail.owner != *account;
            self.add_seen((is_foreign, account.clone(), region), trail);
        }
        let keys = visited.store_keys.into_iter();
        self.store_keys
            .extend(keys.map(|(region, key)| (account.clone(), region, key)));
    }

    fn add_seen(&mut self, witness: Witness, trail: SeenTrail) {
        match self.trails.get(&trail.arn) {
            Some((better, _)) if *better <= witness => {}
            _ => {
                self.trails.insert(trail.arn.clone(), (witness, trail));
            }
        }
    }

    fn trails(&self) -> impl Iterator<Item = &SeenTrail> {
        self.trails.values().map(|(_, trail)| trail)
    }
}

/// Asks for what trails name.
pub(crate) struct Join<'a> {
    pub sessions: &'a Sessions,
    pub recorder: &'a Recorder,
    pub journal: &'a Journal,
    pub directory: &'a Directory,
    pub scope: &'a Scope,
    pub agenda: &'a Agenda,
    /// Where services without Regions answer.
    pub region: &'a Region,
    pub sheets: Sheets,
}

/// What was asked with each account's credentials.
pub(crate) struct Sheets {
    sheets: Mutex<BTreeMap<AccountId, Arc<Sheet>>>,
    /// Where it is kept until every sheet is whole.
    asked: Arc<Asked>,
}

impl Sheets {
    pub fn kept_in(asked: Arc<Asked>) -> Self {
        let sheets = Mutex::default();
        Self { sheets, asked }
    }

    fn of(&self, account: &AccountId) -> Arc<Sheet> {
        let mut sheets = self.sheets.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Sheet::mirrored(account, self.asked.clone()));
        sheets.entry(account.clone()).or_insert_with(new).clone()
    }

    fn into_all(self) -> BTreeMap<AccountId, Arc<Sheet>> {
        self.sheets.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Join<'_> {
    pub async fn run(self, mut seen: Seen) -> Result<(), CollectError> {
        self.owners_out_of_scope(&mut seen).await;
        let keys = self.keys_of_trails(&seen);
        let groups = self.groups(&seen);
        self.recorder.announce(|| Progress::Joining {
            keys: keys.len(),
            log_groups: groups.len(),
        });
        let (resolved, keys_of_groups, (), ()) = futures::join!(
            self.keys(&keys),
            self.log_groups(&groups),
            self.roles(&seen),
            self.buckets(&seen),
        );
        // What log groups and event stores are encrypted with is often a key that trails name, too.
        let others = self.keys_of_others(&seen, keys_of_groups);
        let others = others.into_iter().filter(|(key, _)| !keys.contains_key(key)).collect();
        futures::join!(self.keys(&others), self.about_keys(&resolved));
        let sheets = self.sheets.into_all();
        for sheet in sheets.values() {
            self.sessions.is_heard(sheet).await?;
        }
        self.journal.discard_resources()?;
        let sheets = sheets
            .into_iter()
            .filter_map(|(account, sheet)| Some((account, Arc::into_inner(sheet)?)));
        self.journal.keep_resources(sheets.collect()).await
    }

    /// A session in an account of the organization, in scope or not; nothing for accounts that are not of it or not
    /// usable.
    async fn enter(&self, account: &AccountId) -> Option<Arc<Session>> {
        let own = self.sessions.base().account() == account;
        let listed = self.directory.accounts.get(account);
        if !own && !listed?.state.is_auditable() {
            return None;
        }
        let role = listed.and_then(|listed| listed.role.as_deref());
        self.sessions.enter(account, role, &self.sheets.of(account)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(key: &str) -> SeenTrail {
        SeenTrail {
            arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t".into(),
            owner: "111122223333".into(),
            home: "eu-west-1".into(),
            of_organization: true,
            multi_region: true,
            key: Some(key.into()),
            log_group: None,
            log_role: None,
            bucket: None,
        }
    }

    #[test]
    fn the_owner_is_the_best_witness_whoever_comes_first() {
        let visit = |account: &str, key: &str| Visited {
            account: account.into(),
            trails: vec![("eu-west-1".into(), trail(key))],
            store_keys: Vec::new(),
        };
        for order in [["999", "111122223333", "000"], ["111122223333", "000", "999"]] {
            let mut seen = Seen::default();
            for account in order {
                seen.add(visit(account, account));
            }
            let kept: Vec<_> = seen.trails().collect();
            assert_eq!(kept, [&trail("111122223333")]);
        }
    }
}
