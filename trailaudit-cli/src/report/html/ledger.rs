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
    /// The rules that found anything anywhere, in report order.
    rules: Vec<&'static Rule>,
    /// Every reason once: an organization's trail is inherited for the same one by every member.
    reasons: HashSet<Arc<str>>,
}

/// One account.
#[derive(Clone, Default)]
pub(super) struct Entry {
    /// What each rule found, in report order.
    found: Vec<Found>,
    /// What fails, is inconclusive or accepted.
    pub(super) kept: Vec<Kept>,
    /// The worst of it in a Region; without one, of the account as a whole.
    pub(super) worst: BTreeMap<Option<Region>, Outcome>,
}

/// How often a rule came to a verdict: mostly to one in all of an account, so that the others take no room. What is too
/// often for one stands in several.
#[derive(Clone)]
struct Found {
    /// Its place among the rules of the ledger.
    rule: u16,
    verdict: Verdict,
    count: u8,
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
            rules: Vec::new(),
            reasons: HashSet::new(),
        }
    }

    /// Takes in a finding. One about an account that nobody lists stands with its control alone.
    pub(super) fn add(&mut self, accounts: &[Account], finding: &Finding) {
        if self.rules.last().is_none_or(|last| last.id != finding.rule.id) {
            self.rules.push(finding.rule);
        }
        let Some(entry) = place(accounts, &finding.account).and_then(|place| self.entries.get_mut(place)) else {
            return;
        };
        entry.count(self.rules.len() - 1, finding.verdict);
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

    /// The rules that found anything in an account, in report order, each with how many of its findings have each verdict.
    pub(super) fn rules_of(&self, entry: &Entry) -> impl Iterator<Item = (&'static Rule, Counts)> {
        let of_rules = entry.found.chunk_by(|one, other| one.rule == other.rule);
        of_rules.filter_map(|of_rule| Some((*self.rules.get(usize::from(of_rule.first()?.rule))?, counts(of_rule))))
    }

    /// What was found in the account at this place of the list.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Entry {
    /// How many of its findings have each verdict.
    pub(super) fn counts(&self) -> Counts {
        counts(&self.found)
    }

    fn count(&mut self, rule: usize, verdict: Verdict) {
        // A catalogue of that many rules would be the first.
        let rule = u16::try_from(rule).unwrap_or(u16::MAX);
        let mut of_rule = self.found.iter_mut().rev().take_while(|found| found.rule == rule);
        match of_rule.find(|found| found.verdict == verdict && found.count < u8::MAX) {
            Some(found) => found.count += 1,
            None => self.found.push(Found {
                rule,
                verdict,
                count: 1,
            }),
        }
    }
}

fn counts(found: &[Found]) -> Counts {
    let mut counts = Counts::default();
    for found in found {
        let place = Verdict::ALL.iter().position(|verdict| *verdict == found.verdict);
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += u32::from(found.count);
        }
    }
    counts
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
