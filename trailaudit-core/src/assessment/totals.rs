//! What an assessment comes to, when the findings themselves are gone.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Accounting;
use crate::coverage::CellStatus;
use crate::judge::Ground;
use crate::rule::{Rule, Verdict};

/// The numbers of an assessment.
#[derive(Clone, Debug)]
pub struct Totals {
    /// The moment it speaks about.
    pub as_of: Timestamp,
    /// One for every rule that was asked, in order.
    pub controls: Vec<Control>,
    /// How many cells were planned.
    pub planned: usize,
    /// How many cells have each status; what does not occur is left out.
    pub statuses: BTreeMap<CellStatus, usize>,
}

/// What one rule comes to.
#[derive(Clone, Debug)]
pub struct Control {
    /// The rule.
    pub rule: &'static Rule,
    /// How many findings have each verdict, also where there are none.
    pub verdicts: BTreeMap<Verdict, usize>,
    /// What became of every planned cell.
    pub accounting: Accounting,
}

impl Totals {
    pub(super) fn before(ground: &Ground<'_>, as_of: Timestamp) -> Self {
        Self {
            as_of,
            controls: Vec::new(),
            planned: ground.planned(),
            statuses: ground.statuses.clone(),
        }
    }

    /// How many findings there are.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.controls.iter().flat_map(|control| control.verdicts.values()).sum()
    }

    /// Whether any finding has this verdict.
    #[must_use]
    pub fn any(&self, verdict: Verdict) -> bool {
        self.controls.iter().any(|control| control.verdicts[&verdict] > 0)
    }

    /// Whether everything that should have been read was read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.statuses.keys().any(|status| status.is_missing())
    }
}

impl Control {
    pub(super) fn of(rule: &'static Rule) -> Self {
        Self {
            rule,
            verdicts: Verdict::ALL.map(|verdict| (verdict, 0)).into(),
            accounting: Accounting::default(),
        }
    }
}
