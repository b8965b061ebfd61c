//! Who may reach into log groups: the policies of an account in a Region, and those that hang on single groups.

use std::collections::BTreeMap;

use trailaudit_core::observed::{Observed, Opinion};
use trailaudit_core::organization::{AccountId, LogGroupId, Region};
use trailaudit_core::policy::{Policy, Publicity};
use trailaudit_core::{EvidenceId, Exchange};

use crate::arn::Arn;
use crate::inventory::pages::Pages;
use crate::inventory::said::{Part, text};

const POLICIES: &str = "the policies over the log group";

/// What the records show of policies over log groups.
#[derive(Debug, Default)]
pub(in crate::inventory) struct LogPolicies {
    of_accounts: BTreeMap<(AccountId, Region), Listed>,
    of_groups: BTreeMap<String, Listed>,
}

#[derive(Debug, Default)]
struct Listed {
    pages: Pages,
    /// Each policy by its name, which not all have, and its text, or why it cannot be read, with the page that has it.
    policies: BTreeMap<(String, String), (Result<Policy, String>, EvidenceId)>,
}

impl LogPolicies {
    pub(in crate::inventory) fn take(&mut self, id: EvidenceId, exchange: &Exchange) {
        let listed = match exchange.parameters["resourceArn"].as_str() {
            // A group tells of its own policies to its own account.
            Some(group) if Arn::parse(group).is_some_and(|arn| arn.account != exchange.account.as_str()) => return,
            Some(group) => self.of_groups.entry(group.to_owned()).or_default(),
            None => {
                let place = (exchange.account.clone(), exchange.region.clone());
                self.of_accounts.entry(place).or_default()
            }
        };
        let read = listed
            .pages
            .entries(id, exchange, ("resourcePolicies", POLICIES), |policy| {
                let policy = Part::of(policy)?;
                let name = policy.name("policyName")?.unwrap_or("without a name");
                let document = policy.must("policyDocument", text)?;
                let read = Policy::parse(document).map_err(|error| error.to_string());
                Ok(((name.to_owned(), document.to_owned()), (read, id)))
            });
        listed.policies.extend(read);
    }

    /// Whether any of the policies lets anybody into a group.
    pub(in crate::inventory) fn publicity(&self, group: &LogGroupId) -> Option<Observed<Opinion>> {
        let arn = Arn::parse(group.as_str())?;
        let place = (arn.account_id()?, arn.region()?);
        let unasked = Listed::default();
        let of_account = self.of_accounts.get(&place).unwrap_or(&unasked);
        let of_group = self.of_groups.get(group.as_str()).unwrap_or(&unasked);
        // The group itself, all that is in it, and one stream of it.
        let resources = [
            group.to_string(),
            format!("{group}:*"),
            format!("{group}:log-stream:any"),
        ];
        let resources = resources.each_ref().map(String::as_str);
        let mut unclear = None;
        for ((name, _), (policy, shown)) in of_account.policies.iter().chain(&of_group.policies) {
            match policy.as_ref().map(|policy| policy.publicity(&resources)) {
                Ok(Publicity::NotPublic) => (),
                Ok(Publicity::Public { by, why }) => {
                    let how = format!("policy {name:?} is open: {by}: {why}");
                    return Some(Observed::known(Opinion::Yes(how), *shown));
                }
                Ok(Publicity::Unclear { by, why }) => {
                    let why = format!("whom policy {name:?} lets in cannot be told: {by}: {why}");
                    _ = unclear.get_or_insert(why);
                }
                Err(why) => _ = unclear.get_or_insert(format!("policy {name:?} cannot be read: {why}")),
            }
        }
        let opinion = unclear.map_or_else(
            || Opinion::No("no policy lets anybody in whom it does not name".into()),
            Opinion::Unclear,
        );
        let of_group = of_group.pages.complete(POLICIES);
        let all = of_account.pages.complete(POLICIES).then(|()| of_group);
        Some(all.map(|()| opinion))
    }
}
