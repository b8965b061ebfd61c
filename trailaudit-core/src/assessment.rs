//! The assessment: every rule asked of every subject, every cell accounted for.

mod accounting;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::baseline::Baseline;
use crate::coverage::Coverage;
use crate::finding::Finding;
use crate::inventory::Inventory;
use crate::judge::{Acceptances, judge};
use crate::organization::{Account, AccountId};
use crate::rule::{Rule, Verdict};

pub use accounting::Accounting;

/// Judges what was collected, as things stood at `as_of`. Pure: the same facts give the same findings, in the same
/// order, on any number of threads.
#[must_use]
pub fn assess(inventory: &dyn Inventory, rules: &[&'static Rule], baseline: &Baseline, as_of: Timestamp) -> Assessment {
    let coverage = Coverage::of(inventory);
    let mut acceptances = Acceptances::of(baseline, inventory, as_of);
    let mut findings = Vec::new();
    let mut accounting = Vec::new();
    for rule in rules {
        let judged = judge(rule, inventory, &coverage, baseline, as_of, &mut acceptances);
        accounting.push(Accounting::of(rule, &coverage, inventory, &judged));
        findings.extend(judged);
    }
    Assessment {
        as_of,
        rules: rules.to_vec(),
        accounts: inventory.accounts().to_vec(),
        findings,
        coverage,
        accounting,
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
        self.accounts
            .binary_search_by(|account| account.id.cmp(id))
            .ok()
            .map(|i| &self.accounts[i])
    }

    /// Whether any finding has this verdict.
    #[must_use]
    pub fn any(&self, verdict: Verdict) -> bool {
        self.findings.iter().any(|finding| finding.verdict == verdict)
    }
}
