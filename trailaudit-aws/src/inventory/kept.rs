//! What there are tens of thousands of, in little room.

use std::collections::HashSet;
use std::sync::Arc;

use trailaudit_core::inventory::Sighting;
use trailaudit_core::observed::{Evidence, Gap, Observed};
use trailaudit_core::organization::Region;

/// An [`Observed`] in no more room than a known fact takes: most facts are known, and a gap is large.
#[derive(Clone, Debug)]
pub(super) struct Kept<T>(Result<(T, Evidence), Box<Gap>>);

impl<T> From<Observed<T>> for Kept<T> {
    fn from(observed: Observed<T>) -> Self {
        Self(match observed {
            Observed::Known { value, evidence } => Ok((value, evidence)),
            Observed::Unknown(gap) => Err(Box::new(gap)),
        })
    }
}

impl<T> Kept<T> {
    /// The fact, or the gap, by reference.
    pub(super) fn as_ref(&self) -> Observed<&T> {
        match &self.0 {
            Ok((value, evidence)) => Observed::known(value, evidence.clone()),
            Err(gap) => Observed::Unknown(gap.as_ref().clone()),
        }
    }

    pub(super) fn is_known(&self) -> bool {
        self.0.is_ok()
    }

    /// The gap where the fact should be.
    pub(super) fn gap(&self) -> Option<&Gap> {
        self.0.as_ref().err().map(AsRef::as_ref)
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
