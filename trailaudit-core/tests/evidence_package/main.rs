//! A small package, sealed and signed in memory, then damaged in every way an auditor must hear about.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod countersigning;
mod extracts;
mod files;
mod provider;
mod reperformance;
mod sample;
mod sealing;
mod signatures;
mod statements;
