//! The roles with which trails deliver to their log groups: who may take them on, and what they may do.

use std::collections::{BTreeMap, BTreeSet};

use trailaudit_core::evidence::Answer;
use trailaudit_core::observed::{Evidence, Gap, GapReason, Observed, Opinion};
use trailaudit_core::organization::{AccountId, Region, TrailId};
use trailaudit_core::policy::{Caller, Context, Decision, Policy, Request, decide};
use trailaudit_core::{EvidenceId, Exchange};

use super::pages::Pages;
use super::said::{self, Part, Unreadable, name, part};
use super::{call_of, gap_of, learn};
use crate::arn::Arn;

const ROLE: &str = "the role the trail delivers to its log group with";
const INLINE: &str = "the policies of the trail's role";
const ATTACHED: &str = "the policies attached to the trail's role";

/// What IAM answers about a role or policy that is not there.
const NO_SUCH_ENTITY: &str = "NoSuchEntity";

/// The service that takes the role on.
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// What delivering needs (`CloudTrail` user guide, "Sending events to CloudWatch Logs", the role's policy).
const ACTIONS: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

/// What the records show of roles, by account.
#[derive(Debug, Default)]
pub(super) struct Roles {
    by_name: BTreeMap<(AccountId, String), Role>,
    /// Managed policies: the version in force, and the versions that were read.
    versions: BTreeMap<(AccountId, String), Observed<String>>,
    documents: BTreeMap<(AccountId, String, String), Observed<Policy>>,
}

#[derive(Debug)]
struct Role {
    trust: Observed<Option<Trust>>,
    inline: Listing,
    attached: Listing,
    policies: BTreeMap<String, Observed<Policy>>,
}

#[derive(Clone, Debug)]
struct Trust {
    policy: Policy,
    /// The managed policy that bounds whatever others allow.
    boundary: Option<String>,
}

#[derive(Debug, Default)]
struct Listing {
    pages: Pages,
    names: BTreeSet<String>,
}

impl Default for Role {
    fn default() -> Self {
        Self {
            trust: Observed::not_collected(ROLE),
            inline: Listing::default(),
            attached: Listing::default(),
            policies: BTreeMap::new(),
        }
    }
}

/// A delivery that a role is to make.
pub(super) struct Errand<'a> {
    pub(super) trail: &'a TrailId,
    /// The role's ARN.
    pub(super) role: &'a str,
    /// The log group's ARN.
    pub(super) group: &'a str,
    /// The names of streams that the trail has to be able to write.
    pub(super) streams: Vec<String>,
}

impl Roles {
    pub(super) fn take(&mut self, id: EvidenceId, exchange: &Exchange) {
        let text = |field: &str| exchange.parameters[field].as_str().map(str::to_owned);
        let account = exchange.account.clone();
        match (exchange.operation.as_str(), text("RoleName"), text("PolicyArn")) {
            ("GetPolicy", _, Some(policy)) => {
                let place = self.versions.entry((account, policy));
                learn(
                    place.or_insert_with(|| Observed::not_collected(ATTACHED)),
                    version(id, exchange),
                );
            }
            ("GetPolicyVersion", _, Some(policy)) => {
                let Some(version) = text("VersionId") else { return };
                let place = self.documents.entry((account, policy, version));
                let read = document(id, exchange, &["PolicyVersion", "Document"], ATTACHED);
                learn(place.or_insert_with(|| Observed::not_collected(ATTACHED)), read);
            }
            (operation, Some(name), _) => {
                let role = self.by_name.entry((account, name)).or_default();
                role.take(operation, id, exchange);
            }
            _ => (),
        }
    }

    /// Whether a role can deliver: it exists, the service may take it on for this trail, and its policies let it write
    /// there. A policy of the organization may still forbid it; that is another question.
    pub(super) fn can_deliver(&self, errand: &Errand<'_>) -> Option<Observed<Opinion>> {
        let arn = Arn::parse(errand.role)?;
        let account = arn.account_id()?;
        let role = self.by_name.get(&(account.clone(), arn.role_name()?.to_owned()))?;
        let found = role.trust.clone();
        Some(found.then(|trust| {
            let read = |opinion| role.trust.clone().map(|_| opinion);
            let Some(trust) = trust else {
                return read(Opinion::No(format!("the role {} does not exist", errand.role)));
            };
            match takes_on(&trust.policy, errand) {
                Opinion::Yes(_) => self.may_write(role, &account, trust.boundary.as_deref(), errand),
                other => read(other),
            }
        }))
    }

