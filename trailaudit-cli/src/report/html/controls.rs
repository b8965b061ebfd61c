//! A card for each control: what it asks, what was found, and how each cell of the plan is accounted for.

use std::collections::HashMap;

use askama::Template;
use trailaudit_core::assessment::Accounting;
use trailaudit_core::evidence::EvidenceId;
use trailaudit_core::finding::{Finding, Subject};
use trailaudit_core::framework::{Selection, Severity};
use trailaudit_core::organization::{AccountId, Region, TrailId};
use trailaudit_core::{Assessment, Rule, Verdict};

use super::answers::Answers;
use super::standing::{Count, Standing};
use super::words::Named;
use super::{ROWS, Report, words};

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
    reason: Answers<'a>,
    evidence: Vec<EvidenceId>,
    /// Whether it was judged in another account.
    is_inherited: bool,
    members: Vec<(Named<'a>, &'a [EvidenceId])>,
    members_left_out: usize,
}

impl<'a> Controls<'a> {
    pub(super) fn of(report: &Report<'a>, standings: Vec<Standing<'a>>) -> Self {
        Self {
            cards: standings
                .into_iter()
                .map(|standing| Card::of(report, &standing))
                .collect(),
        }
    }
}

impl<'a> Card<'a> {
    fn of(report: &Report<'a>, standing: &Standing<'a>) -> Self {
        let lists = [Verdict::Fail, Verdict::Inconclusive].map(|verdict| {
            let findings = standing.findings(verdict);
            List::of(report.assessment, verdict, findings)
        });
        Self {
            number: standing.number,
            rule: standing.rule,
            severity: report.selection.severity_of(standing.rule),
            verdict: standing.verdict(),
            requirements: requirements(report.selection, standing.rule),
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

impl<'a> List<'a> {
    /// Members that inherit a finding stand beside it, and the unread Regions of an account stand together: a trail of
    /// the organization is one row, not one an account.
    fn of(assessment: &'a Assessment, verdict: Verdict, findings: &[&'a Finding]) -> Self {
        let mut rows: Vec<Row<'a>> = Vec::new();
        let mut places = HashMap::new();
        let mut left_out = 0;
        let (own, inherited): (Vec<&Finding>, Vec<&Finding>) = findings
            .iter()
            .copied()
            .partition(|finding| finding.inherited_from.is_none());
        for finding in own.into_iter().chain(inherited) {
            let account = Named::of(assessment, &finding.account);
            let next = rows.len();
            let place = Place::of(finding).map_or(next, |place| *places.entry(place).or_insert(next));
            if let Some(row) = rows.get_mut(place) {
                row.add(account, finding);
            } else if next < ROWS {
                rows.push(Row::of(account, finding));
            } else {
                left_out += 1;
            }
        }
        Self {
            verdict,
            total: findings.len(),
            rows,
            left_out,
        }
    }
}

/// What findings have in common that stand on one row.
#[derive(PartialEq, Eq, Hash)]
enum Place<'a> {
    Trail(&'a TrailId),
    RegionsOf(&'a AccountId),
}

impl<'a> Place<'a> {
    fn of(finding: &'a Finding) -> Option<Self> {
        match &finding.subject {
            Subject::Trail(trail) => Some(Self::Trail(trail)),
            Subject::Region => Some(Self::RegionsOf(&finding.account)),
            Subject::Account | Subject::LogGroup(_) | Subject::Organization(_) | Subject::Exception(_) => None,
        }
    }
}

impl<'a> Row<'a> {
    fn of(account: Named<'a>, finding: &'a Finding) -> Self {
        let mut row = Self {
            account,
            regions: Vec::new(),
            resource: finding.subject.id(),
            reason: Answers::default(),
            evidence: Vec::new(),
            is_inherited: finding.inherited_from.is_some(),
            members: Vec::new(),
            members_left_out: 0,
        };
        if finding.subject == Subject::Region {
            row.add(account, finding);
        } else {
            row.regions.extend(region(finding));
            row.reason = Answers::one(&finding.reason);
            row.evidence.clone_from(&finding.evidence);
        }
        row
    }

    fn add(&mut self, account: Named<'a>, finding: &'a Finding) {
        if finding.subject == Subject::Region {
            self.regions.extend(region(finding));
            self.reason
                .add(account.id, region(finding).unwrap_or_default(), &finding.reason);
            self.evidence.extend(&finding.evidence);
        } else if self.members.len() < ROWS {
            self.members.push((account, &finding.evidence));
        } else {
            self.members_left_out += 1;
        }
    }

    /// How many member accounts inherit it.
    fn inheriting(&self) -> usize {
        self.members.len() + self.members_left_out
    }
}

fn region(finding: &Finding) -> Option<&str> {
    finding.region.as_ref().map(Region::as_str)
}
