//! Exceptions: which fails they accept, and what becomes of each of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Bench, Judgement, not_in_use};
use crate::baseline::{Baseline, Exception, Scope, Standing};
use crate::finding::{Finding, Subject};
use crate::inventory::Inventory;
use crate::organization::{Account, AccountId};
use crate::rule::{Check, Rule, Ruling, Verdict, fail, inconclusive, not_applicable, pass};

/// What the exceptions of a baseline accepted so far.
pub(crate) struct Acceptances<'a> {
    day: Date,
    accounts: HashMap<&'a AccountId, &'a Account>,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    exception: &'a Exception,
    words: Arc<str>,
    /// Whether its rule was asked.
    asked: bool,
    accepted: usize,
    /// How many findings it would be about, were it known what they are.
    open: usize,
}

impl<'a> Acceptances<'a> {
    pub fn of(baseline: &'a Baseline, inventory: &'a dyn Inventory, as_of: Timestamp) -> Self {
        let entry = |exception: &'a Exception| Entry {
            exception,
            words: exception.to_string().into(),
            asked: false,
            accepted: 0,
            open: 0,
        };
        let entries: Vec<_> = baseline.exceptions.iter().map(entry).collect();
        let accounts = if entries.is_empty() { &[] } else { inventory.accounts() };
        Self {
            day: as_of.to_zoned(TimeZone::UTC).date(),
            accounts: accounts.iter().map(|account| (&account.id, account)).collect(),
            entries,
        }
    }

    /// Accepts what the exceptions in force accept of a rule's findings: a fail stays visible with its reason. What could
    /// not be read is never accepted.
    pub fn apply(&mut self, rule: &Rule, findings: &mut [Finding]) {
        if matches!(rule.check, Check::EachException) {
            return;
        }
        for entry in self.entries.iter_mut().filter(|entry| entry.exception.rule == rule.id) {
            entry.asked = true;
            if entry.exception.standing(self.day) != Standing::InForce {
                continue;
            }
            for finding in &mut *findings {
                let account = self.accounts.get(&finding.account);
                if !account.is_some_and(|account| entry.exception.covers(account, finding.subject.id())) {
                    continue;
                }
                match finding.verdict {
                    Verdict::Fail => {
                        finding.verdict = Verdict::Excepted;
                        finding.exception = Some(entry.words.clone());
                        entry.accepted += 1;
                    }
                    // Accepted already: this one would do as well.
                    Verdict::Excepted => entry.accepted += 1,
                    Verdict::Inconclusive => entry.open += 1,
                    Verdict::Pass | Verdict::NotApplicable => {}
                }
            }
        }
    }
}

impl Entry<'_> {
    fn ruling(&self, day: Date) -> Ruling {
        let Exception { rule, .. } = self.exception;
        let words = &self.words;
        match self.exception.standing(day) {
            Standing::Future => not_applicable(format!("in force from {} on: {words}", self.exception.starts)),
            Standing::Expired => fail(format!("it has expired: {words}")),
            Standing::InForce if !self.asked => not_applicable(format!("{rule} was not asked: {words}")),
            Standing::InForce if self.accepted > 0 => pass(format!("it accepts {} of {rule}: {words}", self.accepted)),
            Standing::InForce if self.open > 0 => inconclusive(format!(
                "whether it accepts anything hangs on {} findings of {rule} that are inconclusive: {words}",
                self.open
            )),
            Standing::InForce => fail(format!(
                "it accepts nothing, for nothing of {rule} fails there: {words}"
            )),
        }
    }
}

impl<'a> Bench<'a> {
    /// One finding an exception: in the account it names, else in the account that manages the organization. Nobody asks
    /// for what an account shows: that an exception is there, and whether it is used, is no matter of reading.
    pub(super) fn exceptions(self, acceptances: &Acceptances<'_>) -> Judgement<'a> {
        let in_scope = |id: &AccountId| self.ground.account(id).filter(|account| !account.excluded);
        let manager = &self.inventory.organization().management_account;
        let all = || self.ground.units.iter().map(|unit| unit.account);
        let home = in_scope(manager).or_else(|| all().find(|account| !account.excluded));
        let finding = |entry: &Entry<'_>| {
            let named = match &entry.exception.scope {
                Scope::Account(id) => in_scope(&id.as_str().into()),
                Scope::Unit(_) | Scope::Resource(_) => None,
            };
            let subject = Subject::Exception(entry.exception.id());
            let ruling = entry.ruling(acceptances.day);
            named
                .or(home)
                .map(|account| self.finding(&account.id, subject, ruling, Vec::new()))
        };
        let findings: Vec<_> = acceptances.entries.iter().filter_map(finding).collect();
        let has_one: HashSet<_> = findings.iter().map(|finding| finding.account.clone()).collect();
        Judgement::new(findings, move |unit| {
            let account = unit.account;
            if has_one.contains(&account.id) {
                return Vec::new();
            }
            let ruling = if account.state.is_auditable() {
                not_applicable("no exception names this account alone")
            } else {
                not_in_use(account)
            };
            vec![self.finding(&account.id, Subject::Account, ruling, Vec::new())]
        })
    }
}
