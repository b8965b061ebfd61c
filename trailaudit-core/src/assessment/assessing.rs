//! An assessment under way: findings come a few at a time, and are forgotten by whoever has used them.

use std::sync::Arc;

use jiff::Timestamp;

use super::Totals;
use super::accounting::Book;
use crate::baseline::Baseline;
use crate::finding::Finding;
use crate::inventory::Inventory;
use crate::judge::{AT_ONCE, Acceptances, Ground, Judgement, judge};
use crate::rule::Rule;

/// Judges what was collected, as things stood at a moment. As an iterator it gives the findings in the order of the
/// report: those of one rule about some accounts at a time. Memory is bounded by what was collected, however many rules
/// are asked.
pub struct Assessing<'a> {
    ground: Arc<Ground<'a>>,
    rules: Vec<&'static Rule>,
    baseline: &'a Baseline,
    acceptances: Acceptances<'a>,
    now: Option<Now<'a>>,
    totals: Totals,
}

/// The rule that is being asked.
struct Now<'a> {
    rule: &'static Rule,
    judgement: Judgement<'a>,
    book: Book,
    /// Of how many accounts it was asked.
    asked: usize,
}

impl<'a> Assessing<'a> {
    /// Begins: nothing is judged yet.
    #[must_use]
    pub fn new(
        inventory: &'a dyn Inventory,
        rules: &[&'static Rule],
        baseline: &'a Baseline,
        as_of: Timestamp,
    ) -> Self {
        let ground = Ground::of(inventory);
        Self {
            totals: Totals::before(&ground, as_of),
            ground: Arc::new(ground),
            rules: rules.to_vec(),
            baseline,
            acceptances: Acceptances::of(baseline, inventory, as_of),
            now: None,
        }
    }

    /// The moment it speaks about.
    #[must_use]
    pub fn as_of(&self) -> Timestamp {
        self.totals.as_of
    }

    /// What it comes to; what was not judged yet is judged now.
    #[must_use]
    pub fn finish(mut self) -> Totals {
        self.by_ref().for_each(drop);
        self.totals
    }

    /// Asks the next rule; none when all were asked.
    fn begin(&self) -> Option<Now<'a>> {
        let rule = *self.rules.get(self.totals.controls.len())?;
        Some(Now {
            judgement: judge(rule, &self.ground, self.baseline, self.totals.as_of, &self.acceptances),
            book: Book::open(rule, &self.ground),
            rule,
            asked: 0,
        })
    }
}

impl Iterator for Assessing<'_> {
    type Item = Vec<Finding>;

    fn next(&mut self) -> Option<Vec<Finding>> {
        loop {
            let mut now = self.now.take().or_else(|| self.begin())?;
            let units = &self.ground.units[now.asked..];
            let units = &units[..units.len().min(AT_ONCE)];
            now.asked += units.len();
            let is_end = now.asked == self.ground.units.len();
            let mut findings = now.judgement.about(units, is_end);
            self.acceptances.apply(now.rule, &mut findings);
            now.book.enter(&self.ground, units, &findings);
            if is_end {
                self.totals.controls.push(now.book.close());
            } else {
                self.now = Some(now);
            }
            if !findings.is_empty() {
                return Some(findings);
            }
        }
    }
}
