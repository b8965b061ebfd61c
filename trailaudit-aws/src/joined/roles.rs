//! The roles with which trails deliver to their log groups.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::join_all;
use trailaudit_core::evidence::Answer;
use trailaudit_core::need::Need;

use super::references::RoleReference;
use super::{Join, Seen};
use crate::calls::Question;
use crate::fan_out;
use crate::session::Session;

impl Join<'_> {
    /// Asks for each role once, in its own account, and once for each managed policy that any of them has.
    pub(super) async fn roles(&self, seen: &Seen) {
        if !self.agenda.needs(&[Need::DeliveryRoles]) {
            return;
        }
        let roles: BTreeSet<_> = seen.trails().filter_map(RoleReference::of).collect();
        let mut managed = BTreeMap::new();
        let asked = fan_out::all(&roles, |role| self.role(role).boxed()).await;
        for (session, policies) in asked.into_iter().flatten() {
            for policy in policies {
                managed
                    .entry((session.account().clone(), policy))
                    .or_insert_with(|| session.clone());
            }
        }
        fan_out::all(managed, |((_, policy), session)| {
            self.managed_policy(session, policy).boxed()
        })
        .await;
    }

    /// Asks for a role; gives back the ARNs of its managed policies, its boundary among them.
    async fn role(&self, role: &RoleReference) -> Option<(Arc<Session>, Vec<String>)> {
        let session = self.enter(&role.account).await?;
        let sheet = self.sheets.of(&role.account);
        let name = role.name.clone();
        let exchange = self
            .sessions
            .ask(&session, self.region, Question::Role { name }, &sheet)
            .await;
        let Answer::Ok(answer) = &exchange.answer else {
            return None;
        };
        let boundary = answer["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"].as_str();
        let (mut managed, ()) = futures::join!(self.attached(&session, role), self.inline(&session, role));
        managed.extend(boundary.map(str::to_owned));
        Some((session, managed))
    }

    /// The policies that are part of the role.
    async fn inline(&self, session: &Session, role: &RoleReference) {
        let sheet = self.sheets.of(&role.account);
        let name = || role.name.clone();
        let question = |next| Question::RolePolicies { role: name(), next };
        let listed = self.sessions.list(session, self.region, &sheet, question).await;
        let policies = listed.entries("PolicyNames").filter_map(|policy| policy.as_str());
        let asked = policies.map(|policy| {
            let question = Question::RolePolicy {
                role: name(),
                policy: policy.to_owned(),
            };
            self.sessions.ask(session, self.region, question, &sheet)
        });
        join_all(asked).await;
    }

    /// The ARNs of the managed policies attached to the role.
    async fn attached(&self, session: &Session, role: &RoleReference) -> Vec<String> {
        let sheet = self.sheets.of(&role.account);
        let question = |next| Question::AttachedPolicies {
            role: role.name.clone(),
            next,
        };
        let listed = self.sessions.list(session, self.region, &sheet, question).await;
        let arns = listed.texts("AttachedPolicies", "PolicyArn");
        arns.map(str::to_owned).collect()
    }

    /// A managed policy, in the version that is in force.
    async fn managed_policy(&self, session: Arc<Session>, policy: String) {
        let sheet = self.sheets.of(session.account());
        let named = policy.clone();
        let question = Question::ManagedPolicy { policy: named };
        let exchange = self.sessions.ask(&session, self.region, question, &sheet).await;
        let Answer::Ok(answer) = &exchange.answer else { return };
        if let Some(version) = answer["Policy"]["DefaultVersionId"].as_str() {
            let version = version.to_owned();
            let question = Question::PolicyVersion { policy, version };
            self.sessions.ask(&session, self.region, question, &sheet).await;
        }
    }
}
