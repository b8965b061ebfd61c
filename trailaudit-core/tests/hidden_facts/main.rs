//! Unknown never passes, for every rule there is: what is hidden makes a verdict inconclusive at best, and hiding any
//! more never turns a fail or an inconclusive into something better. And no rule reads what it does not say it needs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod world;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use trailaudit_core::need::Need;
use trailaudit_core::{Assessment, Baseline, CATALOGUE, EvidenceId, Verdict, assess};

use world::{MANAGER, World, as_of, evidence};

fn judged(unsound: &BTreeSet<usize>, hidden: &BTreeSet<usize>) -> Assessment {
    let (inventory, _) = World::new(unsound, hidden).inventory();
    let mut baseline = Baseline::default();
    baseline.thresholds.approved_administrators = vec![MANAGER.into()];
    baseline.thresholds.designated_buckets = vec!["bucket".into()];
    baseline.thresholds.designated_topics = vec!["topic".into()];
    assess(&inventory, CATALOGUE, &baseline, as_of())
}

/// What each fact of the world comes with, by its place.
fn needs() -> Vec<Option<Need>> {
    World::new(&BTreeSet::new(), &BTreeSet::new()).inventory().1
}

/// The accounts in which a rule has something open, by the rule.
fn open(assessment: &Assessment) -> BTreeSet<(&'static str, String)> {
    let is_open = |verdict| matches!(verdict, Verdict::Fail | Verdict::Inconclusive);
    let rows = assessment.findings.iter().filter(|finding| is_open(finding.verdict));
    rows.map(|finding| (finding.rule.id, finding.account.to_string()))
        .collect()
}

#[test]
fn what_is_sound_passes_and_what_is_unknown_is_inconclusive() {
    let (none, all) = (BTreeSet::new(), (0..needs().len()).collect());
    let sound = judged(&none, &none);
    assert_eq!(open(&sound), BTreeSet::new());
    let unknown = judged(&none, &all);
    for rule in CATALOGUE {
        assert!(sound.verdicts_of(rule)[&Verdict::Pass] > 0, "{} never passes", rule.id);
        let verdicts = unknown.verdicts_of(rule);
        assert!(verdicts[&Verdict::Inconclusive] > 0, "{}: {verdicts:?}", rule.id);
        assert_eq!(
            verdicts[&Verdict::Pass] + verdicts[&Verdict::Fail],
            0,
            "{}: {verdicts:?}",
            rule.id
        );
    }
}

#[test]
fn every_rule_fails_when_some_fact_is_bad() {
    let none = BTreeSet::new();
    let mut failing = BTreeSet::new();
    for place in 0..needs().len() {
        let findings = judged(&[place].into(), &none).findings;
        let failed = findings.iter().filter(|finding| finding.verdict == Verdict::Fail);
        failing.extend(failed.map(|finding| finding.rule.id));
    }
    let all: BTreeSet<_> = CATALOGUE.iter().map(|rule| rule.id).collect();
    assert_eq!(failing, all, "a rule that nothing fails");
}

/// One fact after the other: whatever rule reads it notices, and none that passed without it fails.
#[test]
fn each_hidden_fact_leaves_something_open() {
    let none = BTreeSet::new();
    let mut noticed = BTreeSet::new();
    for place in 0..needs().len() {
        let hidden = [place].into();
        let less = judged(&none, &hidden);
        assert!(!less.any(Verdict::Fail), "hiding fact {place} makes something fail");
        noticed.extend(open(&less).into_iter().map(|(rule, _)| rule));
    }
    // No single fact hides a trail that several others still show.
    let all: BTreeSet<_> = CATALOGUE.iter().map(|rule| rule.id).collect();
    assert_eq!(noticed, all, "a rule that reads nothing");
}

/// No account gets rid of what a rule has against it by showing less.
#[test]
fn hiding_facts_never_makes_anything_better() {
    let facts = needs().len();
    // Few bad facts and many, few hidden and many: what one hides, others must not let go.
    let places =
        || prop_oneof![Just(8), Just(40)].prop_flat_map(move |most| prop::collection::btree_set(0..facts, 0..most));
    let mut runner = TestRunner::new(Config {
        cases: 3_000,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&(places(), places()), |(unsound, hidden)| {
            let (whole, less) = (judged(&unsound, &BTreeSet::new()), judged(&unsound, &hidden));
            let gone: Vec<_> = open(&whole).difference(&open(&less)).cloned().collect();
            prop_assert!(gone.is_empty(), "{gone:?} is not open any more");
            for accounting in &less.accounting {
                prop_assert_eq!(accounting.total(), less.coverage.planned());
            }
            Ok(())
        })
        .unwrap();
}

/// Whatever the facts are, a finding cites those alone that come with what its rule says it needs, and with nothing that
/// is needed less: a collection for one rule asks for no more.
#[test]
fn no_rule_reads_what_it_does_not_need() {
    let needs = needs();
    let known: BTreeMap<EvidenceId, Option<Need>> =
        (0..needs.len()).map(|place| (evidence(place), needs[place])).collect();
    let mut read = BTreeSet::new();
    let mut look = |assessment: &Assessment| {
        for finding in &assessment.findings {
            for need in finding.evidence.iter().filter_map(|id| known[id]) {
                assert!(finding.rule.needs.contains(&need), "{} reads {need:?}", finding.rule.id);
                read.insert((finding.rule.id, need));
            }
        }
    };
    let none = BTreeSet::new();
    look(&judged(&none, &none));
    for place in 0..needs.len() {
        look(&judged(&[place].into(), &none));
        look(&judged(&none, &[place].into()));
    }
    for rule in CATALOGUE {
        for need in rule.needs {
            assert!(read.contains(&(rule.id, *need)), "{} never reads {need:?}", rule.id);
        }
    }
}
