//! What the policies of the organization deny its accounts: service control policies, from the root down to the account.

use std::collections::{BTreeMap, BTreeSet};

use trailaudit_core::evidence::Answer;
use trailaudit_core::inventory::Tampering;
use trailaudit_core::observed::{Evidence, Gap, GapReason, Observed, Opinion};
use trailaudit_core::organization::{Account, AccountId};
use trailaudit_core::policy::{Denial, Policy, denial};
use trailaudit_core::{EvidenceId, Exchange};

use super::pages::Pages;
use super::said::{Part, name, parts, text, word};
use super::words::listed;
use super::{call_of, gap_of, learn};

const DENIED: &str = "what policies of the organization deny the account";
const TRUSTED: &str = "whether the organization trusts the audit service";

/// What policies of the organization can be asked about.
const KIND: &str = "SERVICE_CONTROL_POLICY";
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// What the records show of policies and of trusted services.
#[derive(Debug, Default)]
pub(super) struct Guardrails {
    roots: Pages,
    /// Whether service control policies are on in each root.
    kinds: BTreeMap<String, (bool, EvidenceId)>,
    listing: Pages,
    policies: BTreeMap<String, Attached>,
    services: Pages,
    trusts: Option<EvidenceId>,
}

#[derive(Debug)]
struct Attached {
    document: Observed<Policy>,
    pages: Pages,
    /// The roots, units and accounts it hangs on, with the page that says so.
    targets: BTreeMap<String, EvidenceId>,
}

impl Default for Attached {
    fn default() -> Self {
        Self {
            document: Observed::not_collected(DENIED),
            pages: Pages::default(),
            targets: BTreeMap::new(),
        }
    }
}

impl Guardrails {
    /// Takes in one exchange of the organization's record file.
    pub(super) fn take(&mut self, id: EvidenceId, exchange: &Exchange) {
        let policy = || exchange.parameters["PolicyId"].as_str().map(str::to_owned);
        match exchange.operation.as_str() {
            "ListRoots" => self.take_roots(id, exchange),
            "ListPolicies" if exchange.parameters["Filter"] == KIND => {
                let named = |policy| Part::of(policy)?.must("Id", name);
                for policy in self.listing.entries(id, exchange, ("Policies", DENIED), named) {
                    self.policies.entry(policy.to_owned()).or_default();
                }
            }
            "ListTargetsForPolicy" => {
                let Some(policy) = policy() else { return };
                let attached = self.policies.entry(policy).or_default();
                let named = |target| Ok((Part::of(target)?.must("TargetId", name)?.to_owned(), id));
                let targets = attached.pages.entries(id, exchange, ("Targets", DENIED), named);
                attached.targets.extend(targets);
            }
            "DescribePolicy" => {
                let Some(policy) = policy() else { return };
                learn(
                    &mut self.policies.entry(policy).or_default().document,
                    document(id, exchange),
                );
            }
            "ListAWSServiceAccessForOrganization" => {
                let list = ("EnabledServicePrincipals", TRUSTED);
                let named = |service| Part::of(service)?.must("ServicePrincipal", name);
                if self.services.entries(id, exchange, list, named).contains(&CLOUDTRAIL) {
                    self.trusts = Some(self.trusts.map_or(id, |known| known.min(id)));
                }
            }
            _ => (),
        }
    }

    /// Whether the organization trusts the service that keeps trails: one page that says so is enough.
    pub(super) fn trusts_trail_service(&self) -> Observed<bool> {
        match self.trusts {
            Some(shown) => Observed::known(true, shown),
            None => self.services.complete(TRUSTED).map(|()| false),
        }
    }

    /// Whether policies deny an account to tamper with each of these trails of it.
    pub(super) fn deny(&self, tampering: Tampering, account: &Account, trails: &[String]) -> Observed<Opinion> {
        let path: Vec<_> = account
            .organizational_unit
            .split('/')
            .filter(|step| !step.is_empty())
            .collect();
        let Some(root) = path.first() else {
            return Observed::not_collected("where the account hangs in the organization");
        };
        match self.kinds.get(*root) {
            Some((true, shown)) => {
                let told = self.levels(&path, &account.id).then(|levels| {
                    let levels: Vec<_> = levels.iter().map(Vec::as_slice).collect();
                    let told = trails
                        .iter()
                        .map(|trail| told(denial(&levels, action(tampering), trail)));
                    match told.max_by_key(weight) {
                        // That no other policy hangs here, the lists of what each hangs on show.
                        Some(no @ Opinion::No(_)) => self.all_lists().map(|()| no),
                        Some(other) => Observed::known(other, *shown),
                        None => Observed::not_collected(DENIED),
                    }
                });
                told.after(&(*shown).into())
            }
            Some((false, shown)) => Observed::known(
                Opinion::No("service control policies are not enabled in the organization".into()),
                *shown,
            ),
            None => self.roots.complete(DENIED).then(|()| Observed::not_collected(DENIED)),
        }
    }

