//! One collection in virtual time, and what it came to.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use trailaudit_aws::{CollectError, Collected, CollectorBuilder, Folder, Scope, package};
use trailaudit_core::{Baseline, CATALOGUE, Rule, Verdict, assess};
use trailaudit_sim::{Conditions, Faults, Ledger, Settings, Truth, World, populate, populate_with_large_account};

use crate::judged::Judged;
use crate::support::files;
use crate::support::in_process::InProcess;

/// When every run starts, and what it speaks about.
pub const AS_OF: &str = "2026-11-22T03:00:00Z";

/// An Organization, and what is wrong with it.
pub struct Ground {
    pub world: World,
    pub truth: Truth,
    /// What it is judged by, and so what is asked.
    rules: Vec<&'static Rule>,
    /// What a run without faults finds.
    pub calm: Judged,
    /// How many requests it sends.
    pub calls: u64,
    /// The accounts that others depend on: they own the trail and the keys that others name.
    shared: BTreeSet<String>,
}

/// A run that is over.
pub struct Run {
    pub outcome: Result<(Collected, Judged), CollectError>,
    pub ledger: Ledger,
    /// In virtual time.
    pub took: Duration,
    pub directory: TempDir,
}

pub fn as_of() -> Timestamp {
    AS_OF.parse().unwrap()
}

fn conditions(profile: &str, seed: u64) -> Conditions {
    let faults = Faults::named(profile, seed);
    assert!(faults.is_some(), "{profile}");
    Conditions {
        latency: Duration::from_millis(20),
        quotas: true,
        faults,
    }
}

/// The management account, and whose keys are named elsewhere.
fn shared(world: &World) -> BTreeSet<String> {
    let mut shared = BTreeSet::from([world.organization.management_account.clone()]);
    for (id, account) in &world.accounts {
        let of_trails = account.trails.iter().filter_map(|trail| trail.kms_key_id.as_ref());
        let of_groups = account.log_groups.iter().filter_map(|group| group.kms_key_id.as_ref());
        let owners = of_trails.chain(of_groups).filter_map(|key| key.split(':').nth(4));
        shared.extend(owners.filter(|owner| owner != id).map(str::to_owned));
    }
    shared
}

fn settings(accounts: usize, regions: usize, seed: u64) -> Settings {
    Settings {
        accounts,
        regions,
        seed,
        as_of: as_of(),
    }
}

impl Ground {
    pub fn new(accounts: usize, regions: usize, seed: u64) -> Self {
        Self::judged_by(CATALOGUE, accounts, regions, seed)
    }

