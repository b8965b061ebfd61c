//! Collections through faults, in-process and in virtual time: what the simulator does to a call, and what becomes of the
//! verdicts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod chaos;
mod judged;
mod logs;
mod pacing;
mod profiles;
mod run;
mod sessions;