    fn take_roots(&mut self, id: EvidenceId, exchange: &Exchange) {
        let known = ["ENABLED", "PENDING_ENABLE", "PENDING_DISABLE"];
        let read = self.roots.entries(id, exchange, ("Roots", DENIED), |root| {
            let (root, mut is_on) = (Part::of(root)?, false);
            for kind in root.must("PolicyTypes", parts)? {
                let status = kind.must("Status", word(&known))?;
                is_on |= kind.must("Type", text)? == KIND && status == "ENABLED";
            }
            Ok((root.must("Id", name)?.to_owned(), (is_on, id)))
        });
        self.kinds.extend(read);
    }

    fn all_lists(&self) -> Observed<()> {
        let lists = self.policies.values().map(|attached| attached.pages.complete(DENIED));
        lists.fold(self.listing.complete(DENIED), |all, list| all.then(|()| list))
    }

    /// The policies at each level on the way to an account. It takes the whole list of policies, and of each the whole
    /// list of what it hangs on: what is missing there might hang here.
    fn levels(&self, path: &[&str], account: &AccountId) -> Observed<Vec<Vec<Policy>>> {
        let steps: Vec<_> = path.iter().copied().chain([account.as_str()]).collect();
        let mut levels = vec![Vec::new(); steps.len()];
        let mut evidence: Option<Evidence> = None;
        let mut note = |shown: &Evidence| {
            evidence = Some(evidence.take().map_or_else(|| shown.clone(), |known| known.and(shown)));
        };
        match self.listing.complete(DENIED) {
            Observed::Known { evidence, .. } => note(&evidence),
            Observed::Unknown(gap) => return Observed::Unknown(gap),
        }
        for attached in self.policies.values() {
            let here: BTreeSet<_> = (0..steps.len())
                .filter(|level| attached.targets.contains_key(steps[*level]))
                .collect();
            for level in &here {
                if let Some(page) = attached.targets.get(steps[*level]) {
                    note(&(*page).into());
                }
            }
            if let Observed::Unknown(gap) = attached.pages.complete(DENIED) {
                return Observed::Unknown(gap);
            }
            if here.is_empty() {
                continue;
            }
            match &attached.document {
                Observed::Known { value, evidence } => {
                    note(evidence);
                    for level in here {
                        levels[level].push(value.clone());
                    }
                }
                Observed::Unknown(gap) => return Observed::Unknown(gap.clone()),
            }
        }
        match evidence {
            Some(evidence) => Observed::known(levels, evidence),
            None => Observed::not_collected(DENIED),
        }
    }
}

/// What one `DescribePolicy` shows.
fn document(id: EvidenceId, exchange: &Exchange) -> Observed<Policy> {
    let text = match &exchange.answer {
        Answer::Ok(answer) => answer["Policy"]["Content"].as_str(),
        Answer::Error { .. } => None,
    };
    match text.map(Policy::parse) {
        Some(Ok(policy)) => Observed::known(policy, id),
        Some(Err(error)) => Observed::Unknown(Gap {
            wanted: DENIED,
            call: Some(Box::new(call_of(exchange))),
            why: GapReason::Unreadable(error.to_string()),
            evidence: Some(id.into()),
        }),
        None => Observed::Unknown(gap_of(exchange, id, DENIED)),
    }
}

fn action(tampering: Tampering) -> &'static str {
    match tampering {
        Tampering::StopTrail => "cloudtrail:StopLogging",
        Tampering::DeleteTrail => "cloudtrail:DeleteTrail",
        Tampering::ChangeTrail => "cloudtrail:UpdateTrail",
        Tampering::ChangeSelectors => "cloudtrail:PutEventSelectors",
    }
}

/// A denial that hangs on more than who asks may be none where it matters: nobody can tell.
fn told(denial: Denial) -> Opinion {
    match denial {
        Denial::Everybody { by } => Opinion::Yes(format!("denied to everybody: {by}")),
        Denial::AllBut { by, exempt } => Opinion::Yes(format!("denied to all but {}: {by}", listed(exempt))),
        Denial::Sometimes { by, when } => Opinion::Unclear(format!("denied only as far as {when}: {by}")),
        Denial::Unclear { by, why } => Opinion::Unclear(format!("{by} hangs on {why}")),
        Denial::NotDenied => Opinion::No("no service control policy denies it".into()),
    }
}

/// Of several trails the least protected counts.
fn weight(opinion: &Opinion) -> u8 {
    match opinion {
        Opinion::Yes(_) => 0,
        Opinion::Unclear(_) => 1,
        Opinion::No(_) => 2,
    }
}
