//! What can be wrong with what a trail records, with how it proves it, and with who answers for it.

use super::Plot;
use super::draft::Draft;
use super::own_trail::Flaw;
use crate::truth::rules::{INSIGHTS, NOTHING_EXCLUDED, TAGGED, VALIDATED};
use crate::world::EventSelectors;

pub(super) const NOT_VALIDATED: Flaw = flaw("not-validated", |draft, plot| {
    draft.trail.log_file_validation = false;
    draft.trail.status.latest_digest_delivery = None;
    draft.fails(plot, &[VALIDATED], "log file validation is off");
});

pub(super) const WITHOUT_KMS: Flaw = flaw("without-kms-events", |draft, plot| {
    draft.trail.event_selectors = EventSelectors::BasicWithoutKms;
    draft.fails(plot, &[NOTHING_EXCLUDED], "the management events of KMS are left out");
});

pub(super) const WITHOUT_INSIGHTS: Flaw = flaw("without-insights", |draft, plot| {
    draft.trail.insight_types.clear();
    draft.fails(plot, &[INSIGHTS], "CloudTrail Insights is off");
});

pub(super) const UNTAGGED: Flaw = flaw("untagged", |draft, plot| {
    draft.trail.tags.clear();
    draft.fails(plot, &[TAGGED], "no tag says whose trail it is");
});

const fn flaw(name: &'static str, apply: fn(&mut Draft, &mut Plot)) -> Flaw {
    Flaw {
        name,
        fewest_regions: 1,
        apply,
    }
}
