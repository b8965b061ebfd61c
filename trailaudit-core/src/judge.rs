//! One rule asked of every subject it has, so that every account has an answer to every rule.

mod exceptions;
mod log_groups;
mod organization;
mod regions;
mod trails;

use std::collections::HashMap;

use jiff::Timestamp;
use rayon::prelude::*;

use crate::baseline::Baseline;
use crate::coverage::{Cell, Coverage};
use crate::evidence::EvidenceId;
use crate::finding::{Finding, Subject};
use crate::inventory::Inventory;
use crate::observed::{Gap, GapReason, Observed};
use crate::organization::{Account, AccountId};
use crate::rule::{Check, Decision, Exam, Rule, Ruling, Verdict, not_applicable};

/// The findings of one rule, by account, Region and resource.
pub(crate) fn judge(
    rule: &'static Rule,
    inventory: &dyn Inventory,
    coverage: &Coverage,
    baseline: &Baseline,
    as_of: Timestamp,
    acceptances: &mut Acceptances<'_>,
) -> Vec<Finding> {
    let bench = Bench {
        rule,
        inventory,
        baseline,
        as_of,
    };
    let in_scope = || inventory.accounts().par_iter().filter(|account| !account.excluded);
    let mut findings: Vec<Finding> = match rule.check {
        Check::EachTrail(check) => bench.trails(check, coverage),
        Check::EachLogGroup(check) => bench.log_groups(check, coverage),
        Check::EachAccount(check) => in_scope().map(|account| bench.account(check, account)).collect(),
        Check::EachListedAccount(check) => in_scope().map(|account| bench.listed_account(check, account)).collect(),
        Check::EachRegion(check) => in_scope()
            .flat_map_iter(|account| bench.regions(check, account))
            .collect(),
        Check::EachOrganization(check) => bench.organization(check),
        Check::EachException => bench.exceptions(acceptances),
    };
    findings.par_sort_by(|a, b| {
        (&a.account, &a.region, &a.subject, &a.inherited_from).cmp(&(
            &b.account,
            &b.region,
            &b.subject,
            &b.inherited_from,
        ))
    });
    acceptances.apply(rule, &mut findings);
    findings
}

pub(crate) use exceptions::Acceptances;

/// The cells of each account in which something is missing.
type UnreadCells<'a> = HashMap<&'a AccountId, Vec<&'a Cell>>;

fn unread_cells(coverage: &Coverage) -> UnreadCells<'_> {
    let mut unread = UnreadCells::new();
    for cell in coverage.cells().iter().filter(|cell| cell.status.is_missing()) {
        unread.entry(&cell.account).or_default().push(cell);
    }
    unread
}

struct Bench<'a> {
    rule: &'static Rule,
    inventory: &'a dyn Inventory,
    baseline: &'a Baseline,
    as_of: Timestamp,
}

impl<'a> Bench<'a> {
    fn exam(&self) -> Exam<'a> {
        Exam::new(self.inventory, self.baseline, self.as_of)
    }

    fn account(&self, check: fn(&Account, &Exam<'_>) -> Ruling, account: &Account) -> Finding {
        self.closed(account).unwrap_or_else(|| {
            let exam = self.exam();
            let ruling = check(account, &exam);
            self.finding(&account.id, Subject::Account, ruling, exam.into_evidence())
        })
    }

    fn listed_account(&self, check: fn(&Account, &Exam<'_>) -> Ruling, account: &Account) -> Finding {
        let exam = self.exam();
        let ruling = if account.state.is_auditable() {
            in_scope_or_nothing(check(account, &exam))
        } else {
            not_in_use(account)
        };
        self.finding(&account.id, Subject::Account, ruling, exam.into_evidence())
    }

    /// What every rule says of an account into which nobody can look, or has to.
    fn closed(&self, account: &Account) -> Option<Finding> {
        if !account.state.is_auditable() {
            return Some(self.finding(&account.id, Subject::Account, not_in_use(account), Vec::new()));
        }
        // Entering is no fact a verdict rests on (its answer differs from run to run); being refused is.
        let Observed::Unknown(gap) = self.inventory.entry(&account.id) else {
            return None;
        };
        let evidence = gap.cited();
        Some(self.finding(&account.id, Subject::Account, Err(gap), evidence))
    }

    fn unread(&self, cell: &Cell) -> Finding {
        let subject = if cell.region.is_some() {
            Subject::Region
        } else {
            Subject::Account
        };
        let decision = Decision {
            verdict: Verdict::Inconclusive,
            reason: cell.detail.clone(),
        };
        let mut finding = self.finding(&cell.account, subject, Ok(decision), cell.evidence.clone());
        finding.region.clone_from(&cell.region);
        finding
    }

    fn finding(&self, account: &AccountId, subject: Subject, ruling: Ruling, evidence: Vec<EvidenceId>) -> Finding {
        let Decision { verdict, reason } = ruling.unwrap_or_else(|gap| Decision {
            verdict: Verdict::Inconclusive,
            reason: gap.to_string(),
        });
        let account = account.clone();
        Finding {
            rule: self.rule,
            account,
            region: None,
            subject,
            inherited_from: None,
            verdict,
            exception: None,
            reason,
            evidence,
        }
    }
}

/// What the scope of the run leaves out of the organization is nothing to judge, and no gap.
fn in_scope_or_nothing(ruling: Ruling) -> Ruling {
    match ruling {
        Err(Gap {
            why: GapReason::OutOfScope(why),
            ..
        }) => not_applicable(why),
        ruling => ruling,
    }
}

fn not_in_use(account: &Account) -> Ruling {
    not_applicable(format!("the account is not in use: {}", account.state))
}
