//! What one account's record file shows: whether it was entered, its Regions, and the trails each lists.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use trailaudit_core::evidence::Answer;
use trailaudit_core::inventory::Sighting;
use trailaudit_core::observed::{Call, Gap, GapReason, Observed};
use trailaudit_core::organization::{AccountId, Region, TrailId};
use trailaudit_core::{EvidenceId, Exchange};

use super::pages::Pages;
use super::{gap_of, learn};
use crate::gap;
use crate::partition::Partition;

/// The trails a Region lists.
pub(super) type Listing = Observed<Arc<[Sighting]>>;

/// One account.
#[derive(Debug, Default)]
pub(super) struct Unit {
    /// A call in the account that was answered, which proves that it was entered.
    entered: Option<EvidenceId>,
    refused: Option<Gap>,
    region_pages: Pages,
    region_states: BTreeMap<Region, (bool, EvidenceId)>,
    listings: BTreeMap<Region, (Listing, LooksOff)>,
    logging: BTreeMap<TrailId, Observed<bool>>,
    plan: BTreeMap<Region, Listing>,
}

/// Whether a refusal looks like that of a Region that is switched off (which bad credentials look like, too).
type LooksOff = bool;

const TRAILS: &str = "the trails of the Region";
const REGIONS: &str = "the list of Regions";

impl Unit {
    /// Whether the account was entered. That it was is shown by any answer from within.
    pub(super) fn entry(&self, account: &AccountId) -> Observed<()> {
        match (self.entered, &self.refused) {
            (Some(evidence), _) => Observed::known((), evidence),
            (None, Some(gap)) => Observed::Unknown(gap.clone()),
            (None, None) => {
                let call = Call {
                    service: "sts".into(),
                    operation: "AssumeRole".into(),
                    account: account.clone(),
                    region: "".into(),
                };
                let why = GapReason::NotCollected;
                Observed::Unknown(Gap {
                    wanted: "the account",
                    call: Some(Box::new(call)),
                    why,
                    evidence: None,
                })
            }
        }
    }

    /// Whether the account's own list of Regions is known.
    pub(super) fn region_list(&self) -> Observed<()> {
        self.region_pages.complete(REGIONS)
    }

    /// The planned Regions and what each lists; set by [`Unit::settle`].
    pub(super) fn plan(&self) -> &BTreeMap<Region, Listing> {
        &self.plan
    }

    /// Whether a trail owned elsewhere logs, as this account read it; none when nobody asked.
    pub(super) fn logging(&self, trail: &TrailId) -> Option<&Observed<bool>> {
        self.logging.get(trail)
    }

    pub(super) fn note_logging(&mut self, trail: TrailId, logging: Observed<bool>) {
        match self.logging.entry(trail) {
            Entry::Occupied(mut known) => learn(known.get_mut(), logging),
            Entry::Vacant(place) => _ = place.insert(logging),
        }
    }

    pub(super) fn note_listing(&mut self, region: Region, listing: Listing, looks_off: LooksOff) {
        match self.listings.entry(region) {
            Entry::Occupied(mut known) => {
                let (known, known_off) = known.get_mut();
                *known_off = looks_off;
                learn(known, listing);
            }
            Entry::Vacant(place) => _ = place.insert((listing, looks_off)),
        }
    }

    pub(super) fn note_assume_role(&mut self, id: EvidenceId, exchange: &Exchange) {
        match &exchange.answer {
            Answer::Ok(_) => self.entered = self.entered.or(Some(id)),
            Answer::Error { .. } => self.refused = Some(gap_of(exchange, id, "the account")),
        }
    }

    /// Any call made with the account's own credentials shows that they were had, even when it was refused.
    pub(super) fn note_call(&mut self, id: EvidenceId) {
        self.entered = self.entered.or(Some(id));
    }

    pub(super) fn note_regions(&mut self, id: EvidenceId, exchange: &Exchange) {
        let Some(answer) = self.region_pages.take(id, exchange, REGIONS) else {
            return;
        };
        for region in answer["Regions"].as_array().into_iter().flatten() {
            let (Some(name), Some(state)) = (region["RegionName"].as_str(), region["RegionOptStatus"].as_str()) else {
                continue;
            };
            self.region_states.insert(name.into(), (state != "DISABLED", id));
        }
    }

    /// Decides which Regions were planned and what is known of each, once everything was read.
    pub(super) fn settle(&mut self, account: &AccountId, scope: &[Region], partition: &str) {
        let known = matches!(self.region_list(), Observed::Known { .. });
        let planned: Vec<Region> = match scope {
            [] if known => self.region_states.keys().cloned().collect(),
            [] => regions_of(partition)
                .map(Region::from)
                .chain(self.listings.keys().cloned())
                .collect(),
            scope => scope.to_vec(),
        };
        let works_elsewhere = self
            .listings
            .values()
            .any(|(listing, _)| matches!(listing, Observed::Known { .. }));
        let mut listings = std::mem::take(&mut self.listings);
        for region in planned {
            let shown = listings.remove(&region);
            let listing = self.listing(&region, shown, account, known, works_elsewhere, partition);
            self.plan.entry(region).or_insert(listing);
        }
    }

    fn listing(
        &self,
        region: &Region,
        shown: Option<(Listing, LooksOff)>,
        account: &AccountId,
        regions_known: bool,
        works_elsewhere: bool,
        partition: &str,
    ) -> Listing {
        let call = || Call {
            service: "cloudtrail".into(),
            operation: "DescribeTrails".into(),
            account: account.clone(),
            region: region.clone(),
        };
        let missing = |why, evidence| {
            Observed::Unknown(Gap {
                wanted: TRAILS,
                call: Some(Box::new(call())),
                why,
                evidence,
            })
        };
        match (self.region_states.get(region), shown) {
            (Some((false, evidence)), _) => missing(GapReason::RegionDisabled, Some((*evidence).into())),
            // A Region that is off refuses like bad credentials do. Where nobody may read the account's list of Regions,
            // it counts as off if it is one that has to be switched on and the same credentials worked elsewhere.
            (None, Some((Observed::Unknown(gap), true)))
                if !regions_known && works_elsewhere && is_opt_in(partition, region) =>
            {
                missing(GapReason::RegionDisabled, gap.evidence)
            }
            (_, Some((listing, _))) => listing,
            (None, None) if regions_known => {
                let why = GapReason::Unreadable("the account's list of Regions does not name this Region".into());
                let first = self.region_states.values().next().map(|(_, evidence)| *evidence);
                missing(why, first.map(Into::into))
            }
            (_, None) => missing(GapReason::NotCollected, None),
        }
    }
}

/// What one `DescribeTrails` without a name list leaves open when it was refused.
pub(super) fn refused_listing(id: EvidenceId, exchange: &Exchange) -> (Listing, LooksOff) {
    let looks_off = matches!(&exchange.answer, Answer::Error { code, .. } if gap::looks_like_region_off(code));
    (Observed::Unknown(gap_of(exchange, id, TRAILS)), looks_off)
}

fn regions_of(partition: &str) -> impl Iterator<Item = &'static str> {
    Partition::of(partition)
        .map(Partition::regions)
        .unwrap_or_default()
        .into_iter()
}

fn is_opt_in(partition: &str, region: &Region) -> bool {
    Partition::of(partition).is_some_and(|partition| partition.opt_in_regions.contains(&region.as_str()))
}
