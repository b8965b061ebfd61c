//! The buckets that trails deliver to. The name of a bucket tells neither its account nor its Region, so whoever may own
//! it is asked for its buckets of that name, the likely ones first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::join_all;
use trailaudit_core::evidence::Answer;
use trailaudit_core::need::Need;
use trailaudit_core::organization::{AccountId, Region};

use super::references::KeyReference;
use super::{Join, Seen};
use crate::buckets::{self, Found};
use crate::calls::s3::LIST_BUCKETS;
use crate::calls::{BucketSetting, Question};
use crate::fan_out;
use crate::session::Session;

/// How many accounts are asked at once when any may have a bucket. Which ones these are depends on the organization
/// alone, so that every shard asks the same.
const AT_ONCE: usize = 64;

/// Whose trails name a bucket, and whose keys encrypt what they deliver there.
#[derive(Default)]
struct Named {
    owners: BTreeSet<AccountId>,
    key_accounts: BTreeSet<AccountId>,
}

/// Whom to ask for buckets, and what was answered. Many buckets begin alike: one answer tells of all of them.
#[derive(Default)]
struct Search {
    asked: BTreeSet<(AccountId, String)>,
    found: BTreeMap<String, (Arc<Session>, Found)>,
    missing: BTreeSet<String>,
}

impl Join<'_> {
    /// Searches for the owner of each bucket, then asks there for what is needed.
    pub(super) async fn buckets(&self, seen: &Seen) {
        if !self.agenda.makes(&LIST_BUCKETS) {
            return;
        }
        let mut named: BTreeMap<String, Named> = BTreeMap::new();
        for trail in seen.trails() {
            let Some(bucket) = &trail.bucket else { continue };
            let named = named.entry(bucket.clone()).or_default();
            named.owners.insert(trail.owner.clone());
            named
                .key_accounts
                .extend(KeyReference::of(trail).map(|key| key.account));
        }
        let mut search = Search {
            missing: named.keys().cloned().collect(),
            ..Search::default()
        };
        self.search_likely_owners(&mut search, &named).await;
        self.search_anywhere(&mut search, &named).await;
        fan_out::all(search.found, |(bucket, (session, found))| {
            self.settings(bucket, session, found).boxed()
        })
        .await;
    }

    /// Those who are likely to have it, step by step.
    async fn search_likely_owners(&self, search: &mut Search, named: &BTreeMap<String, Named>) {
        for likely in LIKELY {
            let candidates = |bucket: &String| named.get(bucket).map(|named| likely(self, named)).unwrap_or_default();
            self.search(search, candidates).await;
        }
    }

    /// Every other account that is entered. Before so many are asked, the owners of the trails ask where the bucket is:
    /// of one that does not exist everybody is told so.
    async fn search_anywhere(&self, search: &mut Search, named: &BTreeMap<String, Named>) {
        let of_missing = |bucket| Some((bucket, named.get(bucket)?));
        let asked = search.missing.iter().filter_map(of_missing);
        let asked = asked.flat_map(|(bucket, named)| named.owners.iter().map(move |owner| (bucket, owner)));
        let asked: Vec<_> = asked.collect();
        let gone = fan_out::all(&asked, |(bucket, owner)| self.is_gone(bucket, owner).boxed()).await;
        let gone = asked.into_iter().zip(gone).filter(|(_, is_gone)| *is_gone);
        let gone: BTreeSet<String> = gone.map(|((bucket, _), _)| bucket.clone()).collect();
        search.missing.retain(|bucket| !gone.contains(bucket));
        let everybody: Vec<_> = self.directory.entered.iter().cloned().collect();
        for some in everybody.chunks(AT_ONCE) {
            self.search(search, |_| some.iter().cloned().collect()).await;
        }
    }

    /// Asks each candidate of each missing bucket for its buckets that begin like it.
    async fn search(&self, search: &mut Search, candidates: impl Fn(&String) -> BTreeSet<AccountId>) {
        let mut questions = BTreeSet::new();
        for bucket in &search.missing {
            let prefix = buckets::common_beginning(bucket);
            for account in candidates(bucket) {
                questions.insert((account, prefix.to_owned()));
            }
        }
        questions.retain(|question| search.asked.insert(question.clone()));
        let answers = fan_out::all(questions, |(account, prefix)| self.listed(account, prefix).boxed()).await;
        for (session, found) in answers.into_iter().flatten() {
            for found in found {
                if search.missing.remove(&found.name) {
                    search.found.insert(found.name.clone(), (session.clone(), found));
                }
            }
        }
    }

    async fn listed(&self, account: AccountId, prefix: String) -> Option<(Arc<Session>, Vec<Found>)> {
        let session = self.enter(&account).await?;
        let sheet = self.sheets.of(&account);
        let question = |next| Question::Buckets {
            prefix: prefix.clone(),
            next,
        };
        let listed = self.sessions.list(&session, self.region, &sheet, question).await;
        let found = listed.entries("Buckets").filter_map(Found::read).collect();
        Some((session, found))
    }

    async fn is_gone(&self, bucket: &str, owner: &AccountId) -> bool {
        let Some(session) = self.enter(owner).await else {
            return false;
        };
        let exchange = self
            .setting(&session, self.region, bucket, BucketSetting::Location)
            .await;
        matches!(&exchange.answer, Answer::Error { code, .. } if code == buckets::NO_SUCH_BUCKET)
    }

    /// What is needed of a bucket, asked of its owner in its own Region.
    async fn settings(&self, bucket: String, session: Arc<Session>, found: Found) {
        let region = if let Some(region) = found.region {
            region
        } else {
            let location = self.setting(&session, self.region, &bucket, BucketSetting::Location);
            match buckets::location(&location.await) {
                Some(region) => region,
                None => return,
            }
        };
        let needed = SETTINGS.iter().filter(|(need, _)| self.agenda.needs(&[*need]));
        let asked = needed.map(|(_, setting)| self.setting(&session, &region, &bucket, *setting));
        join_all(asked).await;
    }

    async fn setting(
        &self,
        session: &Session,
        region: &Region,
        bucket: &str,
        setting: BucketSetting,
    ) -> trailaudit_core::Exchange {
        let sheet = self.sheets.of(session.account());
        let name = bucket.to_owned();
        let question = Question::Bucket { name, setting };
        self.sessions.ask(session, region, question, &sheet).await
    }
}

/// Who is likely to have a bucket: the owners of the trails, the accounts that are said to keep logs, those of the trails'
/// keys, and those that administer trails.
const LIKELY: [fn(&Join<'_>, &Named) -> BTreeSet<AccountId>; 4] = [
    |_, named| named.owners.clone(),
    |join, _| join.scope.log_archive_accounts.clone(),
    |_, named| named.key_accounts.clone(),
    |join, _| join.directory.administrators.iter().cloned().collect(),
];

/// What each need asks for.
const SETTINGS: [(Need, BucketSetting); 7] = [
    (Need::BucketAccess, BucketSetting::AccessList),
    (Need::BucketAccess, BucketSetting::PolicyStatus),
    (Need::BucketAccess, BucketSetting::PublicAccessBlock),
    (Need::BucketLogging, BucketSetting::Logging),
    (Need::BucketVersioning, BucketSetting::Versioning),
    (Need::BucketLocks, BucketSetting::ObjectLock),
    (Need::BucketLifecycles, BucketSetting::Lifecycle),
];
