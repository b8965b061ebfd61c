//! Where each control stands, taken from the findings in one pass.

use std::collections::{BTreeMap, HashMap};

use trailaudit_core::assessment::Accounting;
use trailaudit_core::finding::Finding;
use trailaudit_core::{Assessment, Rule, Verdict};

/// One control with all that was found.
pub(super) struct Standing<'a> {
    /// Its place in the report, from 1.
    pub(super) number: usize,
    pub(super) rule: &'static Rule,
    pub(super) accounting: Accounting,
    pub(super) planned: usize,
    findings: BTreeMap<Verdict, Vec<&'a Finding>>,
}

/// How many findings have one verdict.
#[derive(Clone, Copy)]
pub(super) struct Count {
    pub(super) verdict: Verdict,
    pub(super) count: usize,
}

impl<'a> Standing<'a> {
    /// The findings with this verdict, in the order of the assessment.
    pub(super) fn findings(&self, verdict: Verdict) -> &[&'a Finding] {
        self.findings.get(&verdict).map_or(&[], Vec::as_slice)
    }

    /// How many findings have each verdict, in report order.
    pub(super) fn counts(&self) -> [Count; 5] {
        Verdict::ALL.map(|verdict| Count {
            verdict,
            count: self.findings(verdict).len(),
        })
    }

    /// What can be said of the control as a whole. It holds only where nothing fails, nothing is inconclusive, and
    /// every planned cell is accounted for.
    pub(super) fn verdict(&self) -> Verdict {
        let any = |verdict| !self.findings(verdict).is_empty();
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
pub(super) fn of(assessment: &Assessment) -> Vec<Standing<'_>> {
    let mut standings: Vec<_> = (1..)
        .zip(&assessment.rules)
        .map(|(number, rule)| Standing {
            number,
            rule,
            accounting: assessment.accounting.get(number - 1).copied().unwrap_or_default(),
            planned: assessment.coverage.planned(),
            findings: BTreeMap::new(),
        })
        .collect();
    let places: HashMap<_, _> = assessment
        .rules
        .iter()
        .enumerate()
        .map(|(i, rule)| (rule.id, i))
        .collect();
    for finding in &assessment.findings {
        if let Some(standing) = places.get(finding.rule.id).and_then(|place| standings.get_mut(*place)) {
            standing.findings.entry(finding.verdict).or_default().push(finding);
        }
    }
    standings
}

/// The verdict on everything: no better than the worst control.
pub(super) fn overall(standings: &[Standing<'_>]) -> Verdict {
    let verdicts: Vec<_> = standings.iter().map(Standing::verdict).collect();
    [Verdict::Fail, Verdict::Inconclusive, Verdict::Excepted, Verdict::Pass]
        .into_iter()
        .find(|verdict| verdicts.contains(verdict))
        .unwrap_or(Verdict::NotApplicable)
}
