//! The assessment: every rule asked of every subject, every cell accounted for.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::baseline::Baseline;
use crate::coverage::{Cell, CellStatus, Coverage};
use crate::finding::{Finding, Subject};
use crate::inventory::Inventory;
use crate::judge::judge;
use crate::observed::Observed;
use crate::organization::{Account, AccountId, TrailId};
use crate::rule::{Check, Rule, Verdict};

/// Judges what was collected, as things stood at `as_of`. Pure: the same facts give the same findings, in the same
/// order, on any number of threads.
#[must_use]
pub fn assess(inventory: &dyn Inventory, rules: &[&'static Rule], baseline: &Baseline, as_of: Timestamp) -> Assessment {
    let coverage = Coverage::of(inventory);
    let mut findings = Vec::new();
    let mut accounting = Vec::new();
    for rule in rules {
        let judged = judge(rule, inventory, &coverage, baseline, as_of);
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

    fn of(rule: &Rule, coverage: &Coverage, inventory: &dyn Inventory, findings: &[Finding]) -> Self {
        let trails: HashMap<_, _> = findings.iter().filter_map(verdict_on_own_trail).collect();
        let accounts: HashMap<_, _> = findings
            .iter()
            .filter(|finding| finding.subject == Subject::Account)
            .map(|finding| (&finding.account, finding.verdict))
            .collect();
        let mut accounting = Self::default();
        for cell in coverage.cells() {
            *match outcome(rule, cell, inventory, &trails, &accounts) {
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

fn verdict_on_own_trail(finding: &Finding) -> Option<(&TrailId, Verdict)> {
    match &finding.subject {
        Subject::Trail(id) if finding.inherited_from.is_none() => Some((id, finding.verdict)),
        _ => None,
    }
}

fn outcome(
    rule: &Rule,
    cell: &Cell,
    inventory: &dyn Inventory,
    trails: &HashMap<&TrailId, Verdict>,
    accounts: &HashMap<&AccountId, Verdict>,
) -> Outcome {
    let region = match &cell.region {
        _ if cell.status.is_nothing_to_read() => return Outcome::NotApplicable,
        Some(region) if cell.status == CellStatus::Reached => region,
        _ => return Outcome::Inconclusive,
    };
    if let Check::EachAccount(_) = rule.check {
        return match accounts.get(&cell.account) {
            Some(Verdict::Pass | Verdict::Fail) => Outcome::Evaluated,
            Some(Verdict::NotApplicable) => Outcome::NotApplicable,
            Some(Verdict::Inconclusive) | None => Outcome::Inconclusive,
        };
    }
    let Observed::Known { value: seen, .. } = inventory.trails_in(&cell.account, region) else {
        return Outcome::Inconclusive;
    };
    let decided = |id| matches!(trails.get(id), Some(Verdict::Pass | Verdict::Fail));
    let own = |id| inventory.trail(id).is_some_and(|trail| *trail.owner() == cell.account);
    match seen {
        [] => Outcome::NotApplicable,
        seen if !seen.iter().all(|sighting| decided(&sighting.trail)) => Outcome::Inconclusive,
        seen if seen.iter().any(|sighting| own(&sighting.trail)) => Outcome::Evaluated,
        _ => Outcome::Inherited,
    }
}