    fn may_write(
        &self,
        role: &Role,
        account: &AccountId,
        boundary: Option<&str>,
        errand: &Errand<'_>,
    ) -> Observed<Opinion> {
        let mut policies = Gathered::default();
        policies.listed(&role.inline, INLINE, |name| role.policies.get(name).cloned());
        policies.listed(&role.attached, ATTACHED, |policy| Some(self.managed(account, policy)));
        let bounds = boundary.map(|boundary| self.managed(account, boundary));
        match bounds {
            None => policies.all().map(|policies| verdict(&policies, None, errand)),
            Some(bounds) => policies
                .all()
                .then(|policies| bounds.map(|bounds| verdict(&policies, Some(&bounds), errand))),
        }
    }

    /// A managed policy, in the version that is in force.
    fn managed(&self, account: &AccountId, policy: &str) -> Observed<Policy> {
        let unread = || Observed::not_collected(ATTACHED);
        let named = (account.clone(), policy.to_owned());
        let version = self.versions.get(&named).cloned().unwrap_or_else(unread);
        version.then(|version| {
            let document = self.documents.get(&(named.0, named.1, version));
            document.cloned().unwrap_or_else(|| Observed::not_collected(ATTACHED))
        })
    }
}

/// The policies of a role, or the first gap where one should be, with everything that shows them.
#[derive(Default)]
struct Gathered {
    policies: Vec<Policy>,
    evidence: Option<Evidence>,
    gap: Option<Gap>,
}

impl Gathered {
    fn listed(&mut self, listing: &Listing, wanted: &'static str, read: impl Fn(&str) -> Option<Observed<Policy>>) {
        self.note(listing.pages.complete(wanted));
        for name in &listing.names {
            let policy = read(name).unwrap_or_else(|| Observed::not_collected(wanted));
            if let Some(policy) = self.note(policy) {
                self.policies.push(policy);
            }
        }
    }

    fn note<T>(&mut self, observed: Observed<T>) -> Option<T> {
        match observed {
            Observed::Known { value, evidence } => {
                self.evidence = Some(
                    self.evidence
                        .take()
                        .map_or(evidence.clone(), |known| known.and(&evidence)),
                );
                Some(value)
            }
            Observed::Unknown(gap) => {
                self.gap.get_or_insert(gap);
                None
            }
        }
    }

    fn all(self) -> Observed<Vec<Policy>> {
        match (self.gap, self.evidence) {
            (Some(gap), _) => Observed::Unknown(gap),
            (None, Some(evidence)) => Observed::known(self.policies, evidence),
            (None, None) => Observed::not_collected(INLINE),
        }
    }
}

impl Role {
    fn take(&mut self, operation: &str, id: EvidenceId, exchange: &Exchange) {
        match operation {
            "GetRole" => learn(&mut self.trust, trust(id, exchange)),
            "ListRolePolicies" => {
                let policy = |entry| name(entry).map(str::to_owned).ok_or_else(unnamed);
                let read = self.inline.pages.entries(id, exchange, ("PolicyNames", INLINE), policy);
                self.inline.names.extend(read);
            }
            "ListAttachedRolePolicies" => {
                let list = ("AttachedPolicies", ATTACHED);
                let arn = |entry| Ok(Part::of(entry)?.must("PolicyArn", name)?.to_owned());
                let read = self.attached.pages.entries(id, exchange, list, arn);
                self.attached.names.extend(read);
            }
            "GetRolePolicy" => {
                let Some(name) = exchange.parameters["PolicyName"].as_str() else {
                    return;
                };
                let place = self.policies.entry(name.to_owned());
                let read = document(id, exchange, &["PolicyDocument"], INLINE);
                learn(place.or_insert_with(|| Observed::not_collected(INLINE)), read);
            }
            _ => (),
        }
    }
}

/// What one `GetRole` shows; none of a role that is not there.
fn trust(id: EvidenceId, exchange: &Exchange) -> Observed<Option<Trust>> {
    match &exchange.answer {
        Answer::Error { code, .. } if code == NO_SUCH_ENTITY => Observed::known(None, id),
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, ROLE)),
        Answer::Ok(_) => {
            let boundary = said::told(id, exchange, ROLE, |answer| {
                let boundary = answer.must("Role", part)?.may("PermissionsBoundary", part)?;
                let arn = boundary.map(|boundary| boundary.must("PermissionsBoundaryArn", name));
                Ok(arn.transpose()?.map(str::to_owned))
            });
            let policy = document(id, exchange, &["Role", "AssumeRolePolicyDocument"], ROLE);
            policy.then(|policy| boundary.map(|boundary| Some(Trust { policy, boundary })))
        }
    }
}

