//! What can be wrong with the Organization itself: one thing, as the seed has it, or nothing.

use super::Plot;
use crate::digest::digest;
use crate::truth::rules::{ADMINISTRATORS_APPROVED, SERVICE_TRUSTED};
use crate::world::{Attached, DelegatedAdministrator};

/// Nobody approved whom CloudTrail is administered by, or CloudTrail lost its trust, or all is well. Which of these is no
/// draw of the population's chance.
pub(crate) fn sow(plot: &mut Plot) {
    let [chance, ..] = digest(&["what is wrong with the organization", &plot.world.token_secret]);
    match chance % 3 {
        0 => {
            administer_by(plot, "cloudtrail.amazonaws.com");
            let because = "the log archive administers CloudTrail, which no baseline approves";
            note(plot, ADMINISTRATORS_APPROVED, because);
        }
        1 => {
            let trusted = &mut plot.world.organization.trusted_services;
            trusted.remove("cloudtrail.amazonaws.com");
            note(plot, SERVICE_TRUSTED, "CloudTrail has no trusted access");
        }
        _ => {}
    }
}

/// The archive acts for a service in all accounts.
pub(crate) fn administer_by(plot: &mut Plot, service_principal: &str) {
    let enabled = plot.days_ago(900);
    let organization = &mut plot.world.organization;
    organization
        .trusted_services
        .insert(service_principal.to_owned(), enabled);
    organization.delegated_administrators.push(DelegatedAdministrator {
        account: plot.archive.clone(),
        service_principal: service_principal.to_owned(),
        enabled,
    });
}

/// The policy against tampering binds the units, not what is in the root.
pub(crate) fn bind_units(plot: &mut Plot) {
    let organization = &mut plot.world.organization;
    let top = organization
        .units
        .iter()
        .filter(|unit| unit.parent == organization.root_id);
    let units: Vec<_> = top.map(|unit| unit.id.clone()).collect();
    let at_root = Attached::To(vec![organization.root_id.clone()]);
    for policy in organization
        .policies
        .iter_mut()
        .filter(|policy| policy.attached == at_root)
    {
        policy.attached = Attached::To(units.clone());
    }
}

fn note(plot: &mut Plot, rule: &'static str, because: &str) {
    let organization = &plot.world.organization;
    let (account, id) = (organization.management_account.clone(), organization.id.clone());
    plot.note_at((&account, "", &id), rule, "fail", because);
}
