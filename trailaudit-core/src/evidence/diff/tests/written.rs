//! One case after the other.

use super::{Tables, between, finding, rows};
use crate::evidence::diff::v1::{COLUMNS, Cause, Change, Head, Relation, Row};
use crate::evidence::diff::{Diff, DiffError, Side};
use crate::evidence::manifest::{Previous, Supersedes};
use crate::evidence::{Digest, InMemory, Manifest};

const RULES: [(&str, u32); 2] = [("a", 1), ("b", 1)];

fn drift(old: &Tables, new: &Tables) -> Vec<String> {
    let (drift, pack) = between(old, new, |diff| (rows(diff, Cause::Drift), rows(diff, Cause::RulePack))).unwrap();
    assert_eq!(pack, [""; 0]);
    drift
}

fn of_findings(old: &[&str], new: &[&str]) -> Vec<String> {
    drift(&Tables::new(&RULES, old, &[]), &Tables::new(&RULES, new, &[]))
}

fn of_cells(old: &[&str], new: &[&str]) -> Vec<String> {
    drift(&Tables::new(&[], &[], old), &Tables::new(&[], &[], new))
}

#[test]
fn findings_are_paired_by_what_they_are_about() {
    let old = [
        "a 1 r t pass",
        "a 2 r t fail",
        "a 2 s t pass",
        "b 1 - - pass",
        "b 3 - - fail",
    ];
    let new = [
        "a 1 r t fail",
        "a 1 r u fail",
        "a 2 r t pass",
        "b 1 - - pass",
        "b 2 - - pass",
    ];
    assert_eq!(
        of_findings(&old, &new),
        [
            "regressed a 1 r t: pass > fail",
            "new a 1 r u:  > fail",
            "resolved a 2 r t: fail > pass",
            "gone a 2 s t: pass > ",
            "new b 2:  > pass",
            "gone b 3: fail > ",
        ]
    );
    assert_eq!(of_findings(&old, &old), [""; 0]);
    assert_eq!(of_findings(&[], &old[..1]), ["new a 1 r t:  > pass"]);
    assert_eq!(of_findings(&old[..1], &[]), ["gone a 1 r t: pass > "]);
    // One subject twice is two findings.
    let twice = ["a 1 r t pass", "a 1 r t fail"];
    assert_eq!(of_findings(&twice, &twice), [""; 0]);
    assert_eq!(of_findings(&twice, &twice[..1]), ["gone a 1 r t: fail > "]);
}

#[test]
fn exceptions_come_are_renewed_and_end() {
    let old = [
        "a 1 r t fail",
        "a 2 r t excepted !until March",
        "a 3 r t excepted !until March",
        "a 4 r t excepted !until March",
        "a 5 r t excepted !until March",
    ];
    let new = [
        "a 1 r t excepted !until May",
        "a 2 r t excepted !until May",
        "a 3 r t fail",
        "a 4 r t pass",
        "a 5 r t excepted !until March",
        "a 6 r t excepted !until May",
    ];
    assert_eq!(
        of_findings(&old, &new),
        [
            "exception-added a 1 r t: fail > excepted",
            "exception-renewed a 2 r t: excepted > excepted",
            "exception-ended a 3 r t: excepted > fail",
            "resolved a 4 r t: excepted > pass",
            "exception-added a 6 r t:  > excepted",
        ]
    );
}

#[test]
fn changes_of_the_rule_pack_are_no_drift() {
    let mut old = Tables::new(
        &[("gone", 1), ("kept", 1), ("revised", 1), ("restated", 1)],
        &[
            "gone 1 r t fail",
            "kept 1 r t fail",
            "revised 1 r t pass",
            "revised 2 r t pass",
            "restated 1 r t pass",
        ],
        &[],
    );
    let mut new = Tables::new(
        &[("added", 1), ("kept", 1), ("revised", 2), ("restated", 1)],
        &[
            "added 1 r t fail",
            "kept 1 r t pass",
            "revised 1 r t fail",
            "revised 2 r t pass",
            "restated 1 r t fail",
        ],
        &[],
    );
    (old.window, new.window) = (Some(24), Some(12));
    (old.frameworks, new.frameworks) = (vec!["gxp".into(), "cis".into()], vec!["pci".into(), "gxp".into()]);
    between(&old, &new, |diff| {
        assert_eq!(
            rows(diff, Cause::Drift),
            [
                "resolved kept 1 r t: fail > pass",
                "regressed restated 1 r t: pass > fail"
            ]
        );
        assert_eq!(
            rows(diff, Cause::RulePack),
            [
                "framework-added pci:  > ",
                "framework-removed cis:  > ",
                "threshold-changed delivery-window-hours: 24 > 12",
                "rule-added added:  > 1",
                "rule-revised revised: 1 > 2",
                "rule-removed gone: 1 > ",
                "new added 1 r t:  > fail",
                "gone gone 1 r t: fail > ",
                "regressed revised 1 r t: pass > fail",
            ]
        );
        let counts = &diff.head().counts;
        assert_eq!(counts.drift[&Change::Unchanged], 0);
        assert_eq!(counts.drift[&Change::Resolved], 1);
        assert_eq!(counts.rule_pack[&Change::Unchanged], 1);
        assert_eq!(counts.rule_pack[&Change::RuleAdded], 1);
    })
    .unwrap();
}

