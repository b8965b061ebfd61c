//! One table of good and bad signatures, and six verdicts on each: ours, that of `verify.sh`, and those of four verifiers
//! that others wrote. Whoever differs from us is in the table with the reason, and has to differ.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../tests/timestamps/authority.rs"]
#[allow(dead_code)]
mod authority;
mod cases;
mod keys;
mod ours;
mod package;
#[path = "../../../tests/evidence_package/provider.rs"]
#[allow(dead_code)]
mod provider;
#[path = "../../../tests/evidence_package/sample.rs"]
#[allow(dead_code)]
mod sample;
mod stamps;
mod verdicts;
mod whole_seconds;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use package::Package;
use rayon::prelude::*;
use verdicts::{Who, verdicts};

/// One row of the table.
struct Case {
    name: String,
    package: Package,
    /// Our verdict.
    accepted: bool,
    /// Who has another, and why.
    differ: Vec<(Who, &'static str)>,
}

impl Case {
    /// A row in which all agree.
    fn new(name: impl Into<String>, accepted: bool, package: Package) -> Self {
        Self {
            name: name.into(),
            package,
            accepted,
            differ: Vec::new(),
        }
    }

    /// These have another verdict, for this reason.
    fn but(mut self, who: &[Who], reason: &'static str) -> Self {
        self.differ.extend(who.iter().map(|who| (*who, reason)));
        self
    }
}

#[test]
fn every_verifier_comes_to_the_verdict_in_the_table() {
    let mut cases = cases::of_signatures();
    cases.extend(cases::of_forms());
    cases.extend(cases::of_keys());
    cases.extend(stamps::cases());
    hold(&cases);
}

/// The same of bundles that no other program had a hand in: signed, stamped and written by our own code.
#[test]
fn every_verifier_comes_to_the_same_verdict_on_what_we_signed() {
    hold(&ours::cases());
}

/// Asks everyone about every case, and shows the whole table.
fn hold(cases: &[Case]) {
    let mut table = format!("{:<48}", "");
    for who in Who::ALL {
        write!(table, " {:>16}", who.name()).unwrap();
    }
    let (mut wrong, mut count, mut differences) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    let judged: Vec<_> = cases.par_iter().map(|case| verdicts(&case.package)).collect();
    for (case, verdicts) in cases.iter().zip(judged) {
        write!(table, "\n{:<48}", case.name).unwrap();
        for (who, verdict) in verdicts {
            let reason = case
                .differ
                .iter()
                .find(|(other, _)| *other == who)
                .map(|(_, reason)| *reason);
            let expected = case.accepted != reason.is_some();
            let mark = if reason.is_some() { "*" } else { " " };
            let said = if verdict.is_ok() { "accepts" } else { "rejects" };
            write!(table, " {said:>15}{mark}").unwrap();
            *count.entry(who).or_insert(0) += 1;
            if let Some(reason) = reason {
                differences
                    .entry(reason)
                    .or_insert_with(Vec::new)
                    .push(format!("{}: {}", case.name, who.name()));
            }
            if verdict.is_ok() != expected {
                wrong.push(format!("{}: {} {said}: {verdict:?}", case.name, who.name()));
            }
        }
    }
    table.push_str("\n\n* expected to differ:\n");
    for (reason, rows) in differences {
        writeln!(table, "- {reason} ({})", rows.join("; ")).unwrap();
    }
    writeln!(table, "{} cases, verdicts: {count:?}", cases.len()).unwrap();
    // Where a test that passes is heard, too.
    std::io::Write::write_all(&mut std::io::stderr(), table.as_bytes()).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
