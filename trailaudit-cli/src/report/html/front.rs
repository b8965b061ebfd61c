//! The front: the opinion in one sentence, the numbers behind it, and where each control stands.

use askama::Template;
use trailaudit_core::Verdict;
use trailaudit_core::coverage::CellStatus;
use trailaudit_core::framework::Severity;
use trailaudit_core::tables::rfc3339;

use super::standing::{self, Count, Standing};
use super::units::Units;
use super::{Report, coverage, words};

#[derive(Template)]
#[template(path = "report/front.html")]
pub(super) struct Front<'a> {
    organization: &'a str,
    whole: &'static str,
    as_of: String,
    as_of_rfc3339: String,
    overall: Verdict,
    clauses: Vec<Clause>,
    accounts: Accounts,
    cells: Cells,
    findings: Findings,
    rows: Vec<Row>,
    /// The chosen frameworks by id and name, each of which has a page.
    frameworks: Vec<(&'static str, &'static str)>,
    units: Units<'a>,
}

/// One part of the opinion: how many controls stand like this.
struct Clause {
    verdict: Verdict,
    text: String,
    /// What stands between this part and the one before.
    glue: &'static str,
}

struct Accounts {
    listed: usize,
    read: usize,
    failing: usize,
    list_is_complete: bool,
}

struct Cells {
    reached: usize,
    missing: usize,
    nothing_to_read: usize,
}

struct Findings {
    fail: usize,
    inconclusive: usize,
}

/// One control in the summary.
struct Row {
    number: usize,
    id: &'static str,
    title: &'static str,
    severity: Severity,
    verdict: Verdict,
    counts: [Count; 5],
}

impl<'a> Front<'a> {
    pub(super) fn of(
        report: &Report<'a>,
        standings: &[Standing<'_>],
        coverage: &coverage::View<'_>,
        frameworks: Vec<(&'static str, &'static str)>,
    ) -> Self {
        let as_of = report.totals.as_of;
        let sum = |verdict| standings.iter().map(|standing| standing.count(verdict)).sum();
        Self {
            organization: &report.organization.id,
            whole: if report.organization.id.starts_with("o-") {
                "organization"
            } else {
                "account"
            },
            as_of: words::moment(as_of),
            as_of_rfc3339: rfc3339(as_of),
            overall: standing::worst(standings.iter().map(Standing::verdict)),
            clauses: clauses(standings),
            accounts: Accounts::of(report, coverage),
            cells: Cells::of(report),
            findings: Findings {
                fail: sum(Verdict::Fail),
                inconclusive: sum(Verdict::Inconclusive),
            },
            rows: standings.iter().map(|standing| Row::of(report, standing)).collect(),
            frameworks,
            units: Units::of(report),
        }
    }
}

impl Front<'_> {
    fn holding(&self) -> usize {
        self.rows.iter().filter(|row| row.verdict == Verdict::Pass).count()
    }
}

fn clauses(standings: &[Standing<'_>]) -> Vec<Clause> {
    let all = standings.len();
    let mut clauses = Vec::new();
    for verdict in Verdict::ALL {
        let count = standings
            .iter()
            .filter(|standing| standing.verdict() == verdict)
            .count();
        if count == 0 {
            continue;
        }
        let does = match (verdict, count) {
            (Verdict::Pass, 1) => "holds",
            (Verdict::Pass, _) => "hold",
            (Verdict::Fail, 1) => "does not hold",
            (Verdict::Fail, _) => "do not hold",
            (Verdict::Inconclusive, _) => "cannot be concluded",
            (Verdict::Excepted, 1) => "holds but for what was accepted",
            (Verdict::Excepted, _) => "hold but for what was accepted",
            (Verdict::NotApplicable, 1) => "has nothing to judge",
            (Verdict::NotApplicable, _) => "have nothing to judge",
        };
        let text = match clauses.len() {
            0 if count == all && all > 1 => whole(verdict, all),
            0 if all == 1 => format!("the one control {does}"),
            0 => format!("{} of {} {does}", words::number(count), words::counted(all, "control")),
            _ => format!("{} {does}", words::number(count)),
        };
        clauses.push(Clause {
            verdict,
            text,
            glue: ", ",
        });
    }
    let last = clauses.len().saturating_sub(1);
    for (i, clause) in clauses.iter_mut().enumerate() {
        clause.glue = match i {
            0 => "",
            i if i == last => " and ",
            _ => ", ",
        };
    }
    clauses
}

/// What is said when every control stands alike.
fn whole(verdict: Verdict, all: usize) -> String {
    let controls = words::counted(all, "control");
    match verdict {
        Verdict::Pass => format!("all {controls} hold"),
        Verdict::Fail => format!("none of the {controls} holds"),
        Verdict::Inconclusive => format!("none of the {controls} can be concluded"),
        Verdict::Excepted => format!("all {controls} hold but for what was accepted"),
        Verdict::NotApplicable => format!("none of the {controls} has anything to judge"),
    }
}

impl Accounts {
    fn of(report: &Report<'_>, coverage: &coverage::View<'_>) -> Self {
        Self {
            listed: report.gathered.inventory.accounts().len(),
            read: coverage.accounts_read,
            failing: report.gathered.tallies.failing(),
            list_is_complete: coverage.list_is_complete,
        }
    }
}

impl Cells {
    fn of(report: &Report<'_>) -> Self {
        let mut cells = Self {
            reached: 0,
            missing: 0,
            nothing_to_read: 0,
        };
        for (status, count) in &report.totals.statuses {
            *match status {
                CellStatus::Reached => &mut cells.reached,
                status if status.is_missing() => &mut cells.missing,
                _ => &mut cells.nothing_to_read,
            } += *count;
        }
        cells
    }

    /// How many cells there were to read.
    fn to_read(&self) -> usize {
        self.reached + self.missing
    }
}

impl Row {
    fn of(report: &Report<'_>, standing: &Standing<'_>) -> Self {
        Self {
            number: standing.number,
            id: standing.rule.id,
            title: standing.rule.aws.title,
            severity: report.gathered.selection.severity_of(standing.rule),
            verdict: standing.verdict(),
            counts: standing.counts(),
        }
    }
}
