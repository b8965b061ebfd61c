//! What the records tell of whatever a finding is about.

use std::collections::HashMap;

use trailaudit_aws::Partition;
use trailaudit_core::bucket::Bucket;
use trailaudit_core::organization::{BucketId, KeyId, TrailId};
use trailaudit_core::trail::{LogDestination, Trail};
use trailaudit_core::{Inventory, Observed};

use super::filled::Values;
use crate::report::source::Finding;

/// The records, and which trails name what.
pub(super) struct Facts<'a> {
    pub inventory: &'a dyn Inventory,
    trails: Vec<&'a dyn Trail>,
    /// The trails that belong to an account, or name a key, a bucket or a log group, by their places.
    named: HashMap<String, Vec<usize>>,
    partition: String,
}

/// What a step is about.
pub(super) struct About<'a> {
    /// Whose credentials it takes: those of the owner, whoever the finding is of.
    pub account: String,
    pub trail: Option<&'a dyn Trail>,
    /// Where its commands are sent; none for services without Regions, and where it is not known.
    pub region: Option<String>,
    pub partition: String,
    pub values: Values,
}

/// A fact that was read.
pub(super) fn known<T>(fact: Observed<T>) -> Option<T> {
    match fact {
        Observed::Known { value, .. } => Some(value),
        Observed::Unknown(_) => None,
    }
}

impl<'a> Facts<'a> {
    /// The partition is that of whatever has no full name.
    pub fn of(inventory: &'a dyn Inventory, partition: &str) -> Self {
        let trails = inventory.trails();
        let mut named = HashMap::<String, Vec<usize>>::new();
        for (place, trail) in trails.iter().enumerate() {
            let key = known(trail.encryption_key()).flatten().map(|key| key.to_string());
            let bucket = known(trail.bucket()).map(|bucket| bucket.to_string());
            let group = destination(*trail).map(|group| group.group.to_string());
            for name in [Some(trail.owner().to_string()), key, bucket, group]
                .into_iter()
                .flatten()
            {
                named.entry(name).or_default().push(place);
            }
        }
        Self {
            inventory,
            trails,
            named,
            partition: partition.to_owned(),
        }
    }

    /// What is known for a finding.
    pub fn about(&self, finding: &Finding<'_>) -> About<'a> {
        let id = &*finding.resource_id;
        let region = |name: &str| {
            name.split(':')
                .nth(3)
                .filter(|region| !region.is_empty())
                .map(str::to_owned)
        };
        let mut values = Values::new();
        let trail = match &*finding.resource_type {
            "trail" => self.inventory.trail(&TrailId::from(id)),
            "account" | "region" => self.own_trail(&finding.account_id),
            _ => self.first(id),
        };
        let mut place = region(id);
        if let Some(trail) = trail {
            tell_trail(trail, &self.inventory.organization().id, &mut values);
            place = place.or_else(|| Some(trail.home_region().to_string()));
        }
        values.insert("ACCOUNT", finding.account_id.to_string());
        values.insert("ROOT_OU_OR_ACCOUNT_ID", finding.account_id.to_string());
        values.insert("ROOT_OU_OR_ACCOUNT", finding.account_id.to_string());
        values.insert("TRAILS", "TRAILS".to_owned());
        if !finding.region.is_empty() {
            values.insert("REGION", finding.region.to_string());
        }
        let account = self.owner(finding);
        let behind = |separator: &str| id.split_once(separator).map_or(id, |(_, name)| name).to_owned();
        match &*finding.resource_type {
            "key" => values.extend([("KEY_ARN", id.to_owned()), ("ACCOUNT", account.clone())]),
            "bucket" => {
                let bucket = BucketId::from(id);
                values.insert("BUCKET", bucket.name().to_owned());
                place = self.region_of(&bucket);
            }
            "log-group" => values.extend([("GROUP_ARN", id.to_owned()), ("GROUP", behind(":log-group:"))]),
            "alarm" => _ = values.insert("ALARM", behind(":alarm:")),
            "event-store" => _ = values.insert("STORE_ARN", id.to_owned()),
            _ => {}
        }
        let arn = trail.map_or(id, |trail| trail.id().as_str());
        let partition = arn.strip_prefix("arn:").and_then(|rest| rest.split(':').next());
        let partition = partition.unwrap_or(&self.partition).to_owned();
        if matches!(&*finding.resource_type, "account" | "region") {
            // Where whatever the account lacks is made.
            place = place.or_else(|| Partition::of(&partition).map(|known| known.global_region.to_owned()));
        }
        About {
            account,
            trail,
            region: place,
            partition,
            values,
        }
    }

    /// Who owns what a finding is about.
    fn owner(&self, finding: &Finding<'_>) -> String {
        let id = &*finding.resource_id;
        let owner = if &*finding.resource_type == "bucket" {
            self.bucket(&BucketId::from(id))
                .map(|bucket| bucket.owner().to_string())
        } else {
            let account = id.split(':').nth(4).filter(|account| account.len() == 12);
            account.map(str::to_owned)
        };
        owner.unwrap_or_else(|| finding.account_id.to_string())
    }

    /// Whose bucket a trail delivers to, and where that is.
    pub fn bucket_of(&self, trail: &dyn Trail) -> Option<(String, Option<String>)> {
        let bucket = known(trail.bucket())?;
        let owner = self.bucket(&bucket)?.owner().to_string();
        Some((owner, self.region_of(&bucket)))
    }

    /// Whether several trails use a key or bucket of this trail: what its policy says has to hold for all of them.
    pub fn is_shared(&self, trail: &dyn Trail, command: &str) -> bool {
        let name = if command.contains("put-key-policy") {
            known(trail.encryption_key()).flatten().map(|key| key.to_string())
        } else if command.contains("put-bucket-policy") {
            known(trail.bucket()).map(|bucket| bucket.to_string())
        } else {
            None
        };
        name.and_then(|name| self.named.get(&name))
            .is_some_and(|trails| trails.len() > 1)
    }

    /// Where a trail's bucket lives, else the trail: a key has to be there.
    pub fn key_region(&self, trail: &dyn Trail) -> String {
        let bucket = known(trail.bucket()).and_then(|bucket| self.region_of(&bucket));
        bucket.unwrap_or_else(|| trail.home_region().to_string())
    }

    pub fn key(&self, id: &KeyId) -> Option<&'a dyn trailaudit_core::Key> {
        known(self.inventory.key(id)).flatten()
    }

