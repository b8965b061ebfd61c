//! The keys that trails, log groups and event stores name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use serde_json::Value;
use trailaudit_core::evidence::{Answer, Exchange};
use trailaudit_core::need::Need;
use trailaudit_core::organization::{AccountId, Region};

use super::references::KeyReference;
use super::{Join, Seen};
use crate::arn::Arn;
use crate::calls::Question;
use crate::fan_out;
use crate::session::Session;

/// How long a key that is being made or changed is given before it is asked for again. The run waits for it, and a key
/// takes either moments or minutes: a longer pause would seldom tell more.
const SETTLING: Duration = Duration::from_millis(100);

/// Each key with the accounts that may ask for it across accounts, where its own cannot be entered.
pub(super) type Askers = BTreeMap<KeyReference, BTreeSet<AccountId>>;

/// A key that answered: who asked, and `KeyMetadata`.
pub(super) struct Resolved {
    session: Arc<Session>,
    metadata: Value,
}

impl Join<'_> {
    /// The keys of trails, which the owners of these trails may ask for.
    pub(super) fn keys_of_trails(&self, seen: &Seen) -> Askers {
        let mut askers = Askers::new();
        if self.agenda.needs(&[Need::Keys, Need::KeyRotation, Need::KeyPolicies]) {
            for trail in seen.trails() {
                if let Some(key) = KeyReference::of(trail) {
                    askers.entry(key).or_default().insert(trail.owner.clone());
                }
            }
        }
        askers
    }

    /// The keys of log groups and event stores, which the accounts of these may ask for.
    pub(super) fn keys_of_others(&self, seen: &Seen, of_groups: Vec<(KeyReference, AccountId)>) -> Askers {
        let mut askers = Askers::new();
        if self.agenda.needs(&[Need::LogGroupKeys]) {
            for (key, asker) in of_groups {
                askers.entry(key).or_default().insert(asker);
            }
        }
        if self.agenda.needs(&[Need::EventStoreKeys]) {
            for (account, region, name) in &seen.store_keys {
                if let Some(key) = KeyReference::named(name, account, region) {
                    askers.entry(key).or_default().insert(account.clone());
                }
            }
        }
        askers
    }

    /// Asks for each key once; gives back those that answered.
    pub(super) async fn keys(&self, keys: &Askers) -> Vec<Resolved> {
        let asked = fan_out::all(keys, |(key, askers)| self.key(key, askers).boxed()).await;
        asked.into_iter().flatten().collect()
    }

    /// A key is asked for in its own account; where that cannot be entered, the trails' owners ask across accounts until
    /// one of them is answered, which the key's policy may allow. All of them: which owner comes first would else
    /// decide, and that is another one in every shard.
    async fn key(&self, key: &KeyReference, askers: &BTreeSet<AccountId>) -> Option<Resolved> {
        let strangers = askers.iter().filter(|asker| **asker != key.account);
        for account in std::iter::once(&key.account).chain(strangers) {
            let Some(session) = self.enter(account).await else {
                continue;
            };
            let sheet = self.sheets.of(account);
            let ask = || Question::Key { key: key.id.clone() };
            let mut exchange = self.sessions.ask(&session, &key.region, ask(), &sheet).await;
            let is_told = *account == key.account || matches!(exchange.answer, Answer::Ok(_));
            if is_settling(&exchange) {
                tokio::time::sleep(SETTLING).await;
                exchange = self.sessions.ask(&session, &key.region, ask(), &sheet).await;
            }
            if is_told {
                let Answer::Ok(mut answer) = exchange.answer else {
                    return None;
                };
                let metadata = answer["KeyMetadata"].take();
                return Some(Resolved { session, metadata });
            }
        }
        None
    }

    /// Asks for the rotation and the policy of keys that answered. Several names may stand for one key, and several
    /// replicas have one primary: each is asked once.
    pub(super) async fn about_keys(&self, keys: &[Resolved]) {
        let mut rotations = BTreeMap::new();
        let mut policies = BTreeMap::new();
        for Resolved { session, metadata } in keys {
            let account = session.account();
            if let Some((region, arn)) = rotating(metadata) {
                rotations.entry((account, region, arn)).or_insert(session);
            }
            let own = metadata["Arn"].as_str().and_then(|arn| Some((arn, Arn::parse(arn)?)));
            if let Some((arn, parsed)) = own
                && parsed.account == account.as_str()
                && let Some(region) = parsed.region()
            {
                policies.entry((account, region, arn.to_owned())).or_insert(session);
            }
        }
        let mut questions = Vec::new();
        if self.agenda.needs(&[Need::KeyRotation]) {
            let rotations = rotations.into_iter();
            questions
                .extend(rotations.map(|((_, region, key), session)| (session, region, Question::KeyRotation { key })));
        }
        if self.agenda.needs(&[Need::KeyPolicies]) {
            let policies = policies.into_iter();
            questions
                .extend(policies.map(|((_, region, key), session)| (session, region, Question::KeyPolicy { key })));
        }
        fan_out::all(questions, |(session, region, question)| {
            let sheet = self.sheets.of(session.account());
            async move { self.sessions.ask(session, &region, question, &sheet).await }
                .map(drop)
                .boxed()
        })
        .await;
    }
}

/// The key that tells whether this one is rotated: itself, or the primary of which it is a replica. Nothing where KMS
/// cannot rotate it (KMS developer guide, "Rotate AWS KMS keys").
fn rotating(metadata: &Value) -> Option<(Region, String)> {
    if crate::inventory::why_never_rotated(metadata).is_some() {
        return None;
    }
    let arn = crate::inventory::rotating_key(metadata)?;
    Some((Arn::parse(arn)?.region()?, arn.to_owned()))
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
