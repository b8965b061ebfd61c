//! How trails deliver: from every Region a trail covers, as its owner reads it there, and, since delivery can fail for
//! one member alone, once for every member that has a copy, as the member reads it.

use std::collections::BTreeSet;

use super::{Bench, Judgement};
use crate::evidence::EvidenceId;
use crate::finding::{Finding, Subject};
use crate::observed::{Gap, GapReason, Observed};
use crate::organization::{Account, AccountId, Region, TrailId};
use crate::rule::{Exam, Ruling, inconclusive};
use crate::trail::Trail;

type Check = fn(&dyn Trail, &AccountId, &Region, &Exam<'_>) -> Ruling;

impl<'a> Bench<'a> {
    pub(super) fn deliveries(self, check: Check) -> Judgement<'a> {
        let owned = self.owned();
        let beyond = self.beyond_scope(&owned).flat_map(|(_, trails)| trails);
        let beyond: Vec<_> = beyond.flat_map(|trail| self.own_deliveries(check, *trail)).collect();
        Judgement::new(beyond, move |unit| {
            let own = owned.get(&unit.account.id).into_iter().flatten();
            let mut findings: Vec<_> = own.flat_map(|trail| self.own_deliveries(check, *trail)).collect();
            let of_copy = |copy: &TrailId, proof| self.delivery_to_member(check, unit.account, copy, proof);
            findings.extend(self.besides_own_trails(unit, of_copy));
            findings
        })
    }

    fn own_deliveries(&self, check: Check, trail: &dyn Trail) -> Vec<Finding> {
        let row = |region: Region, exam: Exam<'_>, ruling: Ruling| {
            let subject = Subject::Trail(trail.id().clone());
            let mut finding = self.finding(trail.owner(), subject, ruling, exam.into_evidence());
            finding.region = Some(region);
            finding
        };
        let exam = self.exam();
        let regions = match self.covered(trail, &exam) {
            Ok(regions) => regions,
            Err(gap) => return vec![row(trail.home_region().clone(), exam, Err(gap))],
        };
        let judged = |region: Region| {
            let exam = self.exam();
            let ruling = exam
                .read(trail.is_multi_region())
                .and_then(|_| check(trail, trail.owner(), &region, &exam));
            row(region, exam, ruling)
        };
        regions.into_iter().map(judged).collect()
    }

    /// The Regions a trail delivers from: its home Region and, if it records every Region, all that its owner's plan
    /// has and that are not switched off. One that could not be looked into may well be on.
    fn covered(&self, trail: &dyn Trail, exam: &Exam<'_>) -> Result<BTreeSet<Region>, Gap> {
        let mut covered = BTreeSet::from([trail.home_region().clone()]);
        if exam.read(trail.is_multi_region())? {
            let is_off = |region: &Region| {
                matches!(self.inventory.trails_in(trail.owner(), region),
                    Observed::Unknown(gap) if gap.why == GapReason::RegionDisabled)
            };
            let planned = self.inventory.regions(trail.owner()).into_iter();
            covered.extend(planned.filter(|region| !is_off(region)));
        }
        Ok(covered)
    }

    fn delivery_to_member(&self, check: Check, account: &Account, copy: &TrailId, proof: EvidenceId) -> Finding {
        let exam = self.exam();
        _ = exam.read(Observed::known((), proof));
        let ruling = match self.inventory.trail(copy) {
            Some(trail) => check(trail, &account.id, trail.home_region(), &exam),
            None => inconclusive("the trail was not seen in its owner account"),
        };
        let subject = Subject::Trail(copy.clone());
        let mut finding = self.finding(&account.id, subject, ruling, exam.into_evidence());
        finding.inherited_from = Some(copy.clone());
        finding
    }
}
