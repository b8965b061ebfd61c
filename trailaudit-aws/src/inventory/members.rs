//! Who belongs to the organization, as far as the records show.

use std::collections::BTreeMap;

use trailaudit_core::EvidenceId;
use trailaudit_core::observed::{Evidence, Observed};
use trailaudit_core::organization::{AccountId, Organization};

/// The accounts of the organization, each with the page that lists it.
#[derive(Debug)]
pub(super) struct Members {
    pub(super) organization: Observed<Option<Organization>>,
    /// None where accounts are named by the user, and no list shows them.
    pub(super) accounts: BTreeMap<AccountId, Option<EvidenceId>>,
    pub(super) list: Observed<()>,
}

/// Whether somebody belongs to the organization.
pub(super) enum Belongs {
    /// It does; what shows it, where anything has to.
    Yes(Option<Evidence>),
    No,
    /// Not everybody who does is known.
    Unclear,
}

impl Members {
    /// Whether an account does. The accounts that the user named are taken at the user's word.
    pub(super) fn has(&self, account: &AccountId) -> Belongs {
        match self.accounts.get(account) {
            Some(page) => Belongs::Yes(page.map(Evidence::from)),
            None if matches!(self.list, Observed::Known { .. }) => Belongs::No,
            None => Belongs::Unclear,
        }
    }

    /// Whether this is the organization's id.
    pub(super) fn is_ours(&self, id: &str) -> Belongs {
        match &self.organization {
            Observed::Known {
                value: Some(organization),
                evidence,
            } => {
                if organization.id == id {
                    Belongs::Yes(Some(evidence.clone()))
                } else {
                    Belongs::No
                }
            }
            Observed::Known { value: None, .. } => Belongs::No,
            Observed::Unknown(_) => Belongs::Unclear,
        }
    }
}
