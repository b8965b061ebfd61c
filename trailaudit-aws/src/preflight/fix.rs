//! What to change, so that nothing stands in the way any more.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailaudit_core::organization::{AccountId, Region};

use super::Ground;
use super::cause::Cause;
use super::obstacle::{Key, Obstacle};
use crate::arn::Arn;
use crate::policy::Trust;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fix {
    /// Why it is needed.
    pub cause: Cause,
    /// What to change, in words.
    pub change: String,
    /// The statement to add, or the condition, exactly; nothing where none would do.
    pub statement: Option<Value>,
    /// The accounts it is about.
    pub accounts: BTreeSet<AccountId>,
    /// The Regions it is about; none where it is about none in particular.
    pub regions: BTreeSet<Region>,
    /// The IAM actions it is about.
    pub actions: BTreeSet<String>,
}

/// Obstacles that one change removes.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    accounts: BTreeSet<AccountId>,
    regions: BTreeSet<Region>,
    actions: BTreeSet<String>,
    services: BTreeSet<String>,
    /// The roles whose sessions were refused.
    roles: BTreeSet<String>,
}

impl Group {
    pub fn take(&mut self, obstacle: &Obstacle, role: Option<&String>) {
        self.accounts.insert(obstacle.account.clone());
        self.regions.extend(obstacle.region.clone());
        self.actions.insert(obstacle.action.clone());
        self.services.insert(obstacle.service.clone());
        self.roles.extend(role.cloned());
    }
}

/// What to change for a group, where `entered` accounts let the caller in.
pub(super) fn worded(key: &Key, group: Group, entered: usize, ground: &Ground<'_>) -> Fix {
    let wording = Wording {
        key,
        group: &group,
        entered,
        ground,
    };
    let (change, statement) = wording.say();
    Fix {
        cause: key.cause,
        change,
        statement,
        accounts: group.accounts,
        regions: group.regions,
        actions: group.actions,
    }
}

struct Wording<'a> {
    key: &'a Key,
    group: &'a Group,
    entered: usize,
    ground: &'a Ground<'a>,
}

