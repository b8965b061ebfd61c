//! Organizations: the Organization and its accounts. The tree is in the module beside this one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::call::Entry;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::wire::json_body;
use crate::world::{Account, Organization, World};

use super::Operation;
use super::organization_policies::{describe_policy, list_aws_service_access, list_policies, list_targets_for_policy};
use super::organization_tree::{list_accounts_for_parent, list_organizational_units_for_parent, list_roots};
use super::paging::{Page, Place, page};
use super::times::EpochSeconds;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "DescribeOrganization",
        answer: describe_organization,
    },
    Operation {
        name: "DescribePolicy",
        answer: describe_policy,
    },
    Operation {
        name: "ListAWSServiceAccessForOrganization",
        answer: list_aws_service_access,
    },
    Operation {
        name: "ListAccounts",
        answer: list_accounts,
    },
    Operation {
        name: "ListAccountsForParent",
        answer: list_accounts_for_parent,
    },
    Operation {
        name: "ListDelegatedAdministrators",
        answer: list_delegated_administrators,
    },
    Operation {
        name: "ListOrganizationalUnitsForParent",
        answer: list_organizational_units_for_parent,
    },
    Operation {
        name: "ListPolicies",
        answer: list_policies,
    },
    Operation {
        name: "ListRoots",
        answer: list_roots,
    },
    Operation {
        name: "ListTagsForResource",
        answer: list_tags_for_resource,
    },
    Operation {
        name: "ListTargetsForPolicy",
        answer: list_targets_for_policy,
    },
];

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Input {
    pub parent_id: Option<String>,
    pub resource_id: Option<String>,
    pub service_principal: Option<String>,
    pub policy_id: Option<String>,
    pub filter: Option<String>,
    pub max_results: Option<i64>,
    pub next_token: Option<String>,
}

/// Any account of the Organization may ask.
fn describe_organization(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    request.authorize("organizations:DescribeOrganization", None)?;
    let organization = organization_of(request)?;
    let (id, owner) = (&organization.id, &organization.management_account);
    let email = request
        .world
        .accounts
        .get(owner)
        .map(|account| account.email.as_str())
        .unwrap_or_default();
    Ok(json_body(&json!({"Organization": {
        "Id": id,
        "Arn": format!("arn:aws:organizations::{owner}:organization/{id}"),
        "FeatureSet": if organization.all_features { "ALL" } else { "CONSOLIDATED_BILLING" },
        "MasterAccountArn": account_arn(request.world, owner),
        "MasterAccountId": owner,
        "MasterAccountEmail": email,
        "AvailablePolicyTypes": policy_types(organization.all_features),
    }})))
}

fn list_accounts(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    administrators_only(request, "organizations:ListAccounts")?;
    let input: Input = request.input()?;
    let accounts = request
        .world
        .accounts
        .values()
        .map(|account| ListedAccount::of(request.world, account));
    Ok(output("Accounts", input.page(accounts, "accounts")?))
}

fn list_delegated_administrators(request: &Request<'_>, _: &mut Entry) -> Result<Vec<u8>, Refusal> {
    administrators_only(request, "organizations:ListDelegatedAdministrators")?;
    let input: Input = request.input()?;
    let mut since = BTreeMap::new();
    for known in &request.world.organization.delegated_administrators {
        if input
            .service_principal
            .as_ref()
            .is_none_or(|wanted| *wanted == known.service_principal)
        {
            since.entry(&known.account).or_insert(known.enabled);
        }
    }
    let administrators = since.into_iter().filter_map(|(id, enabled)| {
        let mut listed = ListedAccount::of(request.world, request.world.accounts.get(id)?);
        // A delegated administrator is listed without its place in the tree.
        listed.paths = None;
        listed.delegation_enabled_date = Some(EpochSeconds(enabled));
        Some(listed)
    });
    Ok(output(
        "DelegatedAdministrators",
        input.page(administrators, "administrators")?,
    ))
}