    /// One of which only so much is asked as some rules need.
    pub fn judged_by(rules: &[&'static Rule], accounts: usize, regions: usize, seed: u64) -> Self {
        let population = populate(&settings(accounts, regions, seed));
        Self::of(rules, population.world, population.truth)
    }

    pub fn with_large_account(accounts: usize, regions: usize, seed: u64) -> Self {
        let population = populate_with_large_account(&settings(accounts, regions, seed));
        Self::of(CATALOGUE, population.world, population.truth)
    }

    fn of(rules: &[&'static Rule], world: World, mut truth: Truth) -> Self {
        truth
            .defects
            .retain(|defect| rules.iter().any(|rule| rule.id == defect.rule));
        let run = run(&world, rules, Conditions::default(), |collector| collector);
        let (_, calm) = run.outcome.unwrap();
        let shared = shared(&world);
        Self {
            world,
            truth,
            rules: rules.to_vec(),
            calm,
            calls: run.ledger.total(),
            shared,
        }
    }

    /// What must not be in a run through faults: another verdict than without them that is not inconclusive, a row or a cell
    /// that is lost without a trace, and any difference where everything was read. Also how many accounts were read so.
    pub fn wrongs(&self, judged: &Judged) -> (Vec<String>, usize) {
        let mut wrongs = Vec::new();
        let read: BTreeSet<_> = self
            .world
            .accounts
            .keys()
            .filter(|account| self.is_read(judged, account))
            .collect();
        let rows: BTreeSet<_> = judged.rows.keys().chain(self.calm.rows.keys()).collect();
        for row in rows {
            let (_, account, region, _) = row;
            let (was, is) = (self.calm.rows.get(row), judged.rows.get(row));
            let may_be = match (was.map(|(verdict, _)| verdict), is.map(|(verdict, _)| verdict)) {
                (_, Some(Verdict::Inconclusive) | None) => true,
                (Some(was), Some(is)) => was == is,
                // An account that does not tell its Regions has all of the partition planned.
                (None, Some(is)) => {
                    *is == Verdict::NotApplicable && !self.world.regions.iter().any(|known| known.name == *region)
                }
            };
            let open =
                |row: Option<&(Verdict, String)>| row.is_some_and(|(verdict, _)| *verdict == Verdict::Inconclusive);
            // What denies may be another policy.
            let same = was == is || open(was) && open(is);
            if !may_be || !same && read.contains(account) {
                wrongs.push(format!("{row:?} was {was:?} and is {is:?}"));
            }
        }
        for (account, region) in self.calm.cells.keys() {
            let is_there = |region: &String| judged.cells.contains_key(&(account.clone(), region.clone()));
            if !is_there(region) && !is_there(&String::new()) {
                wrongs.push(format!("the cell {account} {region} is lost"));
            }
        }
        (wrongs, read.len())
    }

    fn is_read(&self, judged: &Judged, account: &str) -> bool {
        let shared = self.shared.iter().map(String::as_str);
        judged.has_read(&shared.chain([account]).collect(), &self.calm)
    }

    /// A run under a fault profile, with quotas and latency.
    pub fn under(&self, profile: &str, seed: u64) -> Run {
        run(&self.world, &self.rules, conditions(profile, seed), |collector| {
            collector
        })
    }

    /// The same, limited to the Regions there are: where an account does not tell its Regions, that saves asking for all of
    /// the partition.
    pub fn within_regions(&self, profile: &str, seed: u64) -> Run {
        let scope = Scope {
            regions: self
                .world
                .regions
                .iter()
                .map(|region| region.name.as_str().into())
                .collect(),
            ..Scope::default()
        };
        run(&self.world, &self.rules, conditions(profile, seed), |collector| {
            collector.scope(scope)
        })
    }
}

/// Collects from a world and judges what came. The time is virtual: it passes when everybody waits.
pub fn run(
    world: &World,
    rules: &[&'static Rule],
    conditions: Conditions,
    options: impl FnOnce(CollectorBuilder) -> CollectorBuilder,
) -> Run {
    let needs = rules.iter().flat_map(|rule| rule.needs.iter().copied());
    let directory = scratch();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let (collected, ledger, took) = runtime.block_on(async {
        let simulated = InProcess::new(world.clone(), conditions, as_of());
        let collector = options(simulated.collector().needs(needs).as_of(as_of()))
            .build()
            .unwrap();
        let collected = collector.collect(directory.path()).await;
        (collected, simulated.desk.ledger(), simulated.elapsed())
    });
    Run {
        outcome: collected.map(|collected| (collected, judge(directory.path(), rules))),
        ledger,
        took,
        directory,
    }
}

/// In memory where there is such a place: thousands of runs write and sync their files.
fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        TempDir::new_in(memory).unwrap()
    } else {
        TempDir::new().unwrap()
    }
}

fn judge(directory: &Path, rules: &[&'static Rule]) -> Judged {
    let (run, inventory) = package::read(&Folder::open(directory).unwrap()).unwrap();
    let assessment = assess(&inventory, rules, &Baseline::default(), run.as_of);
    let gaps = gaps(directory);
    let ran_out = gaps.iter().any(|gap| has_run_out(&gap["code"]));
    let shut_out = if ran_out { shut_out(directory) } else { BTreeSet::new() };
    Judged::of(&assessment, &gaps, shut_out)
}

/// Accounts in which something was asked with credentials that had run out, and never answered with others.
fn shut_out(directory: &Path) -> BTreeSet<String> {
    let (mut asked, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for text in files(directory).iter().map(|file| crate::support::text(file)) {
        for line in text.lines() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            let question = ["account", "region", "operation", "parameters"].map(|field| exchange[field].to_string());
            if has_run_out(&exchange["error"]["code"]) {
                asked.insert(question);
            } else {
                answered.insert(question);
            }
        }
    }
    let lost = asked.difference(&answered);
    lost.map(|[account, ..]| account.trim_matches('"').to_owned()).collect()
}

fn has_run_out(code: &Value) -> bool {
    code.as_str().is_some_and(|code| code.starts_with("ExpiredToken"))
}

/// The gaps that the run log tells of.
fn gaps(directory: &Path) -> Vec<serde_json::Value> {
    let log = std::fs::read_to_string(directory.join("run.jsonl")).unwrap();
    let events = log.lines().map(|line| serde_json::from_str(line).unwrap());
    events
        .filter(|event: &serde_json::Value| event["event"] == "gap")
        .collect()
}

impl Run {
    pub fn judged(&self) -> &Judged {
        match &self.outcome {
            Ok((_, judged)) => judged,
            Err(error) => panic!("{error}"),
        }
    }

    /// Everything that was written, readable.
    pub fn texts(&self) -> Vec<String> {
        let mut texts: Vec<_> = files(self.directory.path())
            .iter()
            .map(|file| crate::support::text(file))
            .collect();
        texts.extend(std::fs::read_to_string(self.directory.path().join("run.jsonl")));
        texts
    }

    /// How often a call was refused with a code that means throttling.
    pub fn throttled(&self) -> u64 {
        let is_throttling = |code: &str| code.starts_with("Throttling") || code == "TooManyRequestsException";
        let refused = self.ledger.refused.iter();
        refused
            .filter(|((_, code), _)| is_throttling(code))
            .map(|(_, times)| times)
            .sum()
    }
}
