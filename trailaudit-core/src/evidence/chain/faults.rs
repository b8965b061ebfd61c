//! What the order of packages must not show.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Graph, NEWEST};
use super::{Chain, Code};

impl Graph<'_> {
    /// Finds everything that is wrong with the order.
    pub(super) fn check(&self, chain: &mut Chain) {
        let resets = self.resets(chain);
        for i in self.all() {
            match (self.given[i].previous(), self.parents[i]) {
                (None, _) => {}
                (Some(_), Some(parent)) => self.check_step(i, parent, chain),
                (Some(_), None) => self.check_beginning(i, &resets, chain),
            }
            if let Some(corrected) = self.corrects[i] {
                self.check_correction(i, corrected, chain);
            }
        }
        self.check_forks(&resets, chain);
        self.check_forks_with_missing(&resets, chain);
        self.check_newest(&resets, chain);
    }

    /// The packages that say a chain begins with them although others came before.
    fn resets(&self, chain: &mut Chain) -> BTreeSet<usize> {
        let mut resets = BTreeMap::new();
        let geneses: Vec<_> = self.all().filter(|&i| self.given[i].previous().is_none()).collect();
        for (n, &a) in geneses.iter().enumerate() {
            for &b in geneses[n + 1..].iter().filter(|&&b| !self.are_versions(a, b)) {
                // Of two of one moment the newest counts as the later one.
                let when = |i: usize| (self.when(i), i == NEWEST, self.given[i].manifest_sha256);
                let (first, later) = if when(a) < when(b) { (a, b) } else { (b, a) };
                resets.entry(later).or_insert(first);
            }
        }
        // The newest package has nothing before it, and yet there is something earlier that does not come after it.
        let is_before = |&i: &usize| !self.are_one_tree(i, NEWEST) && self.when(i) <= self.when(NEWEST);
        if self.given[NEWEST].previous().is_none()
            && let Some(other) = self.all().find(is_before)
        {
            resets.entry(NEWEST).or_insert(other);
        }
        for (&i, &other) in &resets {
            let message = format!(
                "it says that a chain begins with it, although {} of the same organization is there before it",
                self.told(other)
            );
            chain.problem(Code::ChainReset, &self.given[i], message);
        }
        resets.into_keys().collect()
    }

    /// One step of the chain: what the later package says of the earlier one, and the time between them.
    fn check_step(&self, i: usize, parent: usize, chain: &mut Chain) {
        let (one, before) = (&self.given[i], &self.given[parent]);
        let Some(previous) = one.previous() else { return };
        if previous.package_id != before.manifest.package_id {
            let message = format!(
                "it names the manifest of {}, but under the package id {}",
                self.told(parent),
                previous.package_id
            );
            chain.problem(Code::ChainBroken, one, message);
        }
        let sequence = before.manifest.sequence();
        if previous.sequence != sequence {
            let message = format!(
                "it says that the one before it, {}, has the sequence {}; that one has {sequence}",
                before.name, previous.sequence
            );
            chain.problem(Code::ChainReorder, one, message);
        }
        let (later, earlier) = (one.manifest, before.manifest);
        for (what, now, then) in [
            ("it speaks about", later.as_of, earlier.as_of),
            (
                "its collection started at",
                later.collection.started,
                earlier.collection.started,
            ),
            (
                "its collection ended at",
                later.collection.ended,
                earlier.collection.ended,
            ),
        ] {
            if now < then {
                let message = format!("{what} {now}, before {then} of {}, which it comes after", before.name);
                return chain.problem(Code::ChainTimeReversal, one, message);
            }
        }
    }

    /// The package that this one names as previous is not given: the chain begins here, or something is missing.
    fn check_beginning(&self, i: usize, resets: &BTreeSet<usize>, chain: &mut Chain) {
        let one = &self.given[i];
        let Some(previous) = one.previous() else { return };
        let same_id = |other: &usize| self.given[*other].manifest.package_id == previous.package_id;
        if let Some(altered) = self
            .all()
            .filter(|&other| other != i && self.roots[other] != i)
            .find(same_id)
        {
            let message = format!(
                "it names the package {} with the manifest {}, but {} has the manifest {}: it was altered or sealed again",
                previous.package_id,
                previous.manifest_sha256,
                self.given[altered].name,
                self.given[altered].manifest_sha256
            );
            return chain.problem(Code::ChainBroken, one, message);
        }
        let is_before = |other: &usize| self.places[*other] < self.places[i] && !resets.contains(&self.roots[*other]);
        // The nearest that is before what is missing; one in its place is told as such.
        let nearness = |other: &usize| (self.places[*other] < previous.sequence, self.places[*other]);
        match self.all().filter(is_before).max_by_key(nearness) {
            Some(before) => {
                let message = format!(
                    "it names the package {} (sequence {}) as previous, which is not given although {} is",
                    previous.package_id,
                    previous.sequence,
                    self.told(before)
                );
                chain.problem(Code::ChainGap, one, message);
            }
            None => chain.notes.push(format!(
                "{}: the chain as given begins here, at sequence {}",
                one.name, self.places[i]
            )),
        }
    }

    /// A correction stands where the package it supersedes stood, and was not collected before it.
    fn check_correction(&self, i: usize, corrected: usize, chain: &mut Chain) {
        let (one, other) = (&self.given[i], &self.given[corrected]);
        if self.places[i] != self.places[corrected] {
            let message = format!(
                "it supersedes {}, but does not take its place: it has the sequence {}",
                self.told(corrected),
                one.manifest.sequence()
            );
            chain.problem(Code::ChainReorder, one, message);
        }
        let (later, earlier) = (&one.manifest.collection, &other.manifest.collection);
        if later.ended < earlier.ended || later.started < earlier.started {
            let message = format!(
                "it supersedes {}, but was collected before it, until {}",
                other.name, later.ended
            );
            chain.problem(Code::ChainTimeReversal, one, message);
        }
    }

    /// Two packages in one place, neither of which supersedes the other.
    fn check_forks(&self, resets: &BTreeSet<usize>, chain: &mut Chain) {
        for a in self.all() {
            for b in (a + 1..self.given.len()).filter(|&b| !self.are_versions(a, b)) {
                let (one, other) = (&self.given[a], &self.given[b]);
                let same_previous = one.previous().is_some() && one.previous_digest() == other.previous_digest();
                let of_reset = self.roots[a] != self.roots[b]
                    && (resets.contains(&self.roots[a]) || resets.contains(&self.roots[b]));
                if !same_previous && (self.places[a] != self.places[b] || of_reset) {
                    continue;
                }
                let message = format!(
                    "it and {} have the same place in the chain, and neither supersedes the other",
                    self.told(b)
                );
                chain.problem(Code::ChainFork, one, message);
            }
        }
    }

    /// Packages in the place of one that is missing, which neither it nor they are known to correct.
    fn check_forks_with_missing(&self, resets: &BTreeSet<usize>, chain: &mut Chain) {
        let mut told = BTreeSet::new();
        for i in self.all().filter(|&i| self.parents[i].is_none()) {
            let Some(previous) = self.given[i].previous() else {
                continue;
            };
            let id = previous.package_id;
            // It was altered, and is told as that.
            if self.given.iter().any(|one| one.manifest.package_id == id) {
                continue;
            }
            for other in self.all().filter(|&other| self.places[other] == previous.sequence) {
                let is_corrected = self.corrects.contains(&Some(other));
                if is_corrected || self.supersedes(other, id) || resets.contains(&self.roots[other]) {
                    continue;
                }
                if told.insert(other) {
                    let message = format!(
                        "it has the place {} in the chain, where {} names another, the package {id}, which is not given: \
                         unless that one supersedes it, it is a fork",
                        previous.sequence, self.given[i].name
                    );
                    chain.problem(Code::ChainFork, &self.given[other], message);
                }
            }
        }
    }

    /// Nothing that is given as earlier comes after the newest package, or in its stead.
    fn check_newest(&self, resets: &BTreeSet<usize>, chain: &mut Chain) {
        let newest = &self.given[NEWEST];
        for i in self.all().skip(1) {
            let of_reset = resets.contains(&self.roots[i]) || resets.contains(&self.roots[NEWEST]);
            let is_later = self.places[i] > self.places[NEWEST] && (!of_reset || self.roots[i] == self.roots[NEWEST]);
            let how = if self.replaces(i, NEWEST) && !self.replaces(NEWEST, i) {
                "supersedes it".to_owned()
            } else if is_later && self.are_one_tree(i, NEWEST) {
                "comes after it in the chain".to_owned()
            } else if is_later {
                let (place, newest) = (self.places[i], self.places[NEWEST]);
                format!("has a later place, the sequence {place} where that one has {newest}")
            } else {
                continue;
            };
            let message = format!("it is given as earlier than {}, but {how}", newest.name);
            chain.problem(Code::ChainReorder, &self.given[i], message);
        }
    }
}
