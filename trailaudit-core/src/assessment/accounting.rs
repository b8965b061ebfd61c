//! What became of every planned cell, for every rule.

use std::collections::HashMap;

use rayon::prelude::*;

use super::Control;
use crate::coverage::CellStatus;
use crate::finding::{Finding, Subject};
use crate::judge::{Ground, Listing, Planned, Unit};
use crate::organization::{Account, TrailId};
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

    /// With one cell more.
    fn with(mut self, outcome: Outcome) -> Self {
        *match outcome {
            Outcome::Evaluated => &mut self.evaluated,
            Outcome::Inherited => &mut self.inherited,
            Outcome::NotApplicable => &mut self.not_applicable,
            Outcome::Inconclusive => &mut self.inconclusive,
        } += 1;
        self
    }

    /// With the cells of others.
    fn plus(self, others: Self) -> Self {
        Self {
            evaluated: self.evaluated + others.evaluated,
            inherited: self.inherited + others.inherited,
            not_applicable: self.not_applicable + others.not_applicable,
            inconclusive: self.inconclusive + others.inconclusive,
        }
    }
}

#[derive(Clone, Copy)]
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

/// As many findings of an account are looked through for those about a trail; more of them are put in order first.
const LOOKED_THROUGH: usize = 64;

/// How many accounts are worth a thread's while.
const AT_LEAST: usize = 16;

/// The account of one rule, kept while its findings pass by.
pub(super) struct Book {
    control: Control,
}

impl Book {
    pub(super) fn open(rule: &'static Rule, ground: &Ground<'_>) -> Self {
        let mut control = Control::of(rule);
        if let Some(status) = ground.unlisted {
            control.accounting = control.accounting.with(match status {
                status if status.is_nothing_to_read() => Outcome::NotApplicable,
                _ => Outcome::Inconclusive,
            });
        }
        Self { control }
    }

    /// Enters some accounts, with all that was found about them.
    pub(super) fn enter(&mut self, ground: &Ground<'_>, units: &[Unit<'_>], findings: &[Finding]) {
        for finding in findings {
            *self.control.verdicts.entry(finding.verdict).or_default() += 1;
        }
        let rule = self.control.rule;
        let of_unit = |unit: &Unit<'_>| {
            // What was found in accounts that are on no list has no cell.
            let before = findings.partition_point(|finding| finding.account < unit.account.id);
            let until = findings.partition_point(|finding| finding.account <= unit.account.id);
            let page = Page::of(rule, unit.account, &findings[before..until]);
            let outcomes = unit.cells.iter();
            let outcomes = outcomes.map(|cell| page.outcome(cell, &ground.listings[cell.listing]));
            outcomes.fold(Accounting::default(), Accounting::with)
        };
        let units = units.par_iter().with_min_len(AT_LEAST).map(of_unit);
        let accounting = units.reduce(Accounting::default, Accounting::plus);
        self.control.accounting = self.control.accounting.plus(accounting);
    }

    pub(super) fn close(self) -> Control {
        self.control
    }
}

/// What one rule says of one account.
struct Page<'f> {
    rule: &'static Rule,
    account: &'f Account,
    findings: &'f [Finding],
    /// Those about each trail, where there are many.
    by_trail: Option<HashMap<&'f TrailId, Vec<&'f Finding>>>,
    /// Of all verdicts on the account and what is in it, the one that leaves most open.
    whole: Option<Verdict>,
}

impl<'f> Page<'f> {
    fn of(rule: &'static Rule, account: &'f Account, findings: &'f [Finding]) -> Self {
        let whole = findings.iter().map(|finding| finding.verdict);
        let whole = whole.reduce(graver);
        Self {
            rule,
            account,
            findings,
            by_trail: (findings.len() > LOOKED_THROUGH).then(|| by_trail(findings)),
            whole,
        }
    }

    /// The first finding about a trail that `counts`.
    fn of_trail(&self, trail: &TrailId, counts: impl Fn(&Finding) -> bool) -> Option<&'f Finding> {
        let is_it = |finding: &&Finding| is_about(finding) == Some(trail) && counts(finding);
        match &self.by_trail {
            Some(by_trail) => by_trail.get(trail)?.iter().copied().find(|finding| counts(finding)),
            None => self.findings.iter().find(is_it),
        }
    }

    fn outcome(&self, cell: &Planned, listing: &Listing<'_>) -> Outcome {
        if cell.status == CellStatus::Excluded && cell.region.is_some() {
            // Nobody asked what is in this Region: that is not to say that nothing is.
            return Outcome::Inconclusive;
        }
        if cell.status.is_nothing_to_read() {
            return Outcome::NotApplicable;
        }
        let of_account = || self.whole.map_or(Outcome::Inconclusive, Into::into);
        // What the organization says of an account holds in Regions nobody could look into, too.
        if let Check::EachListedAccount(_) | Check::EachOrganization(_) | Check::EachException = self.rule.check {
            return of_account();
        }
        if cell.status != CellStatus::Reached {
            return Outcome::Inconclusive;
        }
        match self.rule.check {
            Check::EachTrail(_) => self.of_trails(listing, |_| true),
            // One verdict for each of the Regions a trail of one's own covers, one for a copy.
            Check::EachDelivery(_) => self.of_trails(listing, |finding| {
                finding.region.is_none() || finding.region == cell.region
            }),
            Check::EachRegion(_) => self.of_region(cell, Outcome::Inconclusive),
            Check::EachLogGroup(_) | Check::EachAlarm(_) | Check::EachEventStore(_) => {
                self.of_region(cell, Outcome::NotApplicable)
            }
            Check::EachAccount(_)
            | Check::EachListedAccount(_)
            | Check::EachOrganization(_)
            | Check::EachKey(_)
            | Check::EachBucket(_)
            | Check::EachException => of_account(),
        }
    }

    /// Of several verdicts about things in one Region, the one that leaves most open.
    fn of_region(&self, cell: &Planned, without: Outcome) -> Outcome {
        let is_here = |finding: &&Finding| finding.region.is_some() && finding.region == cell.region;
        let verdicts = self.findings.iter().filter(is_here).map(|finding| finding.verdict);
        verdicts.reduce(graver).map_or(without, Into::into)
    }

    /// The trails that the Region lists, each with its verdict, which is one that `counts`: the account's own are judged
    /// here, the others in their owner's account.
    fn of_trails(&self, listing: &Listing<'_>, counts: impl Fn(&Finding) -> bool) -> Outcome {
        let mut outcome = Outcome::NotApplicable;
        for (sighting, owner) in listing.trails() {
            let is_own = owner == Some(&self.account.id);
            match self.of_trail(&sighting.trail, &counts).map(|finding| finding.verdict) {
                None | Some(Verdict::Inconclusive) => return Outcome::Inconclusive,
                Some(Verdict::NotApplicable) => (),
                Some(_) if is_own => outcome = Outcome::Evaluated,
                Some(_) => {
                    if let Outcome::NotApplicable = outcome {
                        outcome = Outcome::Inherited;
                    }
                }
            }
        }
        outcome
    }
}

fn by_trail(findings: &[Finding]) -> HashMap<&TrailId, Vec<&Finding>> {
    let mut by_trail = HashMap::<_, Vec<_>>::new();
    for finding in findings {
        if let Some(trail) = is_about(finding) {
            by_trail.entry(trail).or_default().push(finding);
        }
    }
    by_trail
}

/// The trail a finding is about.
fn is_about(finding: &Finding) -> Option<&TrailId> {
    match &finding.subject {
        Subject::Trail(trail) => Some(trail),
        _ => None,
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
