//! The whole catalogue on one small Organization that has everything: what each rule finds, what is asked for its sake,
//! what becomes of it when that is refused, and that the least privilege is enough.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod alone;
mod denied;
mod judged;
mod least;
mod searched;
