//! What one account's record file shows: whether it was entered, its Regions, and the trails each lists.

use std::collections::BTreeMap;
use std::sync::Arc;

use trailaudit_core::evidence::Answer;
use trailaudit_core::inventory::Sighting;
use trailaudit_core::observed::{Call, Gap, GapReason, Observed};
use trailaudit_core::organization::{AccountId, Region, TrailId};
use trailaudit_core::{EvidenceId, Exchange};

use super::few::Few;
use super::gap_of;
use super::kept::{Kept, Same};
use super::pages::Pages;
use super::said::{Part, Said, name, word};
use super::trail::Status;
use crate::gap;
use crate::partition::Partition;
use crate::run::Run;

/// The trails a Region lists.
pub(super) type Listing = Observed<Arc<[Sighting]>>;

/// One account.
#[derive(Debug, Default)]
pub(super) struct Unit {
    /// A call in the account that was answered, which proves that it was entered.
    entered: Option<EvidenceId>,
    refused: Option<Box<Gap>>,
    region_pages: Pages,
    /// What each page of its Regions says of them.
    region_states: Vec<(EvidenceId, SaidOfRegions)>,
    listings: Few<Region, Shown>,
    /// The account's own list of its trails, by which an economical run searches.
    names: Pages,
    /// What the account reads of trails owned elsewhere, by the Region that was asked.
    copies: Few<TrailId, Few<Region, Kept<Arc<Status>>>>,
    plan: Plan,
}

/// What each planned Region lists.
pub(super) type Plan = Few<Region, Kept<Arc<[Sighting]>>>;

/// The Regions of a page, each with whether it is on.
type SaidOfRegions = Arc<[(Region, bool)]>;

/// What a Region lists, and whether it looks as if it were off.
type Shown = (Kept<Arc<[Sighting]>>, LooksOff);

/// Whether a refusal looks like that of a Region that is switched off (which bad credentials look like, too).
type LooksOff = bool;

pub(super) const TRAILS: &str = "the trails of the Region";
const REGIONS: &str = "the list of Regions";
const UNASKED: &str = "the economical plan asks no Region that is not the home of a trail";

