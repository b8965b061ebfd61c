//! What an auditor's check of a package costs, in memory: files, digests and signature; then the same with every record
//! judged again.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::sync::LazyLock;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trailaudit_aws::AwsRecords;
use trailaudit_benches::{key, records, signer, size};
use trailaudit_core::evidence::{InMemory, Options, PemSigner, Reperformance, Signer as _, Trust, verify};
use trailaudit_examples::{seal, sign};

const REGIONS: usize = 17;

fn verifications(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verify");
    group.sample_size(10);
    for accounts in [25, 200] {
        let signed = LazyLock::new(|| package(accounts));
        group.throughput(Throughput::Elements(accounts as u64));
        for (what, reperform) in [
            ("proof", None),
            ("proof and findings", Some(Reperformance::by(&AwsRecords))),
        ] {
            group.bench_function(format!("{what}, {accounts} accounts"), |bencher| {
                let (package, key) = &*signed;
                let trust = Trust::in_keys([key.public_key().clone()]);
                let mut options = Options::default().trust(&trust).allow_simulated(true);
                options.reperform = reperform;
                bencher.iter(|| {
                    let report = verify(package, &options);
                    assert!(report.is_verified(), "{:?}", report.problems);
                });
            });
        }
    }
    group.finish();
}

fn package(accounts: usize) -> (InMemory, PemSigner) {
    let key = key().expect("a key");
    let records = records(accounts, REGIONS).expect("records");
    let mut package = seal(records).expect("a package");
    sign(&mut package, &key, signer()).expect("a signature");
    eprintln!(
        "a package of {accounts} accounts in {REGIONS} Regions: {} KiB",
        size(&package) / 1024
    );
    (package, key)
}

criterion_group!(benches, verifications);
criterion_main!(benches);
