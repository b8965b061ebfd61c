//! What was found in every account, kept while the findings pass by: the numbers of all, and what needs a word.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use trailaudit_core::evidence::EvidenceId;
use trailaudit_core::finding::{Finding, Subject};
use trailaudit_core::organization::{Account, AccountId, Region};
use trailaudit_core::{Rule, Verdict};

use super::matrix::Outcome;

/// How many findings have each verdict, in report order.
pub(super) type Counts = [u32; 5];

/// Every account, in the order of their list.
#[derive(Default)]
pub(super) struct Ledger {
    entries: Vec<Entry>,
    /// Every reason once: an organization's trail is inherited for the same one by every member.
    reasons: HashSet<Arc<str>>,
}

/// One account.
#[derive(Clone, Default)]
pub(super) struct Entry {
    /// The rules that found anything, in report order.
    pub(super) rules: Vec<(&'static Rule, Counts)>,
    /// What fails, is inconclusive or accepted.
    pub(super) kept: Vec<Kept>,
    /// The worst of it in a Region; without one, of the account as a whole.
    pub(super) worst: BTreeMap<Option<Region>, Outcome>,
}

/// A finding that needs a word.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) rule: &'static Rule,
    pub(super) verdict: Verdict,
    pub(super) region: Option<Region>,
    pub(super) subject: Subject,
    pub(super) is_inherited: bool,
    pub(super) reason: Arc<str>,
    pub(super) exception: Option<Arc<str>>,
    pub(super) evidence: Vec<EvidenceId>,
}

impl Ledger {
    /// Of these accounts, without findings.
    pub(super) fn of(accounts: &[Account]) -> Self {
        Self {
            entries: vec![Entry::default(); accounts.len()],
            reasons: HashSet::new(),
        }
    }

    /// Takes in a finding. One about an account that nobody lists stands with its control alone.
    pub(super) fn add(&mut self, accounts: &[Account], finding: &Finding) {
        let Some(entry) = place(accounts, &finding.account).and_then(|place| self.entries.get_mut(place)) else {
            return;
        };
        entry.count(finding);
        let Some(outcome) = Outcome::of_finding(finding.verdict) else {
            return;
        };
        let worst = entry.worst.entry(finding.region.clone()).or_insert(outcome);
        *worst = outcome.max(*worst);
        let known = self.reasons.get(&*finding.reason).cloned();
        let reason = known.unwrap_or_else(|| Arc::from(&*finding.reason));
        self.reasons.insert(reason.clone());
        entry.kept.push(Kept {
            rule: finding.rule,
            verdict: finding.verdict,
            region: finding.region.clone(),
            subject: finding.subject.clone(),
            is_inherited: finding.inherited_from.is_some(),
            reason,
            exception: finding.exception.clone(),
            evidence: finding.evidence.clone(),
        });
    }

    /// What was found in the account at this place of the list.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Entry {
    /// How many of its findings have each verdict.
    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, of_rule) in &self.rules {
            add(&mut counts, of_rule);
        }
        counts
    }

    fn count(&mut self, finding: &Finding) {
        if self.rules.last().is_none_or(|(rule, _)| rule.id != finding.rule.id) {
            self.rules.push((finding.rule, Counts::default()));
        }
        let place = Verdict::ALL.iter().position(|verdict| *verdict == finding.verdict);
        if let (Some((_, counts)), Some(place)) = (self.rules.last_mut(), place) {
            counts[place] += 1;
        }
    }
}

/// Adds numbers to numbers.
pub(super) fn add(to: &mut Counts, other: &Counts) {
    for (to, other) in to.iter_mut().zip(other) {
        *to += other;
    }
}

/// The place of an account in their list, which is sorted by id.
pub(super) fn place(accounts: &[Account], id: &AccountId) -> Option<usize> {
    accounts.binary_search_by(|account| account.id.cmp(id)).ok()
}
