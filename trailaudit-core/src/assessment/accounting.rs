//! What became of every planned cell, for every rule.

use std::collections::HashMap;

use super::Control;
use crate::coverage::CellStatus;
use crate::finding::{Finding, Subject};
use crate::judge::{Ground, Planned, Unit};
use crate::organization::TrailId;
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

    fn add(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Evaluated => &mut self.evaluated,
            Outcome::Inherited => &mut self.inherited,
            Outcome::NotApplicable => &mut self.not_applicable,
            Outcome::Inconclusive => &mut self.inconclusive,
        } += 1;
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
            Verdict::Pass | Verdict::Fail => Self::Evaluated,
            Verdict::NotApplicable => Self::NotApplicable,
            Verdict::Inconclusive => Self::Inconclusive,
        }
    }
}

/// The account of one rule, kept while its findings pass by.
pub(super) struct Book {
    control: Control,
    /// For every list of trails that Regions show, what is known of the trails on it.
    listings: Vec<Listed>,
}

/// What a rule says of a list of trails.
#[derive(Clone, Copy)]
enum Listed {
    /// There is none on it.
    Nothing,
    /// It passes or fails each of them.
    Decided,
    /// Of one of them it says neither.
    Undecided,
}

impl Book {
    /// With the verdicts on things that are judged once, which hold wherever they are shown.
    pub(super) fn open<'f>(
        rule: &'static Rule,
        ground: &Ground<'_>,
        things: impl Iterator<Item = &'f Finding>,
    ) -> Self {
        let mut control = Control::of(rule);
        if let Some(status) = ground.unlisted {
            control.accounting.add(match status {
                status if status.is_nothing_to_read() => Outcome::NotApplicable,
                _ => Outcome::Inconclusive,
            });
        }
        let listings = match rule.check {
            Check::EachTrail(_) => listed(ground, things),
            _ => Vec::new(),
        };
        Self { control, listings }
    }

    /// Enters some accounts, with all that was found about them.
    pub(super) fn enter(&mut self, units: &[Unit<'_>], findings: &[Finding]) {
        for finding in findings {
            *self.control.verdicts.entry(finding.verdict).or_default() += 1;
        }
        let mut rest = findings;
        for unit in units {
            // What was found in accounts that are on no list has no cell.
            let before = rest.partition_point(|finding| finding.account < unit.account.id);
            let until = rest.partition_point(|finding| finding.account <= unit.account.id);
            let page = Page::of(&rest[before..until]);
            rest = &rest[until..];
            for cell in &unit.cells {
                let outcome = self.outcome(cell, &page);
                self.control.accounting.add(outcome);
            }
        }
    }

    pub(super) fn close(self) -> Control {
        self.control
    }

    fn outcome(&self, cell: &Planned, page: &Page<'_>) -> Outcome {
        if cell.status.is_nothing_to_read() {
            return Outcome::NotApplicable;
        }
        let of_account = || page.account.map_or(Outcome::Inconclusive, Into::into);
        // What the organization says of an account holds in Regions nobody could look into, too.
        if let Check::EachListedAccount(_) | Check::EachOrganization(_) = self.control.rule.check {
            return of_account();
        }
        if cell.status != CellStatus::Reached {
            return Outcome::Inconclusive;
        }
        match self.control.rule.check {
            Check::EachTrail(_) => self.of_trails(cell),
            Check::EachRegion(_) => page.of_region(cell, Outcome::Inconclusive),
            Check::EachLogGroup(_) => page.of_region(cell, Outcome::NotApplicable),
            Check::EachAccount(_) | Check::EachListedAccount(_) | Check::EachOrganization(_) => of_account(),
        }
    }

    fn of_trails(&self, cell: &Planned) -> Outcome {
        match self.listings[cell.listing] {
            Listed::Nothing => Outcome::NotApplicable,
            Listed::Undecided => Outcome::Inconclusive,
            Listed::Decided if cell.has_own => Outcome::Evaluated,
            Listed::Decided => Outcome::Inherited,
        }
    }
}

fn listed<'f>(ground: &Ground<'_>, things: impl Iterator<Item = &'f Finding>) -> Vec<Listed> {
    let mut verdicts = HashMap::<&TrailId, Verdict>::new();
    for finding in things {
        if let Subject::Trail(id) = &finding.subject {
            verdicts.insert(id, finding.verdict);
        }
    }
    let is_decided = |id| matches!(verdicts.get(id), Some(Verdict::Pass | Verdict::Fail));
    let listings = ground.listings.iter().map(|listing| match listing {
        [] => Listed::Nothing,
        some if some.iter().all(|sighting| is_decided(&sighting.trail)) => Listed::Decided,
        _ => Listed::Undecided,
    });
    listings.collect()
}

/// What one rule says of one account.
struct Page<'f> {
    findings: &'f [Finding],
    /// Of the account as a whole, or of the organization in the account that manages it.
    account: Option<Verdict>,
}

impl<'f> Page<'f> {
    fn of(findings: &'f [Finding]) -> Self {
        let is_whole = |finding: &&Finding| matches!(finding.subject, Subject::Account | Subject::Organization(_));
        Self {
            account: findings.iter().rfind(is_whole).map(|finding| finding.verdict),
            findings,
        }
    }

    /// Of several verdicts about things in one Region, the one that leaves most open.
    fn of_region(&self, cell: &Planned, without: Outcome) -> Outcome {
        let is_here = |finding: &&Finding| finding.region.is_some() && finding.region == cell.region;
        let verdicts = self.findings.iter().filter(is_here).map(|finding| finding.verdict);
        verdicts.reduce(graver).map_or(without, Into::into)
    }
}

/// What leaves more open, or says more.
fn graver(one: Verdict, other: Verdict) -> Verdict {
    let rank = |verdict| match verdict {
        Verdict::Inconclusive => 3,
        Verdict::Fail => 2,
        Verdict::Pass => 1,
        Verdict::NotApplicable => 0,
    };
    if rank(other) > rank(one) { other } else { one }
}
