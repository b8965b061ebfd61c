//! What every rule stands on alike: the plan in its shortest form, and the trails that accounts show.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::trails::{Listings, Seen};
use crate::coverage::{CellStatus, cells_of, unlisted};
use crate::inventory::{Inventory, Sighting};
use crate::observed::Observed;
use crate::organization::{Account, AccountId, Region, TrailId};
use crate::trail::Trail;

/// What does not change from rule to rule, looked up once.
pub(crate) struct Ground<'a> {
    pub(crate) inventory: &'a dyn Inventory,
    /// The accounts, by id.
    pub(crate) units: Vec<Unit<'a>>,
    /// The lists of trails that Regions show: most show the same.
    pub(crate) listings: Vec<Listing<'a>>,
    /// Every trail that another account than its owner shows.
    pub(crate) shared: HashSet<&'a TrailId>,
    /// How many cells have each status.
    pub(crate) statuses: BTreeMap<CellStatus, usize>,
    /// The status of the cell for accounts that may be missing from the list, where there is one.
    pub(crate) unlisted: Option<CellStatus>,
}

/// One account with its part of the plan.
pub(crate) struct Unit<'a> {
    pub(crate) account: &'a Account,
    /// Whether it is in use and was entered.
    pub(crate) is_open: bool,
    /// One list serves all accounts that have the same.
    pub(crate) cells: Arc<[Planned]>,
    pub(crate) seen: Seen<'a>,
    /// How the trails of its Regions were listed, once somebody asked: it shows what is not there.
    listings: OnceLock<Listings>,
}

/// One planned cell: no more than rules have to know of it.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Planned {
    pub(crate) region: Option<Region>,
    pub(crate) status: CellStatus,
    /// Which list of trails it shows; an empty one where it was not reached.
    pub(crate) listing: usize,
}

/// A list of trails, as Regions show it.
pub(crate) struct Listing<'a> {
    sightings: &'a [Sighting],
    /// Who owns each; none where nobody knows.
    owners: Vec<Option<&'a AccountId>>,
}

impl<'a> Listing<'a> {
    fn of(sightings: &'a [Sighting], inventory: &'a dyn Inventory) -> Self {
        let trails = sightings.iter().map(|sighting| inventory.trail(&sighting.trail));
        Self {
            sightings,
            owners: trails.map(|trail| trail.map(Trail::owner)).collect(),
        }
    }

    /// The trails, each with who owns it.
    pub(crate) fn trails(&self) -> impl Iterator<Item = (&'a Sighting, Option<&'a AccountId>)> {
        self.sightings.iter().zip(self.owners.iter().copied())
    }
}

impl<'a> Ground<'a> {
    pub(crate) fn of(inventory: &'a dyn Inventory) -> Self {
        let mut accounts: Vec<_> = inventory.accounts().iter().collect();
        accounts.sort_by(|a, b| a.id.cmp(&b.id));
        let mut ground = Self {
            inventory,
            units: Vec::with_capacity(accounts.len()),
            listings: Vec::new(),
            shared: HashSet::new(),
            statuses: BTreeMap::new(),
            unlisted: None,
        };
        if let Some(cell) = unlisted(inventory) {
            ground.unlisted = Some(cell.status);
            ground.statuses.insert(cell.status, 1);
        }
        let (mut listed, mut plans) = (HashMap::new(), HashSet::new());
        for some in accounts.chunks(super::AT_ONCE) {
            let shown: Vec<_> = some.par_iter().map(|account| Shown::of(account, inventory)).collect();
            for (account, shown) in some.iter().zip(shown) {
                let planned = shown.cells.into_iter().map(|(region, status, listing)| Planned {
                    region,
                    status,
                    listing: *listed.entry(listing).or_insert_with(|| {
                        ground.listings.push(Listing::of(listing, inventory));
                        ground.listings.len() - 1
                    }),
                });
                let cells = one_of(&mut plans, planned.collect());
                for cell in &*cells {
                    *ground.statuses.entry(cell.status).or_default() += 1;
                }
                ground.shared.extend(shown.seen.copies.iter().map(|(trail, _)| *trail));
                ground.units.push(Unit {
                    account,
                    is_open: shown.is_open,
                    cells,
                    seen: shown.seen,
                    listings: OnceLock::new(),
                });
            }
        }
        ground
    }

    /// An account by id.
    pub(crate) fn account(&self, id: &AccountId) -> Option<&'a Account> {
        let found = self.units.binary_search_by(|unit| unit.account.id.cmp(id));
        found.ok().map(|place| self.units[place].account)
    }

    /// How many cells were planned.
    pub(crate) fn planned(&self) -> usize {
        self.statuses.values().sum()
    }
}

impl Unit<'_> {
    /// The Regions planned in the account, in order; none where it was not entered.
    pub(super) fn regions(&self) -> impl Iterator<Item = &Region> {
        self.cells.iter().filter_map(|cell| cell.region.as_ref())
    }

    /// How the trails of its Regions were listed.
    pub(super) fn listings(&self, inventory: &dyn Inventory) -> &Listings {
        self.listings.get_or_init(|| Listings::of(self.account, inventory))
    }
}

/// What one account shows.
struct Shown<'a> {
    is_open: bool,
    /// Its cells, each with the trails listed there.
    cells: Vec<(Option<Region>, CellStatus, &'a [Sighting])>,
    seen: Seen<'a>,
}

impl<'a> Shown<'a> {
    fn of(account: &'a Account, inventory: &'a dyn Inventory) -> Self {
        let listing = |region: Option<&Region>| match region.map(|region| inventory.trails_in(&account.id, region)) {
            Some(Observed::Known { value, .. }) => value,
            _ => &[],
        };
        let cells = cells_of(account, inventory).into_iter().map(|cell| {
            let listing = listing(cell.region.as_ref());
            (cell.region, cell.status, listing)
        });
        let is_entered = matches!(inventory.entry(&account.id), Observed::Known { .. });
        Self {
            is_open: account.state.is_auditable() && is_entered,
            cells: cells.collect(),
            seen: Seen::of(account, inventory),
        }
    }
}

/// The same list as before, where there was one.
fn one_of(known: &mut HashSet<Arc<[Planned]>>, planned: Vec<Planned>) -> Arc<[Planned]> {
    if let Some(same) = known.get(planned.as_slice()) {
        return Arc::clone(same);
    }
    let new: Arc<[Planned]> = planned.into();
    known.insert(Arc::clone(&new));
    new
}
