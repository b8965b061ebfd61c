//! Where each control stands, by the numbers.

use std::collections::BTreeMap;

use trailaudit_core::assessment::{Accounting, Totals};
use trailaudit_core::{Rule, Verdict};

/// One control with the numbers of what was found.
pub(super) struct Standing<'a> {
    /// Its place in the report, from 1.
    pub(super) number: usize,
    pub(super) rule: &'static Rule,
    pub(super) accounting: Accounting,
    pub(super) planned: usize,
    verdicts: &'a BTreeMap<Verdict, usize>,
}

/// How many findings have one verdict.
#[derive(Clone, Copy)]
pub(super) struct Count {
    pub(super) verdict: Verdict,
    pub(super) count: usize,
}

impl Standing<'_> {
    /// How many findings have this verdict.
    pub(super) fn count(&self, verdict: Verdict) -> usize {
        self.verdicts.get(&verdict).copied().unwrap_or_default()
    }

    /// How many findings have each verdict, in report order.
    pub(super) fn counts(&self) -> [Count; 5] {
        Verdict::ALL.map(|verdict| Count {
            verdict,
            count: self.count(verdict),
        })
    }

    /// What can be said of the control as a whole. It holds only where nothing fails, nothing is inconclusive, and
    /// every planned cell is accounted for.
    pub(super) fn verdict(&self) -> Verdict {
        let any = |verdict| self.count(verdict) > 0;
        if any(Verdict::Fail) {
            Verdict::Fail
        } else if any(Verdict::Inconclusive) || self.accounting.inconclusive > 0 || !self.adds_up() {
            Verdict::Inconclusive
        } else if any(Verdict::Excepted) {
            Verdict::Excepted
        } else if any(Verdict::Pass) {
            Verdict::Pass
        } else {
            Verdict::NotApplicable
        }
    }

    /// Whether every planned cell became exactly one of the four.
    pub(super) fn adds_up(&self) -> bool {
        self.accounting.total() == self.planned
    }
}

/// Every control, in report order.
pub(super) fn of(totals: &Totals) -> Vec<Standing<'_>> {
    let controls = (1..).zip(&totals.controls);
    controls
        .map(|(number, control)| Standing {
            number,
            rule: control.rule,
            accounting: control.accounting,
            planned: totals.planned,
            verdicts: &control.verdicts,
        })
        .collect()
}

/// The verdict on everything: no better than the worst control.
pub(super) fn overall(standings: &[Standing<'_>]) -> Verdict {
    let verdicts: Vec<_> = standings.iter().map(Standing::verdict).collect();
    [Verdict::Fail, Verdict::Inconclusive, Verdict::Excepted, Verdict::Pass]
        .into_iter()
        .find(|verdict| verdicts.contains(verdict))
        .unwrap_or(Verdict::NotApplicable)
}
