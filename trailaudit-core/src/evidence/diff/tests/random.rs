//! Any two tables.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Tables, between};
use crate::evidence::diff::v1::{Cause, Change};

const RULES: [&str; 5] = ["a", "b", "c", "d", "e"];
const VERDICTS: [&str; 5] = ["pass", "not-applicable", "inconclusive", "fail", "excepted"];

/// Some of the rules in any order, each with a revision, and findings about any of a few subjects.
fn tables() -> impl Strategy<Value = Tables> {
    let rules = Just(RULES.to_vec()).prop_shuffle();
    let kept = prop::collection::vec((any::<bool>(), 1..3_u32), RULES.len());
    let subjects = prop::collection::btree_map((0..5_usize, 0..4_u8, 0..3_u8), (0..5_usize, 0..2_u8), 0..40);
    (rules, kept, subjects).prop_map(|(order, kept, subjects)| {
        let rules: Vec<_> = order
            .iter()
            .zip(kept)
            .filter_map(|(rule, (keep, revision))| keep.then_some((*rule, revision)))
            .collect();
        let mut findings = Vec::new();
        for (rule, _) in &rules {
            let index = RULES.iter().position(|known| known == rule).unwrap();
            for ((_, account, resource), (verdict, exception)) in subjects.iter().filter(|((of, ..), _)| *of == index) {
                let verdict = VERDICTS[*verdict];
                findings.push(format!("{rule} {account} r t{resource} {verdict} why!{exception}"));
            }
        }
        Tables {
            rules,
            findings,
            ..Tables::default()
        }
    })
}

/// A finding's rule, account and resource.
type Key = (String, String, String);

/// Verdicts and exceptions by subject.
fn by_key(tables: &Tables) -> BTreeMap<Key, (String, String)> {
    let split = |line: &String| {
        let (line, exception) = line.split_once('!').unwrap();
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        let key = (words[0].clone(), words[1].clone(), words[3].clone());
        (key, (words[4].clone(), exception.to_owned()))
    };
    tables.findings.iter().map(split).collect()
}

/// What came of comparing: every finding of either package, with its cause, as it was and as it is.
fn expected(old: &Tables, new: &Tables) -> BTreeMap<(Key, &'static str), (String, String)> {
    let (was, is) = (by_key(old), by_key(new));
    let revision = |tables: &Tables, rule: &str| tables.rules.iter().find(|(id, _)| *id == rule).map(|(_, n)| *n);
    let mut all = BTreeMap::new();
    for key in was.keys().chain(is.keys()) {
        let cause = if revision(old, &key.0) == revision(new, &key.0) {
            "drift"
        } else {
            "rule-pack"
        };
        let of = |side: &BTreeMap<Key, (String, String)>| side.get(key).cloned();
        if of(&was) != of(&is) {
            let verdict = |side| of(side).map(|(verdict, _)| verdict).unwrap_or_default();
            all.insert((key.clone(), cause), (verdict(&was), verdict(&is)));
        }
    }
    all
}

proptest! {
    #[test]
    fn every_finding_is_told_once(old in tables(), new in tables()) {
        let (told, counts) = between(&old, &new, |diff| {
            let mut told = BTreeMap::new();
            for cause in [Cause::Drift, Cause::RulePack] {
                diff.each(cause, &mut |row| {
                    if row.resource_type == "trail" {
                        let own = |text: &str| text.to_owned();
                        let key = (own(&row.rule), own(&row.account_id), own(&row.resource_id));
                        let before = told.insert((key, row.cause.as_str()), (own(&row.old), own(&row.new)));
                        assert_eq!(before, None);
                    }
                    Ok(())
                }).unwrap();
            }
            (told, diff.head().counts.clone())
        }).unwrap();
        prop_assert_eq!(&told, &expected(&old, &new));
        // Every finding of either package has exactly one kind of change.
        let of_findings = &Change::ALL[..9];
        let counted: u64 = [&counts.drift, &counts.rule_pack]
            .into_iter()
            .flatten()
            .filter_map(|(change, count)| of_findings.contains(change).then_some(*count))
            .sum();
        let (mut either, is) = (by_key(&old), by_key(&new));
        either.extend(is);
        prop_assert_eq!(counted, either.len() as u64);
        let unchanged = counts.drift[&Change::Unchanged] + counts.rule_pack[&Change::Unchanged];
        prop_assert_eq!(unchanged + told.len() as u64, counted);
    }

    #[test]
    fn the_same_package_twice_shows_nothing(tables in tables()) {
        between(&tables, &tables, |diff| {
            for cause in [Cause::Drift, Cause::RulePack] {
                diff.each(cause, &mut |row| panic!("{row:?}")).unwrap();
            }
            assert_eq!(diff.head().counts.drift[&Change::Unchanged], tables.findings.len() as u64);
        }).unwrap();
    }
}
