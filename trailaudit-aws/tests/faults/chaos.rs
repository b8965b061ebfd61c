//! Thousands of runs of one Organization under everything that can go wrong at once, each repeatable by its seed.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use trailaudit_aws::CollectError;

use crate::logs::logged;
use crate::run::{Ground, Run};

/// How many seeds are run.
const SEEDS: u64 = 64;
/// How many Organizations they are spread over.
const GROUNDS: u64 = 8;
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
}

#[test]
fn no_fault_makes_a_wrong_verdict() {
    let grounds: Vec<_> = (0..GROUNDS).map(|seed| Ground::new(ACCOUNTS, REGIONS, seed)).collect();
    for ground in &grounds {
        assert_eq!(ground.calm.differences(&ground.truth), [] as [String; 0]);
    }
    let (next, tally) = (AtomicU64::new(0), Mutex::<Tally>::default());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= SEEDS {
                break;
            }
            let ground = &grounds[usize::try_from(seed % GROUNDS).unwrap()];
            let whole = || {
                if seed % 10 == 3 {
                    ground.under("mixed", seed)
                } else {
                    ground.within_regions("mixed", seed)
                }
            };
            // Logging everything takes as long as everything else.
            let (run, log) = if seed % 400 == 399 {
                logged(whole)
            } else {
                (whole(), String::new())
            };
            examine(seed, ground, &run, &log, &tally);
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
        "{SEEDS} runs: {whole} read everything, {accounts} accounts compared, ended: {ended:?}, faults: {faults:?}"
    );
    let (some, all) = (tally.wrongs.iter().take(20).collect::<Vec<_>>(), tally.wrongs.len());
    assert!(tally.wrongs.is_empty(), "{all} wrongs: {some:#?}");
    // Else nothing was proven.
    assert!(whole > SEEDS / 10 && accounts > SEEDS * 10, "too few runs got through");
    assert!(
        ended.values().sum::<u64>() < SEEDS / 10,
        "too many runs came to nothing"
    );
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
        Err(error) => wrongs.push(error.to_string()),
    }
    for (fault, times) in &run.ledger.faults {
        *tally.faults.entry(fault).or_default() += times;
    }
    wrongs.truncate(5);
    tally
        .wrongs
        .extend(wrongs.into_iter().map(|wrong| format!("seed {seed}: {wrong}")));
}
