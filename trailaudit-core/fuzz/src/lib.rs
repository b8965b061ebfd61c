//! What is fuzzed: every reader of foreign bytes, with what must hold for whatever it takes.
//!
//! A target takes any bytes. It panics when something is wrong, and only then.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod archives;
mod asked;
#[path = "../../tests/evidence_archive/crafted.rs"]
#[allow(dead_code)]
mod crafted;
mod crafting;
mod forms;
mod lines;
mod packages;
mod policies;
#[path = "../../tests/evidence_package/provider.rs"]
#[allow(dead_code)]
pub mod provider;
#[path = "../../tests/evidence_package/sample.rs"]
#[allow(dead_code)]
pub mod sample;
mod stamps;
mod table;

/// A reader under test.
pub struct Target {
    pub name: &'static str,
    pub check: fn(&[u8]),
    /// Bytes that the reader takes, to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// How many damaged seeds the ordinary tests try: about two seconds' worth in a debug build.
    pub cases: u32,
}

pub const TARGETS: [Target; 22] = [
    target("manifest", forms::manifest, forms::manifests, 2_000),
    target("bundle", forms::bundle, forms::bundles, 3_000),
    target("statement", forms::statement, forms::statements, 5_000),
    target("key", forms::key, forms::keys, 5_000),
    target("json", forms::json, forms::jsons, 5_000),
    target("proof", forms::proof, forms::proofs, 5_000),
    target("catalogue", forms::catalogue, forms::catalogues, 1_000),
    target("baseline", forms::baseline, forms::baselines, 5_000),
    target("filter", asked::filter, asked::filters, 2_000),
    target("policy", asked::policy, asked::policies, 5_000),
    target("trust", policies::trust, policies::policies, 1_000),
    target("timestamp", stamps::timestamp, stamps::timestamps, 2_000),
    target("stamped", stamps::stamped, stamps::claims, 500),
    target("certificates", stamps::certificates, stamps::roots, 3_000),
    target("exchange", lines::exchange, lines::exchanges, 5_000),
    target("index", lines::index, lines::indexes, 5_000),
    target("records", lines::records, lines::record_files, 2_000),
    target("csv", table::csv, table::csvs, 300),
    target("table", table::table, table::tables, 500),
    target("package", packages::package, packages::changes, 200),
    target("zip", |bytes| _ = archives::zip(bytes), archives::archives, 3_000),
    target("crafted", crafting::crafted, crafting::programs, 3_000),
];

const fn target(name: &'static str, check: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>, cases: u32) -> Target {
    Target {
        name,
        check,
        seeds,
        cases,
    }
}
