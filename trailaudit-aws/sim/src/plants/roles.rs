//! What can be wrong with the role a trail delivers to its log group with. Deliveries were fine so far.

use super::Plot;
use super::draft::{DeliveryRole, Draft};
use super::own_trail::Flaw;
use crate::soundness::destinations::DELIVERING;
use crate::truth::rules::ROLE_DELIVERS;

const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

pub(super) const GONE: Flaw = flaw("role-gone", |draft, plot| {
    draft.trail.log_group_role_arn = Some(format!("arn:aws:iam::{}:role/Removed", draft.owner));
    draft.role = DeliveryRole::Gone;
    draft.fails(plot, &[ROLE_DELIVERS], "the role does not exist");
});

pub(super) const UNTRUSTING: Flaw = flaw("role-untrusting", |draft, plot| {
    draft.use_role("TrustsLambda", "lambda.amazonaws.com", &DELIVERING);
    draft.fails(plot, &[ROLE_DELIVERS], "the role does not let CloudTrail assume it");
});

pub(super) const POWERLESS: Flaw = flaw("role-powerless", |draft, plot| {
    draft.use_role("CreatesStreams", CLOUDTRAIL, &["logs:CreateLogStream"]);
    draft.fails(
        plot,
        &[ROLE_DELIVERS],
        "the role may create streams but write no events",
    );
});

const fn flaw(name: &'static str, apply: fn(&mut Draft, &mut Plot)) -> Flaw {
    Flaw {
        name,
        fewest_regions: 1,
        apply,
    }
}
