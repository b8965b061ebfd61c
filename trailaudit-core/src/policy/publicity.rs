//! Whether a policy lets anybody in.

use super::confinement::Confines;
use super::decide::any_of;
use super::model::{Effect, Policy, Principal, Selected, Statement};

/// Whether a policy allows something to anybody at all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Publicity {
    /// It does not.
    NotPublic,
    /// It does.
    Public {
        /// The statement.
        by: String,
        /// Why, in words.
        why: String,
    },
    /// It cannot be told.
    Unclear {
        /// The statement.
        by: String,
        /// On what it hangs.
        why: String,
    },
}

impl Policy {
    /// Whether a statement allows something to a wildcard principal (or, with `NotPrincipal`, to all but some) that no
    /// condition confines. Confining are the organization, the account, the principal's or source's ARN, the VPC and its
    /// endpoint, and an address range that is not wider than S3 takes for public, compared by an operator that no request
    /// without the key passes, with values that are somebody's: `"*"` is nobody's.
    ///
    /// With `resources`, only statements that may be about one of these count: a policy of CloudWatch Logs is about many
    /// groups. A `Deny` is not weighed: what is allowed to everybody and denied to most is still allowed to everybody.
    pub fn publicity(&self, resources: &[&str]) -> Publicity {
        let mut unclear = None;
        for (by, statement) in self.with_effect(Effect::Allow) {
            let Some(who) = statement.wide_principal() else {
                continue;
            };
            let variables = self.has_variables();
            let about = any_of(resources.iter().map(|resource| statement.covers(resource, variables)));
            if !resources.is_empty() && about == Some(false) {
                continue;
            }
            let confines: Vec<_> = statement
                .conditions
                .iter()
                .map(|condition| condition.confines(variables))
                .collect();
            if confines.contains(&Confines::Yes) {
                continue;
            }
            let open = confines.iter().position(|confines| *confines == Confines::Unclear);
            let is_told = resources.is_empty() || about == Some(true);
            match open {
                None if is_told => {
                    let is_bare = statement.conditions.is_empty();
                    let how = if is_bare {
                        ", without a condition"
                    } else {
                        ", and no condition confines that"
                    };
                    let why = format!("it allows {who}{how}");
                    return Publicity::Public { by, why };
                }
                None => unclear = unclear.or(Some((by, "which resources it is about".to_owned()))),
                Some(open) => {
                    unclear = unclear.or_else(|| Some((by, statement.conditions[open].words())));
                }
            }
        }
        unclear.map_or(Publicity::NotPublic, |(by, why)| Publicity::Unclear { by, why })
    }
}

impl Statement {
    /// Whom a statement without conditions lets in, if that is anybody.
    fn wide_principal(&self) -> Option<&'static str> {
        match &self.principals {
            None => None,
            Some(Selected::AllBut(_)) => Some("all principals but some (NotPrincipal)"),
            Some(Selected::Only(principals)) => principals
                .iter()
                .any(Principal::is_everyone)
                .then_some("every principal"),
        }
    }
}
