//! How far the new package saw: why a finding can be gone although nothing was put right.

use std::collections::BTreeMap;

use serde_json::Value;

use super::coverage::{self, Plan, REACHED};
use super::exceptions::Exceptions;
use super::table::lowest;
use super::v1::Row;
use super::{DiffError, Side, Which};

/// Where the new package did not see what the old one may have seen.
pub(super) struct Sight {
    /// By account. One that was looked at wherever it was planned before is not here.
    unseen: BTreeMap<String, Unseen>,
    /// The Regions that the new run was asked for alone.
    asked: Option<Vec<String>>,
}

enum Unseen {
    Lost,
    /// By Region, what became of the cell; nothing when there is none. No Region is the account as a whole.
    Cells(BTreeMap<String, String>),
}

impl Sight {
    pub(super) fn between(old: &Side<'_>, new: &Side<'_>) -> Result<Self, DiffError> {
        let asked = new.manifest.scope.get("regions").and_then(Value::as_array);
        let asked = asked.filter(|regions| !regions.is_empty()).map(|regions| {
            let names = regions.iter().filter_map(Value::as_str);
            names.map(str::to_owned).collect()
        });
        let (old, new) = (old.files(), new.files());
        let mut was = coverage::open(&old, Which::Old)?;
        let mut is = coverage::open(&new, Which::New)?;
        let mut unseen = BTreeMap::new();
        while let Some(account) = lowest(&was, &is) {
            let (was, is) = (Plan(was.take(&account)?), Plan(is.take(&account)?));
            if let Some(how) = how_unseen(&was, &is) {
                unseen.insert(account, how);
            }
        }
        Ok(Self { unseen, asked })
    }

    /// Why the finding that a row was about is gone; nothing where that cannot be known.
    pub(super) fn why(&self, row: &Row<'_>, exceptions: &Exceptions) -> String {
        if row.resource_type == "exception" {
            let gone = !exceptions.is_there(&row.resource_id);
            let why = gone.then_some("the baseline does not have the exception any more");
            return why.unwrap_or_default().to_owned();
        }
        let cells = match self.unseen.get(&*row.account_id) {
            Some(Unseen::Lost) => return "account lost: the new package does not have it".to_owned(),
            Some(Unseen::Cells(cells)) => Some(cells),
            None => None,
        };
        let of = |region: &str| cells.and_then(|cells| cells.get(region));
        if let Some(status) = of("") {
            return match &**status {
                "excluded" => "out of scope: the new run left the account out".to_owned(),
                status => format!("the account was not entered: {status}"),
            };
        }
        if let Some(status) = of(&row.region) {
            return self.why_not_in(&row.region, status);
        }
        // Of what spans Regions, one that was not seen may have had it.
        if row.region.is_empty() && cells.is_some() {
            return String::new();
        }
        match &*row.resource_type {
            "account" | "region" | "organization" => "",
            _ if !row.inherited_from.is_empty() => "the account was looked at, and does not have the trail any more",
            "trail" => "the account was looked at there, and does not have the trail any more",
            _ => "nothing that was looked at shows it any more",
        }
        .to_owned()
    }

    fn why_not_in(&self, region: &str, status: &str) -> String {
        let is_asked = |asked: &Vec<String>| asked.iter().any(|one| one == region);
        match status {
            "" if !self.asked.as_ref().is_none_or(is_asked) => {
                "out of scope: the new run was asked for other Regions".to_owned()
            }
            "" => "Region lost: it is not planned in the account any more".to_owned(),
            "excluded" => "out of scope: the new run left the Region out".to_owned(),
            status => format!("the Region was not reached: {status}"),
        }
    }
}

fn how_unseen(was: &Plan, is: &Plan) -> Option<Unseen> {
    if is.0.is_empty() {
        return Some(Unseen::Lost);
    }
    let not_reached = is.0.iter().filter(|cell| cell.status != REACHED);
    let mut cells: BTreeMap<_, _> = not_reached
        .map(|cell| (cell.region.clone(), cell.status.clone()))
        .collect();
    let not_planned = was
        .regions()
        .filter(|region| !region.is_empty() && is.cell(region).is_none());
    cells.extend(not_planned.map(|region| (region.to_owned(), String::new())));
    (!cells.is_empty()).then_some(Unseen::Cells(cells))
}
