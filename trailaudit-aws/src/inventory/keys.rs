//! All keys: what each was described as, its rotation and its policy, joined by the key's ARN.

use std::collections::BTreeMap;
use std::sync::Arc;

use trailaudit_core::key::Rotation;
use trailaudit_core::observed::Observed;
use trailaudit_core::organization::{AccountId, KeyId};
use trailaudit_core::policy::Policy;
use trailaudit_core::{EvidenceId, Exchange};

use super::key::{self, AwsKey, KeyPolicy, Rank};
use super::learn;
use super::members::Members;
use crate::arn::Arn;

/// What the records show of keys.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Without a rank where nobody asked.
    described: BTreeMap<KeyId, (Option<Rank>, Observed<Option<AwsKey>>)>,
    /// By whoever asked, and the key's ARN.
    rotations: BTreeMap<(AccountId, String), Observed<Rotation>>,
    policies: BTreeMap<String, Observed<Arc<Policy>>>,
}

impl Keys {
    pub(super) fn take(&mut self, id: EvidenceId, exchange: &Exchange, partition: &str) {
        let Some(name) = exchange.parameters["KeyId"].as_str() else {
            return;
        };
        match exchange.operation.as_str() {
            "DescribeKey" => {
                let key = key::absolute(name, partition, &exchange.account, &exchange.region);
                let rank = Some(key::rank(&key, name, exchange));
                if self.described.get(&key).is_none_or(|(known, _)| *known < rank) {
                    let shown = key::observed(&key, id, exchange);
                    self.described.insert(key, (rank, shown));
                }
            }
            "GetKeyRotationStatus" => {
                let unasked = || Observed::not_collected("whether the key is rotated");
                let place = self.rotations.entry((exchange.account.clone(), name.to_owned()));
                learn(place.or_insert_with(unasked), key::rotation(id, exchange));
            }
            // Nobody but a key's own account is told its policy.
            "GetKeyPolicy" if Arn::parse(name).is_some_and(|arn| arn.account == exchange.account.as_str()) => {
                let unasked = || Observed::not_collected("the key's policy");
                let place = self.policies.entry(name.to_owned());
                learn(place.or_insert_with(unasked), key::policy(id, exchange));
            }
            _ => (),
        }
    }

    pub(super) fn knows(&self, key: &KeyId) -> bool {
        self.described.contains_key(key)
    }

    /// What is known of a key that nobody asked for.
    pub(super) fn explain(&mut self, key: KeyId, shown: Observed<Option<AwsKey>>) {
        self.described.insert(key, (None, shown));
    }

    /// Every key with all that was read of it.
    pub(super) fn into_keys(self, members: &Arc<Members>) -> BTreeMap<KeyId, Observed<Option<AwsKey>>> {
        let Self {
            described,
            rotations,
            policies,
        } = self;
        let complete = |key: AwsKey| key.complete(&rotations, &policies, members);
        let keys = described.into_iter();
        keys.map(|(id, (_, key))| (id, key.map(|key| key.map(complete))))
            .collect()
    }
}

impl AwsKey {
    fn complete(
        mut self,
        rotations: &BTreeMap<(AccountId, String), Observed<Rotation>>,
        policies: &BTreeMap<String, Observed<Arc<Policy>>>,
        members: &Arc<Members>,
    ) -> Self {
        if let Some((arn, asker)) = &self.itself {
            if let Some(policy) = policies.get(arn) {
                self.policy = KeyPolicy::of(policy, arn, members);
            }
            // Whoever described the key is the one who tells whether it is rotated: a stranger might be told otherwise.
            let rotation = self.rotating.clone().map(|arn| (asker.clone(), arn));
            if let Some(rotation) = rotation.and_then(|asked| rotations.get(&asked))
                && matches!(&self.rotation, Observed::Unknown(gap) if gap.evidence.is_none())
            {
                self.rotation = rotation.clone();
            }
        }
        self
    }
}
