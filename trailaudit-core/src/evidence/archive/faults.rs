//! All that is wrong with one archive, as far as anybody wants to read it.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};

use super::{ArchiveError, Fault};

/// How many entries with the same kind of fault are named: whoever made the archive chooses how many there are.
const NAMED: u64 = 1_000;

/// Gathers what is wrong, in the order it is found.
#[derive(Default)]
pub(super) struct Faults {
    found: Vec<ArchiveError>,
    /// How many entries have a kind of fault, with the first of it.
    kinds: HashMap<Discriminant<Fault>, (Fault, u64)>,
}

impl Faults {
    pub(super) fn add(&mut self, name: &[u8], fault: Fault) {
        let (_, count) = self.kinds.entry(discriminant(&fault)).or_insert((fault, 0));
        *count += 1;
        if *count <= NAMED {
            self.found.push(ArchiveError::entry(name, fault));
        }
    }

    pub(super) fn push(&mut self, error: ArchiveError) {
        self.found.push(error);
    }

    /// Everything, and at the end how many entries went unnamed.
    pub(super) fn into_errors(self) -> Vec<ArchiveError> {
        let mut found = self.found;
        let beyond = |(fault, count): (Fault, u64)| {
            let count = count.checked_sub(NAMED).filter(|count| *count > 0)?;
            Some(ArchiveError::More { count, fault })
        };
        let mut more: Vec<_> = self.kinds.into_values().filter_map(beyond).collect();
        more.sort_by_key(ToString::to_string);
        found.extend(more);
        found
    }
}
