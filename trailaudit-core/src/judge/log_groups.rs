//! The log groups that trails deliver to, each once, with the account whose trail names it.

use std::collections::{BTreeMap, HashSet};

use super::trails::listings_of;
use super::{Bench, Judgement, Unit};
use crate::finding::{Finding, Subject};
use crate::log_group::LogGroup;
use crate::observed::Gap;
use crate::organization::{AccountId, LogGroupId};
use crate::rule::{Exam, Ruling, not_applicable};
use crate::trail::Trail;

impl<'a> Bench<'a> {
    pub(super) fn log_groups(self, check: fn(&dyn LogGroup, &Exam<'_>) -> Ruling) -> Judgement<'a> {
        let mut named = BTreeMap::<LogGroupId, &dyn Trail>::new();
        let mut findings = Vec::new();
        for trail in self.inventory.trails() {
            let exam = self.exam();
            match group_of(trail, &exam) {
                Ok(None) => (),
                Ok(Some((group, account))) => match named.entry(group) {
                    // Of several trails, the one of the group's own account stands for it; else always the same one.
                    std::collections::btree_map::Entry::Occupied(mut first) => {
                        if first.get().owner() != &account && trail.owner() == &account {
                            first.insert(trail);
                        }
                    }
                    std::collections::btree_map::Entry::Vacant(place) => _ = place.insert(trail),
                },
                Err(gap) => {
                    let subject = Subject::Trail(trail.id().clone());
                    let mut finding = self.finding(trail.owner(), subject, Err(gap), exam.into_evidence());
                    finding.region = Some(trail.home_region().clone());
                    findings.push(finding);
                }
            }
        }
        findings.extend(
            named
                .into_iter()
                .map(|(group, trail)| self.log_group(check, &group, trail)),
        );
        let has_one: HashSet<_> = findings.iter().map(|finding| finding.account.clone()).collect();
        Judgement::new(findings, move |unit| self.besides_log_groups(unit, &has_one))
    }

    fn log_group(
        &self,
        check: fn(&dyn LogGroup, &Exam<'_>) -> Ruling,
        group: &LogGroupId,
        trail: &dyn Trail,
    ) -> Finding {
        let exam = self.exam();
        let ruling = exam
            .read(trail.log_destination())
            .and_then(|_| match exam.log_group(group)? {
                Some(group) => check(group, &exam),
                None => not_applicable(format!(
                    "the log group does not exist: trail-delivers-to-log-group fails for {}",
                    trail.id()
                )),
            });
        let subject = Subject::LogGroup(group.clone());
        let mut finding = self.finding(trail.owner(), subject, ruling, exam.into_evidence());
        // A trail delivers within its home Region.
        finding.region = Some(trail.home_region().clone());
        finding
    }

    fn besides_log_groups(&self, unit: &Unit<'_>, has_one: &HashSet<AccountId>) -> Vec<Finding> {
        let account = unit.account;
        if let Some(finding) = self.closed(account) {
            return vec![finding];
        }
        let mut findings = self.unread_of(unit);
        if findings.is_empty() && !has_one.contains(&account.id) {
            let ruling = not_applicable("no trail of the account delivers to a log group");
            let read = listings_of(account, self.inventory);
            findings.push(self.finding(&account.id, Subject::Account, ruling, read));
        }
        findings
    }
}

/// The log group a trail can deliver to, with the account it lives in: only with a role, within its home Region, and to
/// its owner or, for an organization trail, to an account of the organization. What it names besides gets nothing.
fn group_of(trail: &dyn Trail, exam: &Exam<'_>) -> Result<Option<(LogGroupId, AccountId)>, Gap> {
    let Some(destination) = exam.read(trail.log_destination())? else {
        return Ok(None);
    };
    if destination.role.is_none() || destination.region != *trail.home_region() {
        return Ok(None);
    }
    if destination.account != *trail.owner() && !exam.read(trail.is_organization_trail())? {
        return Ok(None);
    }
    Ok(Some((destination.group, destination.account)))
}
