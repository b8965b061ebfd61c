//! A trail an account owns: sound, and then perhaps with one flaw.

use super::Plot;
use crate::soundness::destinations::{buckets, let_deliver, settle, stream};
use crate::truth::Defect;
use crate::world::{Account, Bucket, Denial, Key, LogGroup, Topic, Trail};

/// One flaw of a trail: it changes a sound draft and notes what follows from that.
#[derive(Clone, Copy)]
pub(crate) struct Flaw {
    /// Also the trail's name.
    pub name: &'static str,
    /// How many Regions it takes.
    pub fewest_regions: usize,
    pub apply: fn(&mut Draft, &mut Plot),
}

/// A trail with what belongs to it, before it joins its account. It starts out sound: in its own account and home
/// Region there are its bucket, locked, its key, enabled and rotating, and its log group, under a key of the log archive,
/// which a role may deliver to; it logs, validates, has Insights and tags, and has delivered everything.
pub(crate) struct Draft {
    pub owner: String,
    pub trail: Trail,
    pub key: Option<Key>,
    /// Keys that something else than the trail names.
    pub more_keys: Vec<Key>,
    pub log_groups: Vec<LogGroup>,
    pub buckets: Vec<Bucket>,
    pub topics: Vec<Topic>,
    pub denials: Vec<Denial>,
}

pub(crate) fn sow_sound_trail(plot: &mut Plot, account: &mut Account, name: &str) {
    let turn = plot.random.below(plot.world.regions.len());
    let (region, multi_region) = (plot.usual_region(turn), plot.random.below(2) == 0);
    sow_sound_trail_at(plot, account, name, &region, multi_region);
}

/// As many sound trails as the quota leaves room for beside the organization trail: four of the five in each Region the
/// account has on.
pub(crate) fn sow_every_trail(plot: &mut Plot, account: &mut Account) {
    let regions: Vec<_> = plot.world.regions.iter().filter(|region| !region.opt_in).collect();
    let regions: Vec<_> = regions.into_iter().map(|region| region.name.clone()).collect();
    for region in &regions {
        for number in 1..=4 {
            let name = format!("trail-{number}");
            sow_sound_trail_at(plot, account, &name, region, false);
        }
    }
}

pub(super) fn sow_sound_trail_at(plot: &mut Plot, account: &mut Account, name: &str, region: &str, multi_region: bool) {
    sow_trail_at(plot, account, name, region, multi_region, |_| ());
}

/// A sound trail with something changed of which others than its own findings tell.
pub(super) fn sow_trail_at(
    plot: &mut Plot,
    account: &mut Account,
    name: &str,
    region: &str,
    multi_region: bool,
    change: impl FnOnce(&mut Trail),
) {
    let mut draft = Draft::sound(plot, account, name, region, multi_region);
    change(&mut draft.trail);
    draft.join(account);
}

pub(crate) fn sow_flawed_trail(plot: &mut Plot, account: &mut Account, flaw: Flaw) {
    let turn = plot.random.below(plot.world.regions.len());
    let (region, multi_region) = (plot.usual_region(turn), plot.random.below(2) == 0);
    sow_flawed_trail_at(plot, account, flaw, &region, multi_region);
}

pub(super) fn sow_flawed_trail_at(
    plot: &mut Plot,
    account: &mut Account,
    flaw: Flaw,
    region: &str,
    multi_region: bool,
) {
    let mut draft = Draft::sound(plot, account, flaw.name, region, multi_region);
    (flaw.apply)(&mut draft, plot);
    draft.join(account);
}

impl Flaw {
    pub fn possible(&self, plot: &Plot) -> bool {
        plot.world.regions.len() >= self.fewest_regions
    }
}

impl Draft {
    fn sound(plot: &mut Plot, account: &Account, name: &str, region: &str, multi_region: bool) -> Self {
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
        trail.log_group_role_arn = Some(format!("arn:aws:iam::{owner}:role/CloudTrail_CloudWatchLogs_Role"));
        Self {
            buckets: buckets(&trail.bucket, region, made).into(),
            topics: Vec::new(),
            owner,
            trail,
            key: Some(key),
            more_keys: Vec::new(),
            log_groups: vec![log_group],
            denials: Vec::new(),
        }
    }

    /// Streams are as old as the latest delivery, which a flaw may have moved.
    fn join(mut self, account: &mut Account) {
        let name = format!("{}_CloudTrail_{}", self.owner, self.trail.home_region);
        for group in &mut self.log_groups {
            if self.trail.log_group_arn == Some(format!("{}:*", group.arn(&self.owner))) {
                let delivered = self.trail.status.latest_log_group_delivery;
                group.streams.extend(stream(&name, delivered, group.created));
            }
        }
        let_deliver(account, &self.trail, &[name]);
        account.trails.push(self.trail);
        account.keys.extend(self.key);
        account.keys.extend(self.more_keys);
        account.log_groups.extend(self.log_groups);
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

    pub fn fails(&self, plot: &mut Plot, rule: &'static str, because: &str) {
        self.note(plot, rule, "fail", because);
    }

    pub fn is_inconclusive(&self, plot: &mut Plot, rule: &'static str, because: &str) {
        self.note(plot, rule, "inconclusive", because);
    }

    pub fn group_fails(&self, plot: &mut Plot, rule: &'static str, because: &str) {
        self.note_group(plot, rule, "fail", because);
    }

    pub fn group_is_inconclusive(&self, plot: &mut Plot, rule: &'static str, because: &str) {
        self.note_group(plot, rule, "inconclusive", because);
    }

    /// The log group is judged under the name the trail gives it, whether or not it is there.
    fn note_group(&self, plot: &mut Plot, rule: &'static str, verdict: &'static str, because: &str) {
        let named = self.trail.log_group_arn.as_deref().unwrap_or_default();
        let resource_id = named.trim_end_matches(":*").to_owned();
        plot.truth.defects.push(Defect {
            rule,
            account_id: self.owner.clone(),
            region: self.region().to_owned(),
            resource_id,
            verdict,
            because: because.to_owned(),
        });
    }

    fn note(&self, plot: &mut Plot, rule: &'static str, verdict: &'static str, because: &str) {
        plot.truth.defects.push(Defect {
            rule,
            account_id: self.owner.clone(),
            region: self.region().to_owned(),
            resource_id: self.arn(),
            verdict,
            because: because.to_owned(),
        });
    }
}
