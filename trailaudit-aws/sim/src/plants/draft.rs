//! A trail with what belongs to it, and what has to be told of it.

use jiff::Timestamp;

use super::Plot;
use crate::soundness::destinations::{buckets, delivery_policy, let_deliver, settle, stream};
use crate::truth::rules::{OF_BUCKETS, OF_DELIVERIES, OF_GROUPS, OF_KEYS};
use crate::world::{Account, Bucket, Denial, Key, LogGroup, LogResourcePolicy, Role, Topic, Trail};

/// A trail before it joins its account. It starts out sound: in its own account and home Region there are its bucket,
/// locked, its key, enabled and rotating, and its log group, under a key of the log archive, which a role may deliver to;
/// it logs, validates, has Insights and tags, and has delivered everything.
pub(crate) struct Draft {
    pub owner: String,
    pub trail: Trail,
    pub key: Option<Key>,
    /// Keys that something else than the trail names.
    pub more_keys: Vec<Key>,
    pub log_groups: Vec<LogGroup>,
    pub log_policies: Vec<LogResourcePolicy>,
    pub role: DeliveryRole,
    /// When the log group got its last event of the trail, where that is not as the trail says.
    pub received: Option<Timestamp>,
    pub buckets: Vec<Bucket>,
    pub topics: Vec<Topic>,
    pub denials: Vec<Denial>,
}

/// The role a trail delivers to its log group with.
pub(crate) enum DeliveryRole {
    /// The one that delivers for all trails of the account.
    Shared,
    /// One of its own.
    Own(Role),
    /// The trail names one that is not there.
    Gone,
}

const SHARED_ROLE: &str = "CloudTrail_CloudWatchLogs_Role";

impl Draft {
    pub fn sound(plot: &mut Plot, account: &Account, name: &str, region: &str, multi_region: bool) -> Self {
        let (owner, made) = (account.id.clone(), plot.days_ago(500));
        let mut trail = Trail::new(name, region, plot.as_of);
        trail.multi_region = multi_region;
        trail.bucket = format!("cloudtrail-{owner}-{name}");
        settle(&mut trail);
        let mut key = Key::new(&plot.random.uuid(), region, made);
        key.rotation_days = Some(365);
        let mut log_group = LogGroup::new(&format!("CloudTrail/{name}"), region, made);
        log_group.kms_key_id = Some(plot.log_group_key(region));
        log_group.deletion_protected = true;
        trail.kms_key_id = Some(key.arn(&owner));
        trail.log_group_arn = Some(format!("{}:*", log_group.arn(&owner)));
        trail.log_group_role_arn = Some(format!("arn:aws:iam::{owner}:role/{SHARED_ROLE}"));
        Self {
            buckets: buckets(&trail.bucket, region, made).into(),
            topics: Vec::new(),
            owner,
            trail,
            key: Some(key),
            more_keys: Vec::new(),
            log_groups: vec![log_group],
            log_policies: Vec::new(),
            role: DeliveryRole::Shared,
            received: None,
            denials: Vec::new(),
        }
    }

    /// Streams are as old as the latest delivery, which a flaw may have moved.
    pub fn join(mut self, account: &mut Account) {
        let name = self.stream_name();
        for group in &mut self.log_groups {
            if self.trail.log_group_arn == Some(format!("{}:*", group.arn(&self.owner))) {
                let received = self.received.or(self.trail.status.latest_log_group_delivery);
                group.streams.extend(stream(&name, received, group.created));
            }
        }
        match self.role {
            DeliveryRole::Shared => let_deliver(account, &self.trail, &[name]),
            DeliveryRole::Own(role) => _ = account.roles.insert(role.name.clone(), role),
            DeliveryRole::Gone => {}
        }
        account.trails.push(self.trail);
        account.keys.extend(self.key);
        account.keys.extend(self.more_keys);
        account.log_groups.extend(self.log_groups);
        account.log_resource_policies.extend(self.log_policies);
        account.buckets.extend(self.buckets);
        let known: Vec<String> = account.topics.iter().map(|topic| topic.arn(&self.owner)).collect();
        let topics = self.topics.into_iter();
        account
            .topics
            .extend(topics.filter(|topic| !known.contains(&topic.arn(&self.owner))));
        account.denials.extend(self.denials);
    }

    pub fn arn(&self) -> String {
        self.trail.arn(&self.owner)
    }

    pub fn region(&self) -> &str {
        &self.trail.home_region
    }

    /// The trail uses this key of its own account instead.
    pub fn use_key(&mut self, key: Key) {
        self.trail.kms_key_id = Some(key.arn(&self.owner));
        self.key = Some(key);
    }

    /// The trail delivers with a role of its own, which a service may assume and which may do so much in the log group.
    pub fn use_role(&mut self, name: &str, service: &str, actions: &[&str]) {
        let mut role = Role::for_service(name, service);
        let group = self.trail.log_group_arn.clone().unwrap_or_default();
        let policy = delivery_policy(&group, &[self.stream_name()], actions);
        role.inline_policies.insert("deliver".to_owned(), policy);
        self.trail.log_group_role_arn = Some(role.arn(&self.owner));
        self.role = DeliveryRole::Own(role);
    }

    /// Notes that rules fail, each wherever it is asked about the trail or about what the trail names.
    pub fn fails(&self, plot: &mut Plot, rules: &[&'static str], because: &str) {
        for rule in rules {
            self.note(plot, self.places(plot, rule), rule, "fail", because);
        }
    }

    /// Notes that rules are inconclusive, likewise.
    pub fn is_open(&self, plot: &mut Plot, rules: &[&'static str], because: &str) {
        for rule in rules {
            self.note(plot, self.places(plot, rule), rule, "inconclusive", because);
        }
    }

    /// Notes a verdict on deliveries from the home Region alone, where there is always something to deliver.
    pub fn at_home(&self, plot: &mut Plot, rules: &[&'static str], verdict: &'static str, because: &str) {
        for rule in rules {
            let home = vec![(self.region().to_owned(), self.arn())];
            self.note(plot, home, rule, verdict, because);
        }
    }

    fn stream_name(&self) -> String {
        format!("{}_CloudTrail_{}", self.owner, self.trail.home_region)
    }

    /// The Region and resource of a rule's rows. What a trail names is judged under the name the trail gives it, whether
    /// or not it is there; keys and buckets have no Region of the trail's.
    fn places(&self, plot: &Plot, rule: &str) -> Vec<(String, String)> {
        let nowhere = String::new;
        let home = || self.region().to_owned();
        if OF_DELIVERIES.contains(&rule) {
            let covered = plot.region_names().into_iter();
            let covered = covered.filter(|region| self.trail.records_in(region));
            return covered.map(|region| (region, self.arn())).collect();
        }
        vec![if OF_KEYS.contains(&rule) {
            (nowhere(), self.trail.kms_key_id.clone().unwrap_or_default())
        } else if OF_GROUPS.contains(&rule) {
            let named = self.trail.log_group_arn.as_deref().unwrap_or_default();
            (home(), named.trim_end_matches(":*").to_owned())
        } else if OF_BUCKETS.contains(&rule) {
            (nowhere(), format!("arn:aws:s3:::{}", self.trail.bucket))
        } else {
            (home(), self.arn())
        }]
    }

    fn note(
        &self,
        plot: &mut Plot,
        places: Vec<(String, String)>,
        rule: &'static str,
        verdict: &'static str,
        because: &str,
    ) {
        for (region, resource) in places {
            plot.note_at((&self.owner, &region, &resource), rule, verdict, because);
        }
    }
}
