//! The accounts of the Organization, as its listings show them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Gap, GapReason, Observed};
use trailaudit_core::organization::{Account, AccountId, AccountState, Organization};
use trailaudit_core::{EvidenceId, Exchange};

use super::learn;
use super::members::Members;
use super::pages::Pages;
use super::said::{self, Part, Said, name, part, word};

const ACCOUNTS: &str = "the list of accounts";
const THERE: &str = "whether there is an organization";
const FEATURES: &str = "which features of the organization are on";
const MEMBER: &str = "whether the account belongs to an organization";
/// What `DescribeOrganization` answers an account that stands alone.
const NOT_IN_USE: &str = "AWSOrganizationsNotInUseException";

/// What the Organization-wide calls show.
#[derive(Debug)]
pub(super) struct Listings {
    organization: Option<Organization>,
    accounts: BTreeMap<AccountId, Account>,
    pages: Pages,
    /// For every unit of the tree, its parent's path and its own: only where the listing gives no paths.
    units: BTreeMap<String, String>,
    parents: BTreeMap<AccountId, String>,
    delegated: BTreeSet<AccountId>,
    delegated_pages: Pages,
    /// What `DescribeOrganization` said, and who asked.
    described: Observed<Option<Organization>>,
    asked_by: Option<AccountId>,
    all_features: Observed<bool>,
    /// The accounts the Organization lists as its own, with the page that does.
    members: BTreeMap<AccountId, EvidenceId>,
}

impl Default for Listings {
    fn default() -> Self {
        Self {
            organization: None,
            accounts: BTreeMap::new(),
            pages: Pages::default(),
            units: BTreeMap::new(),
            parents: BTreeMap::new(),
            delegated: BTreeSet::new(),
            delegated_pages: Pages::default(),
            described: Observed::not_collected(THERE),
            asked_by: None,
            all_features: Observed::not_collected(FEATURES),
            members: BTreeMap::new(),
        }
    }
}

impl Listings {
    /// Takes in one exchange of the Organization's record file.
    pub(super) fn take(&mut self, id: EvidenceId, exchange: &Exchange) {
        match exchange.operation.as_str() {
            "DescribeOrganization" => {
                self.asked_by = Some(exchange.account.clone());
                learn(&mut self.described, described(id, exchange));
                learn(&mut self.all_features, all_features(id, exchange));
                if let Observed::Known { value, .. } = &self.described {
                    self.organization.clone_from(value);
                }
            }
            "ListAccounts" => {
                let listed = self.pages.entries(id, exchange, ("Accounts", ACCOUNTS), account);
                for account in listed {
                    self.take_account(id, account);
                }
            }
            "ListRoots" => self.take_units(exchange, "Roots", ""),
            "ListOrganizationalUnitsForParent" => {
                let parent = exchange.parameters["ParentId"].as_str().unwrap_or_default();
                self.take_units(exchange, "OrganizationalUnits", parent);
            }
            "ListAccountsForParent" => {
                let parent = exchange.parameters["ParentId"].as_str().unwrap_or_default();
                let Answer::Ok(answer) = &exchange.answer else { return };
                let entries = answer["Accounts"].as_array().into_iter().flatten();
                for account in entries.filter_map(|entry| account(entry).ok()) {
                    self.parents.insert(account.id.clone(), parent.to_owned());
                    self.take_account(id, account);
                }
            }
            "ListDelegatedAdministrators" => {
                let list = ("DelegatedAdministrators", "the delegated administrators");
                let read = |entry| Ok(AccountId::from(Part::of(entry)?.must("Id", name)?));
                self.delegated
                    .extend(self.delegated_pages.entries(id, exchange, list, read));
            }
            _ => (),
        }
    }

    /// Adds an account that was named by the user instead of listed.
    pub(super) fn name_account(&mut self, id: AccountId, name: &str) {
        self.accounts.entry(id.clone()).or_insert_with(|| unlisted(id, name));
    }

    pub(super) fn organization(&self) -> Option<&Organization> {
        self.organization.as_ref()
    }

    pub(super) fn delegated(&self) -> Observed<Vec<AccountId>> {
        const WANTED: &str = "who administers CloudTrail by delegation";
        self.delegated_pages
            .complete(WANTED)
            .map(|()| self.delegated.iter().cloned().collect())
    }

    /// What the Organization's own calls say of it.
    pub(super) fn facts(&self) -> Facts {
        Facts {
            organization: self.described.clone(),
            all_features: self.all_features.clone(),
            asked_by: self.asked_by.clone(),
            members: Some(self.members.clone()),
        }
    }

    pub(super) fn account_list(&self) -> Observed<()> {
        self.pages.complete(ACCOUNTS)
    }

    /// Every account by id, each at its place in the tree.
    pub(super) fn into_accounts(mut self) -> Vec<Account> {
        for (account, parent) in &self.parents {
            if let Some(account) = self
                .accounts
                .get_mut(account)
                .filter(|a| a.organizational_unit.is_empty())
            {
                account.organizational_unit = path(&self.units, parent);
            }
        }
        self.accounts.into_values().collect()
    }

    fn take_account(&mut self, page: EvidenceId, account: Account) {
        // Several pages may name an account: always the same one of them stands for it.
        let known = self.members.entry(account.id.clone()).or_insert(page);
        *known = page.min(*known);
        self.accounts.insert(account.id.clone(), account);
    }

    fn take_units(&mut self, exchange: &Exchange, list: &str, parent: &str) {
        let Answer::Ok(answer) = &exchange.answer else { return };
        for unit in answer[list].as_array().into_iter().flatten() {
            if let Some(id) = unit["Id"].as_str() {
                self.units.insert(id.to_owned(), parent.to_owned());
            }
        }
    }
}

