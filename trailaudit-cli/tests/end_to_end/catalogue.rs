//! The whole catalogue at once: on an Organization that breaks every rule, on one that breaks none, and on one where each
//! finds both; and what a framework has asked of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use trailaudit_aws::{CALLS, calls_for};
use trailaudit_core::framework::{Selection, framework};
use trailaudit_core::{CATALOGUE, Rule};
use trailaudit_sim::{Settings, World, populate};

use crate::audit::{Audited, Bench, audit};
use crate::best::{self, best};
use crate::package::Row;
use crate::worlds::{ARCHIVE, FIRST, HOME, MANAGEMENT, SECOND};
use crate::worst::{self, worst};

#[test]
fn every_rule_fails_on_the_worst_organization() {
    let audited = audit_with(worst(&[HOME, "eu-west-1"]), worst::BASELINE, &[]);
    assert_eq!(audited.code, 3, "{}", audited.told);
    let failing = rules(&audited, "fail");
    let missing = CATALOGUE.iter().filter(|rule| !failing.contains(rule.id));
    let missing: Vec<_> = missing.map(|rule| rule.id).collect();
    assert_eq!(missing, ["account-belongs-to-organization"], "{}", audited.told);
    // What is not known of it is not known because something is gone, never because it was not read.
    assert_eq!(rules(&audited, "inconclusive"), BTreeSet::new());
    let passing = rules(&audited, "pass");
    let passing: Vec<_> = passing.iter().map(String::as_str).collect();
    // One of the two trails is validated, one has a bucket, and one leaves nothing out.
    let of_one_trail = [
        "account-belongs-to-organization",
        "log-bucket-owned-by-organization",
        "log-file-validation-enabled",
        "no-management-event-source-excluded",
    ];
    assert_eq!(passing, of_one_trail);

    // The last rule needs an account that belongs to none.
    let mut alone = worst(&[HOME]);
    alone.organization.in_use = false;
    let audited = audit(alone, &["--single-account"]);
    let row = audited.finding("account-belongs-to-organization", MANAGEMENT);
    assert_eq!(row["verdict"], "fail", "{row:?}");
}

#[test]
fn no_rule_fails_on_the_best_organization_and_each_passes() {
    let audited = audit_with(best(&[HOME, "eu-west-1"]), best::BASELINE, &[]);
    assert_eq!(audited.code, 0, "{}", audited.told);
    let mut not_applicable = BTreeMap::new();
    for rule in CATALOGUE {
        for account in [ARCHIVE, MANAGEMENT, FIRST, SECOND] {
            let rows = audited.findings(rule.id, account);
            assert!(!rows.is_empty(), "{} says nothing of {account}", rule.id);
            if rows.iter().any(|row| row["verdict"] == "not-applicable") {
                not_applicable
                    .entry(rule.id)
                    .or_insert_with(BTreeSet::new)
                    .insert(account);
            }
        }
        assert!(rules(&audited, "pass").contains(rule.id), "{} passes nowhere", rule.id);
    }
    // What is asked of things that the members do not have, or of the organization as a whole, passes where these are;
    // a policy of the organization binds everybody but the account that manages it.
    let members = BTreeSet::from([ARCHIVE, FIRST, SECOND]);
    for (rule, accounts) in not_applicable {
        let expected = match rule {
            "trail-tampering-denied-by-policy" => BTreeSet::from([MANAGEMENT]),
            _ => members.clone(),
        };
        assert_eq!(accounts, expected, "{rule}");
    }
}

/// What the demo shows: each rule both ways. The organization has one way to be, and what is designated a baseline says.
#[test]
fn the_population_shows_every_rule_both_ways() {
    let audited = audit(populated(25, 17), &["--as-of", AS_OF]);
    let (failing, passing) = (rules(&audited, "fail"), rules(&audited, "pass"));
    let one_sided: Vec<_> = CATALOGUE
        .iter()
        .filter(|rule| !failing.contains(rule.id) || !passing.contains(rule.id))
        .map(|rule| rule.id)
        .collect();
    let choices = [
        "trail-uses-designated-destinations",
        "account-belongs-to-organization",
        "organization-trail-logging",
        "organization-all-features-enabled",
        "delegated-administrators-approved",
        "trail-service-trusted-by-organization",
    ];
    assert_eq!(one_sided, choices);
}

/// A framework has nothing asked but what its rules need, and these find the same.
#[test]
fn a_framework_asks_what_its_rules_need_and_finds_the_same() {
    let whole = audit_with(populated(14, 4), SEVEN_YEARS, &["--as-of", AS_OF]);
    for id in ["gxp-21-cfr-part-11", "gxp-eu-annex-11", "aws-security-hub"] {
        let selection = Selection::new(vec![framework(id).unwrap()]);
        let chosen: Vec<&Rule> = CATALOGUE.iter().copied().filter(|rule| selection.asks(rule)).collect();
        let options = ["--framework", id, "--as-of", AS_OF];
        let part = audit_with(populated(14, 4), SEVEN_YEARS, &options);
        let needed = needed(&chosen);
        let asked: BTreeSet<_> = part.ledger.calls.keys().map(|(_, operation)| *operation).collect();
        let more: Vec<_> = asked.difference(&needed).collect();
        assert!(more.is_empty(), "{id} has {more:?} asked");
        assert!(part.ledger.total() < whole.ledger.total(), "{id}");
        let is_chosen = |row: &&Row| chosen.iter().any(|rule| row["rule"] == rule.id);
        let rows = |audited: &Audited| -> Vec<Row> {
            let rows = audited.package.findings.iter().filter(is_chosen).cloned();
            rows.map(of_rule_alone).collect()
        };
        let (part, whole) = (rows(&part), rows(&whole));
        assert_eq!(part.len(), whole.len(), "{id}");
        for (alone, among) in part.into_iter().zip(whole) {
            assert_eq!(alone, among, "{id}");
        }
    }
}

/// Frameworks differ in how long log files have to be kept; this one has its say whatever the framework.
const SEVEN_YEARS: &str = "[thresholds]\nlog-file-retention-days = 2555\n";
const AS_OF: &str = "2026-11-20T03:00:00Z";

fn populated(accounts: usize, regions: usize) -> World {
    populate(&Settings {
        accounts,
        regions,
        seed: 7,
        as_of: AS_OF.parse().unwrap(),
    })
    .world
}

/// The operations that some rules need, and those that every collection asks.
fn needed(rules: &[&Rule]) -> BTreeSet<&'static str> {
    let always = CALLS.iter().filter(|call| call.serves.is_empty());
    let own = rules.iter().flat_map(|rule| calls_for(rule));
    always.chain(own).map(|call| call.operation).collect()
}

/// What a framework says of a rule is not what the rule says of a subject; and whoever asks for less asks for a narrower
/// session, which is refused in other words on record.
fn of_rule_alone(mut row: Row) -> Row {
    row.remove("requirements");
    row.remove("severity");
    if row["reason"].contains("sts:AssumeRole") {
        row.remove("evidence");
    }
    row
}

fn rules(audited: &Audited, verdict: &str) -> BTreeSet<String> {
    let rows = audited.package.findings.iter().filter(|row| row["verdict"] == verdict);
    rows.map(|row| row["rule"].clone()).collect()
}

fn audit_with(world: World, config: &str, options: &[&str]) -> Audited {
    let bench = Bench::new(world);
    fs::write(bench.path().join("trailaudit.toml"), config).unwrap();
    let mut command = bench.command("audit");
    command
        .args(["--out", "package", "--config", "trailaudit.toml"])
        .args(options);
    let output = command.output().unwrap();
    bench.audited(&output)
}
