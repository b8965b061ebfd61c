//! Trails once, with their owner's data; members inherit with proof.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::{Bench, UnreadCells, unread_cells};
use crate::coverage::Coverage;
use crate::evidence::EvidenceId;
use crate::finding::{Finding, Subject};
use crate::inventory::Inventory;
use crate::observed::Observed;
use crate::organization::{Account, TrailId};
use crate::rule::{Decision, Exam, Ruling, Verdict, not_applicable};
use crate::trail::Trail;

impl Bench<'_> {
    pub(super) fn trails(&self, check: fn(&dyn Trail, &Exam<'_>) -> Ruling, coverage: &Coverage) -> Vec<Finding> {
        let trails = self.inventory.trails();
        let own: Vec<_> = trails.par_iter().map(|trail| self.trail(check, *trail)).collect();
        let verdicts = trails
            .iter()
            .zip(&own)
            .map(|(trail, finding)| (trail.id(), finding))
            .collect();
        let unread = unread_cells(coverage);
        let accounts = self.inventory.accounts().par_iter();
        let rest: Vec<_> = accounts
            .filter(|account| !account.excluded)
            .flat_map_iter(|account| self.besides_own_trails(account, &verdicts, &unread))
            .collect();
        own.into_iter().chain(rest).collect()
    }

    fn trail(&self, check: fn(&dyn Trail, &Exam<'_>) -> Ruling, trail: &dyn Trail) -> Finding {
        let exam = self.exam();
        let ruling = check(trail, &exam);
        let mut finding = self.finding(
            trail.owner(),
            Subject::Trail(trail.id().clone()),
            ruling,
            exam.into_evidence(),
        );
        finding.region = Some(trail.home_region().clone());
        finding
    }

    /// What a trail rule says of an account apart from the trails it owns: the verdicts it inherits, the Regions that
    /// could not be looked into, and, when there is nothing of all that, that it has no trail.
    fn besides_own_trails(
        &self,
        account: &Account,
        verdicts: &HashMap<&TrailId, &Finding>,
        unread: &UnreadCells<'_>,
    ) -> Vec<Finding> {
        if let Some(finding) = self.closed(account) {
            return vec![finding];
        }
        let seen = Seen::of(account, self.inventory);
        let mut findings: Vec<_> = seen
            .copies
            .iter()
            .map(|copy| self.inherited(account, copy, verdicts))
            .collect();
        findings.extend(
            unread
                .get(&account.id)
                .into_iter()
                .flatten()
                .map(|cell| self.unread(cell)),
        );
        if findings.is_empty() && seen.owned == 0 {
            let ruling = not_applicable("the account has no trail");
            findings.push(self.finding(&account.id, Subject::Account, ruling, seen.read));
        }
        findings
    }

    fn inherited(
        &self,
        account: &Account,
        (trail, proof): (&&TrailId, &EvidenceId),
        verdicts: &HashMap<&TrailId, &Finding>,
    ) -> Finding {
        let (verdict, reason) = match verdicts.get(*trail) {
            Some(owner) => (
                owner.verdict,
                format!("as judged in the owner account {}: {}", owner.account, owner.reason),
            ),
            None => (
                Verdict::Inconclusive,
                "the trail was not judged in its owner account".to_owned(),
            ),
        };
        let ruling = Ok(Decision { verdict, reason });
        let mut finding = self.finding(&account.id, Subject::Trail((*trail).clone()), ruling, vec![*proof]);
        finding.inherited_from = Some((*trail).clone());
        finding
    }
}

/// The trails an account's Regions list: how many it owns, and the copies of others' with one exchange as proof each.
pub(super) struct Seen<'a> {
    pub owned: usize,
    copies: BTreeMap<&'a TrailId, EvidenceId>,
    pub read: Vec<EvidenceId>,
}

impl<'a> Seen<'a> {
    pub fn of(account: &Account, inventory: &'a dyn Inventory) -> Self {
        let mut seen = Self {
            owned: 0,
            copies: BTreeMap::new(),
            read: Vec::new(),
        };
        for region in inventory.regions(&account.id) {
            let Observed::Known {
                value: sightings,
                evidence,
            } = inventory.trails_in(&account.id, &region)
            else {
                continue;
            };
            let evidence = evidence.first();
            seen.read.push(evidence);
            for sighting in sightings {
                match inventory.trail(&sighting.trail) {
                    Some(trail) if *trail.owner() == account.id => seen.owned += 1,
                    // The listing of the home Region is the best proof; else the first Region that shows the copy.
                    Some(trail) if *trail.home_region() == region => {
                        seen.copies.insert(&sighting.trail, evidence);
                    }
                    _ => _ = seen.copies.entry(&sighting.trail).or_insert(evidence),
                }
            }
        }
        seen
    }
}
