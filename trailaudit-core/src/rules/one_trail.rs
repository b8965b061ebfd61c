//! What several rules ask of an account: one trail that has everything at once. One condition here and another there
//! would leave each of the trails wanting.

use std::collections::BTreeMap;

use crate::inventory::Sighting;
use crate::observed::{Gap, GapReason, Observed};
use crate::organization::AccountId;
use crate::rule::{Exam, Ruling, fail, not_applicable, pass};
use crate::trail::Trail;

/// How many trails a reason names with what each of them lacks.
const NAMED: usize = 4;

/// Passes when one of the trails the account's Regions list, its own or a copy, logs for it and lacks nothing of what
/// `asks` asks for; `what` says of it, after its name, what that is. A trail that is seen to lack something is out,
/// whatever else of it could not be read.
pub(super) fn one_trail(
    account: &AccountId,
    exam: &Exam<'_>,
    what: &str,
    asks: impl Fn(&mut Wants<'_, '_>, &Sighting, &dyn Trail),
) -> Ruling {
    let inventory = exam.inventory();
    let mut unread = None;
    let mut read = 0;
    let mut lacking = BTreeMap::new();
    for region in inventory.regions(account) {
        let sightings = match exam.read(inventory.trails_in(account, &region)) {
            Ok(sightings) => sightings,
            Err(gap) if gap.why == GapReason::RegionDisabled => continue,
            Err(gap) => {
                unread.get_or_insert(gap);
                continue;
            }
        };
        read += 1;
        for sighting in sightings {
            if lacking.contains_key(&sighting.trail) {
                continue;
            }
            let mut wants = Wants::of(exam);
            wants.that(inventory.is_logging_for(&sighting.trail, account), "is stopped");
            match inventory.trail(&sighting.trail) {
                Some(trail) => asks(&mut wants, sighting, trail),
                None => wants.that(Observed::not_collected("the trail"), ""),
            }
            match (wants.lacks.is_empty(), wants.unread) {
                (true, None) => return pass(format!("{} {what}", sighting.trail)),
                (true, Some(gap)) => _ = unread.get_or_insert(gap),
                (false, _) => (),
            }
            lacking.insert(sighting.trail.clone(), wants.lacks);
        }
    }
    match unread {
        Some(gap) => Err(gap),
        None if read == 0 => not_applicable("no Region that was planned is enabled in this account"),
        None if lacking.is_empty() => fail(format!("there is no trail: {read} enabled Regions were read")),
        None => {
            let mut told: Vec<_> = lacking
                .iter()
                .take(NAMED)
                .map(|(trail, lacks)| format!("{trail} {}", lacks.join(", ")))
                .collect();
            if lacking.len() > NAMED {
                told.push(format!("{} more lack something, too", lacking.len() - NAMED));
            }
            fail(told.join("; "))
        }
    }
}

/// What is wanted of one trail.
pub(super) struct Wants<'e, 'i> {
    exam: &'e Exam<'i>,
    lacks: Vec<&'static str>,
    unread: Option<Gap>,
}

impl<'e, 'i> Wants<'e, 'i> {
    fn of(exam: &'e Exam<'i>) -> Self {
        Self {
            exam,
            lacks: Vec::new(),
            unread: None,
        }
    }

    /// Wants a fact to hold; where it does not, the trail, as the sentence goes on, `lacks`.
    pub(super) fn that(&mut self, fact: Observed<bool>, lacks: &'static str) {
        match self.exam.read(fact) {
            Ok(true) => (),
            Ok(false) => self.lacks.push(lacks),
            Err(gap) => _ = self.unread.get_or_insert(gap),
        }
    }

    /// The same of something that was read already.
    pub(super) fn seen(&mut self, holds: bool, lacks: &'static str) {
        if !holds {
            self.lacks.push(lacks);
        }
    }
}
