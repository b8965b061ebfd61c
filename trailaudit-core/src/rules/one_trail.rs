//! What several rules ask of an account: one trail that has everything at once. One condition here and another there
//! would leave each of the trails wanting.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::inventory::Sighting;
use crate::log_group::LogGroup;
use crate::observed::{Gap, GapReason, Observed, Opinion};
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
                (true, None) => {
                    let mut told = format!("{} {what}", sighting.trail);
                    for how in wants.how {
                        told.push_str(": ");
                        told.push_str(&how);
                    }
                    return pass(told);
                }
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
    lacks: Vec<Cow<'static, str>>,
    /// How it has what is wanted, where a provider said so.
    how: Vec<String>,
    unread: Option<Gap>,
}

impl<'e, 'i> Wants<'e, 'i> {
    fn of(exam: &'e Exam<'i>) -> Self {
        Self {
            exam,
            lacks: Vec::new(),
            how: Vec::new(),
            unread: None,
        }
    }

    /// Wants a fact to hold; where it does not, the trail, as the sentence goes on, `lacks`.
    pub(super) fn that(&mut self, fact: Observed<bool>, lacks: &'static str) {
        match self.exam.read(fact) {
            Ok(true) => (),
            Ok(false) => self.lacks.push(lacks.into()),
            Err(gap) => _ = self.unread.get_or_insert(gap),
        }
    }

    /// The same of something that was read already.
    pub(super) fn seen(&mut self, holds: bool, lacks: &'static str) {
        if !holds {
            self.lacks.push(lacks.into());
        }
    }

    /// Wants a provider to say yes to what is `wanted`; where it does not, the trail `lacks`, for the reason it gives.
    pub(super) fn said(&mut self, reading: Observed<Opinion>, wanted: &'static str, lacks: &str) {
        match self.exam.read(reading) {
            Ok(Opinion::Yes(how)) => self.how.push(how),
            Ok(Opinion::No(why)) => self.lacks.push(format!("{lacks} ({why})").into()),
            Ok(Opinion::Unclear(why)) => {
                self.unread.get_or_insert(Gap {
                    wanted,
                    call: None,
                    why: GapReason::Unreadable(why),
                    evidence: None,
                });
            }
            Err(gap) => _ = self.unread.get_or_insert(gap),
        }
    }

    /// Wants the trail to deliver to a log group, which is there.
    pub(super) fn log_group(&mut self, trail: &dyn Trail) -> Option<&'i dyn LogGroup> {
        let id = match self.exam.log_group_of(trail) {
            Ok(Some(id)) => id,
            Ok(None) => {
                self.lacks.push("delivers to no log group".into());
                return None;
            }
            Err(gap) => {
                self.unread.get_or_insert(gap);
                return None;
            }
        };
        match self.exam.log_group(&id) {
            Ok(Some(group)) => Some(group),
            Ok(None) => {
                self.lacks
                    .push(format!("delivers to {id}, which does not exist").into());
                None
            }
            Err(gap) => {
                self.unread.get_or_insert(gap);
                None
            }
        }
    }
}
