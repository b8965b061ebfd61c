//! Whether a caller may do something: explicit denies first, then what a session policy and the identity's own
//! policies allow.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::caller::Caller;
use crate::refusal::Refusal;
use crate::world::{Denial, DeniedBy, World};

/// One statement of an inline session policy. Conditions are not evaluated. The short names keep tokens short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Statement {
    #[serde(rename = "e")]
    allows: bool,
    #[serde(rename = "a")]
    actions: Vec<String>,
    /// `NotAction`: the statement is about every action but these.
    #[serde(rename = "n")]
    inverted: bool,
    #[serde(rename = "r")]
    resources: Vec<String>,
}

/// The statements of a policy document, or nothing when it is not one.
pub(crate) fn statements(document: &str) -> Option<Vec<Statement>> {
    let document: Value = serde_json::from_str(document).ok()?;
    let statements = match document.get("Statement")? {
        Value::Array(statements) => statements.iter().map(statement).collect::<Option<Vec<_>>>()?,
        one => vec![statement(one)?],
    };
    Some(statements)
}

/// The actions that the statements of a document allow; nothing when it is none, or does more than allow actions.
pub(crate) fn allowed_actions(document: &str) -> Option<Vec<String>> {
    let statements = statements(document)?;
    let is_plain = statements
        .iter()
        .all(|statement| statement.allows && !statement.inverted);
    is_plain.then(|| statements.into_iter().flat_map(|statement| statement.actions).collect())
}

fn statement(value: &Value) -> Option<Statement> {
    let allows = match value.get("Effect")?.as_str()? {
        "Allow" => true,
        "Deny" => false,
        _ => return None,
    };
    let (actions, inverted) = match value.get("Action") {
        Some(actions) => (actions, false),
        None => (value.get("NotAction")?, true),
    };
    let statement = Statement {
        allows,
        actions: words(actions)?,
        inverted,
        resources: words(value.get("Resource")?)?,
    };
    Some(statement)
}

