//! A page for each control: what it asks, what was found, and how each cell of the plan is accounted for.

use std::collections::HashMap;

use askama::Template;
use trailaudit_core::assessment::Accounting;
use trailaudit_core::evidence::EvidenceId;
use trailaudit_core::framework::{Selection, Severity};
use trailaudit_core::organization::{AccountId, Region};
use trailaudit_core::{Rule, Verdict};

use super::answers::Answers;
use super::exchanges::Cited;
use super::lists;
use super::standing::{Count, Standing};
use super::words::Named;
use super::{Report, words};

#[derive(Template)]
#[template(path = "report/control.html")]
pub(super) struct Control<'a> {
    number: usize,
    controls: usize,
    /// The controls before and after this one.
    before: Option<&'static Rule>,
    after: Option<&'static Rule>,
    rule: &'static Rule,
    severity: Severity,
    verdict: Verdict,
    requirements: Vec<Edition>,
    counts: [Count; 5],
    lists: Vec<List<'a>>,
    /// The page of every finding on which those of this control begin, from 1.
    rows_from: Option<usize>,
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
    evidence: Vec<Cited<'a>>,
    /// Whether there is more evidence than is listed.
    evidence_is_cut: bool,
    /// Whether it was judged in another account.
    is_inherited: bool,
    members: Vec<(Named<'a>, Vec<Cited<'a>>)>,
    members_left_out: usize,
    /// How many member accounts inherit it.
    inheriting: usize,
}

/// Hands over what the findings on a control's page cite: the account, the full name of the resource, the exchanges.
pub(super) fn each_cited(report: &Report<'_>, rule: &Rule, mut take: impl FnMut(&AccountId, &str, &[EvidenceId])) {
    let Some(found) = report.gathered.lists.get(rule.id) else {
        return;
    };
    for row in LISTED.iter().flat_map(|verdict| found.of(*verdict).0) {
        take(&row.account, row.subject.id(), shown(&row.evidence));
    }
}

/// How many exchanges of a finding are listed.
const EXCHANGES: usize = 24;

fn shown(evidence: &[EvidenceId]) -> &[EvidenceId] {
    evidence.get(..EXCHANGES).unwrap_or(evidence)
}

/// What is listed one by one.
const LISTED: [Verdict; 2] = [Verdict::Fail, Verdict::Inconclusive];

impl<'a> Control<'a> {
    /// The control at this place, from 0.
    pub(super) fn of(report: &Report<'a>, standings: &[Standing<'_>], place: usize) -> Option<Self> {
        let standing = standings.get(place)?;
        let neighbour = |place: Option<usize>| Some(standings.get(place?)?.rule);
        let gathered = report.gathered;
        let lists = LISTED.map(|verdict| {
            let found = gathered.lists.get(standing.rule.id);
            let (rows, left_out) = found.map_or((&[] as &[_], 0), |found| found.of(verdict));
            List {
                verdict,
                total: standing.count(verdict),
                rows: rows.iter().map(|row| Row::of(report, row)).collect(),
                left_out,
            }
        });
        Some(Self {
            number: standing.number,
            controls: standings.len(),
            before: neighbour(place.checked_sub(1)),
            after: neighbour(place.checked_add(1)),
            rule: standing.rule,
            severity: gathered.selection.severity_of(standing.rule),
            verdict: standing.verdict(),
            rows_from: gathered.every.page_of(standing.rule),
            requirements: requirements(gathered.selection, standing.rule),
            counts: standing.counts(),
            lists: lists.into_iter().filter(|list| list.total > 0).collect(),
            accounting: standing.accounting,
            planned: standing.planned,
            adds_up: standing.adds_up(),
        })
    }
}

impl Control<'_> {
    pub(super) fn title(&self) -> &'static str {
        self.rule.aws.title
    }

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
    fn of(report: &Report<'a>, row: &'a lists::Row) -> Self {
        let accounts = report.gathered.inventory.accounts();
        let exchanges = &report.gathered.exchanges;
        let members = row.members.iter();
        Self {
            account: Named::of(accounts, &row.account),
            regions: row.regions.iter().map(Region::as_str).collect(),
            resource: row.subject.id(),
            reason: &row.reason,
            evidence: exchanges.cited(shown(&row.evidence)),
            evidence_is_cut: row.evidence.len() > EXCHANGES,
            is_inherited: row.is_inherited,
            members: members
                .map(|(member, proof)| (Named::of(accounts, member), exchanges.cited(shown(proof))))
                .collect(),
            members_left_out: row.members_left_out,
            inheriting: row.inheriting(),
        }
    }
}
