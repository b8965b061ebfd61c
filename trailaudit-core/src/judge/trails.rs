//! Trails once, with their owner's data; members inherit with proof.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::{Bench, Judgement, Unit};
use crate::evidence::EvidenceId;
use crate::finding::{Finding, Subject};
use crate::inventory::Inventory;
use crate::observed::{Gap, GapReason, Observed};
use crate::organization::{Account, AccountId, TrailId};
use crate::rule::{Decision, Exam, Ruling, Verdict, not_applicable};
use crate::trail::Trail;

/// What members inherit: the verdicts on trails that they show, with the reason as they repeat it.
type Inheritance = HashMap<TrailId, Decision>;

impl<'a> Bench<'a> {
    pub(super) fn trails(self, check: fn(&dyn Trail, &Exam<'_>) -> Ruling) -> Judgement<'a> {
        let trails = self.inventory.trails();
        let own: Vec<_> = trails.par_iter().map(|trail| self.trail(check, *trail)).collect();
        let inherited = |(trail, finding): (&&dyn Trail, &Finding)| {
            let Finding { account, reason, .. } = finding;
            let decision = Decision {
                verdict: finding.verdict,
                reason: format!("as judged in the owner account {account}: {reason}"),
            };
            (trail.id().clone(), decision)
        };
        let shared = trails
            .iter()
            .zip(&own)
            .filter(|(trail, _)| self.ground.shared.contains(trail.id()));
        let inheritance: Inheritance = shared.map(inherited).collect();
        Judgement::new(own, move |unit| {
            let of_copy = |copy: &TrailId, proof| self.inherited(&unit.account.id, copy, proof, &inheritance);
            self.besides_own_trails(unit, of_copy)
        })
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

    /// What a trail rule says of an account apart from the trails it owns: of each copy, the Regions that could not be
    /// looked into, and, when there is nothing of all that, that it has no trail.
    pub(super) fn besides_own_trails(
        &self,
        unit: &Unit<'_>,
        of_copy: impl Fn(&TrailId, EvidenceId) -> Finding,
    ) -> Vec<Finding> {
        if let Some(finding) = self.closed(unit) {
            return vec![finding];
        }
        let copies = unit.seen.copies.iter();
        let mut findings: Vec<_> = copies.map(|(copy, proof)| of_copy(copy, *proof)).collect();
        findings.extend(self.unread_of(unit));
        if findings.is_empty() && unit.seen.owned == 0 {
            findings.push(self.without(unit, "the account has no trail"));
        }
        findings
    }

    /// What is said of an account in which nothing to judge was seen. Where a Region was not asked, there may be something.
    pub(super) fn without(&self, unit: &Unit<'_>, nothing: &str) -> Finding {
        let Listings { read, unasked } = unit.listings(self.inventory);
        let mut evidence = read.to_vec();
        let ruling = match unasked {
            None => not_applicable(nothing),
            Some(gap) => {
                evidence.extend(gap.cited());
                Err(gap.as_ref().clone())
            }
        };
        self.finding(&unit.account.id, Subject::Account, ruling, evidence)
    }

    fn inherited(&self, account: &AccountId, trail: &TrailId, proof: EvidenceId, inheritance: &Inheritance) -> Finding {
        let decision = inheritance.get(trail).cloned().unwrap_or_else(|| Decision {
            verdict: Verdict::Inconclusive,
            reason: "the trail was not judged in its owner account".to_owned(),
        });
        let mut finding = self.finding(account, Subject::Trail(trail.clone()), Ok(decision), vec![proof]);
        finding.inherited_from = Some(trail.clone());
        finding
    }
}

/// The trails, by who owns them.
pub(super) type Owned<'a> = HashMap<&'a AccountId, Vec<&'a dyn Trail>>;

impl<'a> Bench<'a> {
    pub(super) fn owned(&self) -> Owned<'a> {
        let mut owned = Owned::new();
        for trail in self.inventory.trails() {
            owned.entry(trail.owner()).or_default().push(trail);
        }
        owned
    }

    /// Those of owners that no unit in scope stands for: nobody lists them, or the scope of the run leaves them out.
    pub(super) fn beyond_scope<'o>(
        &self,
        owned: &'o Owned<'a>,
    ) -> impl Iterator<Item = (&'a AccountId, &'o [&'a dyn Trail])> {
        let in_scope = |id: &AccountId| self.ground.account(id).is_some_and(|account| !account.excluded);
        let beyond = owned.iter().filter(move |(owner, _)| !in_scope(owner));
        beyond.map(|(owner, trails)| (*owner, trails.as_slice()))
    }
}

/// The trails an account's Regions list: how many it owns, and the copies of others', by id, with one exchange as proof
/// each.
pub(crate) struct Seen<'a> {
    pub(super) owned: usize,
    pub(super) copies: Vec<(&'a TrailId, EvidenceId)>,
}

impl<'a> Seen<'a> {
    pub(super) fn of(account: &Account, inventory: &'a dyn Inventory) -> Self {
        let mut owned = 0;
        let mut copies = BTreeMap::new();
        for (region, listing) in inventory.listings(&account.id) {
            let Observed::Known {
                value: sightings,
                evidence,
            } = listing
            else {
                continue;
            };
            let evidence = evidence.first();
            for sighting in sightings {
                match inventory.trail(&sighting.trail) {
                    Some(trail) if *trail.owner() == account.id => owned += 1,
                    // The listing of the home Region is the best proof; else the first Region that shows the copy.
                    Some(trail) if *trail.home_region() == region => {
                        copies.insert(&sighting.trail, evidence);
                    }
                    _ => _ = copies.entry(&sighting.trail).or_insert(evidence),
                }
            }
        }
        Self {
            owned,
            copies: copies.into_iter().collect(),
        }
    }
}

/// The exchanges that list the trails of an account's Regions, and why some Region was not asked, by whoever chose the
/// plan of the run.
pub(crate) struct Listings {
    read: Box<[EvidenceId]>,
    unasked: Option<Box<Gap>>,
}

impl Listings {
    pub(super) fn of(account: &Account, inventory: &dyn Inventory) -> Self {
        let mut read = Vec::new();
        let mut unasked = None;
        for (_, listing) in inventory.listings(&account.id) {
            match listing {
                Observed::Known { evidence, .. } => read.push(evidence.first()),
                Observed::Unknown(gap) if matches!(gap.why, GapReason::OutOfScope(_)) => {
                    _ = unasked.get_or_insert_with(|| Box::new(gap));
                }
                Observed::Unknown(_) => {}
            }
        }
        Self {
            read: read.into(),
            unasked,
        }
    }
}
