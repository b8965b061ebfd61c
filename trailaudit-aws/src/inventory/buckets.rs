//! All buckets: whose list names each, what each tells of itself, and which do not exist.

use std::collections::{BTreeMap, BTreeSet};

use trailaudit_core::bucket::{Expiry, Lock};
use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Gap, GapReason, Observed};
use trailaudit_core::organization::{AccountId, BucketId, Region};
use trailaudit_core::{EvidenceId, Exchange};

use super::bucket::{self, AccessBlock, AwsBucket};
use super::{call_of, gap_of, learn};
use crate::buckets::{self, Found, NO_SUCH_BUCKET};

const BUCKET: &str = "the bucket";
const REGION: &str = "the bucket's Region";

/// What the records show of buckets, by name.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    owners: BTreeMap<String, (AccountId, Option<Region>, EvidenceId)>,
    /// Lists of buckets that were refused.
    refused_lists: BTreeMap<AccountId, Gap>,
    /// Where each is, or why that is not told, by who asked.
    places: BTreeMap<String, BTreeMap<AccountId, Place>>,
    settings: BTreeMap<(String, AccountId), Settings>,
}

/// What one account was told of where a bucket is.
#[derive(Clone, Debug)]
enum Place {
    In(Region, EvidenceId),
    Nowhere(EvidenceId),
    Untold(Gap),
}

#[derive(Debug)]
struct Settings {
    block: Observed<AccessBlock>,
    grants: Observed<Vec<String>>,
    policy: Observed<bool>,
    access_log: Observed<Option<String>>,
    second_factor: Observed<bool>,
    lock: Observed<Option<Lock>>,
    expiries: Observed<Vec<Expiry>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            block: Observed::not_collected("whether the bucket blocks public access"),
            grants: Observed::not_collected("the bucket's access list"),
            policy: Observed::not_collected("whether the bucket's policy is public"),
            access_log: Observed::not_collected("whether access to the bucket is logged"),
            second_factor: Observed::not_collected("whether deleting from the bucket needs a second factor"),
            lock: Observed::not_collected("whether objects in the bucket are locked"),
            expiries: Observed::not_collected("how long the bucket keeps objects"),
        }
    }
}

impl Buckets {
    pub(super) fn take(&mut self, id: EvidenceId, exchange: &Exchange) {
        if exchange.operation == "ListBuckets" {
            self.list(id, exchange);
            return;
        }
        let Some(name) = exchange.parameters["Bucket"].as_str() else {
            return;
        };
        let account = || exchange.account.clone();
        if exchange.operation == "GetBucketLocation" {
            let told = self.places.entry(name.to_owned()).or_default();
            let place = Place::of(id, exchange);
            if !matches!(
                (told.get(&exchange.account), &place),
                (Some(Place::In(..) | Place::Nowhere(_)), Place::Untold(_))
            ) {
                told.insert(account(), place);
            }
            return;
        }
        let settings = self.settings.entry((name.to_owned(), account())).or_default();
        match exchange.operation.as_str() {
            "GetPublicAccessBlock" => learn(&mut settings.block, bucket::access_block(id, exchange)),
            "GetBucketAcl" => learn(&mut settings.grants, bucket::open_grants(id, exchange)),
            "GetBucketPolicyStatus" => learn(&mut settings.policy, bucket::is_policy_public(id, exchange)),
            "GetBucketLogging" => learn(&mut settings.access_log, bucket::access_log(id, exchange)),
            "GetBucketVersioning" => learn(&mut settings.second_factor, bucket::needs_second_factor(id, exchange)),
            "GetObjectLockConfiguration" => learn(&mut settings.lock, bucket::lock(id, exchange)),
            "GetBucketLifecycleConfiguration" => learn(&mut settings.expiries, bucket::expiries(id, exchange)),
            _ => (),
        }
    }

