//! `report --format reconcile`: what other tools would say of the same records, from what an audit left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use trailaudit_sim::{Settings, populate};

use crate::audit::{Audited, Bench, audit};
use crate::package::{Row, records, rows};
use crate::support::{told, trailaudit};
use crate::worlds::{FIRST, HOME, organization_trail, sound, trail_arn};

const COLUMNS: &str = "rule,peer_check,account,region,resource,ours,theirs,reason,how";
const PEERS: [&str; 3] = ["security-hub", "prowler", "powerpipe"];

/// The demo's Organization, and each peer: our rows are those of the findings, and no difference goes without its why.
#[test]
#[expect(clippy::too_many_lines, reason = "a table of what is said")]
fn every_difference_from_every_peer_is_explained() {
    let audited = audit(populated(), &["--as-of", AS_OF]);
    let mut differences = BTreeMap::new();
    for peer in PEERS {
        let rows = compared(&audited, "package", peer);
        let rules: BTreeSet<_> = rows.iter().map(|row| row["rule"].clone()).collect();
        let findings = audited.package.findings.iter();
        let findings: Vec<_> = findings.filter(|row| rules.contains(&row["rule"])).collect();
        assert_eq!(rows.len(), findings.len(), "{peer}: a row for each finding");
        for (row, finding) in rows.iter().zip(findings) {
            for (ours, theirs) in [
                ("rule", "rule"),
                ("account", "account_id"),
                ("region", "region"),
                ("resource", "resource_id"),
                ("ours", "verdict"),
                ("reason", "reason"),
            ] {
                assert_eq!(row[ours], finding[theirs], "{peer}: {row:?}");
            }
            assert!(
                ["pass", "fail", "no row", "unknown"].contains(&&*row["theirs"]),
                "{row:?}"
            );
            assert!(!row["peer_check"].is_empty() && is_sentence(&row["how"]), "{row:?}");
            if !agree(row) {
                let difference = format!("{} / {} / {}", row["ours"], row["theirs"], row["how"]);
                *differences.entry((peer, row["rule"].clone(), difference)).or_insert(0) += 1;
            }
        }
    }
    let mut told = Vec::new();
    let mut last = String::new();
    for ((peer, rule, difference), count) in differences {
        let head = format!("{peer} on {rule}");
        if head != last {
            told.push(head.clone());
            last = head;
        }
        told.push(format!("  {count} x {difference}"));
    }
    insta::assert_snapshot!(told.join("\n"), @"
    powerpipe on log-file-validation-enabled
      19 x inconclusive / no row / there is no row where the trail's home Region is not shown
    powerpipe on log-group-retention-sufficient
      20 x inconclusive / no row / it writes rows about log groups it was shown, and about nothing else
      58 x pass / fail / it asks for 365 days of every log group; one that keeps events for ever has NULL there, which alarms
    powerpipe on trail-delivers-to-log-group
      9 x fail / pass / it wants a log group and a delivery of the last 24 hours, but reads the time of deliveries to the bucket; a status it cannot read, as in a member that of an organization trail, is NULL, which alarms
      2 x inconclusive / fail / it wants a log group and a delivery of the last 24 hours, but reads the time of deliveries to the bucket; a status it cannot read, as in a member that of an organization trail, is NULL, which alarms
      19 x inconclusive / no row / there is no row where the trail's home Region is not shown
      2 x inconclusive / pass / it wants a log group and a delivery of the last 24 hours, but reads the time of deliveries to the bucket; a status it cannot read, as in a member that of an organization trail, is NULL, which alarms
      15 x pass / fail / it wants a log group and a delivery of the last 24 hours, but reads the time of deliveries to the bucket; a status it cannot read, as in a member that of an organization trail, is NULL, which alarms
    powerpipe on trail-encrypted-with-customer-key
      9 x fail / pass / it passes whatever names a KMS key, in the row of the home Region: whose key it is, in what state, and whether it is still there is not asked
      19 x inconclusive / no row / there is no row where the trail's home Region is not shown
      4 x inconclusive / pass / it passes whatever names a KMS key, in the row of the home Region: whose key it is, in what state, and whether it is still there is not asked
    prowler on log-file-validation-enabled
      19 x inconclusive / no row / it writes rows about trails it was shown, and about nothing else
    prowler on log-group-retention-sufficient
      20 x inconclusive / no row / it writes rows about log groups it was shown, and about nothing else
    prowler on management-events-recorded
      2 x inconclusive / no row / an account in which nothing can be read has no rows
      8 x pass / fail / of advanced selectors it takes the one called `Management events selector`, a free text, and no other; a member cannot read those of an organization trail
    prowler on object-read-events-recorded
      2 x inconclusive / no row / an account in which nothing can be read has no rows
      14 x pass / fail / a trail whose selectors it cannot read records nothing to it, and a member cannot read those of an organization trail
    prowler on object-write-events-recorded
      2 x inconclusive / no row / an account in which nothing can be read has no rows
      14 x pass / fail / a trail whose selectors it cannot read records nothing to it, and a member cannot read those of an organization trail
    prowler on region-has-logging-trail
      19 x inconclusive / no row / a Region whose trails cannot be listed has no row
      17 x pass / fail / a Region passes with any logging trail in it; after one status that cannot be read all later trails count as stopped
    prowler on trail-delivers-to-log-group
      7 x fail / pass / it looks at the last delivery to a log group alone, which has to be of the last 24 hours: a quiet trail fails, and neither the group, nor its role, nor a delivery error is looked at
      1 x inconclusive / fail / a status that it cannot read counts as no delivery, and fails
      2 x inconclusive / fail / it looks at the last delivery to a log group alone, which has to be of the last 24 hours: a quiet trail fails, and neither the group, nor its role, nor a delivery error is looked at
      19 x inconclusive / no row / it writes rows about trails it was shown, and about nothing else
      1 x inconclusive / pass / it looks at the last delivery to a log group alone, which has to be of the last 24 hours: a quiet trail fails, and neither the group, nor its role, nor a delivery error is looked at
      1 x pass / fail / it looks at the last delivery to a log group alone, which has to be of the last 24 hours: a quiet trail fails, and neither the group, nor its role, nor a delivery error is looked at
    prowler on trail-encrypted-with-customer-key
      9 x fail / pass / it passes whatever names a KMS key: whose key it is, in what state, and whether it is still there is not asked
      19 x inconclusive / no row / it writes rows about trails it was shown, and about nothing else
      4 x inconclusive / pass / it passes whatever names a KMS key: whose key it is, in what state, and whether it is still there is not asked
    security-hub on account-has-logging-trail
      2 x inconclusive / no row / an account in which nothing can be read has no findings
      1 x pass / fail / it is evaluated Region by Region, and fails in every Region that lists no logging trail
    security-hub on log-file-validation-enabled
      19 x inconclusive / no row / it writes rows about trails it was shown, and about nothing else
    security-hub on log-group-retention-sufficient
      20 x inconclusive / no row / it writes rows about log groups it was shown, and about nothing else
    security-hub on management-events-recorded
      2 x inconclusive / no row / an account in which nothing can be read has no findings
      5 x pass / unknown / a member cannot read the selectors of an organization trail, and what the control makes of that is not documented
    security-hub on trail-delivers-to-log-group
      10 x fail / pass / it passes whatever names a log group: whether the group exists and whether anything arrives is not asked
      19 x inconclusive / no row / it writes rows about trails it was shown, and about nothing else
      4 x inconclusive / pass / it passes whatever names a log group: whether the group exists and whether anything arrives is not asked
    security-hub on trail-encrypted-with-customer-key
      9 x fail / pass / it passes whatever names a KMS key: whose key it is, in what state, and whether it is still there is not asked
      19 x inconclusive / no row / it writes rows about trails it was shown, and about nothing else
      4 x inconclusive / pass / it passes whatever names a KMS key: whose key it is, in what state, and whether it is still there is not asked
    ");
}

/// A collection that nobody judged yet is judged as `assess` would judge it.
#[test]
fn records_are_enough() {
    let audited = audit(sound(&[HOME]), &[]);
    let path = audited.bench.path();
    let collected = audited
        .bench
        .command("collect")
        .args(["--out", "records"])
        .output()
        .unwrap();
    assert_eq!(collected.status.code(), Some(0), "{}", told(&collected));
    for peer in PEERS {
        assert_eq!(
            verdicts(&compared(&audited, "records", peer)),
            verdicts(&compared(&audited, "package", peer)),
            "{peer}"
        );
    }
    // Into a file, and nothing else is printed.
    let arguments = [
        "report",
        "package",
        "--format",
        "reconcile",
        "--peer",
        "prowler",
        "--out",
        "rows.csv",
    ];
    let output = trailaudit(path).args(arguments).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{}", told(&output));
    let written = rows(&fs::read_to_string(path.join("rows.csv")).unwrap());
    assert_eq!(written, compared(&audited, "package", "prowler"));
}

/// The terms are the package's: its rules, and what it accepts.
#[test]
fn a_package_is_judged_by_its_own_terms() {
    let mut world = sound(&[HOME]);
    organization_trail(&mut world).log_file_validation = false;
    let bench = Bench::new(world);
    let exceptions = format!(
        "[[exceptions]]\nrule = \"log-file-validation-enabled\"\nresource = \"{}\"\nreason = \"r\"\nticket = \"T\"\n\
         requested-by = \"a\"\napproved-by = \"b\"\nstarts = 2020-01-01\nexpires = 2099-12-31\n",
        trail_arn(HOME)
    );
    fs::write(bench.path().join("trailaudit.toml"), exceptions).unwrap();
    let options = ["--out", "package", "--config", "trailaudit.toml"];
    let rules = ["--rule", "log-file-validation-enabled", "--rule", "trail-logging"];
    let output = bench.command("audit").args(options).args(rules).output().unwrap();
    let audited = bench.audited(&output);
    let rows = compared(&audited, "package", "prowler");
    let said: BTreeSet<_> = rows
        .iter()
        .map(|row| [&*row["rule"], &row["ours"], &row["theirs"]].join(" "))
        .collect();
    assert_eq!(
        said.into_iter().collect::<Vec<_>>(),
        ["log-file-validation-enabled excepted fail"],
        "{}",
        audited.told
    );
}

#[test]
fn what_cannot_be_compared_is_told() {
    let audited = audit(sound(&[HOME]), &["--rule", "trail-logging"]);
    let path = audited.bench.path();
    let refused = |arguments: &[&str], code: i32, words: &[&str]| {
        let output = trailaudit(path).arg("report").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", told(&output));
        assert!(output.stdout.is_empty(), "{}", told(&output));
        let stderr = String::from_utf8(output.stderr).unwrap();
        for word in words {
            assert!(stderr.contains(word), "{word}: {stderr}");
        }
    };
    let reconcile = ["--format", "reconcile", "--peer", "prowler"];
    let of = |package: &'static str| [&[package], &reconcile[..]].concat();
    refused(
        &["package", "--format", "reconcile"],
        2,
        &["--format reconcile", "--peer security-hub|prowler|powerpipe"],
    );
    refused(
        &["package", "--format", "reconcile", "--peer", "prowlr"],
        2,
        &["'prowlr'", "--peer", "'prowler'", "powerpipe"],
    );
    refused(
        &["package", "--format", "csv", "--peer", "prowler"],
        2,
        &["--peer", "did you mean `--format reconcile --peer prowler`"],
    );
    refused(
        &["package", "--format", "reconcil", "--peer", "prowler"],
        2,
        &["'reconcile'", "--format"],
    );
    refused(
        &[&of("package")[..], &["--table", "coverage"]].concat(),
        2,
        &["--table"],
    );
    refused(&of("nowhere"), 1, &["nowhere: No such file"]);
    fs::create_dir(path.join("empty")).unwrap();
    refused(
        &of("empty"),
        1,
        &["empty: there is no run.jsonl", "nothing was collected"],
    );
    let extract = ["extract", "package", "--account", FIRST, "--out", "extract"];
    let output = trailaudit(path).args(extract).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    refused(&of("extract"), 1, &["extract: ", "extract of one account"]);
    // What was sealed, and is gone or changed.
    let organization = path.join("package/organization.jsonl.gz");
    let records = fs::read(&organization).unwrap();
    fs::remove_file(&organization).unwrap();
    refused(
        &of("package"),
        5,
        &["organization.jsonl.gz", "missing-file", "trailaudit verify"],
    );
    fs::write(&organization, &records[..records.len() - 1]).unwrap();
    refused(&of("package"), 5, &["organization.jsonl.gz", "trailaudit verify"]);
}

const AS_OF: &str = "2026-11-20T03:00:00Z";

fn populated() -> trailaudit_sim::World {
    populate(&Settings {
        accounts: 25,
        regions: 17,
        seed: 7,
        as_of: AS_OF.parse().unwrap(),
    })
    .world
}

fn compared(audited: &Audited, package: &str, peer: &str) -> Vec<Row> {
    let arguments = ["report", package, "--format", "reconcile", "--peer", peer];
    let output = trailaudit(audited.bench.path()).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(records(&text)[0].join(","), COLUMNS);
    rows(&text)
}

fn verdicts(rows: &[Row]) -> Vec<[&str; 7]> {
    let columns = ["rule", "peer_check", "account", "region", "resource", "ours", "theirs"];
    rows.iter().map(|row| columns.map(|column| &*row[column])).collect()
}

/// Having nothing to judge and saying nothing is the same.
fn agree(row: &Row) -> bool {
    matches!(
        (&*row["ours"], &*row["theirs"]),
        ("pass", "pass") | ("fail" | "excepted", "fail") | ("not-applicable", "no row")
    )
}

fn is_sentence(text: &str) -> bool {
    text.len() > 20 && !text.contains("  ") && !text.contains(". ") && !text.ends_with('.')
}
