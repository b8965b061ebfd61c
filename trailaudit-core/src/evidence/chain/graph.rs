//! Who comes after whom, by digest.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Given, Link};
use crate::evidence::Digest;

/// The packages of one organization, the newest first, each once.
pub(super) struct Graph<'a> {
    pub(super) given: &'a [Given<'a>],
    /// For each the one it names as previous, where that is given.
    pub(super) parents: Vec<Option<usize>>,
    /// For each the one it supersedes, where that is given.
    pub(super) corrects: Vec<Option<usize>>,
    /// For each the first package on the way back.
    pub(super) roots: Vec<usize>,
    /// For each its place, counted from what its root says of its own.
    pub(super) places: Vec<u64>,
}

/// The one that is being verified.
pub(super) const NEWEST: usize = 0;

impl<'a> Graph<'a> {
    pub(super) fn new(given: &'a [Given<'a>]) -> Self {
        let by_digest: BTreeMap<_, _> = given
            .iter()
            .enumerate()
            .map(|(i, one)| (one.manifest_sha256, i))
            .collect();
        let parent = |one: &Given<'_>| by_digest.get(&one.previous_digest()?).copied();
        let mut graph = Self {
            given,
            parents: given.iter().map(parent).collect(),
            corrects: Vec::new(),
            roots: Vec::new(),
            places: Vec::new(),
        };
        for i in graph.all() {
            let back = graph.back_from(i);
            let root = back.last().copied().unwrap_or(i);
            graph.roots.push(root);
            let steps = back.len().saturating_sub(1) as u64;
            graph.places.push(given[root].manifest.sequence().saturating_add(steps));
        }
        graph.corrects = graph.all().map(|i| graph.corrected_by(i)).collect();
        graph
    }

    /// What hangs together with the newest package and does not come after it, and whether it begins with a genesis.
    pub(super) fn links(&self) -> (Vec<Link>, bool) {
        let mut at: Vec<_> = self
            .all()
            .filter(|&i| self.are_one_tree(i, NEWEST) && self.places[i] <= self.places[NEWEST])
            .filter(|&i| !self.replaces(i, NEWEST) || i == NEWEST)
            .collect();
        // What is newest comes last even where another one has the same place.
        at.sort_by_key(|&i| {
            (
                self.places[i],
                self.corrections_behind(i),
                i == NEWEST,
                self.given[i].name,
            )
        });
        let from_genesis = at.first().is_some_and(|&i| self.given[i].previous().is_none());
        (at.into_iter().map(|i| self.link(i)).collect(), from_genesis)
    }

    fn link(&self, i: usize) -> Link {
        let Given {
            name,
            manifest,
            manifest_sha256,
        } = self.given[i];
        Link {
            name: name.to_owned(),
            sequence: manifest.sequence(),
            package_id: manifest.package_id,
            manifest_sha256,
            as_of: manifest.as_of,
            supersedes: manifest.supersedes.clone(),
            superseded: self.corrects.contains(&Some(i)),
        }
    }

    pub(super) fn all(&self) -> std::ops::Range<usize> {
        0..self.given.len()
    }

    pub(super) fn told(&self, i: usize) -> String {
        let Given { name, manifest, .. } = self.given[i];
        format!(
            "{name} (sequence {}, package {})",
            manifest.sequence(),
            manifest.package_id
        )
    }

    /// The way back from a package, itself first. Digests cannot make a circle; callers who make them up can.
    fn back_from(&self, i: usize) -> Vec<usize> {
        follow(i, &self.parents)
    }

    /// The package that this one says it supersedes. Several may have that id, one sealed again and again: then the one in
    /// the same place.
    fn corrected_by(&self, i: usize) -> Option<usize> {
        let id = self.given[i].manifest.supersedes.as_ref()?.package_id;
        let named = || {
            self.all()
                .filter(move |&other| other != i && self.given[other].manifest.package_id == id)
        };
        named()
            .find(|&other| self.places[other] == self.places[i])
            .or_else(|| named().next())
    }

    /// Whether a package, or one that it supersedes, supersedes a package of this id, which may not be given.
    pub(super) fn supersedes(&self, i: usize, id: Digest) -> bool {
        let named = |&i: &usize| self.given[i].manifest.supersedes.as_ref();
        let behind = follow(i, &self.corrects);
        behind
            .iter()
            .filter_map(named)
            .any(|superseded| superseded.package_id == id)
    }

    /// The moment a package speaks about, and when it was collected.
    pub(super) fn when(&self, i: usize) -> (Timestamp, Timestamp) {
        let manifest = self.given[i].manifest;
        (manifest.as_of, manifest.collection.ended)
    }

    /// How many packages, one after the other, this one corrects.
    fn corrections_behind(&self, i: usize) -> usize {
        follow(i, &self.corrects).len()
    }

    /// Whether `a` supersedes `b`, or a package that does.
    pub(super) fn replaces(&self, a: usize, b: usize) -> bool {
        a != b && follow(a, &self.corrects).contains(&b)
    }

    /// Whether one of the two supersedes the other; both, which would hide each other, is no correction.
    pub(super) fn are_versions(&self, a: usize, b: usize) -> bool {
        self.replaces(a, b) != self.replaces(b, a)
    }

    /// Whether two packages hang together: their chains begin with one package, with versions of it, or after one that is
    /// not given.
    pub(super) fn are_one_tree(&self, a: usize, b: usize) -> bool {
        let (a, b) = (self.roots[a], self.roots[b]);
        let same_previous = || {
            let of = |i: usize| self.given[i].previous_digest();
            of(a).is_some() && of(a) == of(b)
        };
        a == b || self.are_versions(a, b) || same_previous()
    }
}

/// The packages on the way from `i`, itself first, each once.
fn follow(i: usize, next: &[Option<usize>]) -> Vec<usize> {
    let mut way = vec![i];
    while let Some(Some(one)) = way.last().map(|&last| next.get(last).copied().flatten())
        && !way.contains(&one)
    {
        way.push(one);
    }
    way
}
