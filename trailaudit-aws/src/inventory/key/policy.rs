//! What a key's policy says.

use std::sync::Arc;

use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Evidence, Gap, GapReason, Observed, Opinion};
use trailaudit_core::organization::{AccountId, TrailId};
use trailaudit_core::policy::{
    Caller, Confinement, Context, Decision, Grant, Grantee, Policy, Publicity, Request, decide,
};
use trailaudit_core::{EvidenceId, Exchange, Trail};

use super::POLICY;
use crate::arn::Arn;
use crate::inventory::members::{Belongs, Members};
use crate::inventory::words::listed;
use crate::inventory::{call_of, gap_of};

/// The service that delivers log files.
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// The condition key with the trail on whose behalf something is encrypted (`CloudTrail` user guide, "Configure AWS KMS
/// key policies for CloudTrail").
const TRAIL: &str = "kms:EncryptionContext:aws:cloudtrail:arn";

/// The policy of a key.
#[derive(Clone, Debug)]
pub(in crate::inventory) struct KeyPolicy {
    policy: Arc<Policy>,
    /// What shows it.
    evidence: Evidence,
    /// The key's ARN.
    key: Arc<str>,
    members: Arc<Members>,
}

/// What one `GetKeyPolicy` shows.
pub(in crate::inventory) fn policy(id: EvidenceId, exchange: &Exchange) -> Observed<Arc<Policy>> {
    let Answer::Ok(answer) = &exchange.answer else {
        return Observed::Unknown(gap_of(exchange, id, POLICY));
    };
    match answer["Policy"].as_str().map(Policy::parse) {
        Some(Ok(policy)) => Observed::known(Arc::new(policy), id),
        Some(Err(error)) => Observed::Unknown(Gap {
            wanted: POLICY,
            call: Some(Box::new(call_of(exchange))),
            why: GapReason::Unreadable(error.to_string()),
            evidence: Some(id.into()),
        }),
        None => Observed::Unknown(gap_of(exchange, id, POLICY)),
    }
}

impl KeyPolicy {
    pub(in crate::inventory) fn of(
        policy: &Observed<Arc<Policy>>,
        key: &str,
        members: &Arc<Members>,
    ) -> Observed<Self> {
        match policy {
            Observed::Known { value, evidence } => {
                let policy = Self {
                    policy: value.clone(),
                    evidence: evidence.clone(),
                    key: key.into(),
                    members: members.clone(),
                };
                Observed::known(policy, evidence.clone())
            }
            Observed::Unknown(gap) => Observed::Unknown(gap.clone()),
        }
    }

    pub(super) fn is_public(&self) -> Opinion {
        match self.policy.publicity(&[]) {
            Publicity::NotPublic => Opinion::No("the key's policy lets nobody in whom it does not name".into()),
            Publicity::Public { by, why } => Opinion::Yes(format!("the key's policy is open: {by}: {why}")),
            Publicity::Unclear { by, why } => {
                Opinion::Unclear(format!("whom the key's policy lets in cannot be told: {by}: {why}"))
            }
        }
    }

    /// To encrypt needs `kms:GenerateDataKey*` and `kms:DescribeKey`, the latter without the trail in a context.
    pub(super) fn serves(&self, trail: &TrailId) -> Opinion {
        let plain = Context::of_trail(trail.as_str());
        let encrypting = plain.clone().with(TRAIL, trail.as_str());
        for (action, context) in [("kms:GenerateDataKey", encrypting), ("kms:DescribeKey", plain)] {
            let request = Request {
                caller: Caller::Service(CLOUDTRAIL.into()),
                action: action.into(),
                resource: self.key.to_string(),
                context,
            };
            match decide(std::slice::from_ref(&*self.policy), &request) {
                Decision::Allowed { .. } => (),
                Decision::Denied { by } => {
                    return Opinion::No(format!("the key's policy denies CloudTrail {action}: {by}"));
                }
                Decision::NotAllowed => {
                    return Opinion::No(format!(
                        "the key's policy does not allow CloudTrail {action} for this trail"
                    ));
                }
                Decision::Unclear { by, why } => {
                    let what = format!("whether the key's policy allows CloudTrail {action} cannot be told");
                    return Opinion::Unclear(format!("{what}: {by} hangs on {why}"));
                }
            }
        }
        Opinion::Yes("the key's policy lets CloudTrail encrypt for this trail".into())
    }

