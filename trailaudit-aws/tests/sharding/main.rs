//! Shards of one collection, and the whole that is made of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod collecting;
mod refusals;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use collecting::{MANAGEMENT, MEMBERS, accounts_of, as_of, central, collected, populated, sharded, text, united};
use serde_json::Value;
use trailaudit_aws::package::{self, PackageError};
use trailaudit_aws::{Scope, Shard};
use trailaudit_core::evidence::package::RecordFile;
use trailaudit_core::evidence::{Exchange, Files, InMemory, records};
use trailaudit_core::framework::Selection;
use trailaudit_core::organization::AccountId;
use trailaudit_core::tables::{coverage, findings};
use trailaudit_core::{Baseline, CATALOGUE, EvidenceId, assess};

/// However many shards there are, and in whatever order they are given: the same findings and the same coverage, to
/// the byte, as one collection gives.
#[tokio::test]
async fn shards_are_the_whole() {
    let only = |accounts: &[&str]| Scope {
        accounts: accounts.iter().map(|id| AccountId::from(*id)).collect(),
        ..Scope::default()
    };
    let but = |account: &str| Scope {
        exclude_accounts: [account.into()].into(),
        ..Scope::default()
    };
    let cases = [
        ("populated", populated(), Scope::default()),
        ("central", central(), Scope::default()),
        (
            "central, of which the owner is out of scope",
            central(),
            but(MANAGEMENT),
        ),
        (
            "central, of which two are in scope",
            central(),
            only(&[MEMBERS[1], MEMBERS[2]]),
        ),
    ];
    for (name, world, scope) in cases {
        let server = support::serve(world, Duration::ZERO);
        let whole = collected(&server, &scope, None).await;
        let expected = judged(&whole);
        assert!(expected.0.lines().count() > 4, "{name}: hardly anything is judged");
        for of in 1..=6 {
            let shards = sharded(&server, &scope, of).await;
            let merged = united(&shards).unwrap();
            let reversed: Vec<_> = shards.iter().rev().cloned().collect();
            assert!(
                merged == united(&reversed).unwrap(),
                "{name}, {of} shards: the order shows"
            );
            let (found, covered) = judged(&merged);
            assert_eq!(found, expected.0, "{name}, {of} shards");
            assert_eq!(covered, expected.1, "{name}, {of} shards");
            are_disjoint_and_complete(&shards, &whole);
            keeps_each_exchange_once(&merged, &whole);
            keeps_the_last_answer(&merged, &shards);
        }
    }
}

/// A key in an account that nobody can enter is known when any trail's owner may see it, whoever comes first.
#[tokio::test]
async fn every_owner_is_asked_about_a_key_that_is_locked_away() {
    let server = support::serve(central(), Duration::ZERO);
    let whole = collected(&server, &Scope::default(), None).await;
    let asked = server.ledger().asked("DescribeKey");
    let (found, _) = judged(&whole);
    let encrypted = |account: &str| {
        let mut lines = found
            .lines()
            .filter(|line| line.contains("trail-encrypted-with-customer-key"));
        lines.any(|line| line.contains(&format!("{account}:trail/own")) && line.contains("\"pass\""))
    };
    assert!(
        MEMBERS[..3].iter().all(|member| encrypted(member)),
        "{found}\n{asked:?}"
    );
}

