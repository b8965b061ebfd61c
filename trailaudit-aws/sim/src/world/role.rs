//! Who may call: roles, whom they trust, and long-lived access keys.

use std::collections::BTreeMap;

use serde_json::json;

use super::Trust;
use crate::authorization::allowed_actions;
use crate::digest::{base32, digest};
use crate::session::secret;

/// An IAM role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name, without the path.
    pub name: String,
    /// `/` or `/some/path/`.
    pub path: String,
    /// Who may assume it.
    pub trust: Trust,
    /// The actions its policies allow; `*` matches any characters. IAM shows them as an inline policy, `Permissions`.
    pub allowed: Vec<String>,
    /// More inline policies, by name, of a role that only a service assumes: they decide nothing here.
    pub inline_policies: BTreeMap<String, String>,
    /// The ARNs of the managed policies attached to it; they decide nothing either.
    pub attached_policies: Vec<String>,
    /// `MaxSessionDuration`, in seconds.
    pub max_session_seconds: i64,
}

/// A long-lived access key of an IAM user.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// `AKIA…`
    pub id: String,
    /// What requests are signed with; the simulator hands it out and never checks a signature.
    pub secret: String,
    /// The account of the user.
    pub account: String,
    /// The name of the user.
    pub user: String,
    /// The actions the user's policies allow.
    pub allowed: Vec<String>,
}

impl Role {
    /// A role as AWS makes it in a new member account: everything allowed, one account trusted, one-hour sessions.
    #[must_use]
    pub fn trusting(name: &str, account: &str) -> Self {
        Self {
            name: name.to_owned(),
            path: "/".to_owned(),
            trust: Trust {
                accounts: vec![account.to_owned()],
                ..Trust::default()
            },
            allowed: vec!["*".to_owned()],
            inline_policies: BTreeMap::new(),
            attached_policies: Vec::new(),
            max_session_seconds: 3_600,
        }
    }

    /// A role of a service, which may do nothing yet.
    #[must_use]
    pub fn for_service(name: &str, service: &str) -> Self {
        let mut role = Self::trusting(name, "");
        role.trust.accounts.clear();
        role.trust.services.push(service.to_owned());
        role.allowed.clear();
        role
    }

    /// Lets it do what a policy document allows, and nothing else. Resources and conditions are not looked at.
    ///
    /// # Errors
    /// When the text is no policy.
    pub fn allow_only(&mut self, document: &str) -> Result<(), &'static str> {
        self.allowed = allowed_actions(document).ok_or("no policy")?;
        Ok(())
    }

    /// The text of its trust policy.
    #[must_use]
    pub fn trust_policy(&self) -> String {
        let trust = &self.trust;
        if let Some(document) = &trust.document {
            return document.clone();
        }
        let mut statements = Vec::new();
        if !trust.accounts.is_empty() {
            let roots = trust
                .accounts
                .iter()
                .map(|account| format!("arn:aws:iam::{account}:root"));
            let mut actions = vec!["sts:AssumeRole"];
            actions.extend(trust.source_identity.then_some("sts:SetSourceIdentity"));
            actions.extend(trust.session_tags.then_some("sts:TagSession"));
            let principal = json!({"AWS": roots.collect::<Vec<_>>()});
            let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": actions});
            if let Some(id) = &trust.external_id {
                statement["Condition"] = json!({"StringEquals": {"sts:ExternalId": id}});
            }
            statements.push(statement);
        }
        if !trust.services.is_empty() {
            let principal = json!({"Service": trust.services});
            statements.push(json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}));
        }
        json!({"Version": "2012-10-17", "Statement": statements}).to_string()
    }

    /// Its inline policies by name.
    pub(crate) fn policies(&self) -> BTreeMap<String, String> {
        let mut policies = self.inline_policies.clone();
        if !self.allowed.is_empty() {
            let statement = json!({"Effect": "Allow", "Action": self.allowed, "Resource": "*"});
            let document = json!({"Version": "2012-10-17", "Statement": [statement]});
            policies.insert("Permissions".to_owned(), document.to_string());
        }
        policies
    }

    /// Its ARN in the account that has it.
    #[must_use]
    pub fn arn(&self, account: &str) -> String {
        format!("arn:aws:iam::{account}:role{}{}", self.path, self.name)
    }
}

impl AccessKey {
    /// The same as [`Role::allow_only`].
    ///
    /// # Errors
    /// When the text is no policy.
    pub fn allow_only(&mut self, document: &str) -> Result<(), &'static str> {
        self.allowed = allowed_actions(document).ok_or("no policy")?;
        Ok(())
    }

    /// The key of a user who may do everything in the account. Its id and secret follow from the two names.
    #[must_use]
    pub fn new(account: &str, user: &str) -> Self {
        let seed = digest(&["access key", account, user]);
        Self {
            id: format!("AKIA{}", &base32(&seed)[..16]),
            secret: secret(&["secret access key", account, user]),
            account: account.to_owned(),
            user: user.to_owned(),
            allowed: vec!["*".to_owned()],
        }
    }
}
