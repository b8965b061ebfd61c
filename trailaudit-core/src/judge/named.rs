//! What trails name: log groups with their alarms, keys, buckets. Each once in every account whose own trails name it,
//! judged with these trails alone: nothing that is hidden of another account's trails changes the row.

mod kinds;

use std::collections::BTreeMap;

use self::kinds::Kind;
use super::{Bench, Judgement, Unit};
use crate::alert::Alarm;
use crate::bucket::Bucket;
use crate::finding::{Finding, Subject};
use crate::key::Key;
use crate::log_group::LogGroup;
use crate::organization::AccountId;
use crate::rule::{Exam, Ruling, not_applicable};
use crate::trail::Trail;

impl<'a> Bench<'a> {
    pub(super) fn log_groups(self, check: fn(&dyn LogGroup, &Exam<'_>) -> Ruling) -> Judgement<'a> {
        self.each_named(&kinds::LOG_GROUPS, move |id, trails, exam| {
            match exam.log_group(id)? {
                Some(group) => check(group, exam),
                None => gone("the log group", "trail-delivers-to-log-group", trails),
            }
        })
    }

    pub(super) fn alarms(self, check: fn(&dyn Alarm, &Exam<'_>) -> Ruling) -> Judgement<'a> {
        self.each_named(&kinds::ALARMS, move |id, _, exam| match exam.alarm(id)? {
            Some(alarm) => check(alarm, exam),
            None => not_applicable("the alarm does not exist any more"),
        })
    }

    pub(super) fn keys(self, check: fn(&dyn Key, &[&dyn Trail], &Exam<'_>) -> Ruling) -> Judgement<'a> {
        self.each_named(&kinds::KEYS, move |id, trails, exam| match exam.key(id)? {
            Some(key) => check(key, trails, exam),
            None => gone("the key", "trail-encrypted-with-customer-key", trails),
        })
    }

    pub(super) fn buckets(self, check: fn(&dyn Bucket, &[&dyn Trail], &Exam<'_>) -> Ruling) -> Judgement<'a> {
        self.each_named(&kinds::BUCKETS, move |id, trails, exam| match exam.bucket(id)? {
            Some(bucket) => check(bucket, trails, exam),
            None => gone("the bucket", "log-bucket-owned-by-organization", trails),
        })
    }

    fn each_named<Id: Clone + Ord>(
        self,
        kind: &'static Kind<Id>,
        judge: impl Fn(&Id, &[&dyn Trail], &Exam<'_>) -> Ruling + Send + Sync + 'a,
    ) -> Judgement<'a> {
        let owned = self.owned();
        let beyond = self.beyond_scope(&owned).filter(|_| !kind.is_in_scope_only);
        let beyond = beyond.flat_map(|(owner, trails)| self.named_by(kind, owner, trails, &judge));
        let beyond: Vec<_> = beyond.collect();
        Judgement::new(beyond, move |unit| {
            let account = &unit.account.id;
            let mut findings = match owned.get(account) {
                Some(trails) => self.named_by(kind, account, trails, &judge),
                None => Vec::new(),
            };
            findings.extend(self.besides_named(kind.nothing, unit, findings.is_empty()));
            findings
        })
    }

    /// What the trails of one account name, and the trails of which that could not be read.
    fn named_by<Id: Clone + Ord>(
        &self,
        kind: &Kind<Id>,
        owner: &AccountId,
        trails: &[&dyn Trail],
        judge: &impl Fn(&Id, &[&dyn Trail], &Exam<'_>) -> Ruling,
    ) -> Vec<Finding> {
        let mut named = BTreeMap::<Id, Vec<&dyn Trail>>::new();
        let mut findings = Vec::new();
        for trail in trails {
            let exam = self.exam();
            match (kind.named_by)(*trail, &exam) {
                Ok(ids) => {
                    for id in ids {
                        named.entry(id).or_default().push(*trail);
                    }
                }
                Err(gap) => {
                    let subject = Subject::Trail(trail.id().clone());
                    let mut finding = self.finding(owner, subject, Err(gap), exam.into_evidence());
                    finding.region = Some(trail.home_region().clone());
                    findings.push(finding);
                }
            }
        }
        findings.extend(named.into_iter().map(|(id, trails)| {
            let exam = self.exam();
            // Read once more, to cite what shows that the trails name it.
            for trail in &trails {
                _ = (kind.named_by)(*trail, &exam);
            }
            let ruling = judge(&id, &trails, &exam);
            let mut finding = self.finding(owner, (kind.subject)(id), ruling, exam.into_evidence());
            finding.region = trails
                .first()
                .filter(|_| kind.is_at_home)
                .map(|trail| trail.home_region().clone());
            finding
        }));
        findings
    }

    fn besides_named(&self, nothing: &str, unit: &Unit<'_>, names_nothing: bool) -> Vec<Finding> {
        if let Some(finding) = self.closed(unit) {
            return vec![finding];
        }
        let mut findings = self.unread_of(unit);
        if findings.is_empty() && names_nothing {
            findings.push(self.without(unit, nothing));
        }
        findings
    }
}

/// What is not there any more leaves nothing to judge, and fails another rule.
fn gone(what: &str, rule: &str, trails: &[&dyn Trail]) -> Ruling {
    let trails: Vec<_> = trails.iter().map(|trail| trail.id().as_str()).collect();
    not_applicable(format!("{what} does not exist: {rule} fails for {}", trails.join(", ")))
}
