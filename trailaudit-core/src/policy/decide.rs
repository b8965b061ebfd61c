//! Whether policies allow a request.

use super::condition::Context;
use super::model::{Effect, Policy, Principal, Selected, Statement};
use super::wildcard::{matches_action, matches_either_way};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A service, such as `cloudtrail.amazonaws.com`.
    Service(String),
    /// A user or role by its ARN (a role's, not its session's), or an account's root.
    Aws(String),
}

/// Something that somebody wants to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who. Policies without principals, those of the caller itself, are taken to be about the caller.
    pub caller: Caller,
    /// The action: `kms:Decrypt`.
    pub action: String,
    /// The ARN of what it is done to.
    pub resource: String,
    /// The condition keys.
    pub context: Context,
}

/// Whether a request is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// This statement allows it, and none denies it.
    Allowed {
        /// The statement.
        by: String,
    },
    /// This statement denies it.
    Denied {
        /// The statement.
        by: String,
    },
    /// Nothing allows it.
    NotAllowed,
    /// It hangs on something that is not known.
    Unclear {
        /// The statement.
        by: String,
        /// On what.
        why: String,
    },
}

/// Whether `policies`, which are in force together, allow the request: an explicit deny wins, then an allow. As far as
/// these go: of a principal in another account its own policies have to allow it too, and organizations may deny it.
pub fn decide(policies: &[Policy], request: &Request) -> Decision {
    let answers = |effect| {
        let statements = policies.iter().flat_map(move |policy| {
            let variables = policy.has_variables();
            policy
                .with_effect(effect)
                .map(move |(by, statement)| (by, statement.applies(request, variables)))
        });
        strongest(statements)
    };
    let (denies, allows) = (answers(Effect::Deny), answers(Effect::Allow));
    match (denies, allows) {
        ((by, Applies::Yes), _) => Decision::Denied { by },
        (_, (_, Applies::No)) => Decision::NotAllowed,
        ((by, Applies::Unclear(why)), _) | (_, (by, Applies::Unclear(why))) => Decision::Unclear { by, why },
        (_, (by, Applies::Yes)) => Decision::Allowed { by },
    }
}

/// Whether a statement is about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Applies {
    Yes,
    No,
    Unclear(String),
}

impl Statement {
    pub(super) fn applies(&self, request: &Request, variables: bool) -> Applies {
        let parts = [
            Applies::from(self.names(&request.caller), "who the principal is"),
            Applies::from(Some(self.acts(&request.action)), ""),
            Applies::from(
                self.covers(&request.resource, variables),
                "how wildcards or variables of the resource are read",
            ),
            self.conditions_hold(&request.context, variables),
        ];
        Applies::all(parts)
    }

    pub(super) fn conditions_hold(&self, context: &Context, variables: bool) -> Applies {
        Applies::all(
            self.conditions
                .iter()
                .map(|condition| match condition.holds(context, variables) {
                    Some(true) => Applies::Yes,
                    Some(false) => Applies::No,
                    None => Applies::Unclear(condition.words()),
                }),
        )
    }

    pub(super) fn acts(&self, action: &str) -> bool {
        match &self.actions {
            Selected::Only(patterns) => patterns.iter().any(|pattern| matches_action(pattern, action)),
            Selected::AllBut(patterns) => !patterns.iter().any(|pattern| matches_action(pattern, action)),
        }
    }

    /// Whether the resource is among those of the statement; one without resources is about what it hangs on.
    pub(super) fn covers(&self, resource: &str, variables: bool) -> Option<bool> {
        let any = |patterns: &[String]| {
            let one = |pattern: &String| {
                let is_variable = variables && pattern.contains("${");
                if is_variable {
                    None
                } else {
                    matches_either_way(pattern, resource)
                }
            };
            any_of(patterns.iter().map(one))
        };
        match &self.resources {
            None => Some(true),
            Some(Selected::Only(patterns)) => any(patterns),
            Some(Selected::AllBut(patterns)) => any(patterns).map(|found| !found),
        }
    }

    fn names(&self, caller: &Caller) -> Option<bool> {
        let any = |principals: &[Principal]| any_of(principals.iter().map(|principal| principal.is(caller)));
        match &self.principals {
            None => Some(true),
            Some(Selected::Only(principals)) => any(principals),
            Some(Selected::AllBut(principals)) => any(principals).map(|found| !found),
        }
    }
}

impl Principal {
    fn is(&self, caller: &Caller) -> Option<bool> {
        match (self, caller) {
            (Self::Everyone, _) => Some(true),
            (Self::Aws(text), Caller::Aws(_)) if text == "*" => Some(true),
            // `"AWS": "*"` is the same as everyone in a resource's policy, services included.
            (Self::Aws(text), Caller::Service(_)) => Some(text == "*"),
            (Self::Service(name), Caller::Service(service)) => Some(name == service),
            (Self::Aws(text), Caller::Aws(arn)) => {
                Some(text == arn || account_of(text) == account_in(arn) && account_of(text).is_some())
            }
            (Self::CanonicalUser(_), Caller::Aws(_)) => None,
            (Self::Service(_) | Self::Federated(_), Caller::Aws(_))
            | (Self::Federated(_) | Self::CanonicalUser(_), Caller::Service(_)) => Some(false),
        }
    }
}

impl Applies {
    pub(super) fn from(answer: Option<bool>, on: &str) -> Self {
        match answer {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unclear(on.to_owned()),
        }
    }

    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut answer = Self::Yes;
        for part in parts {
            match part {
                Self::No => return Self::No,
                Self::Unclear(why) if answer == Self::Yes => answer = Self::Unclear(why),
                _ => {}
            }
        }
        answer
    }
}

/// The account that a principal stands for as a whole: its id, or its root's ARN.
pub(super) fn account_of(text: &str) -> Option<&str> {
    if super::model::is_account(text) {
        return Some(text);
    }
    text.strip_suffix(":root").and_then(|_| account_in(text))
}

/// The account of an ARN.
pub(super) fn account_in(arn: &str) -> Option<&str> {
    let account = arn.starts_with("arn:").then(|| arn.split(':').nth(4)).flatten();
    account.filter(|account| super::model::is_account(account))
}

pub(super) fn any_of(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut any = Some(false);
    for answer in answers {
        match answer {
            Some(true) => return Some(true),
            Some(false) => {}
            None => any = None,
        }
    }
    any
}

/// The first statement that applies, else the first that may.
fn strongest(statements: impl Iterator<Item = (String, Applies)>) -> (String, Applies) {
    let mut found = (String::new(), Applies::No);
    for (by, applies) in statements {
        match applies {
            Applies::Yes => return (by, Applies::Yes),
            Applies::Unclear(why) if found.1 == Applies::No => found = (by, Applies::Unclear(why)),
            _ => {}
        }
    }
    found
}
