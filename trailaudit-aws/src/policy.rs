//! The least privilege, derived from [`CALLS`].

mod trust;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailaudit_core::Rule;

pub use self::trust::Trust;
use crate::agenda::{Agenda, Search};
use crate::calls::{AskedBy, CALLS};

/// What a collection for some rules must be allowed, and nothing that it does not call.
#[derive(Clone, Debug)]
pub struct LeastPrivilege {
    agenda: Agenda,
}

impl LeastPrivilege {
    /// The least that lets these rules be decided.
    #[must_use]
    pub fn of(rules: &[&Rule], search: Search) -> Self {
        let mut agenda = Agenda::default();
        agenda.search = search;
        agenda.set_needs(rules.iter().flat_map(|rule| rule.needs.iter().copied()));
        Self { agenda }
    }

    /// The IAM actions of the role in each account, in order: reading only.
    #[must_use]
    pub fn actions(&self) -> BTreeSet<&'static str> {
        self.agenda.actions(&[AskedBy::Member])
    }

    /// What the role in each account must allow.
    #[must_use]
    pub fn role_policy(&self) -> Value {
        role_allowing(&self.actions())
    }

    /// The same as [`caller_policy`], for these rules.
    #[must_use]
    pub fn caller_policy<N: AsRef<str>>(&self, partition: &str, role_names: impl IntoIterator<Item = N>) -> Value {
        caller_allowing(
            &self.agenda.actions(&[AskedBy::Caller]),
            &self.actions(),
            partition,
            role_names,
        )
    }
}

/// What the role in each account must allow, whatever rules are asked and however trails are searched for: reading only, and
/// nothing that the collection does not call.
#[must_use]
pub fn role_policy() -> Value {
    role_allowing(&actions(AskedBy::Member))
}

/// What the caller of the collection must be allowed: to list the organization and to assume the roles, given by name
/// (which may have a path), in every account of the partition (`aws`, `aws-cn`, ...). The caller reads its own account
/// without a role, so the reads are there too.
#[must_use]
pub fn caller_policy<N: AsRef<str>>(partition: &str, role_names: impl IntoIterator<Item = N>) -> Value {
    caller_allowing(
        &actions(AskedBy::Caller),
        &actions(AskedBy::Member),
        partition,
        role_names,
    )
}

fn role_allowing(reads: &BTreeSet<&str>) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "TrailauditReads",
            "Effect": "Allow",
            "Action": reads,
            "Resource": "*",
        }],
    })
}

fn caller_allowing<N: AsRef<str>>(
    calls: &BTreeSet<&str>,
    reads: &BTreeSet<&str>,
    partition: &str,
    role_names: impl IntoIterator<Item = N>,
) -> Value {
    let (assume, list): (Vec<&str>, Vec<&str>) = calls.iter().copied().partition(|action| action.starts_with("sts:"));
    let roles: Vec<String> = role_names
        .into_iter()
        .map(|name| format!("arn:{partition}:iam::*:role/{}", name.as_ref().trim_start_matches('/')))
        .collect();
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "TrailauditLists", "Effect": "Allow", "Action": list, "Resource": "*"},
            {"Sid": "TrailauditEnters", "Effect": "Allow", "Action": assume, "Resource": roles},
            {"Sid": "TrailauditReads", "Effect": "Allow", "Action": reads, "Resource": "*"},
        ],
    })
}

/// The inline policy of every session in an account: whatever else its role may do, the session can make the calls that
/// are on the agenda and no others.
pub(crate) fn session_policy(agenda: &Agenda) -> String {
    compact(agenda, &[AskedBy::Member])
}

/// The inline policy of the session that lists the organization and enters its accounts.
pub(crate) fn management_session_policy(agenda: &Agenda) -> String {
    compact(agenda, &[AskedBy::Caller, AskedBy::Member])
}

/// As short as it can be said: STS takes no more than 2,048 characters, and packs them into less still.
fn compact(agenda: &Agenda, askers: &[AskedBy]) -> String {
    let statement = json!({"Effect": "Allow", "Action": agenda.actions(askers), "Resource": "*"});
    json!({"Version": "2012-10-17", "Statement": statement}).to_string()
}

fn actions(asker: AskedBy) -> BTreeSet<&'static str> {
    let calls = CALLS.iter().filter(|call| call.asked_by == asker);
    calls.flat_map(|call| call.actions.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use trailaudit_core::need::Need;

    use super::*;

    /// STS refuses a session policy of more than 2,048 characters; the longest one is that of every call there is.
    #[test]
    fn session_policies_fit() {
        let mut all = Agenda::default();
        all.search = Search::Economical;
        assert!(session_policy(&all).len() <= 1_536, "{}", session_policy(&all).len());
        let management = management_session_policy(&all);
        assert!(management.len() <= 2_048, "{}", management.len());
    }

    #[test]
    fn the_role_reads_and_nothing_else() {
        let policy = role_policy();
        let actions = policy["Statement"][0]["Action"].as_array().unwrap();
        for action in actions {
            let (_, verb) = action.as_str().unwrap().split_once(':').unwrap();
            assert!(
                ["Describe", "Get", "List"].iter().any(|reads| verb.starts_with(reads)),
                "{verb}"
            );
        }
        assert!(actions.len() > 30 && !policy.to_string().contains("sts:"));
    }

    /// A session may do what its collection is about to ask, action by action, without a wildcard that could be more.
    #[test]
    fn a_session_may_do_what_is_on_the_agenda() {
        let mut agenda = Agenda::default();
        agenda.set_needs([Need::Keys, Need::LogGroups]);
        assert_eq!(
            session_policy(&agenda),
            r#"{"Statement":{"Action":["account:ListRegions","cloudtrail:DescribeTrails","kms:DescribeKey","#
                .to_owned()
                + r#""logs:DescribeLogGroups"],"Effect":"Allow","Resource":"*"},"Version":"2012-10-17"}"#
        );
        assert!(!management_session_policy(&Agenda::default()).contains(":*"));
    }

    #[test]
    fn every_action_is_in_a_policy() {
        let all = caller_policy("aws", ["Reader", "/audit/Reader"]);
        let text = all.to_string();
        let role = role_policy().to_string();
        for call in CALLS {
            for action in call.actions {
                let quoted = format!("\"{action}\"");
                assert!(text.contains(&quoted), "{action}");
                assert_eq!(role.contains(&quoted), call.asked_by == AskedBy::Member, "{action}");
            }
        }
        assert_eq!(
            all["Statement"][1]["Resource"],
            json!(["arn:aws:iam::*:role/Reader", "arn:aws:iam::*:role/audit/Reader"])
        );
    }
}
