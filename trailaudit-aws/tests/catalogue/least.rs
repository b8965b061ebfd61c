//! The least privilege is enough, and every action of it is needed: proven against an Organization that lets the role, and
//! the caller, do what the policy says and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use trailaudit_aws::{LeastPrivilege, Search};
use trailaudit_core::{Assessment, CATALOGUE, Rule, Verdict};
use trailaudit_sim::World;

use crate::judged::{collected, collector, rows, serve};
use crate::support::furnished::{furnished, neglected};

const ROLE: &str = "OrganizationAccountAccessRole";

#[tokio::test]
async fn the_policy_is_enough_for_every_rule() {
    for make in [furnished, neglected] {
        let least = LeastPrivilege::of(CATALOGUE, Search::Exhaustive);
        let (narrow, wide) = (asked(least_allowed(make(), &least, None)).await, asked(make()).await);
        for rule in CATALOGUE {
            assert_eq!(verdicts(&narrow, rule), verdicts(&wide, rule), "{}", rule.id);
        }
        assert_eq!(narrow.coverage.totals(), wide.coverage.totals());
    }
}

#[tokio::test]
async fn without_any_one_action_something_is_not_decided() {
    let least = LeastPrivilege::of(CATALOGUE, Search::Exhaustive);
    let whole = asked(least_allowed(furnished(), &least, None)).await;
    assert!(whole.coverage.is_complete());
    for action in least.actions() {
        let less = asked(least_allowed(furnished(), &least, Some(action))).await;
        let open = |assessment: &Assessment| {
            let open = assessment.findings.iter();
            open.filter(|finding| finding.verdict == Verdict::Inconclusive).count()
        };
        assert!(
            open(&less) > open(&whole) || !less.coverage.is_complete(),
            "{action} is not needed"
        );
    }
}

/// What is asked for one rule alone is enough for it.
#[tokio::test]
async fn the_policy_of_a_rule_is_enough_for_it() {
    let wide = asked(furnished()).await;
    // Rules that need the same have the same policy.
    let mut alike: BTreeMap<BTreeSet<&str>, Vec<&'static Rule>> = BTreeMap::new();
    for rule in CATALOGUE {
        let least = LeastPrivilege::of(&[rule], Search::Exhaustive);
        let needs = rule.needs.iter().map(|need| need.as_str());
        alike
            .entry(least.actions().into_iter().chain(needs).collect())
            .or_default()
            .push(rule);
    }
    for rules in alike.into_values() {
        let rule = rules[0];
        let least = LeastPrivilege::of(&[rule], Search::Exhaustive);
        let server = serve(least_allowed(furnished(), &least, None));
        let needs = rule.needs.iter().copied();
        let narrow = collected(collector(&server).needs(needs).build().unwrap()).await;
        for rule in rules {
            assert_eq!(verdicts(&narrow, rule), verdicts(&wide, rule), "{}", rule.id);
        }
    }
}

#[test]
fn one_list_of_trails_takes_one_action_more() {
    let of = |search| LeastPrivilege::of(CATALOGUE, search).actions();
    let more: Vec<_> = of(Search::Economical)
        .difference(&of(Search::Exhaustive))
        .copied()
        .collect();
    assert_eq!(more, ["cloudtrail:ListTrails"]);
}

async fn asked(world: World) -> Assessment {
    collected(collector(&serve(world)).build().unwrap()).await
}

fn verdicts(assessment: &Assessment, rule: &Rule) -> Vec<(String, Verdict, String)> {
    let rows = rows(assessment, rule).into_iter();
    rows.map(|(subject, (verdict, reason, _))| (format!("{subject:?}"), verdict, reason))
        .collect()
}

/// A world in which role and caller may do what the policies say, but for one action.
fn least_allowed(mut world: World, least: &LeastPrivilege, without: Option<&str>) -> World {
    let role = strip(least.role_policy(), without);
    let caller = strip(least.caller_policy("aws", [ROLE]), without);
    world.allow_only(ROLE, &role.to_string(), &caller.to_string()).unwrap();
    world
}

fn strip(mut policy: Value, without: Option<&str>) -> Value {
    for statement in policy["Statement"].as_array_mut().unwrap() {
        let actions = statement["Action"].as_array_mut().unwrap();
        actions.retain(|action| action.as_str() != without);
    }
    policy
}
