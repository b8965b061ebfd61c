//! Why a finding is gone, as far as the new package shows it.

use super::{Tables, between};
use crate::evidence::diff::v1::{Cause, Change};

/// What is said of the one finding that is gone.
fn why(old: &Tables, new: &Tables) -> String {
    between(old, new, |diff| {
        let mut told = Vec::new();
        for cause in [Cause::Drift, Cause::RulePack] {
            diff.each(cause, &mut |row| {
                if row.change == Change::Gone {
                    assert_eq!((&*row.old, &*row.new), ("fail", ""));
                    told.push(row.new_reason.to_string());
                }
                Ok(())
            })
            .unwrap();
        }
        assert_eq!(told.len(), 1, "{told:?}");
        told.remove(0)
    })
    .unwrap()
}

#[test]
fn what_is_gone_says_why_where_that_can_be_known() {
    let was = ["1 r reached", "1 s reached", "2 r reached"];
    let table: [(&str, &[&str], &[&str], &str); 9] = [
        (
            "a 1 s t fail",
            &was,
            &[],
            "the account was looked at there, and does not have the trail any more",
        ),
        (
            "a 1 s t fail",
            &["2 r reached"],
            &[],
            "account lost: the new package does not have it",
        ),
        (
            "a 1 s t fail",
            &["1 - excluded", "2 r reached"],
            &[],
            "out of scope: the new run left the account out",
        ),
        (
            "a 1 s t fail",
            &["1 - role-unavailable", "2 r reached"],
            &[],
            "the account was not entered: role-unavailable",
        ),
        (
            "a 1 s t fail",
            &["1 r reached", "1 s denied"],
            &[],
            "the Region was not reached: denied",
        ),
        (
            "a 1 s t fail",
            &["1 r reached", "2 r reached"],
            &[],
            "Region lost: it is not planned in the account any more",
        ),
        (
            "a 1 s t fail",
            &["1 r reached", "2 r reached"],
            &["r"],
            "out of scope: the new run was asked for other Regions",
        ),
        // It was asked for, and nobody planned it.
        (
            "a 1 s t fail",
            &["1 r reached", "2 r reached"],
            &["r", "s"],
            "Region lost: it is not planned in the account any more",
        ),
        // Of what spans Regions nobody knows, unless all of them were looked at.
        ("a 1 - - fail", &["1 r reached", "1 s denied"], &[], ""),
    ];
    for (finding, is, asked, expected) in table {
        let old = Tables::new(&[("a", 1)], &[finding], &was);
        let mut new = Tables::new(&[("a", 1)], &[], is);
        new.asked = asked.to_vec();
        assert_eq!(why(&old, &new), expected, "{finding} {is:?} {asked:?}");
    }
}

#[test]
fn a_finding_that_goes_with_its_rule_says_so() {
    let old = Tables::new(&[("a", 1), ("b", 1)], &["a 1 r t fail"], &["1 r reached"]);
    let new = Tables::new(&[("b", 1)], &[], &["1 r reached"]);
    assert_eq!(why(&old, &new), "the rule is not asked any more");
}
