//! The binary from end to end, against simulated Organizations over HTTP: what a user types, what comes out, and what
//! an auditor can check. `openssl`, `jq`, `gzip` and `sha256sum` are needed, as an auditor needs them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::type_complexity, reason = "tables of cases")]
#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "we name the files ourselves"
)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../../../trailaudit-core/tests/timestamps/authority.rs"]
#[allow(dead_code)]
mod authority;
#[path = "../years_later/authority_online.rs"]
mod authority_online;

mod audit;
mod best;
mod package;
mod signed;
mod worlds;
mod worst;

mod archives;
mod bombs;
mod by_hand;
mod by_script;
mod calls;
mod catalogue;
mod chain;
mod countersigning;
mod demo;
mod determinism;
mod diff;
mod exceptions;
mod faults;
mod frameworks;
mod init;
mod kms;
mod merged;
mod on_pages;
mod outcomes;
mod outputs;
mod preflight;
mod quarter;
mod reconcile;
mod remediation;
mod resume;
mod revised;
mod rules;
mod scopes;
mod shards;
mod signing;
mod tamper;
mod trails;
mod trusted_time;
mod untouched;
mod verify;
