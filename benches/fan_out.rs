//! The collection from a simulated Organization of 50 accounts in 17 Regions that answers each call after 50 ms, with 64
//! requests in flight, beside the floor that latency sets: calls x latency / 64, and 8 x latency for the chain of calls
//! that each need the answer of the one before.
//!
//! The simulator runs in a thread of this process and takes a core of its own; `fan_out.sh` measures the released binary
//! with the simulator apart. When it is run as a test, a smaller Organization does.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::time::{Duration, Instant};

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use tokio::runtime::Runtime;
use trailaudit_aws::Collector;
use trailaudit_examples::Simulated;

const IN_FLIGHT: u32 = 64;
const CHAIN: u32 = 8;

fn collections(criterion: &mut Criterion) {
    let is_measuring = std::env::args().any(|argument| argument == "--bench");
    let (accounts, regions, latency) = if is_measuring {
        (50, 17, Duration::from_millis(50))
    } else {
        (5, 3, Duration::from_millis(5))
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut runs = Vec::new();
    let mut group = criterion.benchmark_group("fan_out");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group
        .warm_up_time(Duration::from_millis(1))
        .measurement_time(Duration::from_secs(15));
    group.bench_function(format!("{accounts} accounts in {regions} Regions"), |bencher| {
        bencher.iter_custom(|times| {
            let measured = (0..times).map(|_| collect(&runtime, accounts, regions, latency));
            let measured: Vec<_> = measured.collect();
            runs.extend_from_slice(&measured);
            measured.iter().map(|(_, wall)| wall).sum()
        });
    });
    group.finish();
    table(&runs, latency);
}

/// How many calls the collection took, and how long.
fn collect(runtime: &Runtime, accounts: usize, regions: usize, latency: Duration) -> (u32, Duration) {
    let organization = Simulated::organization(accounts, regions, latency).expect("a free port");
    let directory = tempfile::tempdir().expect("a directory");
    let builder = Collector::builder()
        .sdk_config(organization.sdk_config())
        .concurrency(IN_FLIGHT as usize);
    let collector = builder.build().expect("a collector");
    let begun = Instant::now();
    let collected = runtime
        .block_on(collector.collect(directory.path()))
        .expect("a collection");
    let wall = begun.elapsed();
    assert_eq!(collected.calls, organization.ledger().total(), "every call is recorded");
    (u32::try_from(collected.calls).unwrap_or(u32::MAX), wall)
}

fn table(runs: &[(u32, Duration)], latency: Duration) {
    if runs.is_empty() {
        return;
    }
    println!("{:>8}{:>10}{:>10}{:>8}", "calls", "wall s", "floor s", "ratio");
    for (calls, wall) in runs {
        let floor = latency * *calls / IN_FLIGHT + latency * CHAIN;
        let ratio = wall.as_secs_f64() / floor.as_secs_f64();
        println!(
            "{calls:>8}{:>10.3}{:>10.3}{ratio:>8.2}",
            wall.as_secs_f64(),
            floor.as_secs_f64()
        );
    }
}

criterion_group!(benches, collections);
criterion_main!(benches);
