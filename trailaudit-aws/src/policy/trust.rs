//! Who may become the role.

use serde_json::{Map, Value, json};

/// Whom a role trusts, and on which conditions.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The account that audits by its twelve digits, or the ARN of the one user or role there.
    pub principal: String,
    /// What the caller must say (`sts:ExternalId`).
    pub external_id: Option<String>,
    /// The organization the caller must belong to (`aws:PrincipalOrgID`).
    pub organization: Option<String>,
    /// What the person behind the session is called (`sts:SourceIdentity`); `*` and `?` match as in IAM. Who enters has to
    /// say it then; without a pattern, one may.
    pub source_identity: Option<String>,
}

impl Trust {
    /// The trust policy. Setting a source identity is a statement of its own: its request carries no external id (service
    /// authorization reference, AWS STS).
    #[must_use]
    pub fn policy(&self) -> Value {
        let mut equal = Map::new();
        if let Some(organization) = &self.organization {
            equal.insert("aws:PrincipalOrgID".to_owned(), organization.as_str().into());
        }
        let mut says = equal.clone();
        if let Some(id) = &self.external_id {
            says.insert("sts:ExternalId".to_owned(), id.as_str().into());
        }
        json!({
            "Version": "2012-10-17",
            "Statement": [
                self.statement("TrailauditEnters", "sts:AssumeRole", says),
                self.statement("TrailauditSaysWho", "sts:SetSourceIdentity", equal),
            ],
        })
    }

    fn statement(&self, sid: &str, action: &str, equal: Map<String, Value>) -> Value {
        let mut statement = json!({
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"AWS": self.principal},
            "Action": action,
        });
        let mut condition = Map::new();
        if !equal.is_empty() {
            condition.insert("StringEquals".to_owned(), equal.into());
        }
        if let Some(pattern) = &self.source_identity {
            condition.insert("StringLike".to_owned(), json!({"sts:SourceIdentity": pattern}));
        }
        if !condition.is_empty() {
            statement["Condition"] = condition.into();
        }
        statement
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_stands_where_its_key_is_sent() {
        let trust = Trust {
            principal: "111122223333".into(),
            external_id: Some("id".into()),
            organization: Some("o-abc".into()),
            source_identity: Some("*@example.com".into()),
        };
        let policy = trust.policy();
        let [enters, says] = [0, 1].map(|at| &policy["Statement"][at]);
        assert_eq!(
            enters["Condition"],
            json!({"StringEquals": {"aws:PrincipalOrgID": "o-abc", "sts:ExternalId": "id"},
                   "StringLike": {"sts:SourceIdentity": "*@example.com"}})
        );
        assert_eq!(says["Action"], "sts:SetSourceIdentity");
        assert_eq!(
            says["Condition"]["StringEquals"],
            json!({"aws:PrincipalOrgID": "o-abc"})
        );
        let bare = Trust {
            principal: "111122223333".into(),
            ..Trust::default()
        };
        assert_eq!(bare.policy()["Statement"][0].get("Condition"), None);
    }
}
