//! Account x Region: what was planned, and what happened.

use std::collections::BTreeMap;
use std::fmt;

use crate::evidence::EvidenceId;
use crate::inventory::Inventory;
use crate::observed::{Gap, GapReason, Observed};
use crate::organization::{Account, AccountId, AccountState, Region};

/// What happened to one planned cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CellStatus {
    /// Its trails were listed.
    Reached,
    /// The Region is off in the account.
    RegionDisabled,
    /// Listing its trails was refused.
    Denied,
    /// Slowed down beyond every retry.
    Throttled,
    /// No answer in time.
    TimedOut,
    /// No role in the account could be assumed.
    RoleUnavailable,
    /// The provider restricted the account.
    AccountSuspended,
    /// The account is closed.
    AccountClosed,
    /// The account cannot be used yet.
    AccountPending,
    /// The run's scope left the account out, or its plan the Region.
    Excluded,
    /// Anything else went wrong.
    Failed,
}

impl CellStatus {
    /// The word used in every output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::RegionDisabled => "region-disabled",
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::TimedOut => "timed-out",
            Self::RoleUnavailable => "role-unavailable",
            Self::AccountSuspended => "account-suspended",
            Self::AccountClosed => "account-closed",
            Self::AccountPending => "account-pending",
            Self::Excluded => "excluded",
            Self::Failed => "failed",
        }
    }

    /// Whether there is nothing to read here, so that nothing is missing.
    #[must_use]
    pub fn is_nothing_to_read(self) -> bool {
        matches!(
            self,
            Self::RegionDisabled | Self::AccountSuspended | Self::AccountClosed | Self::AccountPending | Self::Excluded
        )
    }

    /// Whether something should have been read here and was not.
    #[must_use]
    pub fn is_missing(self) -> bool {
        self != Self::Reached && !self.is_nothing_to_read()
    }

    fn of_gap(gap: &Gap) -> Self {
        match gap.why {
            GapReason::Denied { .. } => Self::Denied,
            GapReason::RoleUnavailable { .. } => Self::RoleUnavailable,
            GapReason::RegionDisabled => Self::RegionDisabled,
            GapReason::Throttled { .. } => Self::Throttled,
            GapReason::TimedOut => Self::TimedOut,
            GapReason::OutOfScope(_) => Self::Excluded,
            _ => Self::Failed,
        }
    }
}

impl fmt::Display for CellStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One planned account x Region, or one account that was not entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The account; empty for the list of accounts itself, when that is incomplete.
    pub account: AccountId,
    /// The Region; none when the account was not entered.
    pub region: Option<Region>,
    /// What happened.
    pub status: CellStatus,
    /// Why, in a sentence; empty when there is nothing to say.
    pub detail: String,
    /// The exchanges that show it.
    pub evidence: Vec<EvidenceId>,
}

/// Every planned cell, by account and Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    cells: Vec<Cell>,
}

impl Coverage {
    /// What the inventory shows of the plan.
    #[must_use]
    pub fn of(inventory: &dyn Inventory) -> Self {
        Self {
            cells: cells(inventory).collect(),
        }
    }

    /// The cells, by account and Region.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// How many cells were planned.
    #[must_use]
    pub fn planned(&self) -> usize {
        self.cells.len()
    }

    /// How many cells have each status; what does not occur is left out.
    #[must_use]
    pub fn totals(&self) -> BTreeMap<CellStatus, usize> {
        let mut totals = BTreeMap::new();
        for cell in &self.cells {
            *totals.entry(cell.status).or_default() += 1;
        }
        totals
    }

    /// Whether everything that should have been read was read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.cells.iter().any(|cell| cell.status.is_missing())
    }
}

/// The cells of a [`Coverage`], one after the other: a large organization has more than anybody has to hold.
pub fn cells(inventory: &dyn Inventory) -> impl Iterator<Item = Cell> + '_ {
    let accounts = inventory.accounts().iter();
    unlisted(inventory)
        .into_iter()
        .chain(accounts.flat_map(|account| cells_of(account, inventory)))
}

/// What stands for accounts that may be missing from the list, when that is incomplete.
pub(crate) fn unlisted(inventory: &dyn Inventory) -> Option<Cell> {
    match inventory.account_list() {
        Observed::Known { .. } => None,
        Observed::Unknown(gap) => Some(Cell::missing(&AccountId::from(""), None, &gap)),
    }
}

impl Cell {
    fn missing(account: &AccountId, region: Option<Region>, gap: &Gap) -> Self {
        Self {
            account: account.clone(),
            region,
            status: CellStatus::of_gap(gap),
            detail: gap.to_string(),
            evidence: gap.cited(),
        }
    }
}

/// The cells of one account, by Region.
#[must_use]
pub fn cells_of(account: &Account, inventory: &dyn Inventory) -> Vec<Cell> {
    let not_entered = |status, detail: &str| {
        vec![Cell {
            account: account.id.clone(),
            region: None,
            status,
            detail: detail.into(),
            evidence: Vec::new(),
        }]
    };
    match account.state {
        _ if account.excluded => return not_entered(CellStatus::Excluded, "left out by the scope of the run"),
        AccountState::Suspended => {
            return not_entered(
                CellStatus::AccountSuspended,
                "the account is suspended: it cannot be used",
            );
        }
        AccountState::Closed => return not_entered(CellStatus::AccountClosed, "the account is closed"),
        AccountState::PendingActivation => {
            return not_entered(CellStatus::AccountPending, "the account is not activated yet");
        }
        AccountState::Active | AccountState::PendingClosure | AccountState::Unknown => (),
    }
    if let Observed::Unknown(gap) = inventory.entry(&account.id) {
        return vec![Cell::missing(&account.id, None, &gap)];
    }
    let note = match inventory.region_list(&account.id) {
        Observed::Known { .. } => None,
        Observed::Unknown(gap) => Some(gap),
    };
    let cell = |region: Region| match inventory.trails_in(&account.id, &region) {
        Observed::Known { evidence, .. } => Cell {
            account: account.id.clone(),
            region: Some(region),
            status: CellStatus::Reached,
            detail: note
                .as_ref()
                .map(|gap| format!("planned without the account's own list: {gap}"))
                .unwrap_or_default(),
            evidence: evidence.ids().to_vec(),
        },
        Observed::Unknown(gap) => Cell::missing(&account.id, Some(region), &gap),
    };
    let cells: Vec<_> = inventory.regions(&account.id).into_iter().map(cell).collect();
    match note {
        Some(gap) if cells.is_empty() => vec![Cell::missing(&account.id, None, &gap)],
        None if cells.is_empty() => not_entered(CellStatus::RegionDisabled, "no Region of the plan is enabled here"),
        _ => cells,
    }
}
