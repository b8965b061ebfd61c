//! The accounts that fail, worst first.

use std::cmp::Reverse;
use std::collections::HashMap;

use askama::Template;
use trailaudit_core::Verdict;
use trailaudit_core::finding::Finding;
use trailaudit_core::framework::Severity;
use trailaudit_core::organization::AccountId;

use super::standing::Standing;
use super::words::Named;
use super::{ROWS, Report, words};

/// How many controls are named that fail in an account.
const CONTROLS: usize = 5;

#[derive(Template)]
#[template(path = "report/accounts.html")]
pub(super) struct Failing<'a> {
    total: usize,
    listed: usize,
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    account: Named<'a>,
    /// The controls that fail there, the gravest first.
    controls: Vec<Control>,
    controls_left_out: usize,
    failing: usize,
    inconclusive: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Control {
    severity: Reverse<Severity>,
    number: usize,
    id: &'static str,
    title: &'static str,
}

/// How many findings of every account fail or are inconclusive, gathered while they pass by.
#[derive(Default)]
pub(super) struct Tallies(HashMap<AccountId, Tally>);

#[derive(Default)]
struct Tally {
    /// The rules that fail there.
    rules: Vec<&'static str>,
    failing: usize,
    inconclusive: usize,
}

impl Tallies {
    pub(super) fn add(&mut self, finding: &Finding) {
        let id = finding.rule.id;
        match finding.verdict {
            Verdict::Fail => {
                let tally = self.0.entry(finding.account.clone()).or_default();
                tally.failing += 1;
                if tally.rules.last() != Some(&id) {
                    tally.rules.push(id);
                }
            }
            Verdict::Inconclusive => self.0.entry(finding.account.clone()).or_default().inconclusive += 1,
            _ => (),
        }
    }

    /// How many accounts fail.
    pub(super) fn failing(&self) -> usize {
        self.0.values().filter(|tally| tally.failing > 0).count()
    }
}

impl Tally {
    /// Sorts the worst first: more controls of the gravest severity, then of the next, then more findings.
    fn rank(&self, controls: &HashMap<&str, Control>) -> impl Ord + use<> {
        let mut by_severity = [0; 5];
        for control in self.rules.iter().filter_map(|id| controls.get(id)) {
            by_severity[place(control.severity.0)] += 1;
        }
        Reverse((by_severity, self.failing, self.inconclusive))
    }
}

fn place(severity: Severity) -> usize {
    match severity {
        Severity::Critical => 0,
        Severity::High => 1,
        Severity::Medium => 2,
        Severity::Low => 3,
        Severity::Informational => 4,
    }
}

impl<'a> Failing<'a> {
    pub(super) fn of(report: &Report<'a>, standings: &[Standing<'_>]) -> Self {
        let gathered = report.gathered;
        let control = |standing: &Standing<'_>| Control {
            severity: Reverse(gathered.selection.severity_of(standing.rule)),
            number: standing.number,
            id: standing.rule.id,
            title: standing.rule.aws.title,
        };
        let controls: HashMap<_, _> = standings
            .iter()
            .map(|standing| (standing.rule.id, control(standing)))
            .collect();
        let accounts = gathered.inventory.accounts();
        let tallies = gathered.tallies.0.iter();
        let mut worst: Vec<_> = tallies.filter(|(_, tally)| tally.failing > 0).collect();
        worst.sort_by_cached_key(|(account, tally)| (tally.rank(&controls), (*account).clone()));
        let row = |(account, tally): (&'a AccountId, &Tally)| {
            let failing = tally.rules.iter().filter_map(|id| controls.get(id).copied());
            let mut failing: Vec<_> = failing.collect();
            failing.sort();
            let controls_left_out = failing.len().saturating_sub(CONTROLS);
            failing.truncate(CONTROLS);
            Row {
                account: Named::of(accounts, account),
                controls: failing,
                controls_left_out,
                failing: tally.failing,
                inconclusive: tally.inconclusive,
            }
        };
        Self {
            total: worst.len(),
            listed: accounts.len(),
            rows: worst.into_iter().take(ROWS).map(row).collect(),
        }
    }
}
