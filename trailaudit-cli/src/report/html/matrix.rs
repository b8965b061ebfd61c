//! Accounts x Regions: what came of each cell, the accounts of a unit together.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use askama::Template;
use trailaudit_core::coverage::{Cell, CellStatus, cells};
use trailaudit_core::organization::Region;
use trailaudit_core::{Inventory, Verdict};

use super::ledger::{Ledger, place};
use super::words::Named;
use super::{Report, words};

/// How many accounts stand on a page.
const ACCOUNTS: usize = 1_000;

/// What came of a cell; what is worse is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// Not planned.
    #[default]
    Absent,
    /// Nothing to read.
    Nothing,
    /// Read, and nothing speaks against it.
    Read,
    /// A fail that is accepted.
    Excepted,
    /// Not read, or not decided.
    Inconclusive,
    /// A fail.
    Fail,
}

impl Outcome {
    pub(super) const SHOWN: [Self; 5] = [
        Self::Fail,
        Self::Inconclusive,
        Self::Excepted,
        Self::Read,
        Self::Nothing,
    ];

    /// What a finding adds to what is known of its cell.
    pub(super) fn of_finding(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Fail => Some(Self::Fail),
            Verdict::Inconclusive => Some(Self::Inconclusive),
            Verdict::Excepted => Some(Self::Excepted),
            Verdict::Pass | Verdict::NotApplicable => None,
        }
    }

    fn of_status(status: CellStatus) -> Self {
        match status {
            CellStatus::Reached => Self::Read,
            status if status.is_missing() => Self::Inconclusive,
            _ => Self::Nothing,
        }
    }

    /// The verdict whose colour it has.
    fn class(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Excepted => "excepted",
            Self::Read => "pass",
            Self::Nothing | Self::Absent => "not-applicable",
        }
    }

    /// The sign it has, so that nobody needs to see the colour.
    fn sign(self) -> &'static str {
        match self {
            Self::Fail => "F",
            Self::Inconclusive => "?",
            Self::Excepted => "E",
            Self::Read => "✓",
            Self::Nothing => "–",
            Self::Absent => "",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Fail => "something fails there",
            Self::Inconclusive => "something there was not read or cannot be concluded, and nothing fails",
            Self::Excepted => "what fails there is accepted by an exception in force",
            Self::Read => "read, and nothing there speaks against it",
            Self::Nothing => "nothing to read: the Region is off, or the account is not in use or out of scope",
            Self::Absent => "not planned",
        }
    }
}

/// What came of every cell.
#[derive(Default)]
pub(super) struct Matrix {
    pub(super) regions: Vec<Region>,
    /// By the place of the account in their list: of the account as a whole, then of each Region.
    rows: Vec<Vec<Outcome>>,
    /// The accounts of each unit, on the pages.
    pages: Vec<Vec<Group>>,
}

/// Accounts of one unit on one page, by their places in the list.
struct Group {
    unit: String,
    accounts: Vec<usize>,
}

impl Matrix {
    pub(super) fn of(inventory: &dyn Inventory, ledger: &Ledger) -> Self {
        let accounts = inventory.accounts();
        let regions: BTreeSet<_> = cells(inventory).filter_map(|cell| cell.region).collect();
        let regions: Vec<_> = regions.into_iter().collect();
        let mut rows = vec![vec![Outcome::Absent; regions.len() + 1]; accounts.len()];
        for cell in cells(inventory) {
            if let Some(row) = place(accounts, &cell.account).and_then(|place| rows.get_mut(place)) {
                put(row, &regions, &cell);
            }
        }
        for (row, entry) in rows.iter_mut().zip(ledger.entries()) {
            for (region, outcome) in &entry.worst {
                if let Some(at) = column(&regions, region.as_ref()).and_then(|at| row.get_mut(at)) {
                    *at = (*outcome).max(*at);
                }
            }
        }
        let mut units: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, account) in accounts.iter().enumerate() {
            units.entry(&account.organizational_unit).or_default().push(place);
        }
        Self {
            regions,
            rows,
            pages: paged(units),
        }
    }

    pub(super) fn pages(&self) -> usize {
        self.pages.len()
    }

    /// The page, from 1, and the place on it where a unit begins.
    pub(super) fn place_of(&self, unit: &str) -> Option<(usize, usize)> {
        let mut groups = (1..).zip(&self.pages).flat_map(|(page, groups)| {
            let groups = (1..).zip(groups);
            groups.map(move |(number, group)| ((page, number), group))
        });
        groups.find(|(_, group)| group.unit == unit).map(|(place, _)| place)
    }

    /// The worst that came of an account.
    pub(super) fn worst(&self, account: usize) -> Outcome {
        let row = self.rows.get(account).into_iter().flatten();
        row.copied().max().unwrap_or_default()
    }
}