impl Wording<'_> {
    fn say(&self) -> (String, Option<Value>) {
        match self.key.cause {
            Cause::RoleRefusedEverywhere
            | Cause::RoleRefused
            | Cause::RoleAtAnotherPath
            | Cause::CallerMayNotEnter
            | Cause::SourceIdentityRefused
            | Cause::SessionTagsRefused
            | Cause::SessionTooLong
            | Cause::SessionTooLarge
            | Cause::StsOff => self.entry(),
            Cause::ServiceControlPolicyDenies
            | Cause::ServiceControlPolicyDeniesRegion
            | Cause::ServiceControlPolicyOmits
            | Cause::ResourceControlPolicy => self.organization(),
            Cause::ResourcePolicyDenies | Cause::ResourcePolicyOmits | Cause::EndpointPolicy => self.resource(),
            _ => self.call(),
        }
    }

    /// How the account is entered.
    fn entry(&self) -> (String, Option<Value>) {
        let Ground { role_names, caller, .. } = self.ground;
        let names = role_names.join(", ");
        match self.key.cause {
            Cause::RoleRefusedEverywhere => {
                let id = if self.ground.has_external_id {
                    "it may be another one"
                } else {
                    "none was given"
                };
                let change = format!(
                    "no account lets {caller} in. Check --role-name ({names}; a role under a path is named with it) and \
                     --external-id ({id}). The role has to be in every account (`trailaudit init stackset` makes it), and \
                     its trust policy has to say:"
                );
                (change, Some(self.trust()))
            }
            Cause::RoleRefused => {
                let change = format!(
                    "{} let the caller in as {names}, so here the role is missing, or trusts somebody else, or asks for \
                     another external id, or the account is closed. Make the role (`trailaudit init stackset`), or let its \
                     trust policy say:",
                    accounts(self.entered),
                );
                (change, Some(self.trust()))
            }
            Cause::RoleAtAnotherPath => {
                let bare = self.key.about.as_deref().unwrap_or_default();
                (
                    format!("there the role is under no path: --role-name {bare} (it may repeat)"),
                    None,
                )
            }
            Cause::CallerMayNotEnter => {
                let roles: Vec<_> = role_names.iter().map(|name| self.everywhere(name)).collect();
                let change = format!("let the policies of {caller} allow, and deny nowhere:");
                let statement = json!({"Effect": "Allow", "Action": self.group.actions, "Resource": roles});
                (change, Some(statement))
            }
            Cause::SourceIdentityRefused => {
                let change = "leave out --source-identity, or let the role's trust policy allow:".to_owned();
                (change, self.trust().get(1).cloned())
            }
            Cause::SessionTagsRefused => {
                let principal = json!({"AWS": self.ground.base});
                let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:TagSession"});
                let change = "leave out --session-tag, or let the role's trust policy allow:".to_owned();
                (change, Some(statement))
            }
            Cause::SessionTooLong => {
                let change = "let the role's MaxSessionDuration be at least 3600 seconds".to_owned();
                (change, None)
            }
            Cause::SessionTooLarge => {
                let change = "name fewer session tags (--session-tag), or fewer rules (--rule)".to_owned();
                (change, None)
            }
            _ => {
                let change = "set AWS_REGION to a Region that is on in every account, such as us-east-1; or activate STS there in \
                     the account (IAM console, account settings)";
                (change.to_owned(), None)
            }
        }
    }

    /// What the organization forbids.
    fn organization(&self) -> (String, Option<Value>) {
        let actions = self.actions();
        let policy = match (&self.key.about, self.key.cause) {
            (Some(arn), _) => format!("the policy {arn}"),
            (None, Cause::ResourceControlPolicy) => "the resource control policy".to_owned(),
            (None, _) => "the service control policy".to_owned(),
        };
        match self.key.cause {
            Cause::ServiceControlPolicyOmits => {
                let change =
                    "let a service control policy allow, on the account and on everything above it:".to_owned();
                (change, Some(self.allowing()))
            }
            Cause::ServiceControlPolicyDeniesRegion => {
                let change = format!(
                    "{policy} shuts {}. Leave them out (--region names the others), or add the actions to its NotAction, or \
                     this to the Condition of its statement:",
                    self.regions()
                );
                (change, Some(self.exempting()))
            }
            _ => {
                let change = format!("{policy} denies {actions}. Add to the Condition of its statement:");
                (change, Some(self.exempting()))
            }
        }
    }

    /// What the policy of a resource forbids.
    fn resource(&self) -> (String, Option<Value>) {
        let resource = self.key.about.as_deref().unwrap_or("the resource");
        let actions = self.actions();
        match self.key.cause {
            Cause::ResourcePolicyDenies => {
                let change =
                    format!("the policy of {resource} denies {actions}. Add to the Condition of its statement:");
                (change, Some(self.exempting()))
            }
            Cause::ResourcePolicyOmits => {
                // A key policy speaks of its own key alone.
                let is_key = self.group.services.contains("kms");
                let statement = json!({
                    "Effect": "Allow",
                    "Principal": {"AWS": self.principals()},
                    "Action": self.group.actions,
                    "Resource": if is_key { "*" } else { resource },
                });
                (format!("let the policy of {resource} allow:"), Some(statement))
            }
            _ => {
                let services: Vec<_> = self.group.services.iter().map(String::as_str).collect();
                let mut statement = self.allowing();
                statement["Principal"] = "*".into();
                let change = format!("let the policy of the VPC endpoint for {} allow:", services.join(", "));
                (change, Some(statement))
            }
        }
    }

    /// What the one who asks may not do, and everything else.
    fn call(&self) -> (String, Option<Value>) {
        let (who, actions) = (self.who(), self.actions());
        let about = self.key.about.as_deref().unwrap_or_default();
        match self.key.cause {
            Cause::IdentityPolicyOmits => (format!("let the policies of {who} allow:"), Some(self.allowing())),
            Cause::IdentityPolicyDenies => (format!("take {actions} out of what the policies of {who} deny"), None),
            Cause::BoundaryOmits => {
                let change = format!("let the permissions boundary of {who} allow:");
                (change, Some(self.allowing()))
            }
            Cause::BoundaryDenies => {
                let change = format!("take {actions} out of what the permissions boundary of {who} denies");
                (change, None)
            }
            Cause::SessionPolicy => {
                let change =
                    format!("the session of {who} was limited when it began; begin it with a policy that allows:");
                (change, Some(self.allowing()))
            }
            Cause::Denied => {
                let change = format!(
                    "the service does not say what denies it. Look for a Deny in the policies of the resource, the \
                     organization and the boundary; the policies of {who} have to allow:"
                );
                (change, Some(self.allowing()))
            }
            Cause::RegionOff => {
                let change = format!(
                    "{} refuse the credentials: most likely they are off in the account, or being switched on. Switch them on \
                     (`aws account enable-region`), or leave them out (--region names the others), or let {who} allow what \
                     tells that they are off:",
                    self.regions()
                );
                let statement = json!({"Effect": "Allow", "Action": "account:ListRegions", "Resource": "*"});
                (change, Some(statement))
            }
            Cause::BucketElsewhere => {
                let change = format!(
                    "no account in scope has the bucket {about}. If another one of the organization has it: \
                     --log-archive-account; if somebody else has it, no run can tell of it"
                );
                (change, None)
            }
            Cause::CredentialsExpired => (
                "renew the caller's credentials, for instance with `aws sso login`".into(),
                None,
            ),
            Cause::Silence => {
                let change = "nobody answered. Check the network, the proxy variables and the VPC endpoints; where too much was \
                     asked, --max-rps asks less";
                (change.to_owned(), None)
            }
            _ => (
                format!("the service answered {about}. Ask again when that has passed"),
                None,
            ),
        }
    }

    fn allowing(&self) -> Value {
        json!({"Effect": "Allow", "Action": self.group.actions, "Resource": "*"})
    }

    /// What keeps the sessions of this audit out of a statement that denies.
    fn exempting(&self) -> Value {
        json!({"ArnNotLike": {"aws:PrincipalArn": self.principals()}})
    }

    fn trust(&self) -> Value {
        let trust = Trust {
            principal: self.ground.base.to_string(),
            external_id: self.ground.has_external_id.then(|| "EXTERNAL-ID".to_owned()),
            organization: self.ground.organization.clone(),
            source_identity: self.ground.source_identity.map(str::to_owned),
        };
        trust.policy()["Statement"].take()
    }

    /// Who asked.
    fn who(&self) -> String {
        let caller = || self.ground.caller.clone();
        let roles = || format!("the role {}", self.ground.role_names.join(", "));
        if self.key.of_caller { caller() } else { roles() }
    }

    /// The principals that policies know the sessions by.
    fn principals(&self) -> Vec<String> {
        if self.key.of_caller || self.group.roles.is_empty() {
            return vec![principal(&self.ground.caller)];
        }
        let names = self.group.roles.iter().filter_map(|role| role.split_once(":role/"));
        let patterns: BTreeSet<_> = names.map(|(_, name)| self.everywhere(name)).collect();
        let is_exact = matches!(self.key.cause, Cause::ResourcePolicyOmits);
        // A principal that is let in is named; one that is kept out of a denial may be a pattern.
        if is_exact {
            self.group.roles.iter().cloned().collect()
        } else {
            patterns.into_iter().collect()
        }
    }

    fn everywhere(&self, name: &str) -> String {
        format!(
            "arn:{}:iam::*:role/{}",
            self.ground.partition,
            name.trim_start_matches('/')
        )
    }

    fn actions(&self) -> String {
        let actions: Vec<_> = self.group.actions.iter().map(String::as_str).collect();
        actions.join(", ")
    }

    fn regions(&self) -> String {
        let regions: Vec<_> = self.group.regions.iter().map(Region::as_str).collect();
        regions.join(", ")
    }
}

fn accounts(count: usize) -> String {
    if count == 1 {
        "another account".to_owned()
    } else {
        format!("{count} other accounts")
    }
}

/// The role behind a session; anybody else as they are.
fn principal(caller: &str) -> String {
    let role = Arn::parse(caller).and_then(|arn| {
        let name = arn.resource.strip_prefix("assumed-role/")?.split('/').next()?;
        Some(format!("arn:{}:iam::{}:role/{name}", arn.partition, arn.account))
    });
    role.unwrap_or_else(|| caller.to_owned())
}
