//! What is asked about the organization as a whole, once: who administers trails, which services it trusts, and what its
//! policies are. Never one call an account.

use futures::future::join_all;
use trailaudit_core::need::Need;
use trailaudit_core::organization::AccountId;

use super::{Discovery, Source};
use crate::calls::Question;
use crate::calls::organizations::LIST_DELEGATED_ADMINISTRATORS;

impl Discovery<'_> {
    /// What is asked about the Organization as a whole and decides nothing about whom to ask: it takes the longer the more
    /// accounts there are, and nothing waits for it.
    pub async fn beside(&self) {
        if matches!(self.scope.source, Source::Organization) {
            Box::pin(self.wide()).await;
        }
    }

    /// Asks which services it trusts and what its policies are, as far as that is on the agenda.
    pub(super) async fn wide(&self) {
        futures::join!(self.trusted_services(), self.policies());
    }

    /// Who administers trails besides the management account can change or stop them, and may have their log group or
    /// their bucket.
    pub(super) async fn administrators(&self) -> Vec<AccountId> {
        if !self.agenda.makes(&LIST_DELEGATED_ADMINISTRATORS) {
            return Vec::new();
        }
        let question = |next| Question::TrailAdministrators { next };
        let listed = self.sessions.list_organization(self.region, question).await;
        listed
            .texts("DelegatedAdministrators", "Id")
            .map(AccountId::from)
            .collect()
    }

    async fn trusted_services(&self) {
        if self.agenda.needs(&[Need::TrustedServices]) {
            let question = |next| Question::TrustedServices { next };
            self.sessions.list_organization(self.region, question).await;
        }
    }

    /// The service control policies: whether there are any, what each says, and where it is attached.
    async fn policies(&self) {
        if !self.agenda.needs(&[Need::OrganizationPolicies]) {
            return;
        }
        let listed = self
            .sessions
            .list_organization(self.region, |next| Question::ServiceControlPolicies { next });
        let (_, listed) = futures::join!(self.roots(), listed);
        let policies = listed.texts("Policies", "Id").map(str::to_owned);
        let asked = policies.map(|policy| async move {
            let named = policy.clone();
            let targets = |next| Question::TargetsOf {
                policy: named.clone(),
                next,
            };
            futures::join!(
                self.sessions.list_organization(self.region, targets),
                self.ask(Question::ServiceControlPolicy { policy }),
            )
        });
        join_all(asked).await;
    }
}
