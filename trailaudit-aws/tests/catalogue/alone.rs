//! A rule that is asked alone: nothing is collected but what it needs, and it finds the same.

use std::collections::BTreeSet;

use trailaudit_aws::{CALLS, Call, Folder, calls_for, package};
use trailaudit_core::{CATALOGUE, Rule, Verdict, assess};

use crate::judged::{baseline, collected, collector, rows, serve};
use crate::support::furnished::furnished;
use crate::support::{self, Run};

/// The rows of a rule are those of the run with all rules, reasons and evidence included.
#[tokio::test]
async fn a_rule_alone_asks_for_what_it_needs_and_finds_the_same() {
    let server = serve(furnished());
    let whole = collected(collector(&server).build().unwrap()).await;
    for rule in CATALOGUE {
        let server = serve(furnished());
        let needs = rule.needs.iter().copied();
        let alone = collected(collector(&server).needs(needs).build().unwrap()).await;
        let asked: BTreeSet<_> = server.ledger().calls.into_keys().map(by_prefix).collect();
        let allowed = calls_of(rule);
        let more: Vec<_> = asked.difference(&allowed).collect();
        assert!(more.is_empty(), "{} has {more:?} asked", rule.id);
        for call in calls_for(rule) {
            let name = (call.service, call.operation);
            assert!(
                asked.contains(&name) || NOT_IN_EVERY_ORGANIZATION.contains(&call.operation),
                "{} needs {name:?}, which was not asked",
                rule.id
            );
        }
        assert_eq!(rows(&alone, rule), rows(&whole, rule), "{}", rule.id);
    }
}

/// Where what they are about was found before, nobody asks.
const NOT_IN_EVERY_ORGANIZATION: &[&str] = &["GetBucketLocation"];

/// The simulator goes by the name requests are signed for, and permissions by their prefix.
fn by_prefix((service, operation): (&'static str, &'static str)) -> (&'static str, &'static str) {
    (if service == "monitoring" { "cloudwatch" } else { service }, operation)
}

fn calls_of(rule: &Rule) -> BTreeSet<(&'static str, &'static str)> {
    let is_always_made = |call: &&Call| call.serves.is_empty();
    let all = CALLS.iter().filter(is_always_made).chain(calls_for(rule));
    all.map(|call| (call.service, call.operation)).collect()
}

/// What was not asked for is inconclusive, and never wrong, when it is judged all the same.
#[tokio::test]
async fn what_was_not_asked_for_is_inconclusive() {
    let server = serve(furnished());
    let whole = collected(collector(&server).build().unwrap()).await;
    let run = Run::of(collector(&server).needs([]).build().unwrap()).await;
    let (log, inventory) = package::read(&Folder::open(run.path()).unwrap()).unwrap();
    let less = assess(&inventory, CATALOGUE, &baseline(), log.as_of);
    let mut inconclusive = 0;
    for rule in CATALOGUE.iter().filter(|rule| !rule.needs.is_empty()) {
        for (subject, (verdict, reason, _)) in rows(&less, rule) {
            match verdict {
                Verdict::Inconclusive => {
                    assert!(
                        reason.contains("it was not asked for"),
                        "{} {subject:?}: {reason}",
                        rule.id
                    );
                    inconclusive += 1;
                }
                // What the trails themselves tell is told as well as ever.
                verdict => {
                    let before = rows(&whole, rule).get(&subject).map(|row| row.0);
                    assert_eq!(Some(verdict), before, "{} {subject:?}: {reason}", rule.id);
                }
            }
        }
    }
    assert!(inconclusive > 100, "{inconclusive}");
    let started = run.events("started").next().unwrap();
    assert_eq!(started["agenda"]["needs"], serde_json::json!([]));
    assert_eq!(started["agenda"]["search"], "exhaustive");
    let calls = started["agenda"]["calls"].to_string();
    assert!(calls.contains("cloudtrail:DescribeTrails") && !calls.contains("kms:"));
}

/// A session may do no more than its collection asks: whatever the role lets it do.
#[tokio::test]
async fn a_session_is_confined_to_its_agenda() {
    let server = serve(furnished());
    let run = Run::of(collector(&server).needs([]).build().unwrap()).await;
    let digests = |run: &Run| -> BTreeSet<String> {
        let files = support::files(&run.path().join("accounts"));
        let exchanges = files.iter().flat_map(|file| support::exchanges(file));
        let entries = exchanges.filter(|(_, exchange)| exchange.operation == "AssumeRole");
        entries
            .map(|(_, exchange)| exchange.parameters["PolicySha256"].to_string())
            .collect()
    };
    let narrow = digests(&run);
    let wide = digests(&Run::of(collector(&server).build().unwrap()).await);
    assert_eq!((narrow.len(), wide.len()), (1, 1));
    assert_ne!(narrow, wide);
}
