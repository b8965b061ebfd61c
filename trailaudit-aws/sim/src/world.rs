//! The Organization as plain data: everything [`World::respond`] answers from.

mod account;
mod alarm;
mod bucket;
mod change;
mod event_data_store;
mod key;
mod key_policy;
mod log_group;
mod managed_policy;
mod organization;
mod region;
mod role;
mod service_control_policy;
mod topic;
mod trail;
mod trust;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::json;

pub use account::{Account, AccountState, Denial, DeniedBy};
pub use alarm::{Alarm, MetricMath, MetricQuery, Watched};
pub use bucket::{
    Bucket, BucketLogging, Expiration, Grant, Grantee, LifecycleCondition, LifecycleFilter, LifecycleRule, ObjectLock,
    Period, PublicAccessBlock, Retention,
};
pub(crate) use change::{Change, Thing};
pub use event_data_store::EventDataStore;
pub use key::{Key, KeyReaders, KeySpec};
pub use log_group::{LogGroup, LogResourcePolicy, LogStream, MetricFilter};
pub use managed_policy::ManagedPolicy;
pub use organization::{DelegatedAdministrator, Organization, OrganizationalUnit};
pub use region::{REGIONS, Region, RegionStatus};
pub use role::{AccessKey, Role};
pub use service_control_policy::{Attached, ServiceControlPolicy};
pub use topic::{Subscription, SubscriptionState, Topic};
pub(crate) use trail::before;
pub use trail::{EventSelectors, Trail, TrailStatus};
pub use trust::Trust;

/// One AWS partition with one Organization in it.
#[derive(Clone, Debug)]
pub struct World {
    /// The Organization and its tree.
    pub organization: Organization,
    /// The Regions of the partition.
    pub regions: Vec<Region>,
    /// Every account of the Organization, the management account included, by id.
    pub accounts: BTreeMap<String, Account>,
    /// The long-lived access keys the simulator knows. The first is the auditor's.
    pub access_keys: Vec<AccessKey>,
    /// The managed policies of AWS itself, as far as they are simulated.
    pub aws_policies: Vec<ManagedPolicy>,
    /// Names of buckets that somebody outside the Organization has.
    pub foreign_buckets: BTreeSet<String>,
    /// What session tokens are sealed with: a token sealed with another secret is not accepted.
    pub token_secret: String,
}

impl World {
    /// An Organization of its management account alone, with an auditor who may do everything in it.
    #[must_use]
    pub fn new(organization_id: &str, management_account: &str, regions: &[&str], founded: Timestamp) -> Self {
        let mut world = Self {
            organization: Organization::new(organization_id, management_account),
            regions: regions.iter().map(|name| Region::named(name)).collect(),
            accounts: BTreeMap::new(),
            access_keys: vec![AccessKey::new(management_account, "auditor")],
            aws_policies: [("AdministratorAccess", "*"), ("CloudWatchLogsFullAccess", "logs:*")]
                .map(|(name, action)| allowing(name, action, founded))
                .into(),
            foreign_buckets: BTreeSet::new(),
            token_secret: format!("secret of {organization_id}"),
        };
        world.add(Account::new(management_account, "Management", founded));
        world
    }

    /// Adds an account, under the root unless it names another parent.
    pub fn add(&mut self, mut account: Account) {
        if account.parent.is_empty() {
            account.parent.clone_from(&self.organization.root_id);
        }
        self.accounts.insert(account.id.clone(), account);
    }

    /// Lets every role of this name do what one policy document allows, and every user what the other does; nothing else.
    /// Resources and conditions are not looked at.
    ///
    /// # Errors
    /// When one of the texts is no policy.
    pub fn allow_only(&mut self, role_name: &str, of_role: &str, of_users: &str) -> Result<(), &'static str> {
        let roles = self
            .accounts
            .values_mut()
            .filter_map(|account| account.roles.get_mut(role_name));
        roles.into_iter().try_for_each(|role| role.allow_only(of_role))?;
        self.access_keys.iter_mut().try_for_each(|key| key.allow_only(of_users))
    }

    /// The management account's id.
    #[must_use]
    pub fn management_account(&self) -> &str {
        &self.organization.management_account
    }

    /// The trails of the Organization: the management account owns them, whoever created them.
    pub(crate) fn organization_trails(&self) -> impl Iterator<Item = &Trail> {
        let owner = self.accounts.get(self.management_account());
        owner
            .into_iter()
            .flat_map(|owner| &owner.trails)
            .filter(|trail| trail.organization)
    }

    /// A bucket of the Organization by its name, and the account that owns it.
    pub(crate) fn bucket(&self, name: &str) -> Option<(&Account, &Bucket)> {
        self.accounts.values().find_map(|account| {
            let bucket = account.buckets.iter().find(|bucket| bucket.name == name)?;
            Some((account, bucket))
        })
    }

    /// The status of a Region in an account, or nothing when the partition has no such Region.
    pub(crate) fn region_status(&self, account: &Account, region: &str) -> Option<RegionStatus> {
        let region = self.regions.iter().find(|known| known.name == region)?;
        Some(
            account
                .region_status
                .get(&region.name)
                .copied()
                .unwrap_or(region.usual_status()),
        )
    }
}

fn allowing(name: &str, action: &str, created: Timestamp) -> ManagedPolicy {
    let statement = json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    ManagedPolicy::new(name, &document.to_string(), created)
}
