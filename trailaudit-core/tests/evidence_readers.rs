//! What is fuzzed, on a fixed seed: real files, damaged, given to every reader of foreign bytes.
//!
//! `trailaudit-core/fuzz/run` does the same for as long as it is told, led by coverage.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRng, TestRunner};

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use fuzz::TARGETS;
// Where the sample and its provider look for each other.
use fuzz::{provider, sample};

macro_rules! readers {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            damage(stringify!($name));
        })*

        #[test]
        fn every_target_is_tried() {
            assert_eq!(TARGETS.map(|target| target.name), [$(stringify!($name)),*]);
        }
    };
}

readers!(
    manifest bundle statement key json proof catalogue baseline filter policy trust timestamp stamped certificates
    exchange index records csv table package zip crafted
);

fn damage(name: &str) {
    let target = TARGETS.into_iter().find(|target| target.name == name).unwrap();
    let seeds = (target.seeds)();
    for seed in &seeds {
        (target.check)(seed);
    }
    let place = || (any::<Index>(), any::<Index>());
    let edit = (0..7_u8, place(), any::<Index>(), any::<u8>());
    let damage = (any::<Index>(), prop::collection::vec(edit, 1..4));
    let config = Config {
        cases: target.cases,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(
        config,
        TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let run = runner.run(&damage, |(seed, edits)| {
        let mut bytes = seed.get(&seeds).clone();
        for (how, (from, to), other, value) in edits {
            let (a, b) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
            let (from, to) = (a.min(b), a.max(b));
            match how {
                0 if from < bytes.len() => bytes[from] = value,
                1 if from < bytes.len() => bytes[from] ^= 1 << (value % 8),
                2 => drop(bytes.drain(from..to)),
                3 => bytes.insert(from, value),
                4 => bytes.truncate(from),
                5 => drop(bytes.splice(to..to, bytes[from..to].to_vec())),
                _ => {
                    let other = other.get(&seeds);
                    let end = to.min(other.len());
                    drop(bytes.splice(from..from, other[from.min(end)..end].to_vec()));
                }
            }
        }
        (target.check)(&bytes);
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{name}: {error}"));
}
