//! Coverage: what became of every planned cell, what was not read and why, and the account of it for every control.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use trailaudit_core::assessment::Accounting;
use trailaudit_core::coverage::{Cell, CellStatus, cells};
use trailaudit_core::evidence::EvidenceId;
use trailaudit_core::organization::{AccountId, Region};

use super::answers::Answers;
use super::exchanges::Cited;
use super::standing::Standing;
use super::words::Named;
use super::{ROWS, Report, words};

#[derive(Template)]
#[template(path = "report/coverage.html")]
pub(super) struct View<'a> {
    planned: usize,
    /// How many accounts have a cell that was read.
    pub(super) accounts_read: usize,
    pub(super) list_is_complete: bool,
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
    same: Same,
    evidence: Vec<EvidenceId>,
    cited: Vec<Cited<'a>>,
    /// Whether there is more evidence than is listed.
    evidence_is_cut: bool,
}

/// What cells have in common that stand on one row.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Same {
    regions: Vec<Region>,
    answers: Answers,
}

struct Control {
    number: usize,
    id: &'static str,
    title: &'static str,
    accounting: Accounting,
    adds_up: bool,
}

impl<'a> View<'a> {
    pub(super) fn of(report: &Report<'a>, standings: &[Standing<'_>]) -> Self {
        let inventory = report.gathered.inventory;
        let accounts = inventory.accounts();
        let mut groups: BTreeMap<CellStatus, Gathered<'a>> = BTreeMap::new();
        let (mut accounts_read, mut list_is_complete) = (0, true);
        let mut cells = cells(inventory).peekable();
        while let Some(first) = cells.next() {
            let mut of_account = vec![first];
            while let Some(next) = cells.next_if(|next| next.account == of_account[0].account) {
                of_account.push(next);
            }
            let id = &of_account[0].account;
            list_is_complete &= !id.as_str().is_empty();
            accounts_read += usize::from(of_account.iter().any(|cell| cell.status == CellStatus::Reached));
            let name = Named::listed(accounts, id);
            of_account.sort_by_key(|cell| cell.status);
            for same in of_account.chunk_by(|a, b| a.status == b.status) {
                if same[0].status != CellStatus::Reached {
                    groups.entry(same[0].status).or_default().add(name, same);
                }
            }
        }
        let (missing, nothing_to_read): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|(status, _)| status.is_missing());
        let exchanges = &report.gathered.exchanges;
        let groups = |some: Vec<(CellStatus, Gathered<'a>)>| {
            let mut groups: Vec<_> = some
                .into_iter()
                .map(|(status, gathered)| gathered.into_group(status))
                .collect();
            for row in groups.iter_mut().flat_map(|group| &mut group.rows) {
                row.cited = exchanges.cited(&row.evidence);
            }
            groups
        };
        Self {
            planned: report.totals.planned,
            accounts_read,
            list_is_complete,
            totals: report.totals.statuses.iter().map(Total::of).collect(),
            missing: groups(missing),
            nothing_to_read: groups(nothing_to_read),
            controls: standings.iter().map(Control::of).collect(),
        }
    }
}

/// Hands over what the ledger cites: each account with the exchanges of its row.
pub(super) fn each_cited(report: &Report<'_>, mut take: impl FnMut(&AccountId, &[EvidenceId])) {
    let view = View::of(report, &[]);
    for row in view
        .missing
        .iter()
        .chain(&view.nothing_to_read)
        .flat_map(|group| &group.rows)
    {
        for account in &row.accounts {
            take(&AccountId::from(account.id), &row.evidence);
        }
    }
}

impl Total {
    fn of((status, cells): (&CellStatus, &usize)) -> Self {
        let (word, meaning) = words::status(*status);
        Self {
            status: *status,
            word,
            meaning,
            cells: *cells,
        }
    }
}

/// The rows of one status, while the cells pass by.
#[derive(Default)]
struct Gathered<'a> {
    cells: usize,
    rows: Vec<Row<'a>>,
    places: HashMap<Same, usize>,
    left_out: usize,
}

impl<'a> Gathered<'a> {
    /// Adds the cells of one account.
    fn add(&mut self, account: Named<'a>, cells: &[Cell]) {
        self.cells += cells.len();
        let same = Same::of(cells);
        let evidence = cells.iter().flat_map(|cell| &cell.evidence);
        if let Some(place) = self.places.get(&same) {
            self.rows[*place].add(account, evidence);
        } else if self.rows.len() < ROWS {
            self.places.insert(same.clone(), self.rows.len());
            let mut row = Row::of(same);
            row.add(account, evidence);
            self.rows.push(row);
        } else {
            self.left_out += 1;
        }
    }

    fn into_group(self, status: CellStatus) -> Group<'a> {
        let (word, meaning) = words::status(status);
        Group {
            word,
            meaning,
            cells: self.cells,
            rows: self.rows,
            left_out: self.left_out,
        }
    }
}

impl<'a> Row<'a> {
    fn of(same: Same) -> Self {
        Self {
            accounts: Vec::new(),
            accounts_left_out: 0,
            same,
            evidence: Vec::new(),
            cited: Vec::new(),
            evidence_is_cut: false,
        }
    }

    fn add<'e>(&mut self, account: Named<'a>, evidence: impl Iterator<Item = &'e EvidenceId>) {
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

impl Same {
    fn of(cells: &[Cell]) -> Self {
        let mut answers = Answers::default();
        for cell in cells {
            answers.add(cell.account.as_str(), region(cell), &cell.detail);
        }
        Self {
            regions: cells.iter().filter_map(|cell| cell.region.clone()).collect(),
            answers,
        }
    }

    /// The Regions, one after the other.
    fn list(&self) -> String {
        let regions: Vec<_> = self.regions.iter().map(Region::as_str).collect();
        regions.join(", ")
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
