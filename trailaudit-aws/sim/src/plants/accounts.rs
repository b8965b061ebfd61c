//! Accounts in a state, without a role, without a trail, or with half of one.

use super::Plot;
use super::own_trail::sow_trail_at;
use crate::truth::rules::{
    DIGESTS_ARRIVE, EVENTS_ARRIVE, FILES_ARRIVE, GLOBAL_EVENTS, MANAGEMENT_EVENTS, OBJECT_READS, OBJECT_WRITES,
    REGION_LOGGED, REGIONS_COVERED, SECURITY_TRAIL, TAMPERING_DENIED, TOLD, of_accounts, of_regions,
};
use crate::world::{Account, AccountState, EventSelectors, TrailStatus};

pub(super) fn without_role(plot: &mut Plot, account: &mut Account) {
    account.roles.clear();
    account.invited = true;
    let because = "the account was invited and lacks the role, so it cannot be entered";
    for rule in of_regions().chain(of_accounts()) {
        plot.note(rule, &account.id, "", "inconclusive", because);
    }
    plot.note_cell(&account.id, "", "role-unavailable", because);
}

pub(super) fn suspended(plot: &mut Plot, account: &mut Account) {
    account.state = AccountState::Suspended;
    plot.note_cell(&account.id, "", "account-suspended", "AWS suspended the account");
}

pub(super) fn closed(plot: &mut Plot, account: &mut Account) {
    account.state = AccountState::Closed;
    plot.note_cell(
        &account.id,
        "",
        "account-closed",
        "the account is closed and only listed",
    );
}

pub(super) fn pending_activation(plot: &mut Plot, account: &mut Account) {
    account.state = AccountState::PendingActivation;
    plot.note_cell(&account.id, "", "account-pending", "the account is not yet activated");
}

/// Sound: until an account is closed it is audited as any other.
pub(super) fn pending_closure(_: &mut Plot, account: &mut Account) {
    account.state = AccountState::PendingClosure;
}

pub(super) fn without_trail(plot: &mut Plot, account: &mut Account) {
    account.lose_copies_of(&plot.organization_trail_arn());
    for rule in of_accounts() {
        plot.note(rule, &account.id, "", "fail", "no Region shows any trail");
    }
    note_bare_regions(plot, account);
}

/// Nobody has moved it to its unit yet, where a policy would bind it.
pub(super) fn without_trail_but_new(plot: &mut Plot, account: &mut Account) {
    account.joined = plot.hours_ago(3);
    account.parent.clone_from(&plot.world.organization.root_id);
    account.lose_copies_of(&plot.organization_trail_arn());
    for rule in of_accounts().filter(|rule| *rule != REGIONS_COVERED) {
        plot.note(rule, &account.id, "", "fail", "no Region shows any trail");
    }
    let because = "the account joined three hours ago: the organization trail may still be on its way";
    plot.note(REGIONS_COVERED, &account.id, "", "inconclusive", because);
    let because = "the account is still in the root, where no policy keeps it from stopping trails";
    plot.note(TAMPERING_DENIED, &account.id, "", "fail", because);
    note_bare_regions(plot, account);
}

fn note_bare_regions(plot: &mut Plot, account: &Account) {
    for region in plot.region_names() {
        plot.note(REGION_LOGGED, &account.id, &region, "fail", "the Region shows no trail");
    }
}

/// A trail that reaches every Region, logs, and still tells half of what happens, and nobody at once.
pub(super) fn with_half_a_record(plot: &mut Plot, account: &mut Account) {
    account.lose_copies_of(&plot.organization_trail_arn());
    let region = plot.usual_region(0);
    sow_trail_at(plot, account, "half-a-record", &region, true, |trail| {
        trail.event_selectors = EventSelectors::BasicReadOnly;
        trail.global_service_events = false;
    });
    let because = "the only trail records reading management events alone, and leaves out global services";
    for rule in [
        SECURITY_TRAIL,
        MANAGEMENT_EVENTS,
        GLOBAL_EVENTS,
        OBJECT_WRITES,
        OBJECT_READS,
    ] {
        plot.note(rule, &account.id, "", "fail", because);
    }
    for rule in TOLD {
        plot.note(rule, &account.id, "", "fail", "no metric filter counts anything");
    }
}

/// The organization trail is as sound as ever, but what happens in this account does not arrive.
pub(super) fn with_failing_copy(plot: &mut Plot, account: &mut Account) {
    let trail = plot.organization_trail_arn();
    let refused = || Some("AccessDenied".to_owned());
    let status = TrailStatus {
        latest_delivery_error: refused(),
        latest_digest_delivery_error: refused(),
        latest_log_group_delivery_error: refused(),
        ..TrailStatus::healthy(plot.as_of)
    };
    account.copy_status.insert(trail.clone(), status);
    let because = "the member's own status of the organization trail tells that nothing is delivered";
    for rule in [FILES_ARRIVE, DIGESTS_ARRIVE, EVENTS_ARRIVE] {
        plot.note_at((&account.id, "", &trail), rule, "fail", because);
    }
}
