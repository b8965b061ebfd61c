//! The binary from end to end, against simulated Organizations over HTTP: what a user types, what comes out, and what
//! an auditor can check. `openssl`, `jq`, `gzip` and `sha256sum` are needed, as an auditor needs them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod audit;
mod package;
mod worlds;

mod calls;
mod demo;
mod outcomes;
mod outputs;
mod scopes;
mod tamper;
mod trails;
