//! What can be wrong with what a trail records, and with how it proves it.

use super::own_trail::Flaw;
use crate::truth::{NOTHING_EXCLUDED, VALIDATED};
use crate::world::EventSelectors;

pub(super) const NOT_VALIDATED: Flaw = Flaw {
    name: "not-validated",
    fewest_regions: 1,
    apply: |draft, plot| {
        draft.trail.log_file_validation = false;
        draft.trail.status.latest_digest_delivery = None;
        draft.fails(plot, VALIDATED, "log file validation is off");
    },
};

pub(super) const WITHOUT_KMS: Flaw = Flaw {
    name: "without-kms-events",
    fewest_regions: 1,
    apply: |draft, plot| {
        draft.trail.event_selectors = EventSelectors::BasicWithoutKms;
        draft.fails(plot, NOTHING_EXCLUDED, "the management events of KMS are left out");
    },
};
