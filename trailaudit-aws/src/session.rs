//! Whose credentials ask: the caller's own, and one session in each account, renewed before it ends.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::config::IdentityCache;
use tokio::sync::OnceCell;
use trailaudit_core::evidence::Exchange;
use trailaudit_core::organization::{AccountId, Region};

use crate::arn;
use crate::calls::Question;
use crate::calls::sts::{self, Assumed, Assumption};
use crate::gap;
use crate::journal::Sheet;
use crate::record::{Asking, Recorder};

/// A session is renewed when less than this is left of it.
const LEFT: Duration = Duration::from_mins(5);
/// How often in a row the credentials of an account may run out without having been answered once.
const BARREN: u32 = 5;
/// How often the credentials may run out that one question is asked with.
const RENEWALS: usize = 50;

/// One set of credentials, and the configuration to ask with them.
pub(crate) struct Caller {
    account: AccountId,
    principal: String,
    config: SdkConfig,
    renew_at: Option<SystemTime>,
}

/// Credentials in an account, over time.
pub(crate) struct Session {
    account: AccountId,
    /// The role they came by; the caller's own credentials come by none and renew themselves.
    role: Option<String>,
    caller: RwLock<Arc<Caller>>,
    renewing: tokio::sync::Mutex<()>,
    /// How often its credentials were replaced since they were last answered.
    barren: AtomicU32,
}

/// How accounts are entered.
pub(crate) struct Entrance {
    pub partition: &'static str,
    /// Where STS is asked.
    pub region: Region,
    /// Tried in this order.
    pub role_names: Vec<String>,
    pub assumption: Assumption,
    pub management: Assumption,
}

/// All sessions of a run: at most one in an account.
pub(crate) struct Sessions {
    recorder: Arc<Recorder>,
    entrance: Entrance,
    /// The credentials of the environment.
    origin: Arc<Caller>,
    /// The credentials that list the organization and enter accounts: the same, or those of the management role.
    base: Arc<Session>,
    /// Where calls about the organization are kept.
    organization: Arc<Sheet>,
    members: Mutex<HashMap<AccountId, Arc<Entered>>>,
}

/// An account that is being or was entered; empty where no role could be assumed.
type Entered = OnceCell<Option<Arc<Session>>>;

