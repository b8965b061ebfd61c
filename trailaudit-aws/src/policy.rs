//! The least privilege, derived from [`CALLS`].

use serde_json::{Value, json};

use crate::calls::{AskedBy, CALLS};

/// What the role in each account must allow: reading only, and nothing that the collection does not call.
#[must_use]
pub fn role_policy() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "TrailauditReads",
            "Effect": "Allow",
            "Action": actions(AskedBy::Member),
            "Resource": "*",
        }],
    })
}

/// What the caller of the collection must be allowed: to list the organization and to assume the roles, given by name
/// (which may have a path), in every account of the partition (`aws`, `aws-cn`, ...). The caller reads its own account
/// without a role, so the reads are there too.
#[must_use]
pub fn caller_policy<N: AsRef<str>>(partition: &str, role_names: impl IntoIterator<Item = N>) -> Value {
    let (assume, list): (Vec<&str>, Vec<&str>) = actions(AskedBy::Caller)
        .into_iter()
        .partition(|action| action.starts_with("sts:"));
    let roles: Vec<String> = role_names
        .into_iter()
        .map(|name| format!("arn:{partition}:iam::*:role/{}", name.as_ref().trim_start_matches('/')))
        .collect();
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "TrailauditLists", "Effect": "Allow", "Action": list, "Resource": "*"},
            {"Sid": "TrailauditEnters", "Effect": "Allow", "Action": assume, "Resource": roles},
            {"Sid": "TrailauditReads", "Effect": "Allow", "Action": actions(AskedBy::Member), "Resource": "*"},
        ],
    })
}

/// The inline policy of every session in an account: whatever else its role may do, the session cannot.
pub(crate) fn session_policy() -> String {
    compact(&[AskedBy::Member])
}

/// The inline policy of the session that lists the organization and enters its accounts.
pub(crate) fn management_session_policy() -> String {
    compact(&[AskedBy::Caller, AskedBy::Member])
}

fn compact(askers: &[AskedBy]) -> String {
    let actions: Vec<&str> = askers.iter().flat_map(|asker| actions(*asker)).collect();
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

fn actions(asker: AskedBy) -> Vec<&'static str> {
    let mut actions: Vec<_> = CALLS
        .iter()
        .filter(|call| call.asked_by == asker)
        .flat_map(|call| call.actions.iter().copied())
        .collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    /// STS refuses a session policy of more than 2,048 characters.
    #[test]
    fn session_policies_fit() {
        assert!(session_policy().len() <= 2_048);
        assert!(management_session_policy().len() <= 2_048);
    }

    #[test]
    fn the_role_reads_and_nothing_else() {
        assert_eq!(
            role_policy()["Statement"][0]["Action"],
            json!([
                "account:ListRegions",
                "cloudtrail:DescribeTrails",
                "cloudtrail:GetEventSelectors",
                "cloudtrail:GetTrailStatus",
                "kms:DescribeKey",
                "logs:DescribeLogGroups"
            ])
        );
        assert!(!session_policy().contains("sts:"));
    }

    #[test]
    fn every_action_is_in_a_policy() {
        let all = caller_policy("aws", ["Reader", "/audit/Reader"]);
        let text = all.to_string();
        for call in CALLS {
            for action in call.actions {
                assert!(text.contains(&format!("\"{action}\"")), "{action}");
                let asked_by_members = call.asked_by == AskedBy::Member;
                assert_eq!(
                    session_policy().contains(&format!("\"{action}\"")),
                    asked_by_members,
                    "{action}"
                );
            }
        }
        assert_eq!(
            all["Statement"][1]["Resource"],
            json!(["arn:aws:iam::*:role/Reader", "arn:aws:iam::*:role/audit/Reader"])
        );
    }
}