#[test]
fn rules_that_changed_places_are_compared_all_the_same() {
    let old = Tables::new(
        &[("a", 1), ("b", 1), ("c", 1), ("x", 1)],
        &["a 1 r t pass", "b 1 r t pass", "c 1 r t pass", "x 1 r t pass"],
        &[],
    );
    let new = Tables::new(
        &[("c", 1), ("b", 1), ("a", 1), ("y", 1)],
        &["c 1 r t fail", "b 1 r t pass", "a 1 r t fail", "y 1 r t pass"],
        &[],
    );
    between(&old, &new, |diff| {
        let expected = ["regressed c 1 r t: pass > fail", "regressed a 1 r t: pass > fail"];
        assert_eq!(rows(diff, Cause::Drift), expected);
        assert_eq!(
            rows(diff, Cause::RulePack),
            [
                "rule-added y:  > 1",
                "rule-removed x: 1 > ",
                "new y 1 r t:  > pass",
                "gone x 1 r t: pass > "
            ]
        );
        assert_eq!(diff.head().counts.drift[&Change::Unchanged], 1);
    })
    .unwrap();
}

#[test]
fn cells_are_lost_and_won() {
    let both = ["1 r reached", "1 s reached"];
    let table: [(&[&str], &[&str], &[&str]); 12] = [
        (&both, &both, &[]),
        (
            &both,
            &["1 r reached", "1 s denied"],
            &["coverage-lost 1 s: reached > denied"],
        ),
        (
            &["1 r throttled", "1 s reached"],
            &both,
            &["coverage-won 1 r: throttled > reached"],
        ),
        (
            &["1 r denied"],
            &["1 r timed-out"],
            &["coverage-changed 1 r: denied > timed-out"],
        ),
        // An account that cannot be entered any more has one cell for all its Regions.
        (
            &["1 r reached", "1 s reached", "2 r reached", "2 s reached"],
            &["1 r reached", "1 s reached", "2 - role-unavailable"],
            &[
                "coverage-lost 2 r: reached > role-unavailable",
                "coverage-lost 2 s: reached > role-unavailable",
            ],
        ),
        (
            &["1 r reached", "2 - role-unavailable"],
            &["1 r reached", "2 r reached"],
            &["coverage-won 2 r: role-unavailable > reached"],
        ),
        (
            &["2 - role-unavailable"],
            &["2 - account-closed"],
            &["coverage-changed 2: role-unavailable > account-closed"],
        ),
        // Regions of all accounts are told once.
        (&both, &["1 r reached"], &["region-lost s:  > "]),
        (&["1 r reached"], &both, &["region-gained s:  > "]),
        // Regions of one account are told with it.
        (
            &["1 r reached", "1 s reached", "2 r reached"],
            &["1 r reached", "2 r reached", "2 s reached"],
            &["region-lost 1 s: reached > ", "region-gained 2 s:  > reached"],
        ),
        (
            &["1 r reached", "2 r reached"],
            &["1 r reached", "3 r reached"],
            &["account-lost 2: ACTIVE > ", "account-gained 3:  > ACTIVE"],
        ),
        // The list of accounts itself.
        (
            &["1 r reached"],
            &["- - denied", "1 r reached"],
            &["coverage-lost :  > denied"],
        ),
    ];
    for (old, new, expected) in table {
        assert_eq!(of_cells(old, new), expected, "{old:?} {new:?}");
    }
    let won = of_cells(&["- - denied", "1 r reached"], &["1 r reached"]);
    assert_eq!(won, ["coverage-won : denied > "]);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let tables = |findings: &[&str]| Tables::new(&RULES, findings, &[]);
    let sound = tables(&["a 1 r t pass"]);
    let error = |old: &Tables, new: &Tables| between(old, new, |_| ()).unwrap_err().to_string();
    let mut other = sound.clone();
    other.organization = "o-other";
    assert!(error(&sound, &other).contains("different organizations"));
    let unsorted = tables(&["b 1 r t pass", "a 1 r t pass"]);
    assert!(error(&sound, &unsorted).contains("the new package, findings.json: its rows are not in order"));
    let unsorted = tables(&["a 2 r t pass", "a 1 r t pass"]);
    assert!(error(&unsorted, &sound).contains("the old package, findings.json: its rows are not in order"));
    assert!(error(&sound, &tables(&["c 1 r t pass"])).contains("no rule \"c\""));
    assert!(error(&sound, &tables(&["a 1 r t splendid"])).contains("splendid"));
    assert!(error(&sound, &Tables::new(&RULES, &[], &["2 r reached", "1 r reached"])).contains("not in order"));
}

