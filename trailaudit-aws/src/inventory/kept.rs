//! What there are tens of thousands of, in little room.

use std::collections::HashSet;
use std::sync::Arc;

use trailaudit_core::EvidenceId;
use trailaudit_core::inventory::Sighting;
use trailaudit_core::observed::{Gap, Observed};
use trailaudit_core::organization::Region;

/// An [`Observed`] in little room: most facts are known, and shown by one exchange.
#[derive(Debug)]
pub(super) enum Kept<T> {
    Known(T, EvidenceId),
    /// A gap, or a fact that several exchanges show.
    Other(Box<Observed<T>>),
}

impl<T> From<Observed<T>> for Kept<T> {
    fn from(observed: Observed<T>) -> Self {
        match observed {
            Observed::Known { value, evidence } if evidence.ids().len() == 1 => Self::Known(value, evidence.first()),
            other => Self::Other(Box::new(other)),
        }
    }
}

impl<T> Kept<T> {
    /// The fact, or the gap, by reference.
    pub(super) fn as_ref(&self) -> Observed<&T> {
        match self {
            Self::Known(value, evidence) => Observed::known(value, *evidence),
            Self::Other(observed) => observed.as_ref().as_ref(),
        }
    }

    pub(super) fn is_known(&self) -> bool {
        self.gap().is_none()
    }

    /// The gap where the fact should be.
    pub(super) fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Other(observed) => match observed.as_ref() {
                Observed::Unknown(gap) => Some(gap),
                Observed::Known { .. } => None,
            },
            Self::Known(..) => None,
        }
    }

    /// Keeps what tells more, as [`learn`](super::learn) does.
    pub(super) fn learn(&mut self, news: Observed<T>) {
        if !(self.is_known() && matches!(news, Observed::Unknown(_))) {
            *self = news.into();
        }
    }
}

/// What thousands of accounts show alike: one serves all.
#[derive(Debug, Default)]
pub(super) struct Same {
    regions: HashSet<Region>,
    plans: HashSet<Arc<[Region]>>,
    states: HashSet<Arc<[(Region, bool)]>>,
    sightings: HashSet<Arc<[Sighting]>>,
}

impl Same {
    pub(super) fn region(&mut self, region: &Region) -> Region {
        if let Some(same) = self.regions.get(region) {
            return same.clone();
        }
        self.regions.insert(region.clone());
        region.clone()
    }

    /// Regions in their order.
    pub(super) fn plan(&mut self, regions: &[Region]) -> Arc<[Region]> {
        one_of(&mut self.plans, regions)
    }

    /// Regions, each with whether it is on.
    pub(super) fn states(&mut self, states: &[(Region, bool)]) -> Arc<[(Region, bool)]> {
        one_of(&mut self.states, states)
    }

    pub(super) fn sightings(&mut self, sightings: &[Sighting]) -> Arc<[Sighting]> {
        one_of(&mut self.sightings, sightings)
    }
}

fn one_of<T: Clone + Eq + std::hash::Hash>(known: &mut HashSet<Arc<[T]>>, list: &[T]) -> Arc<[T]> {
    if let Some(same) = known.get(list) {
        return same.clone();
    }
    let new: Arc<[T]> = list.into();
    known.insert(new.clone());
    new
}
