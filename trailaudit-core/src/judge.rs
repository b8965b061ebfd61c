//! One rule asked of every subject it has: trails once, with their owner's data; members inherit with proof.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use rayon::prelude::*;

use crate::baseline::Baseline;
use crate::coverage::{Cell, Coverage};
use crate::evidence::EvidenceId;
use crate::finding::{Finding, Subject};
use crate::inventory::Inventory;
use crate::observed::Observed;
use crate::organization::{Account, AccountId, TrailId};
use crate::rule::{Check, Decision, Exam, Rule, Ruling, Verdict, not_applicable};
use crate::trail::Trail;

/// The findings of one rule, by account, Region and resource.
pub(crate) fn judge(
    rule: &'static Rule,
    inventory: &dyn Inventory,
    coverage: &Coverage,
    baseline: &Baseline,
    as_of: Timestamp,
) -> Vec<Finding> {
    let bench = Bench {
        rule,
        inventory,
        baseline,
        as_of,
    };
    let in_scope = || inventory.accounts().par_iter().filter(|account| !account.excluded);
    let mut findings: Vec<Finding> = match rule.check {
        Check::EachTrail(check) => {
            let trails = inventory.trails();
            let own: Vec<_> = trails.par_iter().map(|trail| bench.trail(check, *trail)).collect();
            let verdicts = trails
                .iter()
                .zip(&own)
                .map(|(trail, finding)| (trail.id(), finding))
                .collect();
            let unread = unread_cells(coverage);
            let rest: Vec<_> = in_scope()
                .flat_map_iter(|account| bench.besides_own_trails(account, &verdicts, &unread))
                .collect();
            own.into_iter().chain(rest).collect()
        }
        Check::EachAccount(check) => in_scope().map(|account| bench.account(check, account)).collect(),
    };
    findings.par_sort_by(|a, b| {
        (&a.account, &a.region, &a.subject, &a.inherited_from).cmp(&(
            &b.account,
            &b.region,
            &b.subject,
            &b.inherited_from,
        ))
    });
    findings
}

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

impl Bench<'_> {
    fn trail(&self, check: fn(&dyn Trail, &Exam<'_>) -> Ruling, trail: &dyn Trail) -> Finding {
        let exam = Exam::new(self.inventory, self.baseline, self.as_of);
        let ruling = check(trail, &exam);
        let mut finding = self.finding(
            trail.owner(),
            Subject::Trail(trail.id().clone()),
            ruling,
            exam.into_evidence(),
        );
        finding.region = Some(trail.home_region().clone());
        finding
    }

    fn account(&self, check: fn(&Account, &Exam<'_>) -> Ruling, account: &Account) -> Finding {
        let exam = Exam::new(self.inventory, self.baseline, self.as_of);
        let ruling = match self.inventory.entry(&account.id) {
            _ if !account.state.is_auditable() => not_in_use(account),
            // Entering is no fact a verdict rests on (its answer differs from run to run); being refused is.
            Observed::Known { .. } => check(account, &exam),
            refused @ Observed::Unknown(_) => exam.read(refused).and_then(|()| check(account, &exam)),
        };
        self.finding(&account.id, Subject::Account, ruling, exam.into_evidence())
    }

    /// What a trail rule says of an account apart from the trails it owns: the verdicts it inherits, the Regions that
    /// could not be looked into, and, when there is nothing of all that, that it has no trail.
    fn besides_own_trails(
        &self,
        account: &Account,
        verdicts: &HashMap<&TrailId, &Finding>,
        unread: &UnreadCells<'_>,
    ) -> Vec<Finding> {
        if !account.state.is_auditable() {
            return vec![self.finding(&account.id, Subject::Account, not_in_use(account), Vec::new())];
        }
        if let Observed::Unknown(gap) = self.inventory.entry(&account.id) {
            let evidence = gap.evidence.into_iter().collect();
            return vec![self.finding(&account.id, Subject::Account, Err(gap), evidence)];
        }
        let seen = Seen::of(account, self.inventory);
        let mut findings: Vec<_> = seen
            .copies
            .iter()
            .map(|copy| self.inherited(account, copy, verdicts))
            .collect();
        findings.extend(
            unread
                .get(&account.id)
                .into_iter()
                .flatten()
                .map(|cell| self.unread(cell)),
        );
        if findings.is_empty() && seen.owned == 0 {
            let ruling = not_applicable("the account has no trail");
            findings.push(self.finding(&account.id, Subject::Account, ruling, seen.read));
        }
        findings
    }

    fn inherited(
        &self,
        account: &Account,
        (trail, proof): (&&TrailId, &EvidenceId),
        verdicts: &HashMap<&TrailId, &Finding>,
    ) -> Finding {
        let (verdict, reason) = match verdicts.get(*trail) {
            Some(owner) => (
                owner.verdict,
                format!("as judged in the owner account {}: {}", owner.account, owner.reason),
            ),
            None => (
                Verdict::Inconclusive,
                "the trail was not judged in its owner account".to_owned(),
            ),
        };
        let ruling = Ok(Decision { verdict, reason });
        let mut finding = self.finding(&account.id, Subject::Trail((*trail).clone()), ruling, vec![*proof]);
        finding.inherited_from = Some((*trail).clone());
        finding
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
            reason,
            evidence,
        }
    }
}

fn not_in_use(account: &Account) -> Ruling {
    not_applicable(format!("the account is not in use: {}", account.state))
}

/// The trails an account's Regions list: how many it owns, and the copies of others' with one exchange as proof each.
struct Seen<'a> {
    owned: usize,
    copies: BTreeMap<&'a TrailId, EvidenceId>,
    read: Vec<EvidenceId>,
}

impl<'a> Seen<'a> {
    fn of(account: &Account, inventory: &'a dyn Inventory) -> Self {
        let mut seen = Self {
            owned: 0,
            copies: BTreeMap::new(),
            read: Vec::new(),
        };
        for region in inventory.regions(&account.id) {
            let Observed::Known {
                value: sightings,
                evidence,
            } = inventory.trails_in(&account.id, &region)
            else {
                continue;
            };
            seen.read.push(evidence);
            for sighting in sightings {
                match inventory.trail(&sighting.trail) {
                    Some(trail) if *trail.owner() == account.id => seen.owned += 1,
                    // The listing of the home Region is the best proof; else the first Region that shows the copy.
                    Some(trail) if *trail.home_region() == region => {
                        seen.copies.insert(&sighting.trail, evidence);
                    }
                    _ => _ = seen.copies.entry(&sighting.trail).or_insert(evidence),
                }
            }
        }
        seen
    }
}