impl Unit {
    /// Whether the account was entered. That it was is shown by any answer from within.
    pub(super) fn entry(&self, account: &AccountId) -> Observed<()> {
        match (self.entered, &self.refused) {
            (Some(evidence), _) => Observed::known((), evidence),
            (None, Some(gap)) => Observed::Unknown(gap.as_ref().clone()),
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
    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether a trail owned elsewhere logs, as this account read it; none when nobody asked.
    pub(super) fn logging(&self, trail: &TrailId) -> Option<Observed<bool>> {
        let read = self.copies.get(trail)?;
        let known = read.iter().find(|(_, status)| status.is_known());
        let (_, status) = known.or_else(|| read.iter().next())?;
        Some(status.as_ref().then(|status| status.is_logging()))
    }

    /// How a trail owned elsewhere delivers, as this account read it in a Region; none when nobody asked.
    pub(super) fn copy_in(&self, trail: &TrailId, region: &Region) -> Option<Observed<&Arc<Status>>> {
        Some(self.copies.get(trail)?.get(region)?.as_ref())
    }

    pub(super) fn note_copy(&mut self, trail: TrailId, region: Region, status: Observed<Arc<Status>>) {
        let unasked = || Observed::not_collected("how the trail delivers to the account").into();
        let read = self.copies.get_or_insert_with(trail, Few::default);
        read.get_or_insert_with(region, unasked).learn(status);
    }

    pub(super) fn note_listing(&mut self, region: Region, listing: Listing, looks_off: LooksOff) {
        let unasked = || (Observed::not_collected(TRAILS).into(), looks_off);
        let (known, known_off) = self.listings.get_or_insert_with(region, unasked);
        *known_off = looks_off;
        known.learn(listing);
    }

    /// Takes less room, when its records were read: other accounts list the same Regions.
    pub(super) fn share(&mut self, same: &mut Same) {
        self.listings.share(|regions| same.plan(regions));
    }

    pub(super) fn note_assume_role(&mut self, id: EvidenceId, exchange: &Exchange) {
        match &exchange.answer {
            Answer::Ok(_) => self.entered = self.entered.or(Some(id)),
            Answer::Error { .. } => self.refused = Some(Box::new(gap_of(exchange, id, "the account"))),
        }
    }

    /// Any call made with the account's own credentials shows that they were had, even when it was refused.
    pub(super) fn note_call(&mut self, id: EvidenceId) {
        self.entered = self.entered.or(Some(id));
    }

    pub(super) fn note_regions(&mut self, id: EvidenceId, exchange: &Exchange, same: &mut Same) {
        let mut states = Vec::new();
        self.region_pages.entries(id, exchange, ("Regions", REGIONS), |entry| {
            let (region, is_on) = region(Part::of(entry)?)?;
            // One of which it is not known may well be on.
            states.push((same.region(&region), is_on.clone().unwrap_or(true)));
            is_on
        });
        self.region_states.push((id, same.states(&states)));
    }

    pub(super) fn note_names(&mut self, id: EvidenceId, exchange: &Exchange) {
        self.names.entries(id, exchange, ("Trails", TRAILS), Part::of);
    }

    /// Decides which Regions were planned and what is known of each, once everything was read.
    pub(super) fn settle(&mut self, account: &AccountId, run: &Run, same: &mut Same) {
        let (scope, partition) = (&*run.regions, run.partition.as_str());
        let mut states = States::new();
        for (page, said) in std::mem::take(&mut self.region_states) {
            states.extend(said.iter().map(|(region, is_on)| (region.clone(), (*is_on, page))));
        }
        // In every account there are Regions that cannot be switched off.
        if let Observed::Known { evidence, .. } = self.region_list()
            && !states.values().any(|(is_on, _)| *is_on)
        {
            states.clear();
            self.region_pages = Pages::refused(Gap {
                wanted: REGIONS,
                call: None,
                why: GapReason::Unreadable("it has no Region that is on".into()),
                evidence: Some(evidence),
            });
        }
        let known = matches!(self.region_list(), Observed::Known { .. });
        let mut listings = std::mem::take(&mut self.listings);
        let planned: Vec<Region> = match scope {
            [] if known => states.keys().cloned().collect(),
            [] => regions_of(partition)
                .map(Region::from)
                .chain(listings.iter().map(|(region, _)| region.clone()))
                .chain(states.keys().cloned())
                .collect(),
            scope => scope.to_vec(),
        };
        let works_elsewhere = listings.iter().any(|(_, (listing, _))| listing.is_known());
        let mut plan = Plan::default();
        for region in planned {
            let shown = listings.remove(&region);
            let mut listing = listing(&region, shown, account, &states, (known, works_elsewhere), partition);
            if run.is_economical()
                && let Some(gap) = listing.gap()
                && gap.why == GapReason::NotCollected
            {
                listing = self.unasked(gap.clone());
            }
            plan.get_or_insert_with(region, || listing);
        }
        plan.share(|regions| same.plan(regions));
        self.plan = plan;
    }

    /// A Region that an economical run did not ask: nobody knows what is there. What the account lists of its trails shows
    /// why it was not asked.
    fn unasked(&self, gap: Gap) -> Kept<Arc<[Sighting]>> {
        let unknown = match self.names.complete(TRAILS) {
            Observed::Known { evidence, .. } => Gap {
                why: GapReason::OutOfScope(UNASKED),
                evidence: Some(evidence),
                ..gap
            },
            Observed::Unknown(refused) => refused,
        };
        Observed::Unknown(unknown).into()
    }
}

/// Whether each Region is on, and the page that says so.
type States = BTreeMap<Region, (bool, EvidenceId)>;

/// What is known of a planned Region, by what was `shown` there, if anything was.
fn listing(
    region: &Region,
    shown: Option<Shown>,
    account: &AccountId,
    states: &States,
    (regions_known, works_elsewhere): (bool, bool),
    partition: &str,
) -> Kept<Arc<[Sighting]>> {
    let call = || Call {
        service: "cloudtrail".into(),
        operation: "DescribeTrails".into(),
        account: account.clone(),
        region: region.clone(),
    };
    let missing = |why, evidence| {
        Kept::from(Observed::Unknown(Gap {
            wanted: TRAILS,
            call: Some(Box::new(call())),
            why,
            evidence,
        }))
    };
    match (states.get(region), shown) {
        (Some((false, evidence)), _) => missing(GapReason::RegionDisabled, Some((*evidence).into())),
        // A Region that is off refuses like bad credentials do. Where nobody may read the account's list of Regions,
        // it counts as off if it is one that has to be switched on and the same credentials worked elsewhere.
        (None, Some((refused, true)))
            if !refused.is_known() && !regions_known && works_elsewhere && is_opt_in(partition, region) =>
        {
            missing(
                GapReason::RegionDisabled,
                refused.gap().and_then(|gap| gap.evidence.clone()),
            )
        }
        (_, Some((listing, _))) => listing,
        (None, None) if regions_known => {
            let why = GapReason::Unreadable("the account's list of Regions does not name this Region".into());
            let first = states.values().next().map(|(_, evidence)| *evidence);
            missing(why, first.map(Into::into))
        }
        (_, None) => missing(GapReason::NotCollected, None),
    }
}

/// Whether a `DescribeTrails` was refused as in a Region that is switched off.
pub(super) fn looks_off(exchange: &Exchange) -> LooksOff {
    matches!(&exchange.answer, Answer::Error { code, .. } if gap::looks_like_region_off(code))
}

/// A Region of the account's list, and whether it is on (botocore, `RegionOptStatus`).
fn region(entry: Part<'_>) -> Said<(Region, Said<bool>)> {
    let states = ["ENABLED", "ENABLING", "DISABLING", "DISABLED", "ENABLED_BY_DEFAULT"];
    let state = entry.must("RegionOptStatus", word(&states));
    Ok((
        entry.must("RegionName", name)?.into(),
        state.map(|state| state != "DISABLED"),
    ))
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