    fn region_of(&self, bucket: &BucketId) -> Option<String> {
        known(self.bucket(bucket)?.region()).map(|region| region.to_string())
    }

    fn bucket(&self, id: &BucketId) -> Option<&'a dyn Bucket> {
        known(self.inventory.bucket(id)).flatten()
    }

    /// The account's own trail that reaches furthest.
    fn own_trail(&self, account: &str) -> Option<&'a dyn Trail> {
        let own = self.named.get(account)?.iter().map(|place| self.trails[*place]);
        own.max_by_key(|trail| {
            (
                known(trail.is_multi_region()),
                std::cmp::Reverse(trail.id().to_string()),
            )
        })
    }

    fn first(&self, name: &str) -> Option<&'a dyn Trail> {
        Some(self.trails[*self.named.get(name)?.first()?])
    }
}

/// The key a trail names by its ARN.
pub(super) fn key_of(trail: &dyn Trail) -> Option<KeyId> {
    let id = known(trail.encryption_key()).flatten();
    id.filter(|id| id.as_str().contains(":key/"))
}

pub(super) fn destination(trail: &dyn Trail) -> Option<LogDestination> {
    known(trail.log_destination()).flatten()
}

fn tell_trail(trail: &dyn Trail, organization: &str, values: &mut Values) {
    let arn = trail.id().to_string();
    let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
    let folder = match known(trail.is_organization_trail()) {
        Some(true) => organization.to_owned(),
        _ => trail.owner().to_string(),
    };
    values.extend([
        ("TRAIL", arn.clone()),
        ("TRAIL_ARN", arn),
        ("NAME", name),
        ("ACCOUNT_OR_ORGANIZATION", folder),
    ]);
    let arn = |key: &KeyId| key.as_str().starts_with("arn:").then(|| key.to_string());
    let key = known(trail.encryption_key()).flatten();
    values.extend(key.as_ref().and_then(arn).map(|key| ("KEY_ARN", key)));
    values.extend(known(trail.bucket()).map(|bucket| ("BUCKET", bucket.name().to_owned())));
    values.extend(
        known(trail.notification_topic())
            .flatten()
            .map(|topic| ("TOPIC", topic)),
    );
    if let Some(to) = destination(trail) {
        let group = to.group.to_string();
        let name = group.split_once(":log-group:").map(|(_, name)| name.to_owned());
        values.extend(name.map(|name| ("GROUP", name)));
        values.insert("GROUP_ARN", group);
        if let Some(role) = to.role {
            values.insert("ROLE", role.rsplit('/').next().unwrap_or_default().to_owned());
            values.insert("ROLE_ARN", role);
        }
    }
}
