//! Coverage: what became of every planned cell, what was not read and why, and the account of it for every control.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use trailaudit_core::Assessment;
use trailaudit_core::assessment::Accounting;
use trailaudit_core::coverage::{Cell, CellStatus};
use trailaudit_core::evidence::EvidenceId;
use trailaudit_core::organization::AccountId;

use super::answers::Answers;
use super::standing::Standing;
use super::words::Named;
use super::{ROWS, words};

#[derive(Template)]
#[template(path = "report/coverage.html")]
pub(super) struct View<'a> {
    planned: usize,
    totals: Vec<Total>,
    /// What should have been read and was not.
    missing: Vec<Group<'a>>,
    /// Where there was nothing to read.
    nothing_to_read: Vec<Group<'a>>,
    controls: Vec<Control>,
}

struct Total {
    status: CellStatus,
    word: &'static str,
    meaning: &'static str,
    cells: usize,
}

/// The cells with one status.
struct Group<'a> {
    word: &'static str,
    meaning: &'static str,
    cells: usize,
    rows: Vec<Row<'a>>,
    /// How many accounts stand on no row.
    left_out: usize,
}

/// Accounts to which the same happened in the same Regions.
struct Row<'a> {
    accounts: Vec<Named<'a>>,
    accounts_left_out: usize,
    same: Same<'a>,
    evidence: Vec<EvidenceId>,
    /// Whether there is more evidence than is listed.
    evidence_is_cut: bool,
}

/// What cells have in common that stand on one row.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Same<'a> {
    regions: Vec<&'a str>,
    answers: Answers<'a>,
}

struct Control {
    number: usize,
    id: &'static str,
    title: &'static str,
    accounting: Accounting,
    adds_up: bool,
}

impl<'a> View<'a> {
    pub(super) fn of(assessment: &'a Assessment, standings: &[Standing<'_>]) -> Self {
        let totals = assessment.coverage.totals();
        let mut cells: BTreeMap<CellStatus, BTreeMap<&AccountId, Vec<&Cell>>> = BTreeMap::new();
        for cell in assessment
            .coverage
            .cells()
            .iter()
            .filter(|cell| cell.status != CellStatus::Reached)
        {
            cells
                .entry(cell.status)
                .or_default()
                .entry(&cell.account)
                .or_default()
                .push(cell);
        }
        let groups = |missing: bool| {
            let chosen = cells.iter().filter(|(status, _)| status.is_missing() == missing);
            chosen
                .map(|(status, accounts)| Group::of(assessment, *status, accounts))
                .collect()
        };
        Self {
            planned: assessment.coverage.planned(),
            totals: totals.into_iter().map(Total::of).collect(),
            missing: groups(true),
            nothing_to_read: groups(false),
            controls: standings.iter().map(Control::of).collect(),
        }
    }
}

impl Total {
    fn of((status, cells): (CellStatus, usize)) -> Self {
        let (word, meaning) = words::status(status);
        Self {
            status,
            word,
            meaning,
            cells,
        }
    }
}

impl<'a> Group<'a> {
    fn of(assessment: &'a Assessment, status: CellStatus, accounts: &BTreeMap<&'a AccountId, Vec<&'a Cell>>) -> Self {
        let mut rows: Vec<Row<'a>> = Vec::new();
        let mut places: HashMap<Same<'a>, Option<usize>> = HashMap::new();
        let mut left_out = 0;
        for (account, cells) in accounts {
            let same = Same::of(cells);
            let name = Named::of(assessment, account);
            let evidence = cells.iter().flat_map(|cell| &cell.evidence);
            match places.get(&same) {
                Some(Some(place)) => rows
                    .get_mut(*place)
                    .into_iter()
                    .for_each(|row| row.add(name, evidence.clone())),
                Some(None) => left_out += 1,
                None if rows.len() < ROWS => {
                    places.insert(same.clone(), Some(rows.len()));
                    let mut row = Row::of(same);
                    row.add(name, evidence);
                    rows.push(row);
                }
                None => {
                    places.insert(same, None);
                    left_out += 1;
                }
            }
        }
        let (word, meaning) = words::status(status);
        Self {
            word,
            meaning,
            cells: accounts.values().map(Vec::len).sum(),
            rows,
            left_out,
        }
    }
}

impl<'a> Row<'a> {
    fn of(same: Same<'a>) -> Self {
        Self {
            accounts: Vec::new(),
            accounts_left_out: 0,
            same,
            evidence: Vec::new(),
            evidence_is_cut: false,
        }
    }

    fn add(&mut self, account: Named<'a>, evidence: impl Iterator<Item = &'a EvidenceId>) {
        if self.accounts.len() < ROWS {
            self.accounts.push(account);
        } else {
            self.accounts_left_out += 1;
        }
        for id in evidence {
            self.evidence_is_cut = self.evidence.len() >= ROWS;
            if self.evidence_is_cut {
                break;
            }
            if !self.evidence.contains(id) {
                self.evidence.push(*id);
            }
        }
    }
}

impl<'a> Same<'a> {
    fn of(cells: &[&'a Cell]) -> Self {
        let mut answers = Answers::default();
        for cell in cells {
            answers.add(cell.account.as_str(), region(cell), &cell.detail);
        }
        Self {
            regions: cells
                .iter()
                .map(|cell| region(cell))
                .filter(|region| !region.is_empty())
                .collect(),
            answers,
        }
    }
}

fn region(cell: &Cell) -> &str {
    cell.region.as_ref().map_or("", |region| region.as_str())
}

impl Control {
    fn of(standing: &Standing<'_>) -> Self {
        Self {
            number: standing.number,
            id: standing.rule.id,
            title: standing.rule.aws.title,
            accounting: standing.accounting,
            adds_up: standing.adds_up(),
        }
    }
}
