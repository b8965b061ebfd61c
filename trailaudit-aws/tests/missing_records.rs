//! Unknown never passes: whatever record is taken away, no fail and no inconclusive turns into a pass or into not
//! applicable, and no account and no cell disappears.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::furnished::{furnished, neglected};
use support::{collector, serve};
use trailaudit_aws::{Folder, Reading, Run, Shard, ShardFiles, merge};
use trailaudit_core::evidence::package::RecordFile;
use trailaudit_core::evidence::{Answer, records};
use trailaudit_core::organization::{Account, AccountId};
use trailaudit_core::{Assessment, Baseline, CATALOGUE, EvidenceId, Exchange, Inventory, Verdict, assess};
use trailaudit_sim::{Settings, World, populate};

/// Every record of one collection, each with the file it lies in.
struct Records {
    run: Run,
    files: Vec<RecordFile>,
    exchanges: Vec<(usize, EvidenceId, Exchange)>,
}

impl Records {
    /// Of one collection, or of shards that were merged.
    fn collect(world: World, shards: u32) -> Self {
        let as_of = AS_OF.parse().unwrap();
        let server = serve(world, Duration::ZERO);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let collected = |index| {
            let folder = tempfile::tempdir().unwrap();
            let collector = collector(&server).as_of(as_of);
            let collector = collector.shard(Shard::new(index, shards).unwrap()).build().unwrap();
            runtime.block_on(collector.collect(folder.path())).unwrap();
            folder
        };
        let folders: Vec<_> = (1..=shards).map(collected).collect();
        let opened: Vec<_> = folders.iter().map(|folder| Folder::open(folder).unwrap()).collect();
        let given: Vec<_> = opened.iter().map(|files| ShardFiles { name: "", files }).collect();
        let whole = tempfile::tempdir().unwrap();
        merge(&given, &mut Folder::open(&whole).unwrap()).unwrap();
        Self::read(whole.path())
    }

    fn read(folder: &std::path::Path) -> Self {
        let run = Run::read(&std::fs::read(folder.join("run.jsonl")).unwrap()).unwrap();
        let mut records = Self {
            run,
            files: Vec::new(),
            exchanges: Vec::new(),
        };
        for name in ["accounts", "resources", "."] {
            for entry in std::fs::read_dir(folder.join(name)).unwrap() {
                let path = entry.unwrap().path();
                let relative = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                let Some(file) = RecordFile::at(relative.trim_start_matches("./")) else {
                    continue;
                };
                if file == RecordFile::RunLog {
                    continue;
                }
                for line in records::read_lines(std::fs::File::open(&path).unwrap()).skip(1) {
                    let (id, exchange) = Exchange::from_line(&line.unwrap()).unwrap();
                    records.exchanges.push((records.files.len(), id, exchange));
                }
                records.files.push(file);
            }
        }
        records
    }

    fn assess_without(&self, removed: &BTreeSet<usize>) -> Assessment {
        let mut reading = Reading::new(self.run.clone());
        for file in &self.files {
            if let RecordFile::Account(account) = file {
                reading.account(account);
            }
        }
        for (i, (file, id, exchange)) in self.exchanges.iter().enumerate() {
            // As when files are read one after the other, but that each is closed in the middle as well.
            if i % 3 == 0
                && let RecordFile::Account(account) = &self.files[*file]
            {
                reading.account_read(account);
            }
            match &self.files[*file] {
                _ if removed.contains(&i) => (),
                RecordFile::Account(account) => reading.account_exchange(account, *id, exchange),
                RecordFile::Resources(_) => reading.resource_exchange(*id, exchange),
                _ => reading.organization_exchange(*id, exchange),
            }
        }
        let inventory = reading.finish();
        for Account { id, .. } in Inventory::accounts(&inventory) {
            let one_by_one = inventory.regions(id).into_iter();
            let one_by_one = one_by_one.map(|region| (region.clone(), inventory.trails_in(id, &region)));
            assert!(one_by_one.eq(inventory.listings(id)), "{id}");
        }
        assess(&inventory, CATALOGUE, &Baseline::default(), self.run.as_of)
    }
}

type Key = (&'static str, AccountId, String, String);

fn rows(assessment: &Assessment) -> BTreeMap<Key, Verdict> {
    let row = |finding: &trailaudit_core::finding::Finding| {
        let region = finding.region.as_ref().map(ToString::to_string).unwrap_or_default();
        (
            (
                finding.rule.id,
                finding.account.clone(),
                region,
                finding.subject.id().to_owned(),
            ),
            finding.verdict,
        )
    };
    assessment.findings.iter().map(row).collect()
}

fn is_open(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Fail | Verdict::Inconclusive)
}