/// The ledger's target is the resource's id.
fn list_tags_for_resource(request: &Request<'_>, entry: &mut Entry) -> Result<Vec<u8>, Refusal> {
    administrators_only(request, "organizations:ListTagsForResource")?;
    let input: Input = request.input()?;
    let id = input
        .resource_id
        .as_deref()
        .ok_or_else(|| invalid("ResourceId is required.", "INPUT_REQUIRED"))?;
    id.clone_into(&mut entry.target);
    let organization = &request.world.organization;
    let nothing = BTreeMap::new();
    let tags = match (request.world.accounts.get(id), organization.unit(id)) {
        (Some(account), _) => &account.tags,
        (None, Some(unit)) => &unit.tags,
        (None, None) if id == organization.root_id => &nothing,
        (None, None) => {
            let message = "You specified a target that doesn't exist.";
            return Err(Refusal::client("TargetNotFoundException", message));
        }
    };
    let tags = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value}));
    Ok(output("Tags", input.page(tags, "tags")?))
}

/// The types of policies that are on.
pub(super) fn policy_types(on: bool) -> Value {
    let types = on.then(|| json!({"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}));
    Value::Array(types.into_iter().collect())
}

/// All but `DescribeOrganization` is for the management account and delegated administrators.
pub(super) fn administrators_only(request: &Request<'_>, action: &str) -> Result<(), Refusal> {
    request.authorize(action, None)?;
    if organization_of(request)?.administered_by(request.account_id()) {
        return Ok(());
    }
    Err(Refusal::access_denied(
        "You don't have permissions to access this resource.",
    ))
}

/// The Organization of the account that asks.
fn organization_of<'a>(request: &Request<'a>) -> Result<&'a Organization, Refusal> {
    let organization = &request.world.organization;
    if organization.in_use {
        return Ok(organization);
    }
    let message = "Your account is not a member of an organization.";
    Err(Refusal::client("AWSOrganizationsNotInUseException", message))
}

pub(super) fn invalid(message: &str, reason: &str) -> Refusal {
    Refusal::client("InvalidInputException", message).with_detail("Reason", reason)
}

pub(super) fn output<T: Serialize>(member: &str, page: Page<T>) -> Vec<u8> {
    let mut output = Map::new();
    output.insert(member.to_owned(), json!(page.items));
    if let Some(next) = page.next {
        output.insert("NextToken".to_owned(), Value::String(next));
    }
    json_body(&output)
}

impl Input {
    /// At most 20 a page, with the empty pages Organizations may put in between.
    pub fn page<T>(&self, items: impl Iterator<Item = T>, listing: &str) -> Result<Page<T>, Refusal> {
        let size = usize::try_from(self.max_results.unwrap_or(20)).unwrap_or(0);
        match size {
            0 => {
                return Err(invalid(
                    "You provided a value that is lower than the minimum of 1.",
                    "MIN_VALUE_EXCEEDED",
                ));
            }
            1..=20 => {}
            _ => {
                return Err(invalid(
                    "You provided a value that exceeds the maximum of 20.",
                    "MAX_VALUE_EXCEEDED",
                ));
            }
        }
        let place = Place::of(self.next_token.as_deref(), listing);
        let place = place.ok_or_else(|| invalid("The NextToken you provided is not valid.", "INVALID_NEXT_TOKEN"))?;
        Ok(page(items, size, &place, listing, true))
    }
}

/// An account as the listings show it. `Status` was retired in September 2026 and is not there.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedAccount<'a> {
    id: &'a str,
    arn: String,
    email: &'a str,
    name: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    paths: Option<[String; 1]>,
    joined_method: &'static str,
    joined_timestamp: EpochSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    delegation_enabled_date: Option<EpochSeconds>,
}

impl<'a> ListedAccount<'a> {
    pub fn of(world: &World, account: &'a Account) -> Self {
        Self {
            id: &account.id,
            arn: account_arn(world, &account.id),
            email: &account.email,
            name: &account.name,
            state: account.state.as_str(),
            paths: Some([format!("{}{}/", world.organization.path(&account.parent), account.id)]),
            joined_method: if account.invited { "INVITED" } else { "CREATED" },
            joined_timestamp: EpochSeconds(account.joined),
            delegation_enabled_date: None,
        }
    }
}

