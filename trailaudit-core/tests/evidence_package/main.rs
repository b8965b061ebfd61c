//! A small package, sealed and signed in memory, then damaged in every way an auditor must hear about.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../timestamps/authority.rs"]
#[allow(dead_code)]
mod authority;
mod countersigning;
mod exceptions;
mod extracts;
mod files;
mod listed;
mod order;
mod policy;
mod provider;
mod reperformance;
mod revised;
mod sample;
mod sealing;
mod signatures;
mod statements;
mod times;
mod trust_file;
