//! `coverage.csv` and `coverage.json`.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{LIST_END, csv_writer, list_head, rfc3339, write_row};
use crate::assessment::{Accounting, Assessment, Totals};
use crate::coverage::{Cell, CellStatus, cells};
use crate::inventory::Inventory;
use crate::organization::{Account, AccountState, find};
use crate::rule::Rule;

/// The columns of `coverage.csv`, in order.
pub const COLUMNS: [&str; 8] = [
    "account_id",
    "account_name",
    "organizational_unit",
    "account_state",
    "region",
    "status",
    "detail",
    "evidence",
];

/// Writes `coverage.csv`.
///
/// # Errors
/// When `out` refuses.
pub fn write_csv<W: Write>(assessment: &Assessment, out: W) -> io::Result<()> {
    csv(&assessment.accounts, assessment.coverage.cells(), out)
}

/// The same, of cells that nobody holds together.
pub(crate) fn write_csv_of<W: Write>(inventory: &dyn Inventory, out: W) -> io::Result<()> {
    csv(inventory.accounts(), cells(inventory), out)
}

/// Writes `coverage.json`.
///
/// # Errors
/// When `out` refuses.
pub fn write_json<W: Write>(assessment: &Assessment, out: W) -> io::Result<()> {
    let Assessment { as_of, coverage, .. } = assessment;
    let controls = assessment.rules.iter().copied().zip(&assessment.accounting);
    let head = head(*as_of, &coverage.totals(), controls);
    json(&head, &assessment.accounts, coverage.cells(), out)
}

/// The same, of cells that nobody holds together.
pub(crate) fn write_json_of<W: Write>(inventory: &dyn Inventory, totals: &Totals, out: W) -> io::Result<()> {
    let controls = totals
        .controls
        .iter()
        .map(|control| (control.rule, &control.accounting));
    let head = head(totals.as_of, &totals.statuses, controls);
    json(&head, inventory.accounts(), cells(inventory), out)
}

fn csv<W: Write>(accounts: &[Account], cells: impl IntoIterator<Item: Borrow<Cell>>, out: W) -> io::Result<()> {
    let mut csv = csv_writer(out);
    csv.write_record(COLUMNS)?;
    for cell in cells {
        write_row(&mut csv, &row(accounts, cell.borrow()).cells())?;
    }
    csv.flush()
}

fn json<W: Write>(
    head: &Map<String, Value>,
    accounts: &[Account],
    cells: impl IntoIterator<Item: Borrow<Cell>>,
    mut out: W,
) -> io::Result<()> {
    out.write_all(&list_head(head, "cells")?)?;
    for (i, cell) in cells.into_iter().enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut out, &row(accounts, cell.borrow()))?;
    }
    out.write_all(LIST_END)
}

fn head<'a>(
    as_of: Timestamp,
    statuses: &BTreeMap<CellStatus, usize>,
    controls: impl Iterator<Item = (&'static Rule, &'a Accounting)>,
) -> Map<String, Value> {
    let mut head = Map::<String, Value>::new();
    head.insert("format".into(), "trailaudit.coverage/v1".into());
    head.insert("asOf".into(), rfc3339(as_of).into());
    head.insert("planned".into(), statuses.values().sum::<usize>().into());
    let totals: Map<_, _> = statuses
        .iter()
        .map(|(status, cells)| (status.to_string(), Value::from(*cells)))
        .collect();
    head.insert("totals".into(), totals.into());
    let controls: Map<_, _> = controls
        .map(|(rule, accounting)| (rule.id.to_owned(), self::accounting(accounting)))
        .collect();
    head.insert("controls".into(), controls.into());
    head
}

/// What became of the planned cells under one rule, as the head of `coverage.json` has it.
pub(crate) fn accounting(accounting: &Accounting) -> Value {
    serde_json::json!({
        "evaluated": accounting.evaluated,
        "inherited": accounting.inherited,
        "notApplicable": accounting.not_applicable,
        "inconclusive": accounting.inconclusive,
    })
}

/// The frozen form of version 1.
pub mod v1 {
    use std::borrow::Cow;

    use serde::{Deserialize, Serialize};

    use crate::evidence::EvidenceId;

    /// One planned cell; the fields stand in the order canonical JSON gives them.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(
        missing_docs,
        reason = "the fields are the columns of coverage.csv, described in the interface"
    )]
    pub struct Row<'a> {
        #[serde(borrow)]
        pub account_id: Cow<'a, str>,
        #[serde(borrow)]
        pub account_name: Cow<'a, str>,
        #[serde(borrow)]
        pub account_state: Cow<'a, str>,
        #[serde(borrow)]
        pub detail: Cow<'a, str>,
        pub evidence: Cow<'a, [EvidenceId]>,
        #[serde(borrow)]
        pub organizational_unit: Cow<'a, str>,
        #[serde(borrow)]
        pub region: Cow<'a, str>,
        #[serde(borrow)]
        pub status: Cow<'a, str>,
    }

    impl Row<'_> {
        /// The cells of `coverage.csv`, in the order of its columns, as they are before a spreadsheet is kept from
        /// reading them as formulas.
        #[must_use]
        pub fn cells(&self) -> [Cow<'_, str>; 8] {
            [
                (&*self.account_id).into(),
                (&*self.account_name).into(),
                (&*self.organizational_unit).into(),
                (&*self.account_state).into(),
                (&*self.region).into(),
                (&*self.status).into(),
                (&*self.detail).into(),
                EvidenceId::joined(&self.evidence).into(),
            ]
        }
    }
}

/// The rows of `coverage.csv`, in order.
pub fn rows(assessment: &Assessment) -> impl Iterator<Item = v1::Row<'_>> {
    let cells = assessment.coverage.cells().iter();
    cells.map(|cell| row(&assessment.accounts, cell))
}

fn row<'a>(accounts: &'a [Account], cell: &'a Cell) -> v1::Row<'a> {
    let account = find(accounts, &cell.account);
    v1::Row {
        account_id: cell.account.as_str().into(),
        account_name: account.map_or("", |account| &account.name).into(),
        account_state: account.map_or("", |account| state_word(account.state)).into(),
        detail: cell.detail.as_str().into(),
        evidence: cell.evidence.as_slice().into(),
        organizational_unit: account.map_or("", |account| &account.organizational_unit).into(),
        region: cell.region.as_ref().map_or("", |region| region.as_str()).into(),
        status: CellStatus::as_str(cell.status).into(),
    }
}

/// The state in the word Organizations uses.
fn state_word(state: AccountState) -> &'static str {
    match state {
        AccountState::Active => "ACTIVE",
        AccountState::PendingActivation => "PENDING_ACTIVATION",
        AccountState::Suspended => "SUSPENDED",
        AccountState::PendingClosure => "PENDING_CLOSURE",
        AccountState::Closed => "CLOSED",
        AccountState::Unknown => "UNKNOWN",
    }
}
