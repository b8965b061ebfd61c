//! A card for each control: what it asks, what was found, and how each cell of the plan is accounted for.

use std::collections::HashMap;

use askama::Template;
use trailaudit_core::assessment::Accounting;
use trailaudit_core::evidence::EvidenceId;
use trailaudit_core::framework::{Selection, Severity};
use trailaudit_core::organization::{Account, Region};
use trailaudit_core::{Rule, Verdict};

use super::answers::Answers;
use super::lists;
use super::standing::{Count, Standing};
use super::words::Named;
use super::{Report, words};

#[derive(Template)]
#[template(path = "report/controls.html")]
pub(super) struct Controls<'a> {
    cards: Vec<Card<'a>>,
}

struct Card<'a> {
    number: usize,
    rule: &'static Rule,
    severity: Severity,
    verdict: Verdict,
    requirements: Vec<Edition>,
    counts: [Count; 5],
    lists: Vec<List<'a>>,
    accounting: Accounting,
    planned: usize,
    adds_up: bool,
}

/// The clauses of one edition of a framework.
struct Edition {
    framework: &'static str,
    name: &'static str,
    clauses: Vec<&'static str>,
}

/// The findings with one verdict.
struct List<'a> {
    verdict: Verdict,
    total: usize,
    rows: Vec<Row<'a>>,
    /// How many findings stand on no row.
    left_out: usize,
}

/// One finding with the members that inherit it, or the Regions of one account that could not be looked into.
struct Row<'a> {
    account: Named<'a>,
    regions: Vec<&'a str>,
    /// The full name of the resource; empty for an account and for Regions.
    resource: &'a str,
    reason: &'a Answers,
    evidence: &'a [EvidenceId],
    /// Whether it was judged in another account.
    is_inherited: bool,
    members: Vec<(Named<'a>, &'a [EvidenceId])>,
    members_left_out: usize,
    /// How many member accounts inherit it.
    inheriting: usize,
}

impl<'a> Controls<'a> {
    pub(super) fn of(report: &Report<'a>, standings: &[Standing<'_>]) -> Self {
        Self {
            cards: standings.iter().map(|standing| Card::of(report, standing)).collect(),
        }
    }
}

impl<'a> Card<'a> {
    fn of(report: &Report<'a>, standing: &Standing<'_>) -> Self {
        let gathered = report.gathered;
        let lists = [Verdict::Fail, Verdict::Inconclusive].map(|verdict| {
            let found = gathered.lists.get(standing.rule.id);
            let (rows, left_out) = found.map_or((&[] as &[_], 0), |found| found.of(verdict));
            List {
                verdict,
                total: standing.count(verdict),
                rows: rows
                    .iter()
                    .map(|row| Row::of(gathered.inventory.accounts(), row))
                    .collect(),
                left_out,
            }
        });
        Self {
            number: standing.number,
            rule: standing.rule,
            severity: gathered.selection.severity_of(standing.rule),
            verdict: standing.verdict(),
            requirements: requirements(gathered.selection, standing.rule),
            counts: standing.counts(),
            lists: lists.into_iter().filter(|list| list.total > 0).collect(),
            accounting: standing.accounting,
            planned: standing.planned,
            adds_up: standing.adds_up(),
        }
    }
}

impl Card<'_> {
    fn passing(&self) -> usize {
        self.counts
            .iter()
            .filter(|part| part.verdict == Verdict::Pass)
            .map(|part| part.count)
            .sum()
    }
}

/// The requirements, those of one edition together, in the order of the data.
fn requirements(selection: &Selection, rule: &Rule) -> Vec<Edition> {
    let mut editions: Vec<Edition> = Vec::new();
    let mut places = HashMap::new();
    for row in selection.requirements_of(rule.id) {
        let place = *places.entry((&row.framework, &row.edition)).or_insert(editions.len());
        match editions.get_mut(place) {
            Some(edition) => edition.clauses.push(&row.requirement),
            None => editions.push(Edition {
                framework: &row.framework,
                name: &row.edition,
                clauses: vec![&row.requirement],
            }),
        }
    }
    editions
}

impl<'a> Row<'a> {
    fn of(accounts: &'a [Account], row: &'a lists::Row) -> Self {
        let members = row.members.iter();
        Self {
            account: Named::of(accounts, &row.account),
            regions: row.regions.iter().map(Region::as_str).collect(),
            resource: row.subject.id(),
            reason: &row.reason,
            evidence: &row.evidence,
            is_inherited: row.is_inherited,
            members: members
                .map(|(member, proof)| (Named::of(accounts, member), &**proof))
                .collect(),
            members_left_out: row.members_left_out,
            inheriting: row.inheriting(),
        }
    }
}
