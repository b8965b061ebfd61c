//! What becomes of records, in memory: judged and written as tables; then digests, accounts root, manifest, signature.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::sync::LazyLock;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use trailaudit_benches::{key, records, signer};
use trailaudit_core::evidence::InMemory;
use trailaudit_examples::{seal, sign};

const REGIONS: usize = 17;

fn seals(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seal");
    group.sample_size(10);
    for accounts in [25, 200] {
        let records = LazyLock::new(|| records(accounts, REGIONS).expect("records"));
        let key = LazyLock::new(|| key().expect("a key"));
        group.throughput(Throughput::Elements(accounts as u64));
        group.bench_function(
            format!("judge records, seal and sign, {accounts} accounts"),
            |bencher| {
                let sealed = |records: InMemory| {
                    let mut package = seal(records).expect("a manifest");
                    sign(&mut package, &*key, signer()).expect("a signature");
                    package
                };
                bencher.iter_batched(|| records.clone(), sealed, BatchSize::PerIteration);
            },
        );
    }
    group.finish();
}

criterion_group!(benches, seals);
criterion_main!(benches);