pub(super) fn account_arn(world: &World, id: &str) -> String {
    format!(
        "arn:aws:organizations::{}:account/{}/{id}",
        world.management_account(),
        world.organization.id
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{Caller, MANAGEMENT, MEMBER, now, world};

    #[test]
    fn accounts_come_in_pages_some_of_them_empty() {
        let mut world = world();
        for index in 0..50 {
            world.add(Account::new(&format!("{index:012}"), "Plain", now()));
        }
        let (mut ids, mut sizes, mut token) = (Vec::new(), Vec::new(), Value::Null);
        loop {
            let input = json!({"MaxResults": 20, "NextToken": token});
            let (_, answer) = Caller::auditor(&world).ask("organizations", "ListAccounts", &input);
            let accounts = answer["Accounts"].as_array().unwrap();
            sizes.push(accounts.len());
            ids.extend(
                accounts
                    .iter()
                    .map(|account| account["Id"].as_str().unwrap().to_owned()),
            );
            match answer.get("NextToken") {
                Some(next) => token = next.clone(),
                None => break,
            }
        }
        assert_eq!(sizes, [20, 0, 20, 12]);
        assert_eq!(ids, world.accounts.keys().cloned().collect::<Vec<_>>());
    }

    #[test]
    fn an_account_that_stands_alone_is_told_so() {
        let mut world = world();
        world.organization.in_use = false;
        for operation in ["DescribeOrganization", "ListAccounts"] {
            let (status, answer) = Caller::auditor(&world).ask("organizations", operation, &json!({}));
            assert_eq!(
                (status, &answer["__type"]),
                (400, &"AWSOrganizationsNotInUseException".into())
            );
        }
    }

    #[test]
    fn an_account_has_a_state_and_a_path_but_no_status() {
        let world = world();
        let (_, answer) = Caller::auditor(&world).ask("organizations", "ListAccounts", &json!({}));
        let member = &answer["Accounts"][0];
        assert_eq!(member["Id"], MEMBER);
        assert_eq!((&member["State"], member.get("Status")), (&"ACTIVE".into(), None));
        assert_eq!(member["Paths"][0], format!("o-exampleorg1/r-exam/{MEMBER}/"));
        assert_eq!(member["JoinedTimestamp"], 1_795_176_000.0);
    }

    #[test]
    fn the_tree_is_for_administrators() {
        let mut world = world();
        let ask = |world: &World, operation: &str, input: &Value| {
            let (_, answer) = Caller::member(world).ask("organizations", operation, input);
            answer
                .get("__type")
                .and_then(Value::as_str)
                .unwrap_or("answered")
                .to_owned()
        };
        assert_eq!(ask(&world, "DescribeOrganization", &json!({})), "answered");
        assert_eq!(ask(&world, "ListAccounts", &json!({})), "AccessDeniedException");
        let (account, service_principal) = (MEMBER.to_owned(), "cloudtrail.amazonaws.com".to_owned());
        let administrator = crate::DelegatedAdministrator {
            account,
            service_principal,
            enabled: now(),
        };
        world.organization.delegated_administrators.push(administrator);
        assert_eq!(ask(&world, "ListAccounts", &json!({})), "answered");
        assert_eq!(
            ask(&world, "ListAccounts", &json!({"MaxResults": 21})),
            "InvalidInputException"
        );
        assert_eq!(
            ask(&world, "ListAccounts", &json!({"MaxResults": 0})),
            "InvalidInputException"
        );
        assert_eq!(
            ask(&world, "ListAccounts", &json!({"NextToken": "x"})),
            "InvalidInputException"
        );
        assert_eq!(
            ask(&world, "ListTagsForResource", &json!({"ResourceId": MANAGEMENT})),
            "answered"
        );
        assert_eq!(
            ask(&world, "ListTagsForResource", &json!({"ResourceId": "x"})),
            "TargetNotFoundException"
        );
        assert_eq!(
            ask(&world, "ListAccountsForParent", &json!({"ParentId": "r-exam"})),
            "answered"
        );
        assert_eq!(
            ask(&world, "ListAccountsForParent", &json!({"ParentId": "r-none"})),
            "ParentNotFoundException"
        );
    }
}
