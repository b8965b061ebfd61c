//! Rows of one kind under a heading.

use std::collections::BTreeMap;
use std::io::{self, Write};

use trailaudit_core::evidence::diff::v1::{Cause, Change, Row};

use super::line;

/// How many rows a section lists: more are nobody's to read on a terminal.
const LISTED: usize = 40;

/// Whether a row belongs under a heading.
type Takes = fn(&Row<'_>) -> bool;

/// Rows of one kind, the gravest first.
pub(super) struct Section {
    title: &'static str,
    pub(super) takes: Takes,
    /// By how grave they are, as many of each as are listed at most.
    items: BTreeMap<u8, Vec<Item>>,
    total: usize,
    inherited: usize,
}

/// What is listed: one row, or the cells of an account that differ by their Regions alone.
struct Item {
    about: String,
    regions: Vec<String>,
    resource: String,
    step: String,
}

impl Section {
    /// What becomes of the exceptions themselves, whatever they accept.
    pub(super) const OF_BASELINE: &'static [Change] = &[
        Change::BaselineExceptionAdded,
        Change::BaselineExceptionRenewed,
        Change::BaselineExceptionChanged,
        Change::BaselineExceptionExpired,
        Change::BaselineExceptionRemoved,
    ];

    /// In the order of the page. A row goes to the first that takes it; findings that come and go with a rule are counted
    /// above, and listed by the other formats.
    pub(super) fn all() -> Vec<Self> {
        let sections: [(&str, Takes); 12] = [
            ("REGRESSED", |row| is_drift(row, &[Change::Regressed])),
            ("EXCEPTIONS ENDED", |row| is_drift(row, &[Change::ExceptionEnded])),
            ("NEW, AND NOT IN ORDER", |row| {
                is_drift(row, &[Change::New]) && matches!(&*row.new, "fail" | "inconclusive")
            }),
            // Nobody put it right, as far as this shows: it is not `RESOLVED`.
            ("GONE WHILE NOT IN ORDER", |row| {
                is_drift(row, &[Change::Gone]) && matches!(&*row.old, "fail" | "inconclusive" | "excepted")
            }),
            ("COVERAGE LOST", |row| {
                is_drift(row, &[Change::AccountLost, Change::RegionLost, Change::CoverageLost])
            }),
            ("CHANGED, AND NOT IN ORDER", |row| {
                is_drift(row, &[Change::Changed]) && matches!(&*row.new, "fail" | "inconclusive")
            }),
            ("EXCEPTIONS OF THE BASELINE", |row| is_drift(row, Self::OF_BASELINE)),
            ("EXCEPTIONS ADDED OR RENEWED", |row| {
                is_drift(row, &[Change::ExceptionAdded, Change::ExceptionRenewed])
            }),
            ("RESOLVED", |row| is_drift(row, &[Change::Resolved])),
            ("COVERAGE GAINED OR CHANGED", |row| {
                is_drift(
                    row,
                    &[
                        Change::AccountGained,
                        Change::RegionGained,
                        Change::CoverageWon,
                        Change::CoverageChanged,
                    ],
                )
            }),
            ("RULE PACK", |row| {
                row.cause == Cause::RulePack && !Change::ALL[..9].contains(&row.change)
            }),
            ("FINDINGS OF REVISED RULES THAT ARE NOT IN ORDER", |row| {
                row.cause == Cause::RulePack && row.change == Change::Regressed
            }),
        ];
        let section = |(title, takes)| Self {
            title,
            takes,
            items: BTreeMap::new(),
            total: 0,
            inherited: 0,
        };
        sections.into_iter().map(section).collect()
    }

    /// What an account inherits is told where it is judged: one trail that is off is one line, not one an account.
    pub(super) fn add(&mut self, row: &Row<'_>) {
        self.total += 1;
        if !row.inherited_from.is_empty() {
            self.inherited += 1;
            return;
        }
        let items = self.items.entry(gravity(&row.severity)).or_default();
        let item = Item::of(row);
        let has_room = items.len() < LISTED;
        match items.last_mut() {
            Some(last) if row.resource_type == "region" && last.differs_by_region(&item) => {
                last.regions.extend(item.regions);
            }
            _ if has_room => items.push(item),
            _ => {}
        }
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.total == 0 {
            return Ok(());
        }
        writeln!(out, "\n{}: {}", self.title, self.total)?;
        let mut told = self.inherited;
        for item in self.items.values().flatten().take(LISTED) {
            writeln!(out, "{}", item.lines())?;
            told += item.regions.len().max(1);
        }
        if self.inherited > 0 {
            let inherited = self.inherited;
            writeln!(out, "  and {inherited} in accounts that inherit a trail's verdict")?;
        }
        if self.total > told {
            let more = self.total - told;
            writeln!(out, "  and {more} more: --format csv lists all")?;
        }
        Ok(())
    }
}

fn is_drift(row: &Row<'_>, changes: &[Change]) -> bool {
    row.cause == Cause::Drift && changes.contains(&row.change)
}

fn gravity(severity: &str) -> u8 {
    match severity {
        "critical" => 0,
        "high" => 1,
        "medium" => 2,
        "low" => 3,
        _ => 4,
    }
}

impl Item {
    fn of(row: &Row<'_>) -> Self {
        let name = match &*row.account_name {
            "" => String::new(),
            name => format!("({name})"),
        };
        // The heading says it of findings.
        let change = match row.change {
            change if Change::ALL[..9].contains(&change) => "",
            change => change.as_str().trim_start_matches("baseline-exception-"),
        };
        let about = [change, &row.severity, &row.rule, &row.account_id, &name];
        let about: Vec<_> = about.into_iter().filter(|text| !text.is_empty()).map(line).collect();
        Self {
            about: about.join("  "),
            regions: Some(line(&row.region))
                .filter(|region| !region.is_empty())
                .into_iter()
                .collect(),
            resource: line(&row.resource_id),
            step: line(&step(row)),
        }
    }

    fn differs_by_region(&self, other: &Self) -> bool {
        (&self.about, &self.resource, &self.step) == (&other.about, &other.resource, &other.step)
    }

    /// What it is about, and below, from what to what and why.
    fn lines(&self) -> String {
        let regions = self.regions.join(", ");
        let about = [&self.about, &regions, &self.resource];
        let about: Vec<_> = about
            .into_iter()
            .filter(|text| !text.is_empty())
            .map(String::as_str)
            .collect();
        let below = if self.step.is_empty() {
            String::new()
        } else {
            format!("\n      {}", self.step)
        };
        format!("  {}{below}", about.join("  "))
    }
}

fn step(row: &Row<'_>) -> String {
    let what = if row.resource_type == "rule" { "revision " } else { "" };
    let step = match (&*row.old, &*row.new) {
        ("", "") => String::new(),
        ("", new) => format!("{what}{new}"),
        (old, "") => format!("was {what}{old}"),
        (old, new) => format!("{what}{old} -> {new}"),
    };
    let why = match (&*row.old_reason, &*row.new_reason) {
        ("", "") => String::new(),
        (was, why) if row.change == Change::Gone && !was.is_empty() && !why.is_empty() => {
            format!(": {was}; gone: {why}")
        }
        (why, "") | (_, why) => format!(": {why}"),
    };
    let exception = match (&*row.old_exception, &*row.new_exception) {
        ("", "") => String::new(),
        (old, "") => format!("; exception was: {old}"),
        (old, new) if !old.is_empty() && old != new => format!("; exception was: {old}; exception is: {new}"),
        (_, new) => format!("; exception: {new}"),
    };
    format!("{step}{why}{exception}")
}