    /// The buckets that trails name, given with the accounts that own these trails, joined with what was read.
    pub(super) fn into_buckets(
        self,
        named: BTreeMap<BucketId, BTreeSet<AccountId>>,
        refusal: impl Fn(&AccountId) -> Option<Gap>,
    ) -> BTreeMap<BucketId, Observed<Option<AwsBucket>>> {
        let known = named.into_iter().map(|(id, trail_owners)| {
            let bucket = self.bucket(&id, &trail_owners, &refusal);
            (id, bucket)
        });
        known.collect()
    }

    fn list(&mut self, id: EvidenceId, exchange: &Exchange) {
        let Answer::Ok(answer) = &exchange.answer else {
            let gap = gap_of(exchange, id, BUCKET);
            self.refused_lists.insert(exchange.account.clone(), gap);
            return;
        };
        for found in answer["Buckets"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Found::read)
        {
            let owned = (exchange.account.clone(), found.region, id);
            self.owners.insert(found.name, owned);
        }
    }

    fn bucket(
        &self,
        id: &BucketId,
        trail_owners: &BTreeSet<AccountId>,
        refusal: &impl Fn(&AccountId) -> Option<Gap>,
    ) -> Observed<Option<AwsBucket>> {
        let name = id.name();
        if let Some((owner, region, shown)) = self.owners.get(name) {
            let region = match region {
                Some(region) => Observed::known(region.clone(), *shown),
                None => self.region(name, owner),
            };
            return Observed::known(Some(self.owned(id, owner, region)), *shown);
        }
        let empty = BTreeMap::new();
        let told = self.places.get(name).unwrap_or(&empty);
        let gone = told.values().find_map(|place| match place {
            Place::Nowhere(shown) => Some(*shown),
            _ => None,
        });
        if let Some(shown) = gone {
            return Observed::known(None, shown);
        }
        let refused = told.values().find_map(|place| match place {
            Place::Untold(gap) => Some(gap.clone()),
            Place::In(_, shown) => Some(Gap {
                wanted: BUCKET,
                call: None,
                why: GapReason::Unreadable("it exists, but no account that was asked has it among its own".into()),
                evidence: Some((*shown).into()),
            }),
            Place::Nowhere(_) => None,
        });
        let refused = refused.or_else(|| trail_owners.iter().find_map(refusal)).or_else(|| {
            trail_owners
                .iter()
                .find_map(|owner| self.refused_lists.get(owner).cloned())
        });
        match refused {
            Some(gap) => Observed::Unknown(Gap { wanted: BUCKET, ..gap }),
            None => Observed::not_collected(BUCKET),
        }
    }

    fn region(&self, name: &str, owner: &AccountId) -> Observed<Region> {
        match self.places.get(name).and_then(|told| told.get(owner)) {
            Some(Place::In(region, shown)) => Observed::known(region.clone(), *shown),
            Some(Place::Untold(gap)) => Observed::Unknown(Gap {
                wanted: REGION,
                ..gap.clone()
            }),
            Some(Place::Nowhere(_)) | None => Observed::not_collected(REGION),
        }
    }

    fn owned(&self, id: &BucketId, owner: &AccountId, region: Observed<Region>) -> AwsBucket {
        let nothing = Settings::default();
        let place = (id.name().to_owned(), owner.clone());
        let settings = self.settings.get(&place).unwrap_or(&nothing);
        AwsBucket {
            id: id.clone(),
            owner: owner.clone(),
            region,
            public: bucket::public(&settings.block, &settings.grants, &settings.policy),
            access_log: settings.access_log.clone(),
            second_factor: settings.second_factor.clone(),
            lock: settings.lock.clone(),
            expiries: settings.expiries.clone(),
        }
    }
}

impl Place {
    fn of(id: EvidenceId, exchange: &Exchange) -> Self {
        match (&exchange.answer, buckets::location(exchange)) {
            (Answer::Error { code, .. }, _) if code == NO_SUCH_BUCKET => Self::Nowhere(id),
            (Answer::Ok(_), Some(region)) => Self::In(region, id),
            _ => {
                let mut gap = gap_of(exchange, id, BUCKET);
                gap.call = Some(Box::new(call_of(exchange)));
                Self::Untold(gap)
            }
        }
    }
}
