//! Whom a role trusts.

use serde_json::Value;

/// A trust policy.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The accounts whose principals may assume the role.
    pub accounts: Vec<String>,
    /// The services that may assume the role, such as `cloudtrail.amazonaws.com`.
    pub services: Vec<String>,
    /// The text of the policy, where it says something else.
    pub document: Option<String>,
    /// The external id it demands, if any.
    pub external_id: Option<String>,
    /// The Organization it demands that the caller belong to, if any.
    pub organization: Option<String>,
    /// Whether it allows `sts:SetSourceIdentity`. The role AWS creates in a new member account does not.
    pub source_identity: bool,
    /// Whether it allows `sts:TagSession`. The role AWS creates in a new member account does not.
    pub session_tags: bool,
}

impl Trust {
    /// What a trust policy says, as far as it is simulated: nothing when the text is none.
    #[must_use]
    pub fn of(document: &str) -> Option<Self> {
        let policy: Value = serde_json::from_str(document).ok()?;
        let mut trust = Self {
            document: Some(document.to_owned()),
            ..Self::default()
        };
        for statement in listed(policy.get("Statement")?) {
            if statement["Effect"] != "Allow" {
                return None;
            }
            for action in listed(&statement["Action"]) {
                match action.as_str()? {
                    "sts:AssumeRole" => trust.admit(statement),
                    "sts:SetSourceIdentity" => trust.source_identity = true,
                    "sts:TagSession" => trust.session_tags = true,
                    _ => return None,
                }
            }
        }
        Some(trust)
    }

    fn admit(&mut self, statement: &Value) {
        let texts = |value: &Value| {
            let texts = listed(value).into_iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect::<Vec<_>>()
        };
        let accounts = texts(&statement["Principal"]["AWS"]);
        self.accounts
            .extend(accounts.iter().map(|principal| account_of(principal)));
        self.services.extend(texts(&statement["Principal"]["Service"]));
        let equal = |key: &str| texts(&statement["Condition"]["StringEquals"][key]).into_iter().next();
        self.external_id = equal("sts:ExternalId");
        self.organization = equal("aws:PrincipalOrgID");
    }
}

/// One value or a list of them; none where there is nothing.
fn listed(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// The account of an ARN, or the account that is named by its id.
fn account_of(principal: &str) -> String {
    principal.split(':').nth(4).unwrap_or(principal).to_owned()
}

#[cfg(test)]
mod tests {
    use super::Trust;

    #[test]
    fn a_trust_policy_is_read() {
        let text = r#"{"Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Auditor"}, "Action": "sts:AssumeRole",
             "Condition": {"StringEquals": {"sts:ExternalId": "id", "aws:PrincipalOrgID": "o-abc"}}},
            {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": ["sts:SetSourceIdentity"]}]}"#;
        let trust = Trust::of(text).unwrap();
        assert_eq!(trust.accounts, ["111122223333"]);
        assert_eq!(trust.external_id.as_deref(), Some("id"));
        assert_eq!(trust.organization.as_deref(), Some("o-abc"));
        assert!(trust.source_identity && !trust.session_tags);
        assert!(Trust::of(r#"{"Statement": {"Effect": "Deny", "Action": "sts:AssumeRole"}}"#).is_none());
        assert!(Trust::of("no policy").is_none());
    }
}
