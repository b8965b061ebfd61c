//! The organization as a whole, once, in the account that manages it.

use super::{Bench, Judgement, in_scope_or_nothing, not_in_use};
use crate::finding::Subject;
use crate::organization::Organization;
use crate::rule::{Exam, Ruling, not_applicable};

impl<'a> Bench<'a> {
    /// One finding about the organization, and for every other account where to find it; where it is not known whether
    /// there is an organization, that is open in every account.
    pub(super) fn organization(self, check: fn(&Organization, &Exam<'_>) -> Ruling) -> Judgement<'a> {
        Judgement::of_accounts(move |unit| {
            let account = unit.account;
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
                Ok(Some(organization)) => self.elsewhere(&organization),
            };
            vec![self.finding(&account.id, subject, ruling, exam.into_evidence())]
        })
    }

    fn elsewhere(&self, organization: &Organization) -> Ruling {
        let manager = &organization.management_account;
        not_applicable(match self.ground.account(manager) {
            Some(account) if !account.excluded => {
                format!("the organization is judged once, in its management account {manager}")
            }
            _ => format!("the organization's management account {manager} is not in the scope of the run"),
        })
    }
}
