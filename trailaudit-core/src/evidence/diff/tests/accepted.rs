//! Exceptions of two baselines, whether or not they accept a finding.

use super::{Tables, between, rows};
use crate::evidence::diff::v1::{Cause, Change};

const DAYS: (&str, &str) = ("2026-03-01", "2026-06-01");

fn tables(day: &'static str, exceptions: &[&str]) -> Tables {
    Tables {
        exceptions: exceptions.iter().map(ToString::to_string).collect(),
        day: Some(day),
        ..Tables::new(&[("a", 1)], &[], &[])
    }
}

fn told(old: &[&str], new: &[&str]) -> Vec<String> {
    let (old, new) = (tables(DAYS.0, old), tables(DAYS.1, new));
    between(&old, &new, |diff| {
        assert_eq!(rows(diff, Cause::RulePack), [""; 0]);
        rows(diff, Cause::Drift)
    })
    .unwrap()
}

/// What changed, the exceptions before and after, and what is told.
type Row<'t> = (&'t str, &'t [&'t str], &'t [&'t str], &'t [&'t str]);

#[test]
fn exceptions_are_compared_whether_or_not_they_accept_anything() {
    let year = "T1 a t 2026-01-01 2026-12-31";
    let table: [Row<'_>; 12] = [
        ("the same", &[year], &[year], &[]),
        (
            "one more",
            &[],
            &[year],
            &["baseline-exception-added a T1/a/t/2026-01-01:  > in-force"],
        ),
        (
            "one less",
            &[year],
            &[],
            &["baseline-exception-removed a T1/a/t/2026-01-01: in-force > "],
        ),
        (
            "a later end",
            &[year],
            &["T1 a t 2026-01-01 2027-12-31"],
            &["baseline-exception-renewed a T1/a/t/2026-01-01: in-force > in-force"],
        ),
        (
            "another ticket in its place",
            &["T1 a t 2026-01-01 2026-05-31"],
            &["T2 a t 2026-05-01 2026-12-31"],
            &["baseline-exception-renewed a T2/a/t/2026-05-01: in-force > in-force"],
        ),
        (
            "another ticket beside it",
            &[year],
            &[year, "T2 a t 2027-01-01 2027-12-31"],
            &["baseline-exception-renewed a T2/a/t/2027-01-01: in-force > future"],
        ),
        (
            "another that ends no later",
            &[year],
            &[year, "T2 a t 2026-01-01 2026-11-30"],
            &["baseline-exception-added a T2/a/t/2026-01-01:  > in-force"],
        ),
        (
            "an earlier end",
            &[year],
            &["T1 a t 2026-01-01 2026-06-30"],
            &["baseline-exception-changed a T1/a/t/2026-01-01: in-force > in-force"],
        ),
        (
            "another reason",
            &[year],
            &["T1 a t 2026-01-01 2026-12-31 because"],
            &["baseline-exception-changed a T1/a/t/2026-01-01: in-force > in-force"],
        ),
        (
            "it ran out where it stands",
            &["T1 a t 2026-01-01 2026-05-31"],
            &["T1 a t 2026-01-01 2026-05-31"],
            &["baseline-exception-expired a T1/a/t/2026-01-01: in-force > expired"],
        ),
        (
            "it ran out, and was taken out",
            &["T1 a t 2026-01-01 2026-05-31"],
            &[],
            &["baseline-exception-expired a T1/a/t/2026-01-01: in-force > "],
        ),
        (
            "it had run out before",
            &["T1 a t 2026-01-01 2026-02-01"],
            &[],
            &["baseline-exception-removed a T1/a/t/2026-01-01: expired > "],
        ),
    ];
    for (what, old, new, expected) in table {
        assert_eq!(told(old, new), expected, "{what}");
    }
}

#[test]
fn an_exception_is_renewed_for_its_own_rule_and_subject_alone() {
    for other in [
        "T1 b t 2026-01-01 2027-12-31",
        "T1 a u 2026-01-01 2027-12-31",
        "T1 a 111122223333 2026-01-01 2027-12-31",
    ] {
        let told = told(&["T1 a t 2026-01-01 2026-12-31"], &[other]);
        let changes: Vec<_> = told.iter().filter_map(|row| row.split(' ').next()).collect();
        assert_eq!(changes.len(), 2, "{told:?}");
        assert!(changes.contains(&"baseline-exception-added"), "{told:?}");
        assert!(changes.contains(&"baseline-exception-removed"), "{told:?}");
    }
}

#[test]
fn a_row_says_what_the_exception_was_and_is() {
    let old = tables(DAYS.0, &["T1 a 111122223333 2026-01-01 2026-12-31"]);
    let new = tables(DAYS.1, &["T1 a 111122223333 2026-01-01 2027-12-31 because"]);
    between(&old, &new, |diff| {
        let mut count = 0;
        diff.each(Cause::Drift, &mut |row| {
            count += 1;
            assert_eq!(row.change, Change::BaselineExceptionRenewed);
            assert_eq!((&*row.rule, &*row.severity), ("a", "high"));
            assert_eq!((&*row.account_id, &*row.resource_type), ("111122223333", "exception"));
            assert_eq!(row.new_reason, "changed: reason, expires");
            assert!(row.old_exception.starts_with("T1 until 2026-12-31: for a reason"));
            assert!(row.new_exception.starts_with("T1 until 2027-12-31: because"));
            Ok(())
        })
        .unwrap();
        assert_eq!(count, 1);
        assert_eq!(diff.head().counts.drift[&Change::BaselineExceptionRenewed], 1);
    })
    .unwrap();
}

/// A baseline that cannot be read is not taken for one without exceptions.
#[test]
fn a_baseline_that_cannot_be_read_is_refused() {
    let sound = tables(DAYS.0, &[]);
    let broken = tables(DAYS.1, &["T1 a t 2026-12-31 2026-01-01"]);
    let error = between(&sound, &broken, |_| ()).unwrap_err().to_string();
    assert!(error.starts_with("the new package, baseline.toml: "), "{error}");
}

/// The catalogue only says how many there are.
#[test]
fn whom_the_baseline_approves_is_compared() {
    let approving = |administrators: &[&'static str]| Tables {
        administrators: administrators.to_vec(),
        ..tables(DAYS.0, &[])
    };
    let changed = between(&approving(&["111111111111"]), &approving(&["222222222222"]), |diff| {
        rows(diff, Cause::RulePack)
    });
    assert_eq!(
        changed.unwrap(),
        ["threshold-changed approved-administrators: [\"111111111111\"] > [\"222222222222\"]"]
    );
}
