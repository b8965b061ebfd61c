//! Accounts in a state, without a role, or without a trail.

use super::Plot;
use crate::truth::{ACCOUNT_LOGGED, ENCRYPTED, LOG_GROUP, LOGGING, REGIONS_COVERED};
use crate::world::{Account, AccountState};

pub(super) fn without_role(plot: &mut Plot, account: &mut Account) {
    account.roles.clear();
    account.invited = true;
    let because = "the account was invited and lacks the role, so it cannot be entered";
    for rule in [ENCRYPTED, LOG_GROUP, LOGGING, ACCOUNT_LOGGED, REGIONS_COVERED] {
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
    plot.note(ACCOUNT_LOGGED, &account.id, "", "fail", "no Region shows any trail");
    plot.note(REGIONS_COVERED, &account.id, "", "fail", "no Region shows any trail");
}

pub(super) fn without_trail_but_new(plot: &mut Plot, account: &mut Account) {
    account.joined = plot.hours_ago(3);
    account.lose_copies_of(&plot.organization_trail_arn());
    plot.note(ACCOUNT_LOGGED, &account.id, "", "fail", "no Region shows any trail");
    let because = "the account joined three hours ago: the organization trail may still be on its way";
    plot.note(REGIONS_COVERED, &account.id, "", "inconclusive", because);
}
