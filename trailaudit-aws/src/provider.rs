//! Records that were collected from AWS, as the core seals, verifies and assesses them.

use jiff::Timestamp;
use serde_json::Value;
use trailaudit_core::Inventory;
use trailaudit_core::evidence::manifest::{Collection, Collector, Endpoint, OrganizationRef, Tool};
use trailaudit_core::evidence::provider::ReadError;
use trailaudit_core::evidence::{Files, Provenance, Provider, Recorded};
use trailaudit_core::organization::{AccountId, Organization, Region};

use crate::arn::Arn;
use crate::inventory::AwsInventory;
use crate::package;
use crate::run::{Run, RunError};

/// Reads what a [`Collector`](crate::Collector) recorded.
///
/// ```no_run
/// # fn example(folder: &trailaudit_aws::Folder) {
/// use trailaudit_aws::AwsRecords;
/// use trailaudit_core::evidence::{Options, Reperformance, verify};
///
/// let report = verify(folder, &Options::default().reperform(Reperformance::by(&AwsRecords)));
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct AwsRecords;

impl Provider for AwsRecords {
    fn read(&self, files: &dyn Files) -> Result<Recorded, ReadError> {
        let (run, inventory) = package::read(files)?;
        if let Some(account) = excluded_without_reason(&run, &inventory) {
            return Err(format!("the run log leaves out the account {account}, which its scope does not").into());
        }
        let provenance = run.provenance(inventory.organization())?;
        Ok(Recorded {
            inventory: Box::new(inventory),
            provenance,
        })
    }

    fn read_account(
        &self,
        files: &dyn Files,
        account: &AccountId,
        collected: &Provenance,
    ) -> Result<Box<dyn Inventory>, ReadError> {
        let run = Run::retold(collected).ok_or("the manifest does not say by whom in AWS it was collected")?;
        let organization = Organization {
            id: collected.organization.id.clone(),
            management_account: collected.organization.management_account.clone(),
        };
        Ok(Box::new(package::read_account(files, account, run, organization)?))
    }
}

impl Run {
    /// What the run says of itself, as a manifest repeats it.
    ///
    /// # Errors
    /// When the log does not tell when it was.
    pub fn provenance(&self, organization: &Organization) -> Result<Provenance, RunError> {
        let moment = |text: &str| text.parse().map_err(|_| RunError::Missing("when the run was"));
        let started: Timestamp = moment(&self.started)?;
        Ok(Provenance {
            organization: OrganizationRef {
                id: organization.id.clone(),
                management_account: organization.management_account.clone(),
            },
            scope: without_accounts(&self.scope),
            as_of: self.as_of,
            collection: Collection {
                started,
                ended: self.finished.as_deref().map_or(Ok(started), moment)?,
            },
            tool: Tool {
                name: self.tool.0.clone(),
                version: self.tool.1.clone(),
            },
            endpoint: Endpoint {
                hosts: self.endpoints.clone(),
                simulated: self.simulated,
            },
            collector: Collector {
                caller_arn: self.caller_arn.clone(),
            },
        })
    }

    /// A run as far as a manifest retells it: without the accounts that were planned.
    fn retold(collected: &Provenance) -> Option<Self> {
        let caller_arn = collected.collector.caller_arn.clone();
        let (partition, caller) = Arn::parse(&caller_arn).map(|arn| (arn.partition.to_owned(), arn.account.into()))?;
        let regions = collected.scope.get("regions").and_then(Value::as_array);
        Some(Self {
            as_of: collected.as_of,
            started: collected.collection.started.to_string(),
            finished: Some(collected.collection.ended.to_string()),
            sessions: Vec::new(),
            tool: (collected.tool.name.clone(), collected.tool.version.clone()),
            caller,
            caller_arn,
            partition,
            endpoints: collected.endpoint.hosts.clone(),
            simulated: collected.endpoint.simulated,
            regions: regions
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(Region::from)
                .collect(),
            scope: collected.scope.clone().into(),
            shard: None,
            planned: Vec::new(),
            excluded: Vec::new(),
        })
    }
}

/// An account that the run log leaves out, though nothing in the scope does. Tags are not on record: where the scope
/// names any, whatever was left out for them is believed.
fn excluded_without_reason<'a>(run: &'a Run, inventory: &AwsInventory) -> Option<&'a AccountId> {
    let list = |name: &str| -> Vec<&str> {
        let list = run.scope[name].as_array().into_iter().flatten();
        list.filter_map(Value::as_str).collect()
    };
    let (only, but) = (list("accounts"), list("excludeAccounts"));
    let (below, not_below) = (list("organizationalUnits"), list("excludeOrganizationalUnits"));
    if !list("accountTags").is_empty() {
        return None;
    }
    run.excluded.iter().find(|account| {
        let known = inventory.accounts().iter().find(|known| known.id == **account);
        let is_below = |units: &[&str]| {
            let path = known.map_or("", |known| &known.organizational_unit);
            path.split('/').any(|unit| units.contains(&unit))
        };
        let left_out = (!only.is_empty() && !only.contains(&account.as_str()))
            || but.contains(&account.as_str())
            || (!below.is_empty() && !is_below(&below))
            || is_below(&not_below);
        !left_out
    })
}

/// The scope without the ids of accounts: a manifest goes into the extract of every single account. The run log, which
/// does not, names them.
fn without_accounts(scope: &Value) -> serde_json::Map<String, Value> {
    let mut scope = scope.as_object().cloned().unwrap_or_default();
    for list in ["accounts", "excludeAccounts", "logArchiveAccounts"] {
        if let Some(accounts) = scope.get_mut(list) {
            let count = accounts.as_array().map_or(0, Vec::len);
            *accounts = format!("{count}, named in run.jsonl").into();
        }
    }
    scope
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_manifest_names_no_account_of_the_scope() {
        let scope =
            without_accounts(&json!({"accounts": ["111122223333", "4"], "regions": ["us-east-1"], "source": "x"}));
        assert_eq!(
            Value::from(scope),
            json!({"accounts": "2, named in run.jsonl", "regions": ["us-east-1"], "source": "x"})
        );
    }
}