fn words(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(word) => Some(vec![word.clone()]),
        Value::Array(words) => words.iter().map(|word| word.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

impl Statement {
    fn is_about(&self, action: &str, resource: &str) -> bool {
        let named = self.actions.iter().any(|pattern| action_matches(pattern, action));
        named != self.inverted
            && self
                .resources
                .iter()
                .any(|pattern| resource == "*" || matches(pattern, resource))
    }
}

/// Whether the caller may do this, to this resource or (without one) at all.
pub(crate) fn authorize(
    world: &World,
    caller: &Caller<'_>,
    region: &str,
    action: &str,
    resource: Option<&str>,
) -> Result<(), Refusal> {
    let refuse = |why: String| {
        let on = resource
            .map(|resource| format!(" on resource: {resource}"))
            .unwrap_or_default();
        Err(Refusal::access_denied(format!(
            "User: {} is not authorized to perform: {action}{on} {why}",
            caller.arn
        )))
    };
    let asked = resource.unwrap_or("*");
    let in_management_account = caller.account.id == world.management_account();
    for denial in caller
        .account
        .denials
        .iter()
        .filter(|denial| denial.is_about(region, action, asked))
    {
        match &denial.by {
            DeniedBy::ServiceControlPolicy(_) if in_management_account => {}
            DeniedBy::ServiceControlPolicy(policy) => {
                let arn = world.organization.policy_arn(policy);
                return refuse(format!("with an explicit deny in a service control policy: {arn}"));
            }
            DeniedBy::IdentityPolicy => return refuse("with an explicit deny in an identity-based policy".into()),
            DeniedBy::PermissionsBoundary => return refuse("with an explicit deny in a permissions boundary".into()),
            DeniedBy::ResourcePolicy => return refuse("with an explicit deny in a resource-based policy".into()),
            DeniedBy::Omission(kind) => return refuse(format!("because no {kind} allows the {action} action")),
        }
    }
    if let Some(policy) = &caller.session_policy {
        if policy
            .iter()
            .any(|statement| !statement.allows && statement.is_about(action, asked))
        {
            return refuse("with an explicit deny in a session policy".into());
        }
        if !policy
            .iter()
            .any(|statement| statement.allows && statement.is_about(action, asked))
        {
            return refuse(format!("because no session policy allows the {action} action"));
        }
    }
    if !caller.allowed.iter().any(|pattern| action_matches(pattern, action)) {
        return refuse(format!("because no identity-based policy allows the {action} action"));
    }
    Ok(())
}

impl Denial {
    fn is_about(&self, region: &str, action: &str, resource: &str) -> bool {
        self.actions.iter().any(|pattern| action_matches(pattern, action))
            && (self.regions.is_empty() || self.regions.iter().any(|name| name == region))
            && (self.resources.is_empty() || self.resources.iter().any(|pattern| matches(pattern, resource)))
    }
}

/// Action names are compared without regard to case.
fn action_matches(pattern: &str, action: &str) -> bool {
    pattern == "*" || matches(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
}

/// IAM's wildcards: `*` for any characters, `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut read, mut star) = (0, 0, None);
    while read < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[read] => (at, read) = (at + 1, read + 1),
            _ => {
                // Let the last star swallow one more character and try again behind it.
                let Some((position, swallowed)) = star else {
                    return false;
                };
                star = Some((position, swallowed + 1));
                (at, read) = (position + 1, swallowed + 1);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rehearsal::{Caller, world};

    #[test]
    fn wildcards_match_as_in_policies() {
        for (pattern, action, expected) in [
            ("*", "kms:DescribeKey", true),
            ("cloudtrail:*", "cloudtrail:DescribeTrails", true),
            ("cloudtrail:Get*", "cloudtrail:DescribeTrails", false),
            ("CloudTrail:describetrails", "cloudtrail:DescribeTrails", true),
            ("*:Describe*Groups", "logs:DescribeLogGroups", true),
            ("logs:DescribeLogGroup?", "logs:DescribeLogGroups", true),
            ("logs:DescribeLogGroup", "logs:DescribeLogGroups", false),
        ] {
            assert_eq!(action_matches(pattern, action), expected, "{pattern} {action}");
        }
    }

    #[test]
    fn a_policy_is_read_or_refused() {
        let read = statements(r#"{"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}"#).unwrap();
        assert!(read[0].is_about("kms:DescribeKey", "*"));
        assert!(!read[0].is_about("iam:GetRole", "*"));
        assert_eq!(
            statements(r#"{"Statement": [{"Effect": "Maybe", "Action": "*", "Resource": "*"}]}"#),
            None
        );
        assert_eq!(statements("not a policy"), None);
    }

    #[test]
    fn a_service_control_policy_is_named_where_it_denies() {
        let mut world = world();
        let denial = Denial {
            by: DeniedBy::ServiceControlPolicy("p-region1".into()),
            actions: vec!["cloudtrail:*".into()],
            regions: vec!["eu-west-1".into()],
            resources: vec![],
        };
        for account in world.accounts.values_mut() {
            account.denials.push(denial.clone());
        }
        let ask = |caller: Caller<'_>| {
            caller
                .within("eu-west-1")
                .ask("cloudtrail", "DescribeTrails", &json!({}))
        };
        let (status, refused) = ask(Caller::member(&world));
        assert_eq!(status, 400);
        assert_eq!(refused["__type"], "AccessDeniedException");
        assert_eq!(
            refused["message"],
            "User: arn:aws:sts::022222222222:assumed-role/Auditor/audit is not authorized to perform: \
             cloudtrail:DescribeTrails with an explicit deny in a service control policy: \
             arn:aws:organizations::111111111111:policy/o-exampleorg1/service_control_policy/p-region1"
        );
        assert_eq!(
            ask(Caller::auditor(&world)).0,
            200,
            "the management account is not bound by it"
        );
        assert_eq!(
            Caller::member(&world).ask("cloudtrail", "DescribeTrails", &json!({})).0,
            200,
            "another Region"
        );
    }

    #[test]
    fn a_session_policy_limits_the_session() {
        let world = world();
        let policy = r#"{"Statement": [{"Effect": "Allow", "Action": ["cloudtrail:Describe*"], "Resource": "*"}]}"#;
        let limited = Caller::auditor(&world).assume(&format!("&Policy={policy}"));
        assert_eq!(limited.ask("cloudtrail", "DescribeTrails", &json!({})).0, 200);
        let (_, refused) = limited.ask("cloudtrail", "ListTrails", &json!({}));
        assert_eq!(
            refused["message"],
            "User: arn:aws:sts::022222222222:assumed-role/Auditor/audit is not authorized to perform: \
             cloudtrail:ListTrails because no session policy allows the cloudtrail:ListTrails action"
        );
    }
}
