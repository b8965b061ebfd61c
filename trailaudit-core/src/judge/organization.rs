//! The organization as a whole, once, in the account that manages it.

use super::{Bench, in_scope_or_nothing, not_in_use};
use crate::finding::{Finding, Subject};
use crate::organization::{Account, Organization};
use crate::rule::{Exam, Ruling, not_applicable};

impl Bench<'_> {
    /// One finding about the organization, and for every other account where to find it; where it is not known whether
    /// there is an organization, that is open in every account.
    pub(super) fn organization(&self, check: fn(&Organization, &Exam<'_>) -> Ruling) -> Vec<Finding> {
        let is_in_scope = |account: &&Account| !account.excluded;
        let accounts: Vec<_> = self.inventory.accounts().iter().filter(is_in_scope).collect();
        let one = |account: &Account| {
            let exam = self.exam();
            let mut subject = Subject::Account;
            let ruling = match exam.read(self.inventory.described_organization()) {
                _ if !account.state.is_auditable() => not_in_use(account),
                Err(gap) => in_scope_or_nothing(Err(gap)),
                Ok(None) => not_applicable("the account belongs to no organization"),
                Ok(Some(organization)) if organization.management_account == account.id => {
                    subject = Subject::Organization(organization.id.clone());
                    check(&organization, &exam)
                }
                Ok(Some(organization)) => elsewhere(&organization, &accounts),
            };
            self.finding(&account.id, subject, ruling, exam.into_evidence())
        };
        accounts.iter().map(|account| one(account)).collect()
    }
}

fn elsewhere(organization: &Organization, accounts: &[&Account]) -> Ruling {
    let manager = &organization.management_account;
    not_applicable(if accounts.iter().any(|account| account.id == *manager) {
        format!("the organization is judged once, in its management account {manager}")
    } else {
        format!("the organization's management account {manager} is not in the scope of the run")
    })
}