/// Puts what is known of a cell into its account's row.
fn put(row: &mut [Outcome], regions: &[Region], cell: &Cell) {
    let outcome = Outcome::of_status(cell.status);
    let of = match &cell.region {
        // The account was not entered: that is so in every Region.
        None => row,
        region => {
            let Some(at) = column(regions, region.as_ref()) else {
                return;
            };
            if let Some(whole) = row.first_mut() {
                // An account that was entered was read, whatever became of its Regions.
                *whole = Outcome::Read;
            }
            row.get_mut(at..=at).unwrap_or_default()
        }
    };
    of.fill(outcome);
}

fn column(regions: &[Region], region: Option<&Region>) -> Option<usize> {
    match region {
        None => Some(0),
        Some(region) => regions.binary_search(region).ok().map(|place| place + 1),
    }
}

fn paged(units: BTreeMap<&str, Vec<usize>>) -> Vec<Vec<Group>> {
    let mut pages: Vec<Vec<Group>> = vec![Vec::new()];
    let mut free = ACCOUNTS;
    for (unit, accounts) in units {
        let mut rest = &accounts[..];
        while !rest.is_empty() {
            if free == 0 {
                pages.push(Vec::new());
                free = ACCOUNTS;
            }
            let (here, later) = rest.split_at(free.min(rest.len()));
            if let Some(page) = pages.last_mut() {
                page.push(Group {
                    unit: unit.to_owned(),
                    accounts: here.to_vec(),
                });
            }
            free -= here.len();
            rest = later;
        }
    }
    pages
}

/// One page of it.
#[derive(Template)]
#[template(path = "report/matrix.html")]
pub(super) struct View<'a> {
    page: usize,
    pages: usize,
    accounts: usize,
    regions: &'a [Region],
    units: Vec<Unit<'a>>,
}

struct Unit<'a> {
    name: &'a str,
    /// How many accounts stand at worst like this.
    sums: Vec<(Outcome, usize)>,
    rows: Vec<(Named<'a>, &'a [Outcome])>,
}

impl<'a> View<'a> {
    /// The page of this number, from 1.
    pub(super) fn of(report: &Report<'a>, page: usize) -> Self {
        let matrix = &report.gathered.matrix;
        let accounts = report.gathered.inventory.accounts();
        let groups = matrix.pages.get(page - 1).map_or(&[][..], Vec::as_slice);
        let unit = |group: &'a Group| {
            let worst = |outcome: &Outcome| {
                let alike = group.accounts.iter().filter(|place| matrix.worst(**place) == *outcome);
                (*outcome, alike.count())
            };
            let places = group.accounts.iter();
            Unit {
                name: &group.unit,
                sums: Outcome::SHOWN
                    .iter()
                    .map(worst)
                    .filter(|(_, count)| *count > 0)
                    .collect(),
                rows: places
                    .filter_map(|place| Some((Named::at(accounts, *place)?, &**matrix.rows.get(*place)?)))
                    .collect(),
            }
        };
        Self {
            page,
            pages: matrix.pages(),
            accounts: groups.iter().map(|group| group.accounts.len()).sum(),
            regions: &matrix.regions,
            units: groups.iter().map(unit).collect(),
        }
    }

    fn all_pages(&self) -> Range<usize> {
        1..self.pages + 1
    }
}
