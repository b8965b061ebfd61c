//! The organization from its roots down: one call for each page of each level, never one for each account.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use trailaudit_core::organization::AccountId;

use super::{Discovery, Pages, answered};
use crate::calls::Question;
use crate::error::CollectError;

/// Where everything hangs.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Every root and organizational unit.
    pub units: BTreeSet<String>,
    /// The roots and units above each account, from the top down.
    pub accounts: BTreeMap<AccountId, Vec<String>>,
}

pub(super) async fn walk(discovery: &Discovery<'_>) -> Result<Tree, CollectError> {
    let mut tree = Tree::default();
    let roots = discovery.roots().await;
    if let Some(refused) = &roots.refused {
        return Err(CollectError::listing(refused));
    }
    let mut ahead: VecDeque<Vec<String>> = roots.texts("Roots", "Id").map(|root| vec![root.to_owned()]).collect();
    while let Some(path) = ahead.pop_front() {
        let Some(parent) = path.last().cloned() else { continue };
        if !tree.units.insert(parent.clone()) {
            continue;
        }
        let under = |next| Question::UnitsUnder {
            parent: parent.clone(),
            next,
        };
        let of = |next| Question::AccountsUnder {
            parent: parent.clone(),
            next,
        };
        let (units, accounts) = futures::try_join!(
            ids(discovery, "OrganizationalUnits", under),
            ids(discovery, "Accounts", of)
        )?;
        ahead.extend(units.into_iter().map(|unit| [path.clone(), vec![unit]].concat()));
        tree.accounts
            .extend(accounts.into_iter().map(|account| (account.into(), path.clone())));
    }
    Ok(tree)
}

/// The `Id` of every entry of a listing.
async fn ids(
    discovery: &Discovery<'_>,
    list: &str,
    question: impl Fn(Option<String>) -> Question,
) -> Result<Vec<String>, CollectError> {
    let mut ids = Vec::new();
    let mut pages = Pages::default();
    loop {
        let page = discovery.ask(question(pages.token())).await;
        let answer = answered(&page)?;
        let entries = answer[list].as_array().into_iter().flatten();
        ids.extend(entries.filter_map(|entry| entry["Id"].as_str().map(str::to_owned)));
        if !pages.turn(&page, answer)? {
            break;
        }
    }
    Ok(ids)
}
