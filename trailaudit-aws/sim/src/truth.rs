//! What a right tool has to report about a population: the oracle. The planting code writes it where it plants; no
//! rule is decided here.

pub(crate) mod rules;

use serde::Serialize;

/// Every finding that is a fail or inconclusive, and every cell that is not reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// `trailaudit.truth/v1`
    pub format: &'static str,
    /// The Organization.
    pub organization_id: String,
    /// Its management account.
    pub management_account: String,
    /// Sorted by rule, account, Region and resource.
    pub defects: Vec<Defect>,
    /// Sorted by account and Region.
    pub cells: Vec<Cell>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Defect {
    /// The rule's id.
    pub rule: &'static str,
    /// The account of the row.
    pub account_id: String,
    /// The Region of the row, or nothing.
    pub region: String,
    /// The ARN of the row's resource, or nothing.
    pub resource_id: String,
    /// `fail` or `inconclusive`
    pub verdict: &'static str,
    /// Why, for a person.
    pub because: String,
}

/// One cell of the coverage that is not `reached`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cell {
    /// The account.
    pub account_id: String,
    /// The Region, or nothing when the account is not entered at all.
    pub region: String,
    /// A status of coverage.csv.
    pub status: &'static str,
    /// Why, for a person.
    pub because: String,
}

impl Truth {
    pub(crate) fn new(organization_id: &str, management_account: &str) -> Self {
        Self {
            format: "trailaudit.truth/v1",
            organization_id: organization_id.to_owned(),
            management_account: management_account.to_owned(),
            defects: Vec::new(),
            cells: Vec::new(),
        }
    }

    pub(crate) fn sort(&mut self) {
        self.defects.sort_unstable();
        self.cells.sort_unstable();
    }
}
