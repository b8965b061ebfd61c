//! Regions that are off, refused, or without a trail.

use super::own_trail::sow_sound_trail_at;
use super::{Plot, deny_cloudtrail};
use crate::truth::rules::{
    MANAGEMENT_EVENTS, MULTI_REGION, OBJECT_READS, OBJECT_WRITES, REGION_LOGGED, REGIONS_COVERED, SECURITY_TRAIL, TOLD,
    of_accounts, of_regions,
};
use crate::world::{Account, RegionStatus};

/// Sound: a Region that is off has nothing to log.
pub(super) fn opted_out(plot: &mut Plot, account: &mut Account) {
    let opt_in: Vec<_> = plot
        .world
        .regions
        .iter()
        .filter(|region| region.opt_in)
        .map(|region| region.name.clone())
        .collect();
    for region in opt_in {
        plot.note_cell(
            &account.id,
            &region,
            "region-disabled",
            "the account has not enabled this opt-in Region",
        );
        account.region_status.insert(region, RegionStatus::Disabled);
    }
}

/// The other Regions show the organization trail, so what one trail can answer for the account is answered.
pub(super) fn denied_in_one_region(plot: &mut Plot, account: &mut Account) {
    let usual = plot.world.regions.iter().filter(|region| !region.opt_in).count();
    let region = plot.usual_region(usual - 1);
    let policy = plot.policy_id();
    note_denied(plot, account, &region, &policy);
    deny_cloudtrail(plot, account, &policy, vec![region]);
}

pub(super) fn denied_everywhere(plot: &mut Plot, account: &mut Account) {
    let policy = plot.policy_id();
    for region in plot.region_names() {
        note_denied(plot, account, &region, &policy);
    }
    let because = format!("the service control policy {policy} refuses every Region");
    for rule in of_accounts() {
        plot.note(rule, &account.id, "", "inconclusive", &because);
    }
    deny_cloudtrail(plot, account, &policy, Vec::new());
}

pub(super) fn with_single_region_trail_only(plot: &mut Plot, account: &mut Account) {
    account.lose_copies_of(&plot.organization_trail_arn());
    let region = plot.usual_region(0);
    sow_sound_trail_at(plot, account, "single-region", &region, false);
    let because = format!("the only trail records {region} alone");
    let of_one_trail = [
        REGIONS_COVERED,
        SECURITY_TRAIL,
        MULTI_REGION,
        MANAGEMENT_EVENTS,
        OBJECT_WRITES,
        OBJECT_READS,
    ];
    for rule in of_one_trail.iter().chain(TOLD) {
        plot.note(rule, &account.id, "", "fail", &because);
    }
    for other in plot.region_names().into_iter().filter(|name| *name != region) {
        plot.note(REGION_LOGGED, &account.id, &other, "fail", &because);
    }
}

fn note_denied(plot: &mut Plot, account: &Account, region: &str, policy: &str) {
    let because = format!("the service control policy {policy} denies cloudtrail:DescribeTrails in {region}");
    for rule in of_regions() {
        plot.note(rule, &account.id, region, "inconclusive", &because);
    }
    plot.note_cell(&account.id, region, "denied", &because);
}
