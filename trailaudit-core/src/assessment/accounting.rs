//! What became of every planned cell, for every rule.

use std::collections::HashMap;

use crate::coverage::{Cell, CellStatus, Coverage};
use crate::finding::{Finding, Subject};
use crate::inventory::Inventory;
use crate::observed::Observed;
use crate::organization::{AccountId, Region, TrailId};
use crate::rule::{Check, Rule, Verdict};

/// What became of the planned cells under one rule. The four add up to the plan because every cell is put into
/// exactly one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accounting {
    /// Judged here.
    pub evaluated: usize,
    /// Judged in the owner account of an organization trail.
    pub inherited: usize,
    /// Nothing to judge.
    pub not_applicable: usize,
    /// Not read, or not decided.
    pub inconclusive: usize,
}

impl Accounting {
    /// How many cells were accounted for.
    #[must_use]
    pub fn total(&self) -> usize {
        self.evaluated + self.inherited + self.not_applicable + self.inconclusive
    }

    pub(super) fn of(rule: &Rule, coverage: &Coverage, inventory: &dyn Inventory, findings: &[Finding]) -> Self {
        let book = Book::of(inventory, findings);
        let mut accounting = Self::default();
        for cell in coverage.cells() {
            *match book.outcome(rule, cell) {
                Outcome::Evaluated => &mut accounting.evaluated,
                Outcome::Inherited => &mut accounting.inherited,
                Outcome::NotApplicable => &mut accounting.not_applicable,
                Outcome::Inconclusive => &mut accounting.inconclusive,
            } += 1;
        }
        accounting
    }
}

enum Outcome {
    Evaluated,
    Inherited,
    NotApplicable,
    Inconclusive,
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass | Verdict::Fail | Verdict::Excepted => Self::Evaluated,
            Verdict::NotApplicable => Self::NotApplicable,
            Verdict::Inconclusive => Self::Inconclusive,
        }
    }
}

/// The verdicts of one rule, by what they are about.
struct Book<'a> {
    inventory: &'a dyn Inventory,
    trails: HashMap<&'a TrailId, Verdict>,
    accounts: HashMap<&'a AccountId, Verdict>,
    /// Several verdicts about things in one Region of one account: the one that leaves most open.
    regions: HashMap<(&'a AccountId, &'a Region), Verdict>,
}

impl<'a> Book<'a> {
    fn of(inventory: &'a dyn Inventory, findings: &'a [Finding]) -> Self {
        let mut book = Self {
            inventory,
            trails: HashMap::new(),
            accounts: HashMap::new(),
            regions: HashMap::new(),
        };
        for finding in findings {
            match &finding.subject {
                Subject::Account | Subject::Organization(_) | Subject::Exception(_) => {
                    let known = book.accounts.entry(&finding.account).or_insert(finding.verdict);
                    *known = graver(*known, finding.verdict);
                }
                Subject::Trail(id) if finding.inherited_from.is_none() => {
                    book.trails.insert(id, finding.verdict);
                }
                Subject::Trail(_) | Subject::Region | Subject::LogGroup(_) => (),
            }
            if let Some(region) = &finding.region {
                let known = book
                    .regions
                    .entry((&finding.account, region))
                    .or_insert(finding.verdict);
                *known = graver(*known, finding.verdict);
            }
        }
        book
    }

    fn outcome(&self, rule: &Rule, cell: &Cell) -> Outcome {
        if cell.status.is_nothing_to_read() {
            return Outcome::NotApplicable;
        }
        let of_account = || {
            self.accounts
                .get(&cell.account)
                .map_or(Outcome::Inconclusive, |v| (*v).into())
        };
        // What the organization says of an account holds in Regions nobody could look into, too.
        if let Check::EachListedAccount(_) | Check::EachOrganization(_) | Check::EachException = rule.check {
            return of_account();
        }
        let region = match &cell.region {
            Some(region) if cell.status == CellStatus::Reached => region,
            _ => return Outcome::Inconclusive,
        };
        match rule.check {
            Check::EachTrail(_) => self.of_trails(&cell.account, region),
            Check::EachRegion(_) => self.of_region(cell, region, Outcome::Inconclusive),
            Check::EachLogGroup(_) => self.of_region(cell, region, Outcome::NotApplicable),
            Check::EachAccount(_) | Check::EachListedAccount(_) | Check::EachOrganization(_) | Check::EachException => {
                of_account()
            }
        }
    }

    fn of_region(&self, cell: &Cell, region: &Region, without: Outcome) -> Outcome {
        let verdict = self.regions.get(&(&cell.account, region));
        verdict.map_or(without, |verdict| (*verdict).into())
    }

    fn of_trails(&self, account: &AccountId, region: &Region) -> Outcome {
        let Observed::Known { value: seen, .. } = self.inventory.trails_in(account, region) else {
            return Outcome::Inconclusive;
        };
        let decided = |id| {
            matches!(
                self.trails.get(id),
                Some(Verdict::Pass | Verdict::Fail | Verdict::Excepted)
            )
        };
        let own = |id| self.inventory.trail(id).is_some_and(|trail| trail.owner() == account);
        match seen {
            [] => Outcome::NotApplicable,
            seen if !seen.iter().all(|sighting| decided(&sighting.trail)) => Outcome::Inconclusive,
            seen if seen.iter().any(|sighting| own(&sighting.trail)) => Outcome::Evaluated,
            _ => Outcome::Inherited,
        }
    }
}

/// What leaves more open, or says more.
fn graver(one: Verdict, other: Verdict) -> Verdict {
    let rank = |verdict| match verdict {
        Verdict::Inconclusive => 4,
        Verdict::Fail => 3,
        Verdict::Excepted => 2,
        Verdict::Pass => 1,
        Verdict::NotApplicable => 0,
    };
    if rank(other) > rank(one) { other } else { one }
}
