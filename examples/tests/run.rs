//! Runs every example and checks what it tells.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::process::Command;

#[test]
fn quickstart_prints_verdicts_reasons_and_coverage() {
    let told = run("quickstart");
    // One of the twelve is suspended.
    assert!(told.starts_with("collected 11 accounts with "), "{told}");
    for rule in trailaudit_core::CATALOGUE {
        let row = told.lines().find(|line| line.starts_with(rule.id)).expect(rule.id);
        let counts: Vec<usize> = row
            .split_whitespace()
            .skip(1)
            .map(|count| count.parse().unwrap())
            .collect();
        assert_eq!(counts.len(), 4, "{row}");
        assert!(counts[0] > 0, "most accounts of the population are sound: {row}");
    }
    assert!(
        told.contains("\nwhat fails:\n  trail-encrypted-with-customer-key in account "),
        "{told}"
    );
    let cited = told.split("(exchanges cited: ").skip(1);
    assert!(
        cited.clone().count() > 0 && cited.clone().all(|rest| !rest.starts_with('0')),
        "{told}"
    );
    let cells: Vec<usize> = told
        .lines()
        .skip_while(|line| !line.starts_with("what was planned"))
        .skip(1)
        .map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
        .collect();
    let (all, by_status) = cells.split_last().unwrap();
    assert_eq!(by_status.iter().sum::<usize>(), *all, "{told}");
}

#[test]
fn one_account_enters_no_other() {
    let told = run("one_account");
    assert!(told.contains("asked sts:GetCallerIdentity in us-east-1"), "{told}");
    assert!(
        told.contains("asked cloudtrail:DescribeTrails in eu-central-1"),
        "{told}"
    );
    assert!(!told.contains("asked organizations:"), "{told}");
    assert!(
        told.contains("as arn:aws:iam::111122223333:user/auditor, with 0 roles assumed"),
        "{told}"
    );
    assert!(told.contains("pass         The trail is logging"), "{told}");
    assert!(
        told.contains("fail         Every enabled Region of the account is covered by a logging trail"),
        "{told}"
    );
    assert!(told.contains("no trail is logging in eu-central-1"), "{told}");
}

#[test]
fn custom_rule_is_judged_beside_the_catalogue() {
    let told = run("custom_rule");
    let rules = trailaudit_core::CATALOGUE.len() + 1;
    assert!(told.starts_with(&format!("{rules} rules, ")), "{told}");
    assert!(
        told.contains("every Region is recorded, and a changed log file is discerned"),
        "{told}"
    );
    assert!(told.contains("(inherited from arn:aws:cloudtrail:"), "{told}");
    assert!(told.contains("shown by exchange "), "{told}");
}

#[test]
fn another_cloud_is_judged_by_the_same_rules() {
    let told = run("another_cloud");
    for line in [
        "  pass          harbour/all-seeing: encrypted with the customer managed key vk-lighthouse",
        "  pass          harbour/all-seeing: delivered to the log group at 2030-01-01T11:55:00Z",
        "  fail          island/sleepy: the trail names no log group",
        "  fail          island/sleepy: the trail is stopped",
        "  pass          harbour: covered in all 2 enabled Regions",
        "  fail          island: no trail is logging in north",
        "nimbus:ListRecorders in account reef, Region north: denied (refused: you may not look into the reef)",
    ] {
        assert!(told.contains(line), "{line:?} is not in\n{told}");
    }
    assert!(
        told.contains("  fail          island/sleepy: the key vk-of-nimbus is managed by"),
        "{told}"
    );
    let reef = told.lines().filter(|line| line.contains(" reef: "));
    assert!(
        reef.clone().count() > 0 && reef.clone().all(|line| line.starts_with("  inconclusive")),
        "{told}"
    );
}

#[test]
fn verify_package_names_every_problem() {
    let told = run("verify_package");
    let parts: Vec<_> = told
        .split("\n")
        .filter(|line| !line.starts_with(' ') && !line.is_empty())
        .collect();
    assert_eq!(
        parts,
        [
            "as it was signed: verified",
            "with one bit of findings.csv changed: NOT verified",
            "without its run log: NOT verified",
            "by an auditor who trusts another key: NOT verified",
            "as if it came from AWS: NOT verified",
        ]
    );
    for line in [
        "    signed by Ada Lovelace as preparer, meaning authorship",
        "    changed-file: findings.csv: ",
        "    missing-file: run.jsonl: ",
        "    untrusted-key: signatures/01-preparer.sigstore.json: ",
        "    simulated: ",
    ] {
        assert!(told.contains(line), "{line:?} is not in\n{told}");
    }
}

/// Runs an example without an environment, so that nobody's AWS account can be meant, and gives what it printed.
fn run(example: &str) -> String {
    let output = Command::new(path_of(example)).env_clear().output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    told
}

/// Examples lie beside the tests that were built with them.
fn path_of(example: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let path = profile
        .join("examples")
        .join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.exists(),
        "{} is missing: `cargo build -p trailaudit-examples --examples`",
        path.display()
    );
    path
}
