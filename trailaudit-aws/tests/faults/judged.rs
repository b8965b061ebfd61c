//! What a run concludes, and how that may differ from what a run without faults concludes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use trailaudit_core::coverage::CellStatus;
use trailaudit_core::{Assessment, Verdict};
use trailaudit_sim::Truth;

/// Rule, account, Region, subject.
pub type Row = (&'static str, String, String, String);

#[derive(Debug)]
pub struct Judged {
    pub rows: BTreeMap<Row, (Verdict, String)>,
    /// Account and Region.
    pub cells: BTreeMap<(String, String), CellStatus>,
    /// Where which call stayed without an answer: account, Region, operation, code. Sessions that ended were renewed.
    pub gaps: BTreeSet<[String; 4]>,
    /// Accounts whose session ended and could not be renewed.
    pub shut_out: BTreeSet<String>,
}

impl Judged {
    pub fn of(assessment: &Assessment, gaps: &[Value], shut_out: BTreeSet<String>) -> Self {
        adds_up(assessment);
        let rows = assessment.findings.iter().map(|finding| {
            let region = finding.region.as_ref().map(ToString::to_string).unwrap_or_default();
            let subject = finding.subject.id().to_owned();
            let row = (finding.rule.id, finding.account.to_string(), region, subject);
            (row, (finding.verdict, finding.reason.clone()))
        });
        let cells = assessment.coverage.cells().iter().map(|cell| {
            let region = cell.region.as_ref().map(ToString::to_string).unwrap_or_default();
            ((cell.account.to_string(), region), cell.status)
        });
        let gap = |event: &Value| {
            ["account", "region", "operation", "code"].map(|field| event[field].as_str().unwrap().to_owned())
        };
        let is_renewed = |[_, _, _, code]: &[String; 4]| code.starts_with("ExpiredToken");
        Self {
            rows: rows.collect(),
            cells: cells.collect(),
            gaps: gaps.iter().map(gap).filter(|gap| !is_renewed(gap)).collect(),
            shut_out,
        }
    }

    /// What is found and not planted, and the other way round.
    pub fn differences(&self, truth: &Truth) -> Vec<String> {
        let open = |verdict: &Verdict| matches!(verdict, Verdict::Fail | Verdict::Inconclusive);
        let found: BTreeSet<_> = self
            .rows
            .iter()
            .filter(|(_, (verdict, _))| open(verdict))
            .map(|((rule, account, region, subject), (verdict, _))| {
                (
                    *rule,
                    account.as_str(),
                    region.as_str(),
                    subject.as_str(),
                    verdict.as_str(),
                )
            })
            .collect();
        let planted: BTreeSet<_> = truth
            .defects
            .iter()
            .map(|defect| {
                let (account, region) = (defect.account_id.as_str(), defect.region.as_str());
                (
                    defect.rule,
                    account,
                    region,
                    defect.resource_id.as_str(),
                    defect.verdict,
                )
            })
            .collect();
        found
            .symmetric_difference(&planted)
            .map(|row| format!("{row:?}"))
            .collect()
    }

    /// Whether every call about these accounts was answered as in a run without faults.
    pub fn has_read(&self, accounts: &BTreeSet<&str>, calm: &Self) -> bool {
        // That a role was refused is told as a call of whoever asked for it; whose it was, the cells show.
        let unread = self.gaps.symmetric_difference(&calm.gaps);
        let mut unread = unread.filter(|[_, _, operation, _]| operation != "AssumeRole");
        unread.all(|[account, ..]| !accounts.contains(account.as_str()))
            && !self.shut_out.iter().any(|account| accounts.contains(account.as_str()))
            && self.cells_of(accounts).eq(calm.cells_of(accounts))
    }

    fn cells_of<'a>(
        &'a self,
        accounts: &'a BTreeSet<&str>,
    ) -> impl Iterator<Item = (&'a (String, String), &'a CellStatus)> {
        let cells = self.cells.iter();
        cells.filter(|((account, _), _)| accounts.contains(account.as_str()))
    }
}

/// Every planned cell is accounted for, by coverage and by every rule; what was not reached says why.
fn adds_up(assessment: &Assessment) {
    let coverage = &assessment.coverage;
    assert_eq!(coverage.planned(), coverage.totals().values().sum::<usize>());
    for cell in coverage.cells() {
        assert!(
            cell.status == CellStatus::Reached || !cell.detail.is_empty(),
            "{cell:?}"
        );
    }
    for (rule, accounting) in assessment.rules.iter().zip(&assessment.accounting) {
        assert_eq!(accounting.total(), coverage.planned(), "{}", rule.id);
    }
}