/// One shard of several is never judged as if it were the whole; a shard that is the only one may be.
#[tokio::test]
async fn a_shard_is_not_the_whole() {
    let server = support::serve(central(), Duration::ZERO);
    let shards = sharded(&server, &Scope::default(), 2).await;
    let refused = package::read(&shards[1]).unwrap_err();
    assert!(matches!(refused, PackageError::Shard(shard) if shard == Shard::new(2, 2).unwrap()));
    assert_eq!(refused.to_string(), "this is shard 2 of 2: merge all of them first");
    let only = sharded(&server, &Scope::default(), 1).await;
    assert_eq!(package::read(&only[0]).unwrap().0.shard, Shard::new(1, 1).ok());
    let merged = united(&shards).unwrap();
    let (run, _) = package::read(&merged).unwrap();
    assert_eq!((run.shard, run.as_of), (None, as_of()));
    let log = text(&merged, "run.jsonl");
    let ends: Vec<Value> = [log.lines().next(), log.lines().last()]
        .map(|line| serde_json::from_str(line.unwrap()).unwrap())
        .into();
    assert_eq!((&ends[0]["event"], &ends[0]["shards"]), (&"started".into(), &2.into()));
    let sum = |name: &str| -> u64 { shards.iter().map(|shard| finished(shard)[name].as_u64().unwrap()).sum() };
    for name in ["accounts", "calls"] {
        assert_eq!(ends[1][name], sum(name), "{name}");
    }
}

fn judged(files: &InMemory) -> (String, String) {
    let (run, inventory) = package::read(files).unwrap();
    let assessment = assess(&inventory, CATALOGUE, &Baseline::default(), run.as_of);
    let (mut found, mut covered) = (Vec::new(), Vec::new());
    findings::write_csv(&assessment, &Selection::new(Vec::new()), &mut found).unwrap();
    coverage::write_csv(&assessment, &mut covered).unwrap();
    (String::from_utf8(found).unwrap(), String::from_utf8(covered).unwrap())
}

fn are_disjoint_and_complete(shards: &[InMemory], whole: &InMemory) {
    let lists: Vec<_> = shards.iter().map(accounts_of).collect();
    let all: BTreeSet<_> = lists.iter().flatten().cloned().collect();
    assert_eq!(
        all.len(),
        lists.iter().map(BTreeSet::len).sum::<usize>(),
        "no account twice"
    );
    assert_eq!(all, accounts_of(whole), "and none left out");
    let excluded = |files: &InMemory| {
        text(files, "run.jsonl")
            .lines()
            .filter(|line| line.contains("\"excluded\""))
            .count()
    };
    assert_eq!(shards.iter().map(excluded).sum::<usize>(), excluded(whole));
}

/// Beside the sessions, which are each shard's own, nothing is kept twice, and nothing is lost.
fn keeps_each_exchange_once(merged: &InMemory, whole: &InMemory) {
    let ids = |files: &InMemory| {
        let mut ids: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in files
            .paths()
            .unwrap()
            .into_iter()
            .filter(|entry| RecordFile::at(&entry.path).is_some_and(|file| file != RecordFile::RunLog))
        {
            for (id, exchange) in exchanges(files, &entry.path) {
                if exchange.operation != "AssumeRole" {
                    ids.entry(id).or_default().push(entry.path.clone());
                }
            }
        }
        ids
    };
    let (merged, whole) = (ids(merged), ids(whole));
    for (id, paths) in &merged {
        assert_eq!(paths.len(), 1, "{id} stands in {paths:?}");
    }
    let missing: Vec<_> = whole.keys().filter(|id| !merged.contains_key(id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Of what every shard was answered equally, the last exchange is kept.
fn keeps_the_last_answer(merged: &InMemory, shards: &[InMemory]) {
    let sent = |files: &InMemory| {
        let mut listed = exchanges(files, "organization.jsonl.gz").into_iter();
        let (_, exchange) = listed
            .find(|(_, exchange)| exchange.operation == "DescribeOrganization")
            .unwrap();
        exchange.transport.sent_at
    };
    assert_eq!(Some(sent(merged)), shards.iter().map(sent).max());
}

fn exchanges(files: &InMemory, path: &str) -> Vec<(EvidenceId, Exchange)> {
    let lines = records::read_lines(files.bytes(path).unwrap()).skip(1);
    lines.map(|line| Exchange::from_line(&line.unwrap()).unwrap()).collect()
}

fn finished(files: &InMemory) -> Value {
    serde_json::from_str(text(files, "run.jsonl").lines().last().unwrap()).unwrap()
}
