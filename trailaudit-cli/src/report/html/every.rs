//! Every finding, page after page in the order of the tables: a page is given away when it is full, so that nobody holds
//! them all.

use std::collections::HashMap;
use std::mem;

use askama::Template;
use rayon::prelude::*;
use trailaudit_core::Rule;
use trailaudit_core::evidence::EvidenceId;
use trailaudit_core::finding::Finding;
use trailaudit_core::framework::{Selection, Severity};
use trailaudit_core::organization::Account;

use super::words;
use super::words::Named;

/// How many findings stand on a page.
const FINDINGS: usize = 1000;

/// How many digits of an exchange's SHA-256 stand in a row: enough to find it by.
const DIGITS: usize = 16;

/// The page that is not full yet.
pub(super) struct Every {
    open: Page,
    /// How many findings stand on it.
    findings: usize,
    /// The pages on which the findings of a rule begin, by the rule's id.
    begins: HashMap<&'static str, usize>,
}

/// One page.
#[derive(Template)]
#[template(path = "report/every.html")]
pub(super) struct Page {
    /// From 1.
    number: usize,
    sections: Vec<Section>,
    has_more: bool,
}

/// The findings of one rule on one page.
struct Section {
    rule: &'static Rule,
    severity: Severity,
    requirements: Vec<String>,
    /// Whether the page before has some of them.
    is_continued: bool,
    /// Each as it stands in the table.
    rows: Vec<String>,
}

#[derive(Template)]
#[template(path = "report/every_row.html")]
struct Row<'a> {
    account: Named<'a>,
    finding: &'a Finding,
}

impl Row<'_> {
    /// The first digits of a digest.
    fn beginning(id: &EvidenceId) -> String {
        let mut digits = id.to_string();
        digits.truncate(DIGITS);
        digits
    }
}

impl Default for Every {
    fn default() -> Self {
        Self {
            open: Page::of(1),
            findings: 0,
            begins: HashMap::new(),
        }
    }
}

impl Every {
    /// Takes in findings; gives the pages that are full, and followed by another.
    pub(super) fn add(
        &mut self,
        findings: &[Finding],
        selection: &Selection,
        accounts: &[Account],
    ) -> askama::Result<Vec<Page>> {
        let of_account: Vec<_> = findings.chunk_by(|a, b| a.account == b.account).collect();
        let rows = of_account.into_par_iter().flat_map_iter(|findings| {
            let account = Named::of(accounts, &findings[0].account);
            findings.iter().map(move |finding| Row { account, finding }.render())
        });
        let rows = rows.collect::<askama::Result<Vec<_>>>()?;
        let mut full = Vec::new();
        for (finding, row) in findings.iter().zip(rows) {
            if self.findings == FINDINGS {
                full.push(self.turn());
            }
            self.section(finding.rule, selection).rows.push(row);
            self.findings += 1;
        }
        Ok(full)
    }

    /// The last page.
    pub(super) fn last(&self) -> &Page {
        &self.open
    }

    /// The page on which the findings of a rule begin, from 1; none where there are none.
    pub(super) fn page_of(&self, rule: &Rule) -> Option<usize> {
        self.begins.get(rule.id).copied()
    }

    fn turn(&mut self) -> Page {
        self.findings = 0;
        let next = Page::of(self.open.number + 1);
        let full = mem::replace(&mut self.open, next);
        Page { has_more: true, ..full }
    }

    /// The section of a rule: the last one, or a new one.
    fn section(&mut self, rule: &'static Rule, selection: &Selection) -> &mut Section {
        let Page { number, sections, .. } = &mut self.open;
        if sections.last().is_none_or(|last| last.rule.id != rule.id) {
            sections.push(Section {
                rule,
                severity: selection.severity_of(rule),
                requirements: selection.labels_of(rule.id),
                is_continued: self.begins.contains_key(rule.id),
                rows: Vec::new(),
            });
            self.begins.entry(rule.id).or_insert(*number);
        }
        let last = sections.len() - 1;
        &mut sections[last]
    }
}

impl Page {
    fn of(number: usize) -> Self {
        Self {
            number,
            sections: Vec::new(),
            has_more: false,
        }
    }

    /// What it is called, also on paper, where it may lie alone.
    pub(super) fn title(&self) -> String {
        format!("Every finding, page {}", self.number)
    }

    /// The name of its file.
    pub(super) fn name(&self) -> String {
        format!("findings-{}.html", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_was_judged_a_page_says_so() {
        let nothing = Every::default();
        assert_eq!(nothing.last().name(), "findings-1.html");
        let page = nothing.last().render().unwrap();
        assert!(page.contains("Nothing was judged.") && !page.contains("<nav"), "{page}");
    }
}
