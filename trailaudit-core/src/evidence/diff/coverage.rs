//! Accounts and cells, account by account, in step through both packages.

use std::collections::{BTreeMap, BTreeSet};

use super::regions::Regions;
use super::table::{Table, lowest};
use super::v1::{Cause, Change, Row};
use super::{DiffError, Found, Side, Which};
use crate::evidence::package::COVERAGE_JSON;
use crate::evidence::verify::Pinned;
use crate::tables::coverage::v1;

/// The status of a cell whose trails were listed.
pub(super) const REACHED: &str = "reached";

/// Compares every account and cell.
pub(super) fn compare(
    old: &Side<'_>,
    new: &Side<'_>,
    regions: &Regions,
    found: &mut Found<'_>,
) -> Result<(), DiffError> {
    let (old, new) = (old.files(), new.files());
    let mut was = open(&old, Which::Old)?;
    let mut is = open(&new, Which::New)?;
    while let Some(account) = lowest(&was, &is) {
        let (was, is) = (was.take(&account)?, is.take(&account)?);
        // The row without an account is about the list of accounts itself: no account comes or goes with it.
        match (was.first(), is.first()) {
            (None, Some(cell)) if !account.is_empty() => found(of_account(Change::AccountGained, &account, cell, &is))?,
            (Some(cell), None) if !account.is_empty() => found(of_account(Change::AccountLost, &account, cell, &was))?,
            _ => compare_cells(&account, &Plan(was), &Plan(is), regions, found)?,
        }
    }
    Ok(())
}

/// `coverage.json`, an account at a time.
pub(super) type Cells<'f> = Table<'f, String, Cell>;

pub(super) fn open<'f>(files: &'f Pinned<'_>, package: Which) -> Result<Cells<'f>, DiffError> {
    let kind = ("trailaudit.coverage/v1", "cells");
    Table::open(files, package, COVERAGE_JSON, kind, |line| {
        let row: v1::Row<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let cell = Cell {
            account_name: row.account_name.into_owned(),
            organizational_unit: row.organizational_unit.into_owned(),
            account_state: row.account_state.into_owned(),
            region: row.region.into_owned(),
            status: row.status.into_owned(),
            detail: row.detail.into_owned(),
        };
        Ok(Some((row.account_id.into_owned(), cell)))
    })
}

pub(super) struct Cell {
    account_name: String,
    organizational_unit: String,
    account_state: String,
    /// Empty when the account was not entered: then this is its only cell.
    pub(super) region: String,
    pub(super) status: String,
    detail: String,
}

/// The cells of one account.
pub(super) struct Plan(pub(super) Vec<Cell>);

impl Plan {
    /// What became of a Region here: its own cell, or what kept the account from being entered at all.
    pub(super) fn cell(&self, region: &str) -> Option<&Cell> {
        let of = |region: &str| self.0.iter().find(|cell| cell.region == region);
        of(region).or_else(|| of(""))
    }

    pub(super) fn regions(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|cell| &*cell.region)
    }
}

fn compare_cells(
    account: &str,
    was: &Plan,
    is: &Plan,
    regions: &Regions,
    found: &mut Found<'_>,
) -> Result<(), DiffError> {
    let mut planned: BTreeSet<_> = was.regions().chain(is.regions()).collect();
    // A cell for the account as a whole stands for its Regions, where the other package tells them apart.
    if planned.len() > 1 {
        planned.remove("");
    }
    for region in planned {
        let (was, is) = (was.cell(region), is.cell(region));
        let change = match (was, is) {
            (None, _) | (_, None) if regions.is_told(region) => continue,
            // The list of accounts has a cell only when it could not be read.
            (None, _) if account.is_empty() => Change::CoverageLost,
            (_, None) if account.is_empty() => Change::CoverageWon,
            (None, _) => Change::RegionGained,
            (_, None) => Change::RegionLost,
            (Some(was), Some(is)) if was.status == is.status => continue,
            (Some(was), Some(is)) => match (&*was.status, &*is.status) {
                (REACHED, _) => Change::CoverageLost,
                (_, REACHED) => Change::CoverageWon,
                _ => Change::CoverageChanged,
            },
        };
        let text = |cell: Option<&Cell>, of: fn(&Cell) -> &str| cell.map(of).unwrap_or_default().to_owned().into();
        let named = is.or(was);
        found(Row {
            account_id: account.into(),
            account_name: text(named, |cell| &cell.account_name),
            organizational_unit: text(named, |cell| &cell.organizational_unit),
            region: region.into(),
            resource_type: if region.is_empty() { "account" } else { "region" }.into(),
            old: text(was, |cell| &cell.status),
            new: text(is, |cell| &cell.status),
            old_reason: text(was, |cell| &cell.detail),
            new_reason: text(is, |cell| &cell.detail),
            ..Row::new(change, Cause::Drift)
        })?;
    }
    Ok(())
}

/// An account that came or went, with what became of its cells.
fn of_account<'a>(change: Change, account: &'a str, first: &'a Cell, cells: &[Cell]) -> Row<'a> {
    let mut statuses = BTreeMap::<&str, usize>::new();
    for cell in cells {
        *statuses.entry(&cell.status).or_default() += 1;
    }
    let statuses: Vec<_> = statuses
        .into_iter()
        .map(|(status, cells)| format!("{cells} {status}"))
        .collect();
    let reason = format!("cells: {}", statuses.join(", "));
    let row = Row {
        account_id: account.into(),
        account_name: (&*first.account_name).into(),
        organizational_unit: (&*first.organizational_unit).into(),
        resource_type: "account".into(),
        ..Row::new(change, Cause::Drift)
    };
    if change == Change::AccountGained {
        Row {
            new: (&*first.account_state).into(),
            new_reason: reason.into(),
            ..row
        }
    } else {
        Row {
            old: (&*first.account_state).into(),
            old_reason: reason.into(),
            ..row
        }
    }
}
