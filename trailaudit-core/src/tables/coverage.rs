//! `coverage.csv` and `coverage.json`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{csv_writer, inert, rfc3339, write_list};
use crate::assessment::Assessment;
use crate::coverage::{Cell, CellStatus};
use crate::evidence::EvidenceId;
use crate::organization::AccountState;

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
    let mut csv = csv_writer(out);
    csv.write_record(COLUMNS)?;
    for row in rows(assessment) {
        let evidence: Vec<_> = row.evidence.iter().map(EvidenceId::to_string).collect();
        let evidence = evidence.join(";");
        let cells = [
            row.account_id,
            row.account_name,
            row.organizational_unit,
            row.account_state,
            row.region,
            row.status,
            row.detail,
            &evidence,
        ];
        csv.write_record(cells.map(inert))?;
    }
    csv.flush()
}

/// Writes `coverage.json`.
///
/// # Errors
/// When `out` refuses.
pub fn write_json<W: Write>(assessment: &Assessment, mut out: W) -> io::Result<()> {
    let mut head = Map::<String, Value>::new();
    head.insert("format".into(), "trailaudit.coverage/v1".into());
    head.insert("asOf".into(), rfc3339(assessment.as_of).into());
    head.insert("planned".into(), assessment.coverage.planned().into());
    let totals = assessment.coverage.totals().into_iter();
    let totals: Map<_, _> = totals
        .map(|(status, cells)| (status.to_string(), Value::from(cells)))
        .collect();
    head.insert("totals".into(), totals.into());
    let controls = assessment.rules.iter().zip(&assessment.accounting);
    let controls: Map<_, _> = controls
        .map(|(rule, accounting)| {
            let accounting = serde_json::json!({
                "evaluated": accounting.evaluated,
                "inherited": accounting.inherited,
                "notApplicable": accounting.not_applicable,
                "inconclusive": accounting.inconclusive,
            });
            (rule.id.to_owned(), accounting)
        })
        .collect();
    head.insert("controls".into(), controls.into());
    write_list(&mut out, &head, "cells", rows(assessment))
}

/// One planned cell; the frozen form of version 1.
#[derive(Serialize)]
struct Row<'a> {
    account_id: &'a str,
    account_name: &'a str,
    account_state: &'a str,
    detail: &'a str,
    evidence: &'a [EvidenceId],
    organizational_unit: &'a str,
    region: &'a str,
    status: &'a str,
}

fn rows(assessment: &Assessment) -> impl Iterator<Item = Row<'_>> {
    assessment.coverage.cells().iter().map(|cell| row(assessment, cell))
}

fn row<'a>(assessment: &'a Assessment, cell: &'a Cell) -> Row<'a> {
    let account = assessment.account(&cell.account);
    Row {
        account_id: cell.account.as_str(),
        account_name: account.map_or("", |account| &account.name),
        account_state: account.map_or("", |account| state_word(account.state)),
        detail: &cell.detail,
        evidence: &cell.evidence,
        organizational_unit: account.map_or("", |account| &account.organizational_unit),
        region: cell.region.as_ref().map_or("", |region| region.as_str()),
        status: CellStatus::as_str(cell.status),
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
