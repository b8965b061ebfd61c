//! The same for people: a table of what would be inconclusive, then what to change.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use trailaudit_aws::preflight::{Fix, Preflight};
use trailaudit_core::organization::{AccountId, Region};

use crate::commands::counted;
use crate::visible;

/// How many names are listed before the rest is counted.
const LISTED: usize = 3;

pub(super) fn of(told: &Preflight) -> String {
    let mut out = String::new();
    if !told.obstacles.is_empty() {
        table(told, &mut out);
        out.push_str("\nwhat to change\n");
        for (place, fix) in told.fixes.iter().enumerate() {
            change(told, place, fix, &mut out);
        }
        out.push('\n');
    }
    for (account, state) in &told.not_in_use {
        _ = writeln!(out, "{account} is {state}: there is nothing to read");
    }
    for (account, region) in &told.regions_off {
        _ = writeln!(out, "{account} has {region} off: there is nothing to read");
    }
    let Preflight {
        accounts,
        entered,
        regions,
        calls,
        ..
    } = told;
    _ = writeln!(
        out,
        "{entered} of {accounts} accounts let {} in, {regions} Regions answered; {calls} calls, nothing kept",
        told.caller
    );
    let would = if told.is_complete() {
        "the run would be complete".to_owned()
    } else {
        let open: BTreeSet<_> = told.obstacles.iter().map(|obstacle| &obstacle.account).collect();
        format!(
            "the run would NOT be complete: {} in {}; {} to make",
            counted(told.obstacles.len(), "refused call"),
            counted(open.len(), "account"),
            counted(told.fixes.len(), "change")
        )
    };
    _ = writeln!(out, "{would}");
    out
}

/// A row for each account, call and cause; the Regions of one stand together.
fn table(told: &Preflight, out: &mut String) {
    let mut rows: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for obstacle in &told.obstacles {
        let call = format!("{}:{}", obstacle.service, obstacle.operation);
        let (account, cause) = (&obstacle.account, obstacle.cause.as_str());
        let row = rows.entry((account, call, cause, obstacle.fix)).or_default();
        row.extend(obstacle.region.as_ref().map(Region::as_str));
    }
    _ = writeln!(
        out,
        "{:<12}  {:<34}  {:<35}  {:>3}  Regions",
        "account", "call", "cause", "fix"
    );
    for ((account, call, cause, fix), regions) in rows {
        let regions = listed(regions.iter().copied());
        _ = writeln!(out, "{account:<12}  {call:<34}  {cause:<35}  {:>3}  {regions}", fix + 1);
    }
}

fn change(told: &Preflight, place: usize, fix: &Fix, out: &mut String) {
    let accounts = listed(fix.accounts.iter().map(AccountId::as_str));
    _ = writeln!(
        out,
        "\n{}. in {accounts}: {}",
        place + 1,
        visible::in_one_line(&fix.change)
    );
    if let Some(statement) = &fix.statement {
        for line in format!("{statement:#}").lines() {
            _ = writeln!(out, "   {line}");
        }
    }
    let mut said = told.obstacles.iter().filter(|obstacle| obstacle.fix == place);
    let said = said.find(|obstacle| obstacle.cause == fix.cause);
    if let Some(obstacle) = said {
        let message = visible::in_one_line(&obstacle.message);
        _ = writeln!(out, "   AWS said: {}: {message}", obstacle.code);
    }
}

/// The first few, and how many more there are.
fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(LISTED);
    let mut text = names.take(LISTED).collect::<Vec<_>>().join(", ");
    if more > 0 {
        _ = write!(text, " and {more} more");
    }
    if text.is_empty() { "-".to_owned() } else { text }
}
