//! The accounts that fail, worst first.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use askama::Template;
use trailaudit_core::Verdict;
use trailaudit_core::framework::Severity;
use trailaudit_core::organization::AccountId;

use super::standing::Standing;
use super::words::Named;
use super::{ROWS, Report, words};

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

#[derive(Default)]
struct Tally {
    controls: BTreeSet<Control>,
    failing: usize,
    inconclusive: usize,
}

impl Tally {
    /// Sorts the worst first: more controls of the gravest severity, then of the next, then more findings.
    fn rank(&self) -> impl Ord + use<> {
        let mut by_severity = [0; 5];
        for control in &self.controls {
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
    pub(super) fn of(report: &Report<'a>, standings: &[Standing<'a>]) -> Self {
        let mut tallies: HashMap<&AccountId, Tally> = HashMap::new();
        for standing in standings {
            let control = Control {
                severity: Reverse(report.selection.severity_of(standing.rule)),
                number: standing.number,
                id: standing.rule.id,
                title: standing.rule.aws.title,
            };
            for finding in standing.findings(Verdict::Fail) {
                let tally = tallies.entry(&finding.account).or_default();
                tally.failing += 1;
                tally.controls.insert(control);
            }
        }
        for finding in standings
            .iter()
            .flat_map(|standing| standing.findings(Verdict::Inconclusive))
        {
            if let Some(tally) = tallies.get_mut(&finding.account) {
                tally.inconclusive += 1;
            }
        }
        let mut worst: Vec<_> = tallies.into_iter().collect();
        worst.sort_by_cached_key(|(account, tally)| (tally.rank(), (*account).clone()));
        Self {
            total: worst.len(),
            listed: report.assessment.accounts.len(),
            rows: worst
                .into_iter()
                .take(ROWS)
                .map(|(account, tally)| Row {
                    account: Named::of(report.assessment, account),
                    controls: tally.controls.into_iter().collect(),
                    failing: tally.failing,
                    inconclusive: tally.inconclusive,
                })
                .collect(),
        }
    }
}
