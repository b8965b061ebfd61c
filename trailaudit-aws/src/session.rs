//! Whose credentials ask: the caller's own, and one session in each account, renewed before it ends.

mod caller;
mod entrance;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::OnceCell;
use trailaudit_core::evidence::Exchange;
use trailaudit_core::organization::{AccountId, Region};

pub(crate) use self::caller::Caller;
pub(crate) use self::entrance::Entrance;
use crate::arn;
use crate::calls::Question;
use crate::calls::sts::{self, Assumption};
use crate::error::{CollectError, refusal};
use crate::gap;
use crate::journal::Sheet;
use crate::record::{Asking, Recorder};

/// How long is waited before each question whether the network is there.
const PATIENCE: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(5)];
/// How often in a row the credentials of an account may run out without having been answered once.
const BARREN: u32 = 5;
/// How often the credentials may run out that one question is asked with.
const RENEWALS: usize = 50;

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
    checking: tokio::sync::Mutex<()>,
}

/// An account that is being or was entered; empty where no role could be assumed.
type Entered = OnceCell<Option<Arc<Session>>>;

impl Session {
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The ARN its credentials have now.
    pub fn principal(&self) -> String {
        self.caller().principal().to_owned()
    }

    fn new(role: Option<String>, caller: Arc<Caller>) -> Self {
        Self {
            account: caller.account().clone(),
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
            checking: tokio::sync::Mutex::default(),
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

    /// Every host that was sent to.
    pub fn hosts(&self) -> Vec<String> {
        self.recorder.hosts().into_iter().collect()
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

    /// Knows from an earlier session how an account can be entered: by a role, as this principal, or by none. Whether
    /// the role still lets anybody in shows when there is something to ask.
    pub fn remember(&self, account: &AccountId, entered: Option<(String, String)>) {
        let session = entered.map(|(role, principal)| {
            let caller = self.origin.role(account, principal);
            Arc::new(Session::new(Some(role), Arc::new(caller)))
        });
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.insert(account.clone(), Arc::new(OnceCell::new_with(Some(session))));
    }

    /// Forgets how an account was entered: it is visited again.
    pub fn forget(&self, account: &AccountId) {
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.remove(account);
    }

    /// Asks with an account's session, unless an earlier one was answered. Credentials that ran out are renewed, and the
    /// question is repeated.
    pub async fn ask(&self, session: &Session, region: &Region, question: Question, sheet: &Sheet) -> Exchange {
        if let Some(exchange) = sheet.recall(region, &question) {
            return exchange;
        }
        let mut caller = self.current(session, sheet).await;
        let mut exchange = self.put(&caller, region, question.clone(), sheet).await;
        for _ in 0..RENEWALS {
            if !session.has_run_out(&exchange) {
                break;
            }
            let Some(renewed) = self.renew(session, &caller, sheet).await else {
                self.end_with_credentials(&caller, &exchange);
                break;
            };
            caller = renewed;
            exchange = self.put(&caller, region, question.clone(), sheet).await;
        }
        exchange
    }

    /// Whether nothing is asked but whether one may ask.
    pub fn glances(&self) -> bool {
        self.entrance.glances
    }

    /// Whether a role lets the caller in; the session is not used.
    pub async fn lets_in(&self, account: &AccountId, role: &str) -> bool {
        let (_, caller) = self.assume_from_base(account, role, &Sheet::default()).await;
        caller.is_some()
    }

    /// Asks about the organization, with the base credentials.
    pub async fn ask_organization(&self, region: &Region, question: Question) -> Exchange {
        self.ask(&self.base, region, question, &self.organization).await
    }

    async fn put(&self, caller: &Caller, region: &Region, question: Question, sheet: &Sheet) -> Exchange {
        let recorder = &self.recorder;
        let asking = Asking {
            recorder,
            caller,
            region,
        };
        let exchange = question.clone().ask(asking).await;
        sheet.add(Some(&question), &exchange);
        exchange
    }

    /// Whether a sheet can be kept. Silence in it is a gap like any other, unless it was the last word everywhere: then
    /// STS is asked, a few times. What fell silent together with the network is not finished, and the run cannot go on;
    /// nor can it without credentials.
    pub async fn is_heard(&self, sheet: &Sheet) -> Result<(), CollectError> {
        self.recorder.check()?;
        if !sheet.has_silence() {
            return Ok(());
        }
        let _one_at_a_time = self.checking.lock().await;
        for pause in PATIENCE {
            self.recorder.check()?;
            if !self.recorder.is_silent() {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
            let caller = self.current_base().await;
            let asking = Asking {
                recorder: &self.recorder,
                caller: &caller,
                region: &self.entrance.region,
            };
            let (exchange, _) = sts::caller_identity(asking).await;
            self.organization.add(None, &exchange);
        }
        if self.recorder.is_silent() {
            self.recorder.end(CollectError::NetworkLost);
        }
        self.recorder.check()
    }

    /// Without credentials of its own the run cannot go on: every account from now on would be one that cannot be
    /// entered.
    fn end_with_credentials(&self, caller: &Caller, exchange: &Exchange) {
        if std::ptr::eq(caller, Arc::as_ptr(&self.origin)) {
            let (code, message) = refusal(exchange);
            self.recorder.end(CollectError::CredentialsExpired { code, message });
        }
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
        sheet.add(None, &exchange);
        if gap::code(&exchange).is_some_and(|code| gap::is_expired_token(code) || code == gap::NOT_SENT) {
            self.end_with_credentials(by, &exchange);
        }
        let caller = assumed.map(|assumed| by.become_role(account, assumed, self.recorder.clock().of_aws()));
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
