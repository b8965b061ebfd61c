//! Thousands of runs of one Organization under everything that can go wrong at once, each repeatable by its seed.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use trailaudit_aws::CollectError;
use trailaudit_core::need::Need;
use trailaudit_core::{CATALOGUE, Rule};

use crate::logs::logged;
use crate::run::{Ground, Run};

/// How many seeds are run, unless `TRAILAUDIT_CHAOS_RUNS` says otherwise.
const RUNS: u64 = 100;
/// How many Organizations are asked all there is to ask, by every `WHOLE`th run; the others are each asked for a part of the
/// catalogue, all parts in turn.
const GROUNDS: u64 = 2;
const WHOLE: u64 = 40;
/// How many rules make a part.
const PART: usize = 5;
const ACCOUNTS: usize = 40;
const REGIONS: usize = 2;

/// What every session token and every secret access key of the simulator begins with.
const SECRETS: [&str; 2] = ["eyJhY2NvdW50Ijoi", "SimulatedSecret"];

/// What all runs came to.
#[derive(Default)]
struct Tally {
    wrongs: Vec<String>,
    /// Runs that read everything that a run without faults reads.
    whole: u64,
    /// Accounts whose findings were compared word for word.
    accounts: u64,
    /// Why runs came to nothing, by the call that failed.
    ended: BTreeMap<String, u64>,
    faults: BTreeMap<&'static str, u64>,
    requests: u64,
}

/// The Organizations that are asked for everything, and those that are asked for parts.
struct Grounds {
    whole: Vec<Ground>,
    parts: Vec<Ground>,
}

impl Grounds {
    fn new() -> Self {
        let whole = (0..GROUNDS).map(|seed| Ground::new(ACCOUNTS, REGIONS, seed));
        let quick = quick();
        let parts = quick.chunks(PART).zip(GROUNDS..);
        Self {
            whole: whole.collect(),
            parts: parts
                .map(|(rules, seed)| Ground::judged_by(rules, ACCOUNTS, REGIONS, seed))
                .collect(),
        }
    }

    fn of(&self, seed: u64) -> &Ground {
        let number = usize::try_from(seed / WHOLE).unwrap();
        if seed.is_multiple_of(WHOLE) {
            &self.whole[number % self.whole.len()]
        } else {
            &self.parts[usize::try_from(seed).unwrap() % self.parts.len()]
        }
    }

    /// The run of one seed, and what it logged.
    fn run(&self, seed: u64) -> (Run, String) {
        let ground = self.of(seed);
        let run = || {
            // Where an account does not tell its Regions, all of the partition are asked: once in a while is enough.
            if seed % 20 == 3 {
                ground.under("mixed", seed)
            } else {
                ground.within_regions("mixed", seed)
            }
        };
        // Logging everything takes as long as everything else.
        if seed % 50 == 49 {
            logged(run)
        } else {
            (run(), String::new())
        }
    }
}

/// What alarms there are takes as long to judge as all else to collect.
fn quick() -> Vec<&'static Rule> {
    let quick = CATALOGUE.iter().filter(|rule| !rule.needs.contains(&Need::Alerts));
    quick.copied().collect()
}

#[test]
fn no_fault_makes_a_wrong_verdict() {
    let runs = std::env::var("TRAILAUDIT_CHAOS_RUNS").map_or(RUNS, |runs| runs.parse().unwrap());
    let grounds = Grounds::new();
    for ground in grounds.whole.iter().chain(&grounds.parts) {
        assert_eq!(ground.calm.differences(&ground.truth), [] as [String; 0]);
    }
    let (next, tally) = (AtomicU64::new(0), Mutex::<Tally>::default());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= runs {
                break;
            }
            let (run, log) = grounds.run(seed);
            examine(seed, grounds.of(seed), &run, &log, &tally);
        }
    };
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let tally = tally.into_inner().unwrap();
    let (whole, accounts, ended, faults) = (tally.whole, tally.accounts, &tally.ended, &tally.faults);
    println!(
        "{runs} runs, {} requests: {whole} read everything, {accounts} accounts compared, ended: {ended:?}, faults: \
         {faults:?}",
        tally.requests
    );
    let (some, all) = (tally.wrongs.iter().take(20).collect::<Vec<_>>(), tally.wrongs.len());
    assert!(tally.wrongs.is_empty(), "{all} wrongs: {some:#?}");
    // Else nothing was proven.
    assert!(whole > runs / 10 && accounts > runs * 10, "too few runs got through");
    assert!(
        ended.values().sum::<u64>() <= runs / 10,
        "too many runs came to nothing"
    );
}

/// Runs that once came to a wrong verdict, by the seeds of the Organization and of the faults: XML that broke off was read as
/// if the rest had never been there (a policy, a lock, a name), that a bucket does not exist counted for less than that the
/// credentials had run out when that was asked first, and a refusal was kept without its words.
#[test]
fn what_went_wrong_before_stays_right() {
    for (of, seed) in [(0, 0), (4, 4), (6, 6), (6, 30), (3, 35)] {
        let ground = Ground::judged_by(&quick(), ACCOUNTS, REGIONS, of);
        let tally = Mutex::<Tally>::default();
        examine(seed, &ground, &ground.within_regions("mixed", seed), "", &tally);
        let tally = tally.into_inner().unwrap();
        assert_eq!(tally.wrongs, [] as [String; 0], "of {of}");
        assert!(tally.ended.is_empty() && tally.accounts > 0, "of {of}, {seed}");
    }
}

fn examine(seed: u64, ground: &Ground, run: &Run, log: &str, tally: &Mutex<Tally>) {
    let mut wrongs = Vec::new();
    for text in run.texts().iter().map(String::as_str).chain([log]) {
        let kept = SECRETS.iter().filter(|secret| text.contains(**secret));
        wrongs.extend(kept.map(|secret| format!("{secret} is kept")));
    }
    let mut tally = tally.lock().unwrap();
    match &run.outcome {
        Ok((_, judged)) => {
            let (different, read) = ground.wrongs(judged);
            wrongs.extend(different);
            tally.accounts += u64::try_from(read).unwrap();
            tally.whole += u64::from(read == ground.world.accounts.len());
        }
        Err(CollectError::Listing { operation, code, .. }) => {
            *tally.ended.entry(format!("{operation} {code}")).or_default() += 1;
        }
        Err(error @ (CollectError::Unreachable { .. } | CollectError::CredentialsRefused { .. })) => {
            *tally.ended.entry(format!("first call: {error}")).or_default() += 1;
        }
        Err(error @ CollectError::NetworkLost) => {
            *tally.ended.entry(error.to_string()).or_default() += 1;
        }
        Err(error) => wrongs.push(error.to_string()),
    }
    for (fault, times) in &run.ledger.faults {
        *tally.faults.entry(fault).or_default() += times;
    }
    tally.requests += run.ledger.total();
    wrongs.truncate(5);
    tally
        .wrongs
        .extend(wrongs.into_iter().map(|wrong| format!("seed {seed}: {wrong}")));
}
