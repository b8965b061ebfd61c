//! Coverage against brute force: random patterns, and every event of a small world.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRng, TestRunner};
use serde_json::{Value, json};
use trailaudit_core::filter_pattern::{Coverage, FilterPattern, Unclear, covers};

/// What a field may hold. No value matters to these patterns that does not stand for one of these.
fn values() -> Vec<Option<Value>> {
    let values = [
        json!("x"),
        json!("xy"),
        json!("xay"),
        json!("y"),
        json!("x*y"),
        json!(""),
        json!("1"),
        json!("2"),
        json!("1x"),
        json!("null"),
        json!("Other"),
        json!(0),
        json!(1),
        json!(1.5),
        json!(2),
        json!(3),
        json!(null),
        json!(true),
        json!(false),
        json!(["x"]),
        json!([]),
        json!({"c": "x"}),
        json!({"c": 1}),
        json!({"c": null}),
        json!({}),
    ];
    values.into_iter().map(Some).chain([None]).collect()
}

fn worlds() -> Vec<Value> {
    let mut events = Vec::new();
    for a in values() {
        for b in values() {
            let members = [("a", &a), ("b", &b)];
            let members = members
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
            events.push(Value::Object(members.collect()));
        }
    }
    events
}

fn patterns(opaque: bool) -> impl Strategy<Value = String> {
    let selectors = vec!["$.a", "$.a", "$.b", "$.a.c", "$.b[0]"];
    let mut checks: Vec<&str> = "= x;= 'x*';= '*y';= 'x*y';= '*';= 1;= '1';!= x;!= 'x*';!= 1;!= '*';= '';= null;= '1*'"
        .split(';')
        .chain("> 1;< 2;>= 2;<= 1;= 1.5;EXISTS;NOT EXISTS;IS NULL;IS TRUE;IS FALSE".split(';'))
        .collect();
    if opaque {
        checks.extend(["= %x%", "!= %y%"]);
    }
    let test = (prop::sample::select(selectors), prop::sample::select(checks));
    let test = test.prop_map(|(selector, check)| format!("{selector} {check}"));
    let terms = test.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|terms| format!("({})", terms.join(" && "))),
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|terms| format!("({})", terms.join(" || "))),
            1 => inner.prop_map(|term| format!("NOT {term}")),
        ]
    });
    terms.prop_map(|term| format!("{{ {term} }}"))
}

/// Every answer is held against one event of `step`. How often each answer came up is checked too: a test that never sees a yes
/// tests nothing.
fn compare(cases: u32, step: usize, opaque: bool) -> [u32; 3] {
    let worlds = worlds();
    let tally = Cell::new([0; 3]);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let strategy = (patterns(opaque), patterns(opaque), any::<bool>(), any::<usize>());
    let run = TestRunner::new_with_rng(config, rng).run(&strategy, |(filter, required, related, offset)| {
        // Unrelated patterns rarely cover each other.
        let filter = if related {
            format!("{{ {} || {} }}", inside(&filter), inside(&required))
        } else {
            filter
        };
        let [filter, required] = [filter, required].map(|text| FilterPattern::parse(&text).unwrap());
        let slips = |event: &Value| required.matches(event) == Some(true) && filter.matches(event) == Some(false);
        let seen = worlds
            .iter()
            .skip(offset % step)
            .step_by(step)
            .find(|event| slips(event));
        let mut counts = tally.get();
        match covers(&filter, &required) {
            Coverage::Covers => {
                counts[0] += 1;
                prop_assert_eq!(seen, None, "{} does not cover {}", filter, required);
            }
            Coverage::Misses(witness) => {
                counts[1] += 1;
                prop_assert!(slips(&witness.event), "{filter} {required} {witness:?}");
                prop_assert!(!witness.words.is_empty());
            }
            Coverage::Unclear(why) => {
                counts[2] += 1;
                prop_assert!(why != Unclear::TooLarge && (opaque || why == Unclear::Undocumented));
                // What can be told is told.
                prop_assert_eq!(seen, None, "{} {}", filter, required);
            }
        }
        tally.set(counts);
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
    tally.get()
}

fn inside(text: &str) -> &str {
    text.trim_start_matches("{ ").trim_end_matches(" }")
}

#[test]
fn every_answer_stands_against_every_event() {
    let [covered, missed, unclear] = compare(400, 1, false);
    assert!(
        covered > 100 && missed > 100 && unclear < 40,
        "{covered} {missed} {unclear}"
    );
}

#[test]
fn many_answers_stand_against_many_events() {
    let [covered, missed, unclear] = compare(4_000, 29, false);
    assert!(
        covered > 1_000 && missed > 1_000 && unclear < 400,
        "{covered} {missed} {unclear}"
    );
}

#[test]
fn expressions_that_are_not_evaluated_decide_nothing() {
    let [covered, missed, unclear] = compare(1_500, 7, true);
    assert!(
        covered > 300 && missed > 300 && unclear > 50,
        "{covered} {missed} {unclear}"
    );
}
