//! Who may call: roles, whom they trust, and long-lived access keys.

use crate::digest::{base32, digest};

/// An IAM role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name, without the path.
    pub name: String,
    /// `/` or `/some/path/`.
    pub path: String,
    /// Who may assume it.
    pub trust: Trust,
    /// The actions its policies allow; `*` matches any characters.
    pub allowed: Vec<String>,
    /// `MaxSessionDuration`, in seconds.
    pub max_session_seconds: i64,
}

/// A trust policy.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The accounts whose principals may assume the role.
    pub accounts: Vec<String>,
    /// The external id it demands, if any.
    pub external_id: Option<String>,
    /// Whether it allows `sts:SetSourceIdentity`. The role AWS creates in a new member account does not.
    pub source_identity: bool,
    /// Whether it allows `sts:TagSession`. The role AWS creates in a new member account does not.
    pub session_tags: bool,
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
                external_id: None,
                source_identity: false,
                session_tags: false,
            },
            allowed: vec!["*".to_owned()],
            max_session_seconds: 3_600,
        }
    }

    /// Its ARN in the account that has it.
    #[must_use]
    pub fn arn(&self, account: &str) -> String {
        format!("arn:aws:iam::{account}:role{}{}", self.path, self.name)
    }
}

impl AccessKey {
    /// The key of a user who may do everything in the account. Its id and secret follow from the two names.
    #[must_use]
    pub fn new(account: &str, user: &str) -> Self {
        let seed = digest(&["access key", account, user]);
        Self {
            id: format!("AKIA{}", &base32(&seed)[..16]),
            secret: base32(&digest(&["secret access key", account, user]))[..40].to_owned(),
            account: account.to_owned(),
            user: user.to_owned(),
            allowed: vec!["*".to_owned()],
        }
    }
}
