//! What service control policies deny.

use super::decide::Applies;
use super::model::{Comparison, Condition, Effect, Policy, Quantifier, Statement};
use super::wildcard::matches;

/// Whether service control policies deny an action in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Denial {
    /// To everybody in it.
    Everybody {
        /// The statement, or the level at which nothing allows it.
        by: String,
    },
    /// To everybody but these.
    AllBut {
        /// The statement.
        by: String,
        /// The exempt: ARNs or patterns of principals, or accounts.
        exempt: Vec<String>,
    },
    /// Only when something else is so.
    Sometimes {
        /// The statement.
        by: String,
        /// The condition.
        when: String,
    },
    /// It is not denied.
    NotDenied,
    /// It cannot be told.
    Unclear {
        /// The statement.
        by: String,
        /// On what it hangs.
        why: String,
    },
}

/// Whether the policies on the way from the root to an account deny `action` on `resource`: `levels` are the policies
/// attached to the root, to each unit on the way and to the account, in that order. An action is denied by any
/// `Deny` on the way, and where none of a level's policies allows it. A level without policies says nothing (an
/// organization keeps at least one at each; then it was not read).
///
/// The management account and service-linked roles are never denied anything by these policies.
pub fn denial(levels: &[&[Policy]], action: &str, resource: &str) -> Denial {
    let mut best = Denial::NotDenied;
    for (depth, level) in levels.iter().enumerate() {
        let may = |(policy, statement): (&Policy, &Statement)| {
            statement.acts(action) && statement.covers(resource, policy.has_variables()) != Some(false)
        };
        let allows = level
            .iter()
            .flat_map(|policy| policy.with_effect(Effect::Allow).map(move |(_, found)| (policy, found)));
        if !level.is_empty() && !allows.into_iter().any(may) {
            let by = format!("level {} from the root, where no policy allows it", depth + 1);
            return Denial::Everybody { by };
        }
        for policy in *level {
            for (by, statement) in policy.with_effect(Effect::Deny) {
                best = stronger(
                    best,
                    statement.denies_members(by, action, resource, policy.has_variables()),
                );
            }
        }
    }
    best
}

impl Statement {
    fn denies_members(&self, by: String, action: &str, resource: &str, variables: bool) -> Denial {
        let about = Applies::from(
            self.covers(resource, variables),
            "how wildcards or variables of the resource are read",
        );
        match about {
            _ if !self.acts(action) => return Denial::NotDenied,
            Applies::No => return Denial::NotDenied,
            Applies::Unclear(why) => return Denial::Unclear { by, why },
            Applies::Yes => {}
        }
        let mut exempt = Vec::new();
        for condition in &self.conditions {
            match condition.exempts(variables) {
                Some(found) => exempt.extend(found),
                None => {
                    return Denial::Sometimes {
                        by,
                        when: condition.words(),
                    };
                }
            }
        }
        // Whoever spares everybody denies nobody.
        if let Some(wide) = exempt.iter().find(|pattern| is_anybody(pattern)) {
            return Denial::Sometimes {
                by,
                when: format!("the principal is not {wide}"),
            };
        }
        if exempt.is_empty() {
            return Denial::Everybody { by };
        }
        Denial::AllBut { by, exempt }
    }
}

impl Condition {
    /// Whom a Deny with this condition spares, if that is all it does.
    fn exempts(&self, variables: bool) -> Option<Vec<String>> {
        use Comparison::{ArnNotEquals, ArnNotLike, StringNotEquals, StringNotEqualsIgnoreCase, StringNotLike};
        let key = self.key.to_ascii_lowercase();
        let is_principal = ["aws:principalarn", "aws:principalaccount", "aws:userid"].contains(&key.as_str());
        let is_exemption = matches!(
            self.operator.comparison,
            ArnNotEquals | ArnNotLike | StringNotEquals | StringNotEqualsIgnoreCase | StringNotLike
        );
        let is_plain = self.operator.quantifier != Some(Quantifier::ForAnyValue);
        let is_told = !(variables && self.values.iter().any(|value| value.contains("${")));
        (is_principal && is_exemption && is_plain && is_told).then(|| self.values.clone())
    }
}

/// Whether a pattern is met by principals of whatever name in whatever account.
fn is_anybody(pattern: &str) -> bool {
    let in_every_account = |partition: &str, principal: &str| {
        let accounts = ["000000000000", "999999999999"];
        accounts
            .iter()
            .all(|account| matches(pattern, &format!("arn:{partition}:iam::{account}:{principal}")))
    };
    let partitions = ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b"];
    let principals = ["role/Any", "role/any/Any", "user/Any"];
    let pairs = partitions
        .iter()
        .flat_map(|partition| principals.map(|principal| (partition, principal)));
    pairs
        .into_iter()
        .any(|(partition, principal)| in_every_account(partition, principal))
        || matches(pattern, "")
}

fn stronger(a: Denial, b: Denial) -> Denial {
    let strength = |denial: &Denial| match denial {
        Denial::Everybody { .. } => (4, 0),
        Denial::AllBut { exempt, .. } => (3, usize::MAX - exempt.len()),
        Denial::Unclear { .. } => (2, 0),
        Denial::Sometimes { .. } => (1, 0),
        Denial::NotDenied => (0, 0),
    };
    if strength(&b) > strength(&a) { b } else { a }
}
