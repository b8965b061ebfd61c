//! Credentials, and what is asked with them.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::config::IdentityCache;
use trailaudit_core::organization::AccountId;

use crate::calls::sts::Assumed;

/// A session is renewed when less than this is left of it.
const LEFT: Duration = Duration::from_mins(5);

/// One set of credentials, and the configuration to ask with them.
pub(crate) struct Caller {
    account: AccountId,
    principal: String,
    config: Arc<SdkConfig>,
    /// In place of those that the configuration brings along.
    credentials: Option<SharedCredentialsProvider>,
    renew_at: Option<SystemTime>,
    /// The configuration of every role that is assumed with these credentials: all but the credentials.
    of_roles: OnceLock<Arc<SdkConfig>>,
}

impl Caller {
    /// Credentials that `config` brings along.
    pub fn new(account: AccountId, principal: String, config: SdkConfig) -> Self {
        Self {
            account,
            principal,
            config: Arc::new(config),
            credentials: None,
            renew_at: None,
            of_roles: OnceLock::new(),
        }
    }

    pub fn account(&self) -> &AccountId {
        &self.account
    }

    pub fn principal(&self) -> &str {
        &self.principal
    }

    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Credentials to ask with instead of those of the configuration.
    pub fn credentials(&self) -> Option<&SharedCredentialsProvider> {
        self.credentials.as_ref()
    }

    /// The caller that a role assumed by this one gives.
    pub(super) fn become_role(&self, account: &AccountId, assumed: Assumed, now: SystemTime) -> Self {
        let expiry = assumed.credentials.expiry();
        Self {
            credentials: Some(SharedCredentialsProvider::new(assumed.credentials)),
            renew_at: expiry.map(|expiry| renew_at(now, expiry)),
            ..self.role(account, assumed.principal)
        }
    }

    /// A role whose credentials are yet to be had: with none at all, until the session is renewed.
    pub(super) fn role(&self, account: &AccountId, principal: String) -> Self {
        let bare = || {
            let mut config = self.config.to_builder();
            config.set_credentials_provider(None);
            // Static credentials need no cache, and the shared one holds 64 identities only.
            Arc::new(config.identity_cache(IdentityCache::no_cache()).build())
        };
        Self {
            account: account.clone(),
            principal,
            config: self.of_roles.get_or_init(bare).clone(),
            credentials: None,
            renew_at: Some(SystemTime::UNIX_EPOCH),
            of_roles: OnceLock::new(),
        }
    }

    pub(super) fn is_ending(&self, now: SystemTime) -> bool {
        self.renew_at.is_some_and(|at| now >= at)
    }
}

/// A session too short for the usual reserve is used to its end.
fn renew_at(now: SystemTime, expiry: SystemTime) -> SystemTime {
    let lifetime = expiry.duration_since(now).unwrap_or_default();
    if lifetime > 2 * LEFT { expiry - LEFT } else { expiry }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_renewed_before_it_ends() {
        let now = SystemTime::UNIX_EPOCH;
        let after = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(renew_at(now, after(3_600)), after(3_300));
        assert_eq!(renew_at(now, after(120)), after(120));
        assert_eq!(renew_at(after(10), now), now);
    }
}
