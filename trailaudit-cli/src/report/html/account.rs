//! A page for each account: what was read there, what fails, and what holds. Several stand in one file, of which a link
//! to one shows that one alone.

use std::collections::HashMap;

use askama::Template;
use trailaudit_core::Verdict;
use trailaudit_core::coverage::{Cell, cells_of};
use trailaudit_core::evidence::EvidenceId;
use trailaudit_core::organization::{Account, Region};

use super::exchanges::Cited;
use super::ledger::{Entry, Kept};
use super::standing::{Count, Standing};
use super::words::Named;
use super::{ROWS, Report, words};

/// How many accounts stand in one file.
const ACCOUNTS: usize = 25;

/// The page, from 1, of the account at this place of the list.
pub(super) fn page_of(place: usize) -> usize {
    place / ACCOUNTS + 1
}

/// How many pages there are.
pub(super) fn pages(accounts: &[Account]) -> usize {
    accounts.len().div_ceil(ACCOUNTS)
}

#[derive(Template)]
#[template(path = "report/account.html")]
pub(super) struct Accounts<'a> {
    page: usize,
    pages: usize,
    ones: Vec<One<'a>>,
}

struct One<'a> {
    account: Named<'a>,
    state: String,
    counts: [Count; 5],
    /// What became of its cells: the status in words, and the Regions.
    cells: Vec<(&'static str, Vec<Region>)>,
    rows: Vec<Row<'a>>,
    left_out: usize,
    /// What the rows cite, each exchange once.
    exchanges: Vec<Cited<'a>>,
    /// The controls of which every finding here passes, or has nothing to judge.
    holding: Vec<Holding>,
}

struct Row<'a> {
    number: usize,
    kept: &'a Kept,
    /// The places of its exchanges among those of the account, from 1: `1–4, 7`.
    cited: String,
}

struct Holding {
    number: usize,
    title: &'static str,
    passing: u32,
}

impl<'a> Accounts<'a> {
    /// The page of this number, from 1.
    pub(super) fn of(report: &Report<'a>, standings: &[Standing<'_>], page: usize) -> Self {
        let gathered = report.gathered;
        let accounts = gathered.inventory.accounts();
        let first = (page - 1) * ACCOUNTS;
        let end = accounts.len().min(first + ACCOUNTS);
        let here = accounts.get(first..end).unwrap_or_default();
        let ones = (first..end).zip(here).filter_map(|(place, account)| {
            let named = Named::at(accounts, place)?;
            One::of(report, standings, named, account, gathered.ledger.entries().get(place)?).into()
        });
        let ones = ones.collect();
        Self {
            page,
            pages: pages(accounts),
            ones,
        }
    }
}

impl<'a> One<'a> {
    fn of(
        report: &Report<'a>,
        standings: &[Standing<'_>],
        account: Named<'a>,
        listed: &Account,
        entry: &'a Entry,
    ) -> Self {
        let number = |id: &str| {
            let standing = standings.iter().find(|standing| standing.rule.id == id);
            standing.map_or(0, |standing| standing.number)
        };
        let mut once = Once::default();
        let rows: Vec<_> = entry.kept.iter().take(ROWS).collect();
        let rows = rows.into_iter().map(|kept| Row {
            number: number(kept.rule.id),
            kept,
            cited: ranges(kept.evidence.iter().map(|id| once.place(*id))),
        });
        let rows: Vec<_> = rows.collect();
        let counts = entry.counts();
        let mut of_each = Verdict::ALL.into_iter().zip(counts);
        let holding = report
            .gathered
            .ledger
            .rules_of(entry)
            .filter(|(_, counts)| counts[1..4] == [0; 3]);
        Self {
            account,
            state: listed.state.to_string(),
            counts: std::array::from_fn(|_| {
                let (verdict, count) = of_each.next().unwrap_or((Verdict::NotApplicable, 0));
                Count {
                    verdict,
                    count: count as usize,
                }
            }),
            cells: by_status(cells_of(listed, report.gathered.inventory)),
            rows,
            exchanges: report.gathered.exchanges.cited(&once.ids),
            left_out: entry.kept.len().saturating_sub(ROWS),
            holding: holding
                .map(|(rule, counts)| Holding {
                    number: number(rule.id),
                    title: rule.aws.title,
                    passing: counts[0],
                })
                .collect(),
        }
    }
}

/// The status in words, and the Regions that have it, in the order in which they first come.
fn by_status(cells: Vec<Cell>) -> Vec<(&'static str, Vec<Region>)> {
    let mut found: Vec<(&'static str, Vec<Region>)> = Vec::new();
    for cell in cells {
        let (word, _) = words::status(cell.status);
        match found.iter_mut().find(|(known, _)| *known == word) {
            Some((_, regions)) => regions.extend(cell.region),
            None => found.push((word, cell.region.into_iter().collect())),
        }
    }
    found
}

/// Exchanges, each once, in the order in which they are first cited.
#[derive(Default)]
struct Once {
    ids: Vec<EvidenceId>,
    places: HashMap<EvidenceId, usize>,
}

impl Once {
    /// The place of an exchange, from 1.
    fn place(&mut self, id: EvidenceId) -> usize {
        *self.places.entry(id).or_insert_with(|| {
            self.ids.push(id);
            self.ids.len()
        })
    }
}

/// Numbers, those that follow each other as a range.
fn ranges(numbers: impl Iterator<Item = usize>) -> String {
    let mut numbers: Vec<_> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    let ranges = numbers.chunk_by(|a, b| a + 1 == *b).map(|range| match range {
        [first, .., last] if last - first > 1 => format!("{first}–{last}"),
        some => some.iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
    });
    ranges.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn numbers_that_follow_each_other_are_a_range() {
        let told =
            [&[3, 1, 2, 2][..], &[1, 2], &[7, 1, 2, 3, 9, 10], &[]].map(|numbers| ranges(numbers.iter().copied()));
        assert_eq!(told, ["1–3", "1, 2", "1–3, 7, 9, 10", ""]);
    }
}
