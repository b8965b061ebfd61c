//! Whom a policy grants an action.

use super::condition::Context;
use super::decide::{Applies, account_in, account_of};
use super::model::{Condition, Effect, Policy, Principal, Selected, Statement};

/// Who is granted something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantee {
    /// Anybody.
    Everyone,
    /// The members of the organization of this id.
    Organization(String),
    /// The account of this id as a whole: its own policies say who in it.
    Account(String),
    /// A user or role, by its ARN or pattern.
    Principal(String),
    /// A service.
    Service(String),
    /// An identity provider, an account by its canonical id, or an ARN of something else.
    Other(String),
}

/// One grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// To whom.
    pub to: Grantee,
    /// The statement.
    pub by: String,
    /// Whether its conditions hold for all that is known; else it hangs on something that is not.
    pub is_certain: bool,
}

impl Policy {
    /// To whom `action` on `resource` is granted, statement by statement. A grant to everybody that conditions confine to
    /// an account, an organization or a principal is one to these: so CloudTrail's own key policy lets the account read.
    #[must_use]
    pub fn grants(&self, action: &str, resource: &str, context: &Context) -> Vec<Grant> {
        let variables = self.has_variables();
        let mut grants = Vec::new();
        for (by, statement) in self.with_effect(Effect::Allow) {
            let about = statement.covers(resource, variables);
            if !statement.acts(action) || about == Some(false) {
                continue;
            }
            for to in statement.grantees() {
                let conditions = statement.conditions_hold(&to.known_to(context), variables);
                let denied = self.denies(&to, action, resource, context);
                if conditions == Applies::No || denied == Applies::Yes {
                    continue;
                }
                let is_certain = conditions == Applies::Yes && denied == Applies::No && about == Some(true);
                let by = by.clone();
                grants.push(Grant { to, by, is_certain });
            }
        }
        grants
    }

    /// Whether a statement denies it to all of the grantee.
    fn denies(&self, to: &Grantee, action: &str, resource: &str, context: &Context) -> Applies {
        let variables = self.has_variables();
        let mut answer = Applies::No;
        for (by, statement) in self.with_effect(Effect::Deny) {
            let applies = Applies::all([
                Applies::from(Some(statement.acts(action)), ""),
                Applies::from(statement.covers(resource, variables), &by),
                Applies::from(statement.is_about(to), &by),
                statement.conditions_hold(&to.known_to(context), variables),
            ]);
            match applies {
                Applies::Yes => return Applies::Yes,
                Applies::Unclear(why) => answer = Applies::Unclear(why),
                Applies::No => {}
            }
        }
        answer
    }
}

impl Grantee {
    fn of(principal: &Principal) -> Self {
        match principal {
            everyone if everyone.is_everyone() => Self::Everyone,
            Principal::Aws(text) => match account_of(text) {
                Some(account) => Self::Account(account.to_owned()),
                None if account_in(text).is_some() => Self::Principal(text.clone()),
                None => Self::Other(text.clone()),
            },
            Principal::Service(name) => Self::Service(name.clone()),
            Principal::Federated(text) | Principal::CanonicalUser(text) => Self::Other(text.clone()),
            Principal::Everyone => Self::Everyone,
        }
    }

    /// What is known when this one asks.
    fn known_to(&self, context: &Context) -> Context {
        let account = match self {
            Self::Account(account) => Some(account.as_str()),
            Self::Principal(arn) => account_in(arn),
            Self::Organization(id) => return context.clone().with("aws:PrincipalOrgID", id),
            _ => None,
        };
        let known = account.map(|account| {
            context
                .clone()
                .with("aws:PrincipalAccount", account)
                .with("kms:CallerAccount", account)
        });
        let known = known.unwrap_or_else(|| context.clone());
        match self {
            Self::Principal(arn) if !arn.contains('*') => known.with("aws:PrincipalArn", arn),
            _ => known,
        }
    }
}

impl Statement {
    /// Whom an Allow is for.
    fn grantees(&self) -> Vec<Grantee> {
        let grantees = match &self.principals {
            None => Vec::new(),
            Some(Selected::AllBut(_)) => vec![Grantee::Everyone],
            Some(Selected::Only(principals)) => principals.iter().map(Grantee::of).collect(),
        };
        let confined = self.conditions.iter().find_map(confined);
        let narrow = |to| match (to, &confined) {
            (Grantee::Everyone, Some(confined)) => confined.clone(),
            (to, _) => vec![to],
        };
        grantees.into_iter().flat_map(narrow).collect()
    }

    /// Whether a Deny is about all of a grantee; none where it is about some.
    fn is_about(&self, to: &Grantee) -> Option<bool> {
        let covers = |principal: &Principal| {
            let found = Grantee::of(principal);
            match (&found, to) {
                _ if principal.is_everyone() || found == *to => Some(true),
                (Grantee::Account(account), Grantee::Principal(arn)) => Some(account_in(arn) == Some(account)),
                // One of an account is denied; others of it are not.
                (_, Grantee::Everyone | Grantee::Organization(_) | Grantee::Account(_)) => Some(false),
                (Grantee::Other(_), _) | (_, Grantee::Other(_)) => None,
                _ => Some(false),
            }
        };
        match &self.principals {
            None => Some(true),
            Some(Selected::Only(principals)) => super::decide::any_of(principals.iter().map(covers)),
            Some(Selected::AllBut(principals)) => {
                let is_spared = super::decide::any_of(principals.iter().map(covers));
                // Some of a whole may be spared.
                let is_whole = matches!(to, Grantee::Everyone | Grantee::Organization(_) | Grantee::Account(_));
                is_spared.filter(|spared| *spared || !is_whole).map(|spared| !spared)
            }
        }
    }
}

/// To whom a condition confines everybody.
fn confined(condition: &Condition) -> Option<Vec<Grantee>> {
    let make: fn(String) -> Grantee = match condition.key.to_ascii_lowercase().as_str() {
        "kms:calleraccount" | "aws:principalaccount" => Grantee::Account,
        "aws:principalorgid" => Grantee::Organization,
        "aws:principalarn" => Grantee::Principal,
        _ => return None,
    };
    let confines = condition.confines(true) == super::confinement::Confines::Yes;
    confines.then(|| condition.values.iter().cloned().map(make).collect())
}