impl Caller {
    /// Credentials that `config` brings along.
    pub fn new(account: AccountId, principal: String, config: SdkConfig) -> Self {
        Self {
            account,
            principal,
            config,
            renew_at: None,
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

    /// The caller that a role assumed by this one gives.
    fn become_role(&self, account: &AccountId, assumed: Assumed, now: SystemTime) -> Self {
        let expiry = assumed.credentials.expiry();
        let config = self
            .config
            .to_builder()
            .credentials_provider(SharedCredentialsProvider::new(assumed.credentials))
            // Static credentials need no cache, and the shared one holds 64 identities only.
            .identity_cache(IdentityCache::no_cache());
        Self {
            account: account.clone(),
            principal: assumed.principal,
            config: config.build(),
            renew_at: expiry.map(|expiry| renew_at(now, expiry)),
        }
    }

    fn is_ending(&self, now: SystemTime) -> bool {
        self.renew_at.is_some_and(|at| now >= at)
    }
}

impl Session {
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The ARN its credentials have now.
    pub fn principal(&self) -> String {
        self.caller().principal.clone()
    }

    fn new(role: Option<String>, caller: Arc<Caller>) -> Self {
        Self {
            account: caller.account.clone(),
            role,
            caller: RwLock::new(caller),
            renewing: tokio::sync::Mutex::default(),
            barren: AtomicU32::new(0),
        }
    }

    fn caller(&self) -> Arc<Caller> {
        self.caller.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether an exchange says that the credentials ran out; anything else says that they are good.
    fn has_run_out(&self, exchange: &Exchange) -> bool {
        let has_run_out = gap::code(exchange).is_some_and(gap::is_expired_token);
        if !has_run_out {
            self.barren.store(0, Ordering::Relaxed);
        }
        has_run_out
    }

    /// Whether new credentials may still be of use.
    fn is_worth_renewing(&self) -> bool {
        self.barren.fetch_add(1, Ordering::Relaxed) < BARREN
    }

    fn replace(&self, caller: &Arc<Caller>) {
        *self.caller.write().unwrap_or_else(PoisonError::into_inner) = caller.clone();
    }
}

impl Sessions {
    /// With the credentials of the environment as the base.
    pub fn new(recorder: Arc<Recorder>, entrance: Entrance, origin: Caller, organization: Arc<Sheet>) -> Self {
        let origin = Arc::new(origin);
        Self {
            recorder,
            entrance,
            base: Arc::new(Session::new(None, origin.clone())),
            origin,
            organization,
            members: Mutex::default(),
        }
    }

    /// Makes the session of a role the base. The failed exchange when the role cannot be assumed.
    pub async fn through_management_role(mut self, account: &AccountId, role: &str) -> Result<Self, Exchange> {
        let how = &self.entrance.management;
        let (exchange, caller) = self.assume(&self.origin, account, role, how, &self.organization).await;
        let caller = caller.ok_or(exchange)?;
        self.base = Arc::new(Session::new(Some(role.to_owned()), Arc::new(caller)));
        Ok(self)
    }

    pub fn base(&self) -> &Arc<Session> {
        &self.base
    }

    /// The one session in an account; nothing when no role could be assumed, which is tried once in a run. `role` is
    /// the ARN to use instead of the configured names. What it took is kept on the sheet of whoever came first.
    pub async fn enter(&self, account: &AccountId, role: Option<&str>, sheet: &Sheet) -> Option<Arc<Session>> {
        if *account == self.base.account {
            return Some(self.base.clone());
        }
        let cell = {
            let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
            members.entry(account.clone()).or_default().clone()
        };
        cell.get_or_init(|| self.first_role(account, role, sheet)).await.clone()
    }

    /// Asks with an account's session. Credentials that ran out are renewed, and the question is repeated.
    pub async fn ask(&self, session: &Session, region: &Region, question: Question, sheet: &Sheet) -> Exchange {
        let mut caller = self.current(session, sheet).await;
        let mut exchange = self.put(&caller, region, question.clone(), sheet).await;
        for _ in 0..RENEWALS {
            if !session.has_run_out(&exchange) {
                break;
            }
            let Some(renewed) = self.renew(session, &caller, sheet).await else {
                break;
            };
            caller = renewed;
            exchange = self.put(&caller, region, question.clone(), sheet).await;
        }
        exchange
    }

    /// Asks about the organization, with the base credentials.
    pub async fn ask_organization(&self, region: &Region, question: Question) -> Exchange {
        self.ask(&self.base, region, question, &self.organization).await
    }

    async fn put(&self, caller: &Caller, region: &Region, question: Question, sheet: &Sheet) -> Exchange {
        let recorder = &self.recorder;
        let exchange = question
            .ask(Asking {
                recorder,
                caller,
                region,
            })
            .await;
        sheet.add(&exchange);
        exchange
    }

    async fn first_role(&self, account: &AccountId, role: Option<&str>, sheet: &Sheet) -> Option<Arc<Session>> {
        let by_name = |name: &String| arn::role_arn(self.entrance.partition, account, name);
        let roles = match role {
            Some(role) => vec![role.to_owned()],
            None => self.entrance.role_names.iter().map(by_name).collect(),
        };
        for role in roles {
            let (exchange, caller) = self.assume_from_base(account, &role, sheet).await;
            if let Some(caller) = caller {
                return Some(Arc::new(Session::new(Some(role), Arc::new(caller))));
            }
            if gap::reason(&exchange).is_some_and(|reason| gap::is_silence(&reason)) {
                break;
            }
        }
        None
    }

    async fn assume_from_base(&self, account: &AccountId, role: &str, sheet: &Sheet) -> (Exchange, Option<Caller>) {
        let how = &self.entrance.assumption;
        let mut base = self.current_base().await;
        let mut entered = self.assume(&base, account, role, how, sheet).await;
        for _ in 0..RENEWALS {
            if !self.base.has_run_out(&entered.0) {
                break;
            }
            let Some(renewed) = self.renew_base(&base).await else {
                break;
            };
            base = renewed;
            entered = self.assume(&base, account, role, how, sheet).await;
        }
        entered
    }

    async fn assume(
        &self,
        by: &Caller,
        account: &AccountId,
        role: &str,
        how: &Assumption,
        sheet: &Sheet,
    ) -> (Exchange, Option<Caller>) {
        let asking = Asking {
            recorder: &self.recorder,
            caller: by,
            region: &self.entrance.region,
        };
        let (exchange, assumed) = sts::assume_role(asking, role, how).await;
        sheet.add(&exchange);
        let now = self.recorder.clock().of_aws();
        let caller = assumed.map(|assumed| by.become_role(account, assumed, now));
        (exchange, caller)
    }

    async fn current(&self, session: &Session, sheet: &Sheet) -> Arc<Caller> {
        let caller = session.caller();
        if caller.is_ending(self.recorder.clock().of_aws()) {
            self.renew(session, &caller, sheet).await.unwrap_or(caller)
        } else {
            caller
        }
    }

    async fn current_base(&self) -> Arc<Caller> {
        let caller = self.base.caller();
        if caller.is_ending(self.recorder.clock().of_aws()) {
            self.renew_base(&caller).await.unwrap_or(caller)
        } else {
            caller
        }
    }

    /// Fresh credentials in place of `old`; nothing when there are none to be had.
    async fn renew(&self, session: &Session, old: &Arc<Caller>, sheet: &Sheet) -> Option<Arc<Caller>> {
        if session.account == self.base.account {
            return self.renew_base(old).await;
        }
        let role = session.role.as_deref()?;
        let _one_at_a_time = session.renewing.lock().await;
        let now = session.caller();
        if !Arc::ptr_eq(&now, old) {
            return Some(now);
        }
        if !session.is_worth_renewing() {
            return None;
        }
        let caller = Arc::new(self.assume_from_base(&session.account, role, sheet).await.1?);
        session.replace(&caller);
        Some(caller)
    }

    async fn renew_base(&self, old: &Arc<Caller>) -> Option<Arc<Caller>> {
        let role = self.base.role.as_deref()?;
        let _one_at_a_time = self.base.renewing.lock().await;
        let now = self.base.caller();
        if !Arc::ptr_eq(&now, old) {
            return Some(now);
        }
        if !self.base.is_worth_renewing() {
            return None;
        }
        let how = &self.entrance.management;
        let assumed = self
            .assume(&self.origin, &self.base.account, role, how, &self.organization)
            .await;
        let caller = Arc::new(assumed.1?);
        self.base.replace(&caller);
        Some(caller)
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
