//! Service control policies.

use serde_json::json;

/// One service control policy. Its text does not decide what is denied: an account's denials do, and a world must not
/// contradict itself.
#[derive(Clone, Debug)]
pub struct ServiceControlPolicy {
    /// `p-` and eight or more letters or digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is one of AWS's own.
    pub aws_managed: bool,
    /// What it says.
    pub content: String,
    /// Where it is attached.
    pub attached: Attached,
}

/// Where a policy is attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attached {
    /// To the root, each unit and each account.
    Everywhere,
    /// To the root, units and accounts of these ids.
    To(Vec<String>),
}

impl ServiceControlPolicy {
    /// `FullAWSAccess`, which allows everything and is attached everywhere until somebody takes it away.
    #[must_use]
    pub fn full_access() -> Self {
        let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        Self {
            id: "p-FullAWSAccess".to_owned(),
            name: "FullAWSAccess".to_owned(),
            description: "Allows access to every operation".to_owned(),
            aws_managed: true,
            content: json!({"Version": "2012-10-17", "Statement": [statement]}).to_string(),
            attached: Attached::Everywhere,
        }
    }

    /// A policy attached to the root, a unit or an account.
    #[must_use]
    pub fn new(id: &str, name: &str, content: &str, target: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            description: String::new(),
            aws_managed: false,
            content: content.to_owned(),
            attached: Attached::To(vec![target.to_owned()]),
        }
    }

    /// Its ARN in an Organization.
    #[must_use]
    pub fn arn(&self, organization: &super::Organization) -> String {
        if self.aws_managed {
            return format!("arn:aws:organizations::aws:policy/service_control_policy/{}", self.id);
        }
        organization.policy_arn(&self.id)
    }

    /// Whether it is attached to the root, a unit or an account of this id.
    pub(crate) fn is_attached_to(&self, id: &str) -> bool {
        match &self.attached {
            Attached::Everywhere => true,
            Attached::To(targets) => targets.iter().any(|target| target == id),
        }
    }
}
