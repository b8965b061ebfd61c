//! The differences as people act on them: how many of what, then what got worse, then what got better, then what is
//! judged in another way.

mod section;

use std::collections::BTreeMap;
use std::io::{self, Write};

use trailaudit_core::evidence::diff::v1::{Cause, Change, Head, Package, Relation};
use trailaudit_core::evidence::diff::{Diff, DiffError};

use crate::visible::in_one_line;
use section::Section;

/// Writes everything.
pub(super) fn write(diff: &Diff<'_>, out: &mut dyn Write) -> Result<(), DiffError> {
    let mut sections = Section::all();
    for cause in [Cause::Drift, Cause::RulePack] {
        diff.each(cause, &mut |row| {
            if let Some(section) = sections.iter_mut().find(|section| (section.takes)(row)) {
                section.add(row);
            }
            Ok(())
        })?;
    }
    let written = write_head(diff.head(), out)
        .and_then(|()| sections.iter().try_for_each(|section| section.write(out)))
        .and_then(|()| {
            if nothing_changed(diff.head()) {
                writeln!(out, "\nnothing changed")?;
            }
            Ok(())
        });
    written.map_err(DiffError::Out)
}

fn write_head(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    let package = |package: &Package| {
        let simulated = if package.simulated { ", SIMULATED" } else { "" };
        line(&format!(
            "{} as of {}, sequence {}{simulated}",
            package.package_id, package.as_of, package.sequence
        ))
    };
    writeln!(out, "organization {}", line(&head.new.organization))?;
    writeln!(out, "old          {}", package(&head.old))?;
    writeln!(out, "new          {}", package(&head.new))?;
    let relation = match head.relation {
        Relation::Same => "they are the same package",
        Relation::Successor => "the new package names the old one as previous",
        Relation::Correction => "the new package supersedes the old one",
        Relation::Reversed => "the old package names the new one as previous",
        Relation::Unshown => "the new package does not name the old one as previous",
    };
    writeln!(out, "             {relation}\n")?;
    let counts = &head.counts;
    let of = |counts: &BTreeMap<Change, u64>, changes: &[Change]| {
        let told = changes.iter().map(|change| {
            let word = change.as_str();
            // `account-gained` under the heading of accounts is `gained`.
            let word = word.rsplit_once('-').map_or(word, |(_, word)| word);
            format!("{} {word}", counts.get(change).unwrap_or(&0))
        });
        told.collect::<Vec<_>>().join(", ")
    };
    let findings = &Change::ALL[..6];
    let drift: [(&str, &[Change]); 6] = [
        (
            "findings",
            &[
                Change::Regressed,
                Change::New,
                Change::Resolved,
                Change::Gone,
                Change::Changed,
                Change::Unchanged,
            ],
        ),
        ("exceptions", Section::OF_BASELINE),
        (
            "excepted",
            &[Change::ExceptionAdded, Change::ExceptionRenewed, Change::ExceptionEnded],
        ),
        ("accounts", &[Change::AccountGained, Change::AccountLost]),
        ("Regions", &[Change::RegionGained, Change::RegionLost]),
        (
            "coverage",
            &[Change::CoverageLost, Change::CoverageWon, Change::CoverageChanged],
        ),
    ];
    for (heading, changes) in drift {
        writeln!(out, "{heading:<12} {}", of(&counts.drift, changes))?;
    }
    let pack = [
        Change::RuleAdded,
        Change::RuleRemoved,
        Change::RuleRevised,
        Change::RuleRestated,
    ];
    let apart: u64 = findings.iter().filter_map(|change| counts.rule_pack.get(change)).sum();
    writeln!(
        out,
        "rules        {}; {apart} findings apart from drift by that",
        of(&counts.rule_pack, &pack)
    )
}

fn nothing_changed(head: &Head) -> bool {
    let counts = head.counts.drift.iter().chain(&head.counts.rule_pack);
    counts
        .into_iter()
        .all(|(change, count)| *change == Change::Unchanged || *count == 0)
}

/// What a package says must not pass for a line of ours.
fn line(text: &str) -> String {
    in_one_line(text)
}