fn unnamed() -> Unreadable {
    Unreadable::because("the answer has a policy without a name")
}

fn version(id: EvidenceId, exchange: &Exchange) -> Observed<String> {
    let version = match &exchange.answer {
        Answer::Ok(answer) => answer["Policy"]["DefaultVersionId"].as_str(),
        Answer::Error { .. } => None,
    };
    match version {
        Some(version) => Observed::known(version.to_owned(), id),
        None => Observed::Unknown(gap_of(exchange, id, ATTACHED)),
    }
}

/// The policy at a place of an answer.
fn document(id: EvidenceId, exchange: &Exchange, place: &[&str], wanted: &'static str) -> Observed<Policy> {
    let text = match &exchange.answer {
        Answer::Ok(answer) => place.iter().fold(answer, |value, name| &value[*name]).as_str(),
        Answer::Error { .. } => None,
    };
    match text.map(Policy::parse) {
        Some(Ok(policy)) => Observed::known(policy, id),
        Some(Err(error)) => Observed::Unknown(Gap {
            wanted,
            call: Some(Box::new(call_of(exchange))),
            why: GapReason::Unreadable(error.to_string()),
            evidence: Some(id.into()),
        }),
        None => Observed::Unknown(gap_of(exchange, id, wanted)),
    }
}

fn takes_on(trust: &Policy, errand: &Errand<'_>) -> Opinion {
    let request = Request {
        caller: Caller::Service(CLOUDTRAIL.into()),
        action: "sts:AssumeRole".into(),
        resource: errand.role.into(),
        context: Context::of_trail(errand.trail.as_str()),
    };
    match decide(std::slice::from_ref(trust), &request) {
        Decision::Allowed { by } => Opinion::Yes(by),
        Decision::Denied { by } => Opinion::No(format!("the role's trust policy keeps CloudTrail out: {by}")),
        Decision::NotAllowed => Opinion::No("the role's trust policy does not let CloudTrail take it on".into()),
        Decision::Unclear { by, why } => Opinion::Unclear(format!(
            "whether CloudTrail may take the role on cannot be told: {by} hangs on {why}"
        )),
    }
}

/// Whether the policies, within the boundary, let the role do everything that delivering needs.
fn verdict(policies: &[Policy], boundary: Option<&Policy>, errand: &Errand<'_>) -> Opinion {
    let mut unclear = None;
    for (action, stream) in ACTIONS
        .iter()
        .flat_map(|action| errand.streams.iter().map(move |stream| (*action, stream)))
    {
        let request = Request {
            caller: Caller::Aws(errand.role.into()),
            action: action.into(),
            resource: format!("{}:log-stream:{stream}", errand.group),
            context: Context::new(),
        };
        let bounds = boundary.map(std::slice::from_ref);
        for (whose, policies) in [("the role's policies", Some(policies)), ("the role's boundary", bounds)] {
            match policies.map(|policies| decide(policies, &request)) {
                None | Some(Decision::Allowed { .. }) => (),
                Some(Decision::Denied { by }) => {
                    return Opinion::No(format!("{whose} deny {action} on {stream}: {by}"));
                }
                Some(Decision::NotAllowed) => {
                    return Opinion::No(format!("{whose} do not allow {action} on {stream}"));
                }
                Some(Decision::Unclear { by, why }) => {
                    _ = unclear.get_or_insert(format!(
                        "whether {whose} allow {action} on {stream} cannot be told: {by} hangs on {why}"
                    ));
                }
            }
        }
    }
    match unclear {
        Some(why) => Opinion::Unclear(why),
        None => Opinion::Yes("CloudTrail may take the role on, and the role may write to the log group".into()),
    }
}

/// The streams a trail has to be able to write: its own, and, of an organization trail, those of members.
pub(super) fn streams(owner: &AccountId, home: &Region, organization: Option<&str>) -> Vec<String> {
    let own = format!("{owner}_CloudTrail_{home}");
    match organization {
        Some(id) => vec![
            format!("{id}_{own}"),
            format!("{id}_000000000000_CloudTrail_{home}"),
            own,
        ],
        None => vec![own],
    }
}
