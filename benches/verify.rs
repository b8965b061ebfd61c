//! What an auditor's check of a package on disk costs: files, digests and signature; then the same with every record judged
//! again. Beside it the least that it can cost, `sha256sum` and `gzip -dc` over the same files, and how much memory it takes.
//!
//! ```text
//! ACCOUNTS="1000 10000" cargo bench -p trailaudit-benches --bench verify
//! ```

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use tempfile::TempDir;
use trailaudit_aws::{AwsRecords, Folder};
use trailaudit_benches::{growth, hash_and_unpack, key, records, signer, size, sizes};
use trailaudit_core::evidence::{Options, PemSigner, Reperformance, Signer as _, Trust, verify};
use trailaudit_examples::{seal, sign};

const REGIONS: usize = 17;

/// The one of the released binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn verifications(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verify");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for accounts in sizes(&[200, 2_000]).expect("sizes") {
        let (directory, key) = package(accounts);
        let files = Folder::open(directory.path()).expect("a package");
        let size = size(directory.path()).expect("a package");
        eprintln!(
            "{accounts} accounts in {REGIONS} Regions: {} KiB in the package",
            size / 1024
        );
        group.throughput(Throughput::Bytes(size));
        group.bench_function(format!("sha256sum and gzip -dc, {accounts} accounts"), |bencher| {
            bencher.iter(|| hash_and_unpack(directory.path()).expect("both programs"));
        });
        for (what, reperform) in [
            ("proof", None),
            ("proof and findings", Some(Reperformance::by(&AwsRecords))),
        ] {
            let trust = Trust::in_keys([key.public_key().clone()]);
            let mut options = Options::default().trust(&trust).allow_simulated(true);
            options.reperform = reperform;
            let check = || {
                // On threads of the pool, as the binary does.
                let report = rayon::scope(|_| verify(&files, &options));
                assert!(report.is_verified(), "{:?}", report.problems);
            };
            if let ((), Some(growth)) = growth(check) {
                eprintln!("{what} takes at most {growth} KiB more than before");
            }
            group.bench_function(format!("{what}, {accounts} accounts"), |bencher| bencher.iter(check));
        }
    }
    group.finish();
}

fn package(accounts: usize) -> (TempDir, PemSigner) {
    let key = key().expect("a key");
    let directory = records(accounts, REGIONS).expect("records");
    let mut files = Folder::open(directory.path()).expect("a directory");
    seal(&mut files).expect("a package");
    sign(&mut files, &key, signer()).expect("a signature");
    (directory, key)
}

criterion_group!(benches, verifications);
criterion_main!(benches);
