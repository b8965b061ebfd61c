//! One rule asked of every subject it has, so that every account has an answer to every rule.

mod deliveries;
mod event_stores;
mod exceptions;
mod ground;
mod named;
mod organization;
mod regions;
mod trails;

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use rayon::prelude::*;

use crate::baseline::Baseline;
use crate::coverage::{Cell, cells_of};
use crate::evidence::EvidenceId;
use crate::finding::{Finding, Subject};
use crate::inventory::Inventory;
use crate::observed::{Gap, GapReason, Observed};
use crate::organization::{Account, AccountId};
use crate::rule::{Check, Decision, Exam, Rule, Ruling, Verdict, not_applicable};

pub(crate) use exceptions::Acceptances;
pub(crate) use ground::{Ground, Listing, Planned, Unit};

/// How many accounts are judged at a time: enough for every core, and no more than is quickly forgotten.
pub(crate) const AT_ONCE: usize = 128;

/// Asks one rule of everything it has to be asked of.
pub(crate) fn judge<'a>(
    rule: &'static Rule,
    ground: &Arc<Ground<'a>>,
    baseline: &'a Baseline,
    as_of: Timestamp,
    acceptances: &Acceptances<'_>,
) -> Judgement<'a> {
    let bench = Bench {
        rule,
        inventory: ground.inventory,
        ground: Arc::clone(ground),
        baseline,
        as_of,
    };
    match rule.check {
        Check::EachTrail(check) => bench.trails(check),
        Check::EachDelivery(check) => bench.deliveries(check),
        Check::EachLogGroup(check) => bench.log_groups(check),
        Check::EachAlarm(check) => bench.alarms(check),
        Check::EachKey(check) => bench.keys(check),
        Check::EachBucket(check) => bench.buckets(check),
        Check::EachEventStore(check) => Judgement::of_accounts(move |unit| bench.event_stores(check, unit)),
        Check::EachAccount(check) => Judgement::of_accounts(move |unit| vec![bench.account(check, unit)]),
        Check::EachListedAccount(check) => {
            Judgement::of_accounts(move |unit| vec![bench.listed_account(check, unit.account)])
        }
        Check::EachRegion(check) => Judgement::of_accounts(move |unit| bench.regions(check, unit)),
        Check::EachOrganization(check) => bench.organization(check),
        Check::EachException => bench.exceptions(acceptances),
    }
}

/// The findings of one rule, by account, Region and resource. What is judged once was judged; what is said of every
/// account is said when it is asked for, so that nobody has to hold all of it.
pub(crate) struct Judgement<'a> {
    things: VecDeque<Finding>,
    of_account: Box<OfAccount<'a>>,
}

/// What a rule says of an account, apart from the things in it that are judged once.
type OfAccount<'a> = dyn Fn(&Unit<'a>) -> Vec<Finding> + Send + Sync + 'a;

impl<'a> Judgement<'a> {
    fn of_accounts(of_account: impl Fn(&Unit<'a>) -> Vec<Finding> + Send + Sync + 'a) -> Self {
        Self::new(Vec::new(), of_account)
    }

    /// Of things that are judged once, wherever they live, and of every account besides.
    fn new(mut things: Vec<Finding>, of_account: impl Fn(&Unit<'a>) -> Vec<Finding> + Send + Sync + 'a) -> Self {
        things.par_sort_by(|a, b| order(a).cmp(&order(b)));
        Self {
            things: things.into(),
            of_account: Box::new(of_account),
        }
    }

    /// The findings about these accounts, which follow those that were asked about before; those about things in
    /// accounts that nobody lists come with whom they follow, or, behind the last account, at the end.
    pub(crate) fn about(&mut self, units: &[Unit<'a>], is_end: bool) -> Vec<Finding> {
        let in_scope = units.par_iter().filter(|unit| !unit.account.excluded);
        let mut findings: Vec<_> = in_scope.flat_map_iter(|unit| (self.of_account)(unit)).collect();
        let until = match units.last() {
            Some(last) if !is_end => self.things.partition_point(|thing| thing.account <= last.account.id),
            _ => self.things.len(),
        };
        findings.extend(self.things.drain(..until));
        findings.sort_by(|a, b| order(a).cmp(&order(b)));
        findings
    }
}

/// What findings of one rule are sorted by: account, Region and resource; the rest only where these tell nothing apart.
fn order(finding: &Finding) -> impl Ord + '_ {
    let place = (&finding.account, &finding.region, finding.subject.id());
    (place, &finding.subject, &finding.inherited_from)
}

#[derive(Clone)]
struct Bench<'a> {
    rule: &'static Rule,
    inventory: &'a dyn Inventory,
    ground: Arc<Ground<'a>>,
    baseline: &'a Baseline,
    as_of: Timestamp,
}

impl<'a> Bench<'a> {
    fn exam(&self) -> Exam<'a> {
        Exam::new(self.inventory, self.baseline, self.as_of)
    }

    fn account(&self, check: fn(&Account, &Exam<'_>) -> Ruling, unit: &Unit<'_>) -> Finding {
        self.closed(unit).unwrap_or_else(|| {
            let account = unit.account;
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
    fn closed(&self, unit: &Unit<'_>) -> Option<Finding> {
        if unit.is_open {
            return None;
        }
        let account = unit.account;
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

    /// The Regions of an account that could not be looked into.
    fn unread_of(&self, unit: &Unit<'_>) -> Vec<Finding> {
        if !unit.cells.iter().any(|cell| cell.status.is_missing()) {
            return Vec::new();
        }
        let cells = cells_of(unit.account, self.inventory).into_iter();
        let missing = cells.filter(|cell| cell.status.is_missing());
        missing.map(|cell| self.unread(cell)).collect()
    }

    fn unread(&self, cell: Cell) -> Finding {
        let subject = if cell.region.is_some() {
            Subject::Region
        } else {
            Subject::Account
        };
        let decision = Decision {
            verdict: Verdict::Inconclusive,
            reason: cell.detail,
        };
        let mut finding = self.finding(&cell.account, subject, Ok(decision), cell.evidence);
        finding.region = cell.region;
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
