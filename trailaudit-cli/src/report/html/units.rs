//! The verdicts by organizational unit, as a chart with its numbers.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use trailaudit_core::Verdict;

use super::ledger::{Counts, add};
use super::matrix::Outcome;
use super::{Report, words};

/// How many units the chart has room for.
const UNITS: usize = 12;

/// How wide a bar is, in its own units.
const WIDTH: f64 = 240.0;

#[derive(Template)]
#[template(path = "report/units.html")]
pub(super) struct Units<'a> {
    rows: Vec<Row<'a>>,
    left_out: usize,
}

struct Row<'a> {
    name: &'a str,
    /// Its page of accounts x Regions, and its place there.
    place: Option<(usize, usize)>,
    accounts: usize,
    failing: usize,
    counts: Counts,
    /// Where each verdict's part of the bar begins, how long it is, how far from the top and how high.
    bar: Vec<(Verdict, [String; 4])>,
}

impl<'a> Units<'a> {
    pub(super) fn of(report: &Report<'a>) -> Self {
        let gathered = report.gathered;
        let accounts = gathered.inventory.accounts();
        let mut units: BTreeMap<&str, (usize, usize, Counts)> = BTreeMap::new();
        for (place, (account, entry)) in accounts.iter().zip(gathered.ledger.entries()).enumerate() {
            let (all, failing, counts) = units.entry(&account.organizational_unit).or_default();
            *all += 1;
            *failing += usize::from(gathered.matrix.worst(place) == Outcome::Fail);
            add(counts, &entry.counts());
        }
        let mut units: Vec<_> = units.into_iter().collect();
        units.sort_by_key(|(name, (_, failing, counts))| (Reverse((*failing, counts[1], counts[2])), *name));
        let left_out = units.len().saturating_sub(UNITS);
        units.truncate(UNITS);
        let row = |(name, (accounts, failing, counts)): (&'a str, (usize, usize, Counts))| Row {
            name,
            place: gathered.matrix.place_of(name),
            accounts,
            failing,
            counts,
            bar: bar(&counts),
        };
        Self {
            rows: units.into_iter().map(row).collect(),
            left_out,
        }
    }
}

impl Row<'_> {
    fn counted(&self) -> impl Iterator<Item = (Verdict, u32)> + '_ {
        Verdict::ALL.into_iter().zip(self.counts)
    }
}

/// The parts of a bar. Each verdict has a height of its own: what fails stands out without any colour.
fn bar(counts: &Counts) -> Vec<(Verdict, [String; 4])> {
    const ORDER: [(Verdict, usize, f64); 5] = [
        (Verdict::Fail, 1, 16.0),
        (Verdict::Inconclusive, 2, 12.0),
        (Verdict::Excepted, 3, 9.0),
        (Verdict::Pass, 0, 6.0),
        (Verdict::NotApplicable, 4, 2.0),
    ];
    let total: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    let mut at = 0.0;
    let mut parts = Vec::new();
    for (verdict, place, height) in ORDER {
        if counts[place] == 0 {
            continue;
        }
        let length = WIDTH * f64::from(counts[place]) / total;
        // What is there is seen, however little it is.
        let seen = (length - 1.0).max(1.5);
        let part = [at, seen, 16.0 - height, height].map(|number| format!("{number:.1}"));
        parts.push((verdict, part));
        at += length;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_comes_first_and_is_highest() {
        let parts = bar(&[90, 10, 0, 0, 20]);
        let told: Vec<_> = parts
            .iter()
            .map(|(verdict, part)| format!("{verdict}: {}", part.join(" ")))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @"
        fail: 0.0 19.0 0.0 16.0
        pass: 20.0 179.0 10.0 6.0
        not-applicable: 200.0 39.0 14.0 2.0
        ");
        assert!(bar(&[0; 5]).is_empty());
    }
}
