//! What was found by organizational unit and by account, in numbers: counted while the findings pass by, so that nobody
//! holds them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use trailaudit_core::Verdict;
use trailaudit_core::finding::Finding;
use trailaudit_core::framework::{Selection, Severity};
use trailaudit_core::organization::{Account, AccountId};

/// How many units are told one by one.
const UNITS: usize = 12;

/// How many accounts are.
const WORST: usize = 5;

/// The gravest first.
const SEVERITIES: [Severity; 5] = [
    Severity::Critical,
    Severity::High,
    Severity::Medium,
    Severity::Low,
    Severity::Informational,
];

/// Counts what passes by.
pub(crate) struct Tally<'a> {
    accounts: &'a [Account],
    selection: &'a Selection,
    counts: Vec<Counts>,
}

/// Of one account.
#[derive(Clone, Default)]
struct Counts {
    /// How many findings have each verdict, in the order of [`Verdict::ALL`].
    verdicts: [u32; 5],
    /// How many controls of each severity fail.
    failing: [u32; 5],
    /// The control that failed last: its findings follow each other.
    last: Option<&'static str>,
}

/// What it came to: no more than is told.
#[derive(Debug, Default)]
pub(crate) struct Standings {
    /// The units, the worst first.
    pub(crate) units: Vec<Unit>,
    /// How many more there are.
    pub(crate) units_left_out: usize,
    /// The accounts in which something fails, the worst first.
    pub(crate) worst: Vec<Worst>,
    /// How many there are in all.
    pub(crate) failing: usize,
}

/// One organizational unit.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) name: String,
    pub(crate) accounts: usize,
    /// In how many of them something fails.
    pub(crate) failing: usize,
    /// How many findings have each verdict, in the order of [`Verdict::ALL`].
    pub(crate) verdicts: [usize; 5],
}

/// One account in which something fails.
#[derive(Debug)]
pub(crate) struct Worst {
    pub(crate) id: AccountId,
    pub(crate) name: String,
    /// How many controls of each severity fail there, the gravest first.
    pub(crate) controls: [usize; 5],
    /// How many findings have each verdict, in the order of [`Verdict::ALL`].
    pub(crate) verdicts: [usize; 5],
}

impl<'a> Tally<'a> {
    /// Of nothing yet. The accounts are sorted by their ids.
    pub(crate) fn of(accounts: &'a [Account], selection: &'a Selection) -> Self {
        Self {
            accounts,
            selection,
            counts: vec![Counts::default(); accounts.len()],
        }
    }

    /// Takes in findings, in the order of the assessment. One about an account that nobody lists counts with its control
    /// alone.
    pub(crate) fn add(&mut self, findings: &[Finding]) {
        for finding in findings {
            let place = self
                .accounts
                .binary_search_by(|account| account.id.cmp(&finding.account));
            let Some(counts) = place.ok().and_then(|place| self.counts.get_mut(place)) else {
                continue;
            };
            counts.verdicts[place_of(&Verdict::ALL, &finding.verdict)] += 1;
            if finding.verdict == Verdict::Fail && counts.last != Some(finding.rule.id) {
                counts.last = Some(finding.rule.id);
                counts.failing[place_of(&SEVERITIES, &self.selection.severity_of(finding.rule))] += 1;
            }
        }
    }

    /// What it comes to.
    pub(crate) fn standings(&self) -> Standings {
        let each = || self.accounts.iter().zip(&self.counts);
        let mut units: BTreeMap<&str, Unit> = BTreeMap::new();
        for (account, counts) in each() {
            let name = &*account.organizational_unit;
            let unit = units.entry(name).or_insert_with(|| Unit {
                name: name.to_owned(),
                accounts: 0,
                failing: 0,
                verdicts: [0; 5],
            });
            unit.accounts += 1;
            unit.failing += usize::from(counts.fails() > 0);
            for (sum, count) in unit.verdicts.iter_mut().zip(counts.verdicts) {
                *sum += count as usize;
            }
        }
        let mut units: Vec<_> = units.into_values().collect();
        units.sort_by_key(|unit| Reverse((unit.failing, unit.verdicts[FAIL], unit.verdicts[INCONCLUSIVE])));
        let units_left_out = units.len().saturating_sub(UNITS);
        units.truncate(UNITS);

        let mut worst: Vec<_> = each().filter(|(_, counts)| counts.fails() > 0).collect();
        let failing = worst.len();
        worst.sort_by_key(|(_, counts)| Reverse((counts.failing, counts.fails(), counts.verdicts[INCONCLUSIVE])));
        worst.truncate(WORST);
        let worst = worst.into_iter().map(|(account, counts)| Worst {
            id: account.id.clone(),
            name: account.name.clone(),
            controls: counts.failing.map(|count| count as usize),
            verdicts: counts.verdicts.map(|count| count as usize),
        });
        Standings {
            units,
            units_left_out,
            worst: worst.collect(),
            failing,
        }
    }
}

/// Where these stand in [`Verdict::ALL`].
pub(crate) const FAIL: usize = 1;
pub(crate) const INCONCLUSIVE: usize = 2;

impl Counts {
    fn fails(&self) -> u32 {
        self.verdicts[FAIL]
    }
}

fn place_of<T: PartialEq>(all: &[T], one: &T) -> usize {
    all.iter().position(|candidate| candidate == one).unwrap_or_default()
}