    /// Whoever reads a log file has S3 decrypt it, in the key's Region.
    pub(super) fn lets_read(&self, trail: &TrailId) -> Observed<Opinion> {
        let region = Arn::parse(&self.key).map_or("", |arn| arn.region);
        let context = Context::new()
            .with(TRAIL, trail.as_str())
            .with("kms:ViaService", format!("s3.{region}.amazonaws.com"));
        let grants = self.policy.grants("kms:Decrypt", &self.key, &context);
        let mut unclear = None;
        for grant in &grants {
            match self.reader(grant) {
                Reader::Ours(told, shown) => {
                    let evidence = shown.map_or_else(|| self.evidence.clone(), |shown| self.evidence.and(&shown));
                    return Observed::known(Opinion::Yes(told), evidence);
                }
                Reader::Unclear(why) => _ = unclear.get_or_insert(why),
                Reader::Stranger => (),
            }
        }
        let told = |opinion| Observed::known(opinion, self.evidence.clone());
        match unclear {
            Some(why) => told(Opinion::Unclear(why)),
            None if grants.is_empty() => told(Opinion::No("the key's policy lets nobody decrypt".into())),
            None => {
                let strangers = listed(grants.iter().map(|grant| name_of(&grant.to)));
                let why = format!("the key's policy lets only {strangers} decrypt, none of them of the organization");
                // That somebody is a stranger, the whole list shows.
                self.members.list.clone().map(|()| Opinion::No(why))
            }
        }
    }

    fn reader(&self, grant: &Grant) -> Reader {
        let unclear = || {
            Reader::Unclear(format!(
                "whether {} may decrypt hangs on a condition of {}",
                name_of(&grant.to),
                grant.by
            ))
        };
        let belongs = match &grant.to {
            Grantee::Everyone => Belongs::Yes(None),
            Grantee::Organization(id) => self.members.is_ours(id),
            Grantee::Account(id) => self.members.has(&AccountId::from(id.as_str())),
            Grantee::Principal(arn) => match Arn::parse(arn).and_then(|arn| arn.account_id()) {
                Some(account) => self.members.has(&account),
                None => Belongs::Unclear,
            },
            Grantee::Service(_) => Belongs::No,
            _ => Belongs::Unclear,
        };
        match belongs {
            Belongs::Yes(_) | Belongs::Unclear if !grant.is_certain => unclear(),
            Belongs::Yes(shown) => {
                let told = format!("the key's policy lets {} decrypt: {}", name_of(&grant.to), grant.by);
                Reader::Ours(told, shown)
            }
            Belongs::Unclear => Reader::Unclear(format!(
                "whether {} is of the organization cannot be told",
                name_of(&grant.to)
            )),
            Belongs::No => Reader::Stranger,
        }
    }

    /// Whose trails `CloudTrail` may encrypt for: only those of the account that owns this one.
    pub(super) fn is_confined_to(&self, trail: &dyn Trail) -> Opinion {
        let actions = [
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:Encrypt",
        ];
        let owner = trail.owner().as_str();
        match self
            .policy
            .confinement(CLOUDTRAIL, &actions, &self.key, trail.id().as_str())
        {
            Confinement::NotGranted => {
                Opinion::No("the key's policy lets CloudTrail encrypt nothing: there is nothing to confine".into())
            }
            Confinement::Open { by } => Opinion::No(format!("the key's policy serves anybody's trails: {by}")),
            Confinement::Unclear { by, why } => Opinion::Unclear(format!(
                "whose trails the key's policy serves cannot be told: {by} hangs on {why}"
            )),
            Confinement::Confined {
                to_trail_only: true, ..
            } => Opinion::Yes("the key's policy serves this trail alone".into()),
            Confinement::Confined { accounts, .. } => {
                let others: Vec<_> = accounts.iter().filter(|account| *account != owner).collect();
                if others.is_empty() && !accounts.is_empty() {
                    Opinion::Yes(format!("the key's policy serves trails of account {owner} alone"))
                } else {
                    Opinion::No(format!("the key's policy serves trails of {} as well", listed(others)))
                }
            }
        }
    }
}

/// Who may read, as far as it matters.
enum Reader {
    /// One of ours, and what shows that.
    Ours(String, Option<Evidence>),
    Stranger,
    Unclear(String),
}

fn name_of(grantee: &Grantee) -> String {
    match grantee {
        Grantee::Everyone => "everybody".to_owned(),
        Grantee::Organization(id) => format!("the organization {id}"),
        Grantee::Account(id) => format!("account {id}"),
        Grantee::Principal(name) | Grantee::Service(name) | Grantee::Other(name) => name.clone(),
    }
}