/// What changes on disk after it was verified is not compared.
#[test]
fn only_the_verified_bytes_are_compared() {
    let (files, manifest) = Tables::new(&RULES, &["a 1 r t pass"], &["1 r reached"]).build();
    let digest = Digest::of(b"");
    let paths = ["findings.json", "coverage.json", "catalogue.json", "baseline.toml"];
    for path in paths {
        let mut changed = files.clone();
        let text = String::from_utf8(files.bytes(path).unwrap().to_vec()).unwrap();
        changed.insert(
            path,
            text.replace("pass", "fail")
                .replace("reached", "refused")
                .replace("high", "mild")
                .replace("= 24", "= 12"),
        );
        let (old, new) = (
            Side::trusted(&files, &manifest, digest),
            Side::trusted(&changed, &manifest, digest),
        );
        assert!(Diff::between(&old, &new).is_err(), "{path}");
        let mut without = InMemory::default();
        for kept in paths {
            if kept != path {
                without.insert(kept, files.bytes(kept).unwrap());
            }
        }
        let new = Side::trusted(&without, &manifest, digest);
        assert!(
            matches!(Diff::between(&old, &new), Err(DiffError::File { .. })),
            "{path}"
        );
    }
}

/// The names of version 1, and the same rows in both forms.
#[test]
fn both_forms_say_the_same() {
    let old = Tables::new(
        &RULES,
        &["a 1 r t pass", "b 1 r t fail"],
        &["1 r reached", "2 r reached"],
    );
    let mut new = Tables::new(&[("a", 1)], &["a 1 r t fail"], &["1 r denied"]);
    new.exceptions = vec!["=T a 1 2026-01-01 2027-01-01".into()];
    let (json, csv) = between(&old, &new, |diff| {
        let (mut json, mut csv) = (Vec::new(), Vec::new());
        diff.write_json(&mut json).unwrap();
        diff.write_csv(&mut csv).unwrap();
        (json, String::from_utf8(csv).unwrap())
    })
    .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let mut head = json.clone();
    let lists = ["drift", "rulePack"].map(|list| head.as_object_mut().unwrap().remove(list).unwrap());
    let head: Head = serde_json::from_value(head).unwrap();
    assert_eq!(head.counts.drift.len() + head.counts.rule_pack.len(), 37);
    let rows: Vec<_> = lists.iter().flat_map(|list| list.as_array().unwrap()).collect();
    assert_eq!(rows.len(), 6);
    let mut lines = csv.split("\r\n");
    assert_eq!(lines.next().unwrap(), format!("\"{}\"", COLUMNS.join("\",\"")));
    for row in rows {
        let text = row.to_string();
        let row: Row<'_> = serde_json::from_str(&text).unwrap();
        let cells = row.cells().map(|cell| {
            if cell.starts_with('=') {
                format!("'{cell}")
            } else {
                cell.to_owned()
            }
        });
        assert_eq!(lines.next().unwrap(), format!("\"{}\"", cells.join("\",\"")));
    }
    assert_eq!(lines.collect::<Vec<_>>(), [""]);
    assert!(
        finding("a 1 r t pass")["account_name"]
            .as_str()
            .unwrap()
            .starts_with('=')
    );
}

#[test]
fn what_the_packages_say_of_each_other_is_told() {
    let (files, old) = Tables::new(&RULES, &["a 1 r t pass"], &["1 r reached"]).build();
    let digest = |manifest: &Manifest| Digest::of(&manifest.to_bytes().unwrap());
    let later = |change: &dyn Fn(&mut Manifest)| {
        let mut new = old.clone();
        new.package_id = Digest::of(b"later");
        change(&mut new);
        new
    };
    let successor = later(&|new| new.previous = Some(Previous::after(&old, digest(&old))));
    let correction = later(&|new| {
        new.supersedes = Some(Supersedes {
            package_id: old.package_id,
            reason: "a wrong scope".into(),
        });
    });
    let unshown = later(&|new| {
        new.scope.insert("regions".into(), "r".into());
    });
    let table = [
        (&old, &old, Relation::Same),
        (&old, &successor, Relation::Successor),
        (&successor, &old, Relation::Reversed),
        (&old, &correction, Relation::Correction),
        (&correction, &old, Relation::Unshown),
        (&old, &unshown, Relation::Unshown),
    ];
    for (old, new, expected) in table {
        let (was, is) = (
            Side::trusted(&files, old, digest(old)),
            Side::trusted(&files, new, digest(new)),
        );
        let diff = Diff::between(&was, &is).unwrap();
        assert_eq!(diff.head().relation, expected);
        let scope: &[&str] = if *new == unshown { &["regions"] } else { &[] };
        assert_eq!(diff.head().scope_changed, scope);
    }
}
