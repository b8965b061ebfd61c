//! Regions of the organization as a whole.

use std::collections::BTreeSet;

use super::coverage::{self, Cells};
use super::v1::{Cause, Change, Row};
use super::{DiffError, Found, Side, Which};

/// The Regions that any account was looked at in, in either package.
pub(super) struct Regions {
    old: BTreeSet<String>,
    new: BTreeSet<String>,
}

impl Regions {
    pub(super) fn between(old: &Side<'_>, new: &Side<'_>) -> Result<Self, DiffError> {
        Ok(Self {
            old: regions(old, Which::Old)?,
            new: regions(new, Which::New)?,
        })
    }

    /// Whether the Region is in one of the packages alone: then it is told once, and not for every account that was
    /// entered. Whether an account that was not entered has it nobody knows: its cell is told as lost or won.
    pub(super) fn is_told(&self, region: &str) -> bool {
        self.old.contains(region) != self.new.contains(region)
    }

    pub(super) fn rows(&self, found: &mut Found<'_>) -> Result<(), DiffError> {
        let gained = self
            .new
            .difference(&self.old)
            .map(|region| (Change::RegionGained, region));
        let lost = self
            .old
            .difference(&self.new)
            .map(|region| (Change::RegionLost, region));
        for (change, region) in gained.chain(lost) {
            found(Row {
                region: region.into(),
                resource_type: "region".into(),
                ..Row::new(change, Cause::Drift)
            })?;
        }
        Ok(())
    }
}

fn regions(side: &Side<'_>, package: Which) -> Result<BTreeSet<String>, DiffError> {
    let files = side.files();
    let mut cells: Cells<'_> = coverage::open(&files, package)?;
    let mut regions = BTreeSet::new();
    while let Some(account) = cells.key().cloned() {
        let of_account = cells.take(&account)?.into_iter().map(|cell| cell.region);
        regions.extend(of_account.filter(|region| !region.is_empty()));
    }
    Ok(regions)
}
