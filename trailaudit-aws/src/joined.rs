//! What trails name elsewhere: their owners, keys and log groups. Joined first, then each asked for once, in its own
//! account and Region.

mod references;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::organization::{AccountId, Region};

use self::references::{GroupReference, KeyReference};
use crate::calls::Question;
use crate::discover::{Directory, Pages};
use crate::error::CollectError;
use crate::journal::{Journal, Sheet};
use crate::progress::Progress;
use crate::record::Recorder;
use crate::session::{Session, Sessions};
use crate::trail::SeenTrail;
use crate::visit::Visited;

/// How long a key that is being made or changed is given before it is asked for again. The run waits for it, and a key
/// takes either moments or minutes: a longer pause would seldom tell more.
const SETTLING: Duration = Duration::from_millis(100);

/// Every distinct trail, as the best witness showed it: its owner, else the first account and Region in order.
#[derive(Default)]
pub(crate) struct Seen {
    trails: BTreeMap<String, (Witness, SeenTrail)>,
}

type Witness = (bool, AccountId, Region);

impl Seen {
    pub fn add(&mut self, visited: Visited) {
        for (region, trail) in visited.trails {
            let is_foreign = trail.owner != visited.account;
            self.add_seen((is_foreign, visited.account.clone(), region), trail);
        }
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
    /// Where Organizations answers.
    pub region: &'a Region,
    pub sheets: Sheets,
}

/// What was asked with each account's credentials.
#[derive(Default)]
pub(crate) struct Sheets(Mutex<BTreeMap<AccountId, Arc<Sheet>>>);

impl Sheets {
    fn of(&self, account: &AccountId) -> Arc<Sheet> {
        let mut sheets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sheets.entry(account.clone()).or_default().clone()
    }
}

impl Join<'_> {
    pub async fn run(self, mut seen: Seen) -> Result<(), CollectError> {
        self.owners_out_of_scope(&mut seen).await;
        let keys: BTreeSet<_> = seen.trails().filter_map(KeyReference::of).collect();
        let groups: BTreeSet<_> = seen.trails().filter_map(|trail| self.group_of(trail)).collect();
        let owners = owners_by_key(&seen);
        self.recorder.announce(|| Progress::Joining {
            keys: keys.len(),
            log_groups: groups.len(),
        });
        let ((), keys_of_groups, ()) = futures::join!(
            self.keys(&keys, &owners),
            join_all(groups.iter().map(|group| self.log_group(group))),
            self.trail_administrators(),
        );
        // What a trail's log group is encrypted with is known only now; often it is a key that trails name, too.
        let mut askers: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (key, asker) in keys_of_groups.into_iter().flatten() {
            if !keys.contains(&key) {
                askers.entry(key).or_default().insert(asker);
            }
        }
        self.keys(&askers.keys().cloned().collect(), &askers).await;
        for (account, sheet) in self.sheets.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
            if let Some(sheet) = Arc::into_inner(sheet) {
                self.journal.keep_resources(&account, sheet).await?;
            }
        }
        Ok(())
    }

    /// A trail that was seen only from elsewhere, because its owner is out of scope, is judged with its owner's data
    /// all the same.
    async fn owners_out_of_scope(&self, seen: &mut Seen) {
        let foreign: Vec<SeenTrail> = seen
            .trails()
            .filter(|trail| !self.directory.entered.contains(&trail.owner))
            .cloned()
            .collect();
        let shown = join_all(foreign.iter().map(|trail| self.owner_shows(trail))).await;
        for trail in shown.into_iter().flatten() {
            seen.add_seen((false, trail.owner.clone(), trail.home.clone()), trail);
        }
    }

    async fn owner_shows(&self, trail: &SeenTrail) -> Option<SeenTrail> {
        let owner = self.enter(&trail.owner).await?;
        let sheet = self.sheets.of(&trail.owner);
        let only = Question::Trails {
            only: Some(trail.arn.clone()),
        };
        let (exchange, ()) = futures::join!(
            self.sessions.ask(&owner, &trail.home, only, &sheet),
            self.sessions.ask_trail(&owner, trail, &sheet)
        );
        match &exchange.answer {
            Answer::Ok(answer) => SeenTrail::read_all(answer).find(|shown| shown.arn == trail.arn),
            Answer::Error { .. } => None,
        }
    }

    async fn keys(&self, keys: &BTreeSet<KeyReference>, owners: &BTreeMap<KeyReference, BTreeSet<AccountId>>) {
        join_all(keys.iter().map(|key| self.key(key, owners))).await;
    }

    /// A key is asked for in its own account; where that cannot be entered, the trails' owners ask across accounts until
    /// one of them is answered, which the key's policy may allow. All of them: which owner comes first would else
    /// decide, and that is another one in every shard.
    async fn key(&self, key: &KeyReference, owners: &BTreeMap<KeyReference, BTreeSet<AccountId>>) {
        let mut askers = vec![&key.account];
        askers.extend(
            owners
                .get(key)
                .into_iter()
                .flatten()
                .filter(|owner| **owner != key.account),
        );
        for account in askers {
            let Some(session) = self.enter(account).await else {
                continue;
            };
            let sheet = self.sheets.of(account);
            let ask = || Question::Key { key: key.id.clone() };
            let exchange = self.sessions.ask(&session, &key.region, ask(), &sheet).await;
            if is_settling(&exchange) {
                tokio::time::sleep(SETTLING).await;
                self.sessions.ask(&session, &key.region, ask(), &sheet).await;
            }
            if *account == key.account || matches!(exchange.answer, Answer::Ok(_)) {
                return;
            }
        }
    }

    /// Asks for a log group; gives back the key it names, and the account that may ask for it across accounts. Pages
    /// without any group are turned until one has it or they end.
    async fn log_group(&self, group: &GroupReference) -> Option<(KeyReference, AccountId)> {
        let session = self.enter(&group.account).await?;
        let sheet = self.sheets.of(&group.account);
        let mut pages = Pages::default();
        loop {
            let asked = Question::LogGroup {
                name: group.name.clone(),
                next: pages.token(),
            };
            let page = self.sessions.ask(&session, &group.region, asked, &sheet).await;
            let Answer::Ok(answer) = &page.answer else { return None };
            let Some(found) = answer["logGroups"].as_array()?.first() else {
                if pages.turn(&page, answer).ok()? {
                    continue;
                }
                return None;
            };
            let key = found["kmsKeyId"]
                .as_str()
                .filter(|_| found["logGroupName"] == group.name.as_str())?;
            return Some((KeyReference::of_group(group, key)?, group.account.clone()));
        }
    }

    /// Who administers trails besides the management account can change or stop them, and may have their log group.
    async fn trail_administrators(&self) {
        if !self.directory.knows_administrators {
            return;
        }
        let mut pages = Pages::default();
        loop {
            let question = Question::TrailAdministrators { next: pages.token() };
            let page = self.sessions.ask_organization(self.region, question).await;
            let Answer::Ok(answer) = &page.answer else { return };
            if !pages.turn(&page, answer).unwrap_or(false) {
                return;
            }
        }
    }

    /// The log group of a trail, when asking for it can decide anything: the trail delivers only with a role, and only
    /// within its home Region, to its owner or (an organization trail) to another account of the organization.
    fn group_of(&self, trail: &SeenTrail) -> Option<GroupReference> {
        let group = GroupReference::of(trail).filter(|group| trail.has_log_role && group.region == trail.home)?;
        let is_allowed = group.account == trail.owner
            || (trail.of_organization && self.directory.accounts.contains_key(&group.account));
        is_allowed.then_some(group)
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

fn owners_by_key(seen: &Seen) -> BTreeMap<KeyReference, BTreeSet<AccountId>> {
    let mut owners: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for trail in seen.trails() {
        if let Some(key) = KeyReference::of(trail) {
            owners.entry(key).or_default().insert(trail.owner.clone());
        }
    }
    owners
}

fn is_settling(exchange: &Exchange) -> bool {
    let Answer::Ok(answer) = &exchange.answer else {
        return false;
    };
    matches!(
        answer["KeyMetadata"]["KeyState"].as_str(),
        Some("Creating" | "Updating")
    )
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
            key: Some(key.into()),
            log_group: None,
            has_log_role: false,
        }
    }

    #[test]
    fn the_owner_is_the_best_witness_whoever_comes_first() {
        let visit = |account: &str, key: &str| Visited {
            account: account.into(),
            trails: vec![("eu-west-1".into(), trail(key))],
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