/// What got better by knowing less.
fn betrayals(whole: &Assessment, less: &Assessment) -> Vec<String> {
    let (before, after) = (rows(whole), rows(less));
    let still_open: BTreeSet<_> = after
        .iter()
        .filter(|(_, verdict)| is_open(**verdict))
        .map(|(key, _)| (key.0, &key.1))
        .collect();
    let mut told = Vec::new();
    for (key, verdict) in before.iter().filter(|(_, verdict)| is_open(**verdict)) {
        match after.get(key) {
            Some(now) if is_open(*now) => (),
            Some(now) => told.push(format!("{key:?} was {verdict}, is {now}")),
            // The subject is not seen any more: its account must be open under this rule.
            None if still_open.contains(&(key.0, &key.1)) => (),
            None => told.push(format!("{key:?} was {verdict} and is gone")),
        }
    }
    let accounts = |a: &Assessment| {
        a.accounts
            .iter()
            .map(|account| account.id.clone())
            .collect::<BTreeSet<_>>()
    };
    told.extend(
        accounts(whole)
            .difference(&accounts(less))
            .map(|account| format!("account {account} is gone")),
    );
    let cells = |a: &Assessment| {
        let region = |cell: &trailaudit_core::coverage::Cell| cell.region.as_ref().map(ToString::to_string);
        a.coverage
            .cells()
            .iter()
            .map(|cell| (cell.account.clone(), region(cell)))
            .collect::<BTreeSet<_>>()
    };
    let closed: BTreeSet<_> = less
        .coverage
        .cells()
        .iter()
        .filter(|cell| cell.region.is_none())
        .map(|cell| &cell.account)
        .collect();
    for (account, region) in cells(whole).difference(&cells(less)) {
        // Where nothing of an account is left, one cell stands for all of its Regions.
        if !closed.contains(account) {
            told.push(format!("the cell {account} {region:?} is gone"));
        }
    }
    for accounting in &less.accounting {
        if accounting.total() != less.coverage.planned() {
            told.push(format!("{accounting:?} do not add up to {}", less.coverage.planned()));
        }
    }
    told
}

const AS_OF: &str = "2026-11-22T00:00:00Z";

fn populated(accounts: usize) -> World {
    let settings = Settings {
        accounts,
        regions: 3,
        seed: 11,
        as_of: AS_OF.parse().unwrap(),
    };
    populate(&settings).world
}

#[test]
fn taking_records_away_never_makes_anything_better() {
    let records = Records::collect(populated(25), 1);
    let whole = records.assess_without(&BTreeSet::new());
    assert!(whole.any(Verdict::Fail) && whole.any(Verdict::Inconclusive) && whole.any(Verdict::Pass));
    without_any_one(&records);
    without_many(&records, 24);
}

/// Nor where there is everything that any rule reads, sound or not.
#[test]
fn whatever_the_records_are_about() {
    for world in [furnished(), neglected()] {
        let records = Records::collect(world, 1);
        let kinds: BTreeSet<_> = records
            .exchanges
            .iter()
            .map(|(_, _, exchange)| &exchange.operation)
            .collect();
        assert!(kinds.len() > 35, "{kinds:?}");
        without_any_one(&records);
        without_any_two_of_a_kind(&records);
        without_many(&records, 100);
    }
}

/// Shards ask the same of several, and leave more than one way to know it.
#[test]
fn nor_does_it_in_what_was_merged() {
    without_any_one(&Records::collect(populated(12), 3));
    without_any_one(&Records::collect(furnished(), 3));
}

/// Of each kind at most this many, spread over all that there are: a large Organization repeats itself.
const OF_A_KIND: usize = 2;

fn without_any_one(records: &Records) {
    let whole = records.assess_without(&BTreeSet::new());
    let mut kinds: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (i, (file, _, exchange)) in records.exchanges.iter().enumerate() {
        let error = match &exchange.answer {
            Answer::Ok(_) => None,
            Answer::Error { code, .. } => Some(code),
        };
        let of_account = matches!(records.files[*file], RecordFile::Account(_));
        let kind = (&exchange.operation, error, of_account);
        kinds.entry(kind).or_default().push(i);
    }
    let some = |kind: Vec<usize>| kind.clone().into_iter().step_by(kind.len().div_ceil(OF_A_KIND));
    for i in kinds.into_values().flat_map(some) {
        let told = betrayals(&whole, &records.assess_without(&[i].into()));
        assert!(told.is_empty(), "without {:?}: {told:#?}", records.exchanges[i].2);
    }
}

/// What one record shows another of the same kind may show as well: without either, neither may be taken for a no.
fn without_any_two_of_a_kind(records: &Records) {
    let whole = records.assess_without(&BTreeSet::new());
    let mut kinds: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (i, (_, _, exchange)) in records.exchanges.iter().enumerate() {
        kinds.entry(&exchange.operation).or_default().push(i);
    }
    for (kind, all) in kinds {
        let told = betrayals(&whole, &records.assess_without(&all.iter().copied().collect()));
        assert!(told.is_empty(), "without any {kind}: {told:#?}");
        for pair in all.windows(2) {
            let told = betrayals(&whole, &records.assess_without(&pair.iter().copied().collect()));
            assert!(told.is_empty(), "without two of {kind}: {told:#?}");
        }
    }
}

fn without_many(records: &Records, cases: u32) {
    let whole = records.assess_without(&BTreeSet::new());
    let subsets = prop::collection::btree_set(0..records.exchanges.len(), 0..records.exchanges.len());
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&subsets, |removed| {
            let told = betrayals(&whole, &records.assess_without(&removed));
            prop_assert!(told.is_empty(), "{:#?}", told);
            Ok(())
        })
        .unwrap();
}
