//! What becomes of the records that a run leaves on disk: judged by every rule, written as tables and a page, hashed, closed
//! by a manifest. Beside it the least that it can cost, `sha256sum` and `gzip -dc` over the same files, and how much memory
//! it takes.
//!
//! ```text
//! ACCOUNTS="1000 10000" cargo bench -p trailaudit-benches --bench seal
//! ```

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::fs;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use trailaudit_aws::Folder;
use trailaudit_benches::{growth, hash_and_unpack, records, size, sizes};
use trailaudit_core::evidence::package::MANIFEST;
use trailaudit_examples::seal;

const REGIONS: usize = 17;

/// The one of the released binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn seals(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seal");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for accounts in sizes(&[200, 2_000]).expect("sizes") {
        let directory = records(accounts, REGIONS).expect("records");
        let mut package = Folder::open(directory.path()).expect("a directory");
        // On threads of the pool, as the binary does.
        let mut judge_and_seal = || {
            // Nothing is sealed over a package.
            _ = fs::remove_file(directory.path().join(MANIFEST));
            rayon::scope(|_| seal(&mut package).expect("a package"));
        };
        let ((), growth) = growth(&mut judge_and_seal);
        let size = size(directory.path()).expect("a package");
        eprintln!(
            "{accounts} accounts in {REGIONS} Regions: {} KiB in the package",
            size / 1024
        );
        if let Some(growth) = growth {
            eprintln!("sealing takes at most {growth} KiB beside what the collection left");
        }
        group.throughput(Throughput::Bytes(size));
        group.bench_function(format!("sha256sum and gzip -dc, {accounts} accounts"), |bencher| {
            bencher.iter(|| hash_and_unpack(directory.path()).expect("both programs"));
        });
        group.bench_function(format!("judge and seal, {accounts} accounts"), |bencher| {
            bencher.iter(&mut judge_and_seal);
        });
    }
    group.finish();
}

criterion_group!(benches, seals);
criterion_main!(benches);
