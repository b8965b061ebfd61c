//! The whole catalogue over thousands of accounts in 17 Regions, in memory: rule evaluations a second, and how much memory
//! they take beside the facts.

use std::env;
use std::hint::black_box;
use std::sync::LazyLock;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use trailaudit_benches::{growth, organization};
use trailaudit_core::assessment::Assessing;
use trailaudit_core::memory::MemoryInventory;
use trailaudit_core::{Baseline, CATALOGUE};

const REGIONS: usize = 17;

/// The one of the released binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn assessments(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("assess");
    group.sample_size(10);
    // Where tests only list it, or run it once, the smallest will do.
    let measured = env::args().any(|argument| argument == "--bench");
    let sizes: &[usize] = if measured { &[100, 1_000, 5_000] } else { &[100] };
    for &accounts in sizes {
        let inventory: LazyLock<MemoryInventory, _> =
            LazyLock::new(|| organization(accounts, REGIONS, Timestamp::UNIX_EPOCH));
        let baseline = Baseline::default();
        // A finding is one rule asked of one subject; as in an audit, nobody holds all of them.
        let judge = || -> usize {
            // On a thread of the pool, as where a package is sealed.
            rayon::scope(|_| {
                let assessing = Assessing::new(&*inventory, CATALOGUE, &baseline, Timestamp::UNIX_EPOCH);
                assessing.map(|findings| findings.len()).sum()
            })
        };
        LazyLock::force(&inventory);
        let (findings, growth) = growth(judge);
        if let Some(growth) = growth.filter(|_| measured) {
            eprintln!("{accounts} accounts: {findings} findings, at most {growth} KiB more while judging");
        }
        group.throughput(Throughput::Elements(findings as u64));
        group.bench_function(format!("{accounts} accounts"), |bencher| {
            bencher.iter(|| black_box(judge()));
        });
    }
}

criterion_group!(benches, assessments);
criterion_main!(benches);
