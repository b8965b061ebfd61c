//! An account: what is in it, and what is refused in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Alarm, Bucket, EventDataStore, Key, LogGroup, LogResourcePolicy, ManagedPolicy, RegionStatus, Role, Topic, Trail,
    TrailStatus,
};

/// One account of the Organization.
#[derive(Clone, Debug)]
pub struct Account {
    /// Twelve digits; a leading zero is legal.
    pub id: String,
    /// The name the Organization shows.
    pub name: String,
    /// The address of its root user.
    pub email: String,
    /// Where it is in its life.
    pub state: AccountState,
    /// Whether it was invited; otherwise it was created in the Organization.
    pub invited: bool,
    /// When it joined the Organization.
    pub joined: Timestamp,
    /// The id of the organizational unit or the root it is in; empty means the root once it is added to a world.
    pub parent: String,
    /// Its tags in Organizations.
    pub tags: BTreeMap<String, String>,
    /// Regions whose status is not the usual one, which is `ENABLED_BY_DEFAULT`, or `ENABLED` for an opt-in Region.
    pub region_status: BTreeMap<String, RegionStatus>,
    /// Its roles by name.
    pub roles: BTreeMap<String, Role>,
    /// Its managed policies.
    pub policies: Vec<ManagedPolicy>,
    /// The trails it owns.
    pub trails: Vec<Trail>,
    /// Organization trails, by ARN, of which it has no copy. The Regions that lack it; none named means all.
    pub missing_copies: BTreeMap<String, BTreeSet<String>>,
    /// Organization trails, by ARN, whose status in this account is not the owner's.
    pub copy_status: BTreeMap<String, TrailStatus>,
    /// The same, by ARN and Region, where it differs from Region to Region as well.
    pub regional_copy_status: BTreeMap<(String, String), TrailStatus>,
    /// Its event data stores.
    pub event_data_stores: Vec<EventDataStore>,
    /// Its KMS keys.
    pub keys: Vec<Key>,
    /// Its log groups.
    pub log_groups: Vec<LogGroup>,
    /// Who else may write to its log groups.
    pub log_resource_policies: Vec<LogResourcePolicy>,
    /// Its alarms.
    pub alarms: Vec<Alarm>,
    /// Its topics.
    pub topics: Vec<Topic>,
    /// Its buckets.
    pub buckets: Vec<Bucket>,
    /// What is refused in it to everybody.
    pub denials: Vec<Denial>,
}

impl Account {
    /// An active, empty account.
    #[must_use]
    pub fn new(id: &str, name: &str, joined: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            email: format!("aws+{id}@example.com"),
            state: AccountState::Active,
            invited: false,
            joined,
            parent: String::new(),
            tags: BTreeMap::new(),
            region_status: BTreeMap::new(),
            roles: BTreeMap::new(),
            policies: Vec::new(),
            trails: Vec::new(),
            missing_copies: BTreeMap::new(),
            copy_status: BTreeMap::new(),
            regional_copy_status: BTreeMap::new(),
            event_data_stores: Vec::new(),
            keys: Vec::new(),
            log_groups: Vec::new(),
            log_resource_policies: Vec::new(),
            alarms: Vec::new(),
            topics: Vec::new(),
            buckets: Vec::new(),
            denials: Vec::new(),
        }
    }

    /// Adds a role.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.roles.insert(role.name.clone(), role);
        self
    }

    /// Takes the copy of an organization trail away from every Region of this account.
    pub fn lose_copies_of(&mut self, trail_arn: &str) {
        self.missing_copies.insert(trail_arn.to_owned(), BTreeSet::new());
    }

    /// The status of an organization trail's copy in a Region, where it is not the owner's.
    pub(crate) fn status_of_copy(&self, trail_arn: &str, region: &str) -> Option<&TrailStatus> {
        let there = (trail_arn.to_owned(), region.to_owned());
        let regional = self.regional_copy_status.get(&there);
        regional.or_else(|| self.copy_status.get(trail_arn))
    }

    /// Whether it has a copy of this organization trail in this Region.
    pub(crate) fn has_copy(&self, trail_arn: &str, region: &str) -> bool {
        let missing = self.missing_copies.get(trail_arn);
        missing.is_none_or(|regions| !regions.is_empty() && !regions.contains(region))
    }
}

/// Where an account is in its life, as `State` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// Cannot be used yet.
    PendingActivation,
    /// In use.
    Active,
    /// Restricted by AWS.
    Suspended,
    /// Being closed; everything still works.
    PendingClosure,
    /// Closed, still listed for 90 days.
    Closed,
}

impl AccountState {
    /// Whether anybody gets an answer from the account.
    pub(crate) fn answers(self) -> bool {
        matches!(self, Self::Active | Self::PendingClosure)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::PendingActivation => "PENDING_ACTIVATION",
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::PendingClosure => "PENDING_CLOSURE",
            Self::Closed => "CLOSED",
        }
    }
}

/// An explicit deny.
#[derive(Clone, Debug)]
pub struct Denial {
    /// What denies, which the error message tells.
    pub by: DeniedBy,
    /// IAM actions; `*` matches any characters.
    pub actions: Vec<String>,
    /// The Regions it is confined to; none named means every Region.
    pub regions: Vec<String>,
    /// The ARNs it is confined to; none named means every resource.
    pub resources: Vec<String>,
}

/// The kind of policy that denies.
#[derive(Clone, Debug)]
pub enum DeniedBy {
    /// A service control policy, by id. It binds every account but the management account.
    ServiceControlPolicy(String),
    /// A policy of the calling identity.
    IdentityPolicy,
    /// The permissions boundary of the calling identity.
    PermissionsBoundary,
    /// The policy of the resource that is asked about.
    ResourcePolicy,
    /// No statement: a policy of this kind (`permissions boundary`, `service control policy`, `VPC endpoint policy`) is in
    /// force, and does not allow it.
    Omission(&'static str),
}