/// What is known of the Organization itself.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) organization: Observed<Option<Organization>>,
    pub(super) all_features: Observed<bool>,
    /// Whoever asked for the Organization asked for its own.
    asked_by: Option<AccountId>,
    /// None where nobody was to ask.
    members: Option<BTreeMap<AccountId, EvidenceId>>,
}

impl Facts {
    /// Of a run whose accounts a file names, because Organizations cannot be asked.
    pub(super) fn out_of_scope() -> Self {
        Self {
            organization: Observed::Unknown(unasked(THERE)),
            all_features: Observed::Unknown(unasked(FEATURES)),
            asked_by: None,
            members: None,
        }
    }

    /// Who belongs to it, for whoever has to tell members from strangers.
    pub(super) fn members(&self, accounts: &BTreeMap<AccountId, Account>, list: &Observed<()>) -> Members {
        let page = |account| self.members.as_ref()?.get(account).copied();
        Members {
            organization: self.organization.clone(),
            accounts: accounts
                .keys()
                .map(|account| (account.clone(), page(account)))
                .collect(),
            list: list.clone(),
        }
    }

    /// Whether an account belongs to the Organization: the Organization lists it, or it asked for its own.
    pub(super) fn is_member(&self, account: &AccountId) -> Observed<bool> {
        let Some(members) = &self.members else {
            return Observed::Unknown(unasked(MEMBER));
        };
        match members.get(account) {
            Some(evidence) => Observed::known(true, *evidence),
            None if self.asked_by.as_ref() == Some(account) => self.organization.as_ref().map(Option::is_some),
            None => Observed::not_collected(MEMBER),
        }
    }
}

fn unasked(wanted: &'static str) -> Gap {
    let why = GapReason::OutOfScope("a file names the accounts of the run: Organizations was not to be asked");
    Gap {
        wanted,
        call: None,
        why,
        evidence: None,
    }
}

/// What one `DescribeOrganization` shows of the Organization: an account that stands alone is told so by an error.
fn described(id: EvidenceId, exchange: &Exchange) -> Observed<Option<Organization>> {
    match &exchange.answer {
        Answer::Error { code, .. } if code == NOT_IN_USE => Observed::known(None, id),
        _ => said::told(id, exchange, THERE, |answer| {
            let organization = answer.must("Organization", part)?;
            Ok(Some(Organization {
                id: organization.must("Id", name)?.to_owned(),
                management_account: organization.must("MasterAccountId", name)?.into(),
            }))
        }),
    }
}

fn all_features(id: EvidenceId, exchange: &Exchange) -> Observed<bool> {
    said::told(id, exchange, FEATURES, |answer| {
        let sets = word(&["ALL", "CONSOLIDATED_BILLING"]);
        Ok(answer.must("Organization", part)?.must("FeatureSet", sets)? == "ALL")
    })
}

/// An entry of a list of accounts. One in a state that cannot be read is tried.
fn account(entry: &Value) -> Said<Account> {
    let id = Part::of(entry)?.must("Id", name)?;
    let state = if entry["State"].is_null() {
        &entry["Status"]
    } else {
        &entry["State"]
    };
    Ok(Account {
        id: id.into(),
        name: entry["Name"].as_str().unwrap_or_default().to_owned(),
        organizational_unit: entry["Paths"][0].as_str().map(unit_path).unwrap_or_default(),
        state: state.as_str().map_or(AccountState::Unknown, account_state),
        joined: entry["JoinedTimestamp"].as_str().and_then(|text| text.parse().ok()),
        excluded: false,
    })
}

/// An account of which nothing but its id, and perhaps a name, is known: it is tried.
pub(super) fn unlisted(id: AccountId, name: &str) -> Account {
    Account {
        id,
        name: name.to_owned(),
        organizational_unit: String::new(),
        state: AccountState::Unknown,
        joined: None,
        excluded: false,
    }
}

/// `State` as Organizations writes it, or `Status` as it wrote it until September 2026.
fn account_state(word: &str) -> AccountState {
    match word {
        "ACTIVE" => AccountState::Active,
        "PENDING_ACTIVATION" => AccountState::PendingActivation,
        "SUSPENDED" => AccountState::Suspended,
        "PENDING_CLOSURE" => AccountState::PendingClosure,
        "CLOSED" => AccountState::Closed,
        _ => AccountState::Unknown,
    }
}

/// `o-1/r-1/ou-1/111111111111/` without the organization and the account: `r-1/ou-1`.
pub(crate) fn unit_path(path: &str) -> String {
    let steps = path
        .split('/')
        .filter(|step| step.starts_with("r-") || step.starts_with("ou-"));
    steps.collect::<Vec<_>>().join("/")
}

fn path(units: &BTreeMap<String, String>, unit: &str) -> String {
    let mut steps = vec![unit];
    // Five levels at most in AWS; the bound keeps a circle in a forged record from turning for ever.
    for _ in 0..units.len() {
        match steps.last().and_then(|unit| units.get(*unit)) {
            Some(parent) if !parent.is_empty() => steps.push(parent),
            _ => break,
        }
    }
    steps.reverse();
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_what_stands_between_organization_and_account() {
        assert_eq!(unit_path("o-a/r-b/ou-b-1/ou-b-2/111111111111/"), "r-b/ou-b-1/ou-b-2");
    }

    #[test]
    fn a_path_is_walked_up_and_a_circle_ends() {
        let units = [("r-1", ""), ("ou-1", "r-1"), ("ou-2", "ou-1"), ("a", "b"), ("b", "a")];
        let units = units.map(|(unit, parent)| (unit.to_owned(), parent.to_owned())).into();
        assert_eq!(path(&units, "ou-2"), "r-1/ou-1/ou-2");
        assert!(path(&units, "a").len() < 20);
    }
}
