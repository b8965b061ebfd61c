//! The assessment: every rule asked of every subject, every cell accounted for.

mod accounting;
mod assessing;
mod totals;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::baseline::Baseline;
use crate::coverage::Coverage;
use crate::finding::Finding;
use crate::inventory::Inventory;
use crate::organization::{Account, AccountId, find};
use crate::rule::{Rule, Verdict};

pub use accounting::Accounting;
pub use assessing::Assessing;
pub use totals::{Control, Totals};

/// Judges what was collected, as things stood at `as_of`. Pure: the same facts give the same findings, in the same
/// order, on any number of threads.
///
/// All findings are held together, which for a large organization are many: [`Assessing`] gives them one after the other.
#[must_use]
pub fn assess(inventory: &dyn Inventory, rules: &[&'static Rule], baseline: &Baseline, as_of: Timestamp) -> Assessment {
    let mut assessing = Assessing::new(inventory, rules, baseline, as_of);
    let findings = assessing.by_ref().flatten().collect();
    let controls = assessing.finish().controls;
    Assessment {
        as_of,
        rules: rules.to_vec(),
        accounts: inventory.accounts().to_vec(),
        findings,
        coverage: Coverage::of(inventory),
        accounting: controls.into_iter().map(|control| control.accounting).collect(),
    }
}

/// Everything an assessment concludes.
#[derive(Debug)]
pub struct Assessment {
    /// The moment it speaks about.
    pub as_of: Timestamp,
    /// The rules that were asked, in order.
    pub rules: Vec<&'static Rule>,
    /// Every account, by id.
    pub accounts: Vec<Account>,
    /// The findings, by rule, account, Region and resource.
    pub findings: Vec<Finding>,
    /// What was planned and what happened.
    pub coverage: Coverage,
    /// For every rule, in the order of `rules`, what became of every planned cell.
    pub accounting: Vec<Accounting>,
}

impl Assessment {
    /// How many findings of a rule have each verdict.
    #[must_use]
    pub fn verdicts_of(&self, rule: &Rule) -> BTreeMap<Verdict, usize> {
        let mut verdicts: BTreeMap<_, _> = Verdict::ALL.map(|verdict| (verdict, 0)).into();
        for finding in self.findings.iter().filter(|finding| finding.rule.id == rule.id) {
            *verdicts.entry(finding.verdict).or_default() += 1;
        }
        verdicts
    }

    /// An account by id.
    #[must_use]
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        find(&self.accounts, id)
    }

    /// Whether any finding has this verdict.
    #[must_use]
    pub fn any(&self, verdict: Verdict) -> bool {
        self.findings.iter().any(|finding| finding.verdict == verdict)
    }
}
