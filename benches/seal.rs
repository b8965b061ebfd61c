//! What becomes of records, in memory: judged and written as tables; then digests, accounts root, manifest, signature.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::sync::LazyLock;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use trailaudit_benches::{key, records, signer};
use trailaudit_examples::{Unsealed, sign};

const REGIONS: usize = 17;

fn seals(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seal");
    group.sample_size(10);
    for accounts in [25, 200] {
        let records = LazyLock::new(|| records(accounts, REGIONS).expect("records"));
        let unsealed = LazyLock::new(|| Unsealed::of(records.clone()).expect("a package"));
        let key = LazyLock::new(|| key().expect("a key"));
        group.throughput(Throughput::Elements(accounts as u64));
        group.bench_function(
            format!("judge records and write tables, {accounts} accounts"),
            |bencher| {
                bencher.iter_batched(|| records.clone(), Unsealed::of, BatchSize::PerIteration);
            },
        );
        group.bench_function(format!("seal and sign, {accounts} accounts"), |bencher| {
            let sealed = |unsealed: Unsealed| {
                let mut package = unsealed.sealed().expect("a manifest");
                sign(&mut package, &*key, signer()).expect("a signature");
                package
            };
            bencher.iter_batched(|| unsealed.clone(), sealed, BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, seals);
criterion_main!(benches);
