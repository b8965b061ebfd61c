//! Judges the audit trails of an organization, and proves the verdicts. Facts in, verdicts out; bytes in, proof out.
//!
//! This crate touches nothing outside its arguments: no network, no files, no clock, no environment. In reading order:
//!
//! 1. [`organization`], [`trail`], [`key`], [`log_group`], [`bucket`], [`alert`], [`event_store`], [`inventory`]: what a
//!    provider shows, as traits over facts that were collected before. [`memory`] is a provider that is plain data.
//! 2. [`observed`]: a fact is never bare; it comes with the exchange that shows it or with the gap that hides it.
//! 3. [`rule`] and [`rules`]: decision procedures that read facts through an [`Exam`], which cites what is read; [`need`]
//!    names what they read.
//! 4. [`framework`] and [`baseline`]: who asks for a rule, and how much is enough.
//! 5. [`filter_pattern`] and [`policy`]: what a metric filter sees and what a policy allows, parsed and asked.
//! 6. [`assessment`], [`coverage`], [`finding`]: every rule asked of every subject, every cell accounted for; at once, or
//!    a few findings at a time.
//! 7. [`tables`]: the assessment as rows, byte for byte reproducible.
//! 8. [`evidence`]: what was recorded, how it is packed, signed and verified.
//!
//! [`guide`] shows how to judge facts, write a rule, and check a package in a program of one's own.
//!
//! # What always holds
//!
//! - A rule cannot fail to answer: what it could not read makes it inconclusive, never pass and never fail.
//! - Removing any record never turns a fail or an inconclusive into a pass, and never removes an account or a cell.
//! - For every rule, the planned cells are evaluated, inherited, not applicable or inconclusive: they add up.
//! - The same facts, rules, baseline and moment give the same findings, byte for byte.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod alert;
pub mod assessment;
pub mod baseline;
pub mod bucket;
pub mod coverage;
pub mod event_store;
pub mod evidence;
pub mod filter_pattern;
pub mod finding;
pub mod framework;
#[doc = include_str!("../guide.md")]
pub mod guide {}
pub mod inventory;
mod judge;
pub mod key;
pub mod log_group;
pub mod memory;
pub mod need;
pub mod observed;
pub mod organization;
pub mod policy;
pub mod rule;
pub mod rules;
pub mod tables;
pub mod trail;

pub use assessment::{Assessment, assess};
pub use baseline::Baseline;
pub use evidence::{EvidenceId, Exchange};
pub use inventory::Inventory;
pub use key::Key;
pub use log_group::LogGroup;
pub use observed::{Gap, Observed};
pub use rule::{Exam, Rule, Verdict};
pub use rules::CATALOGUE;
pub use trail::Trail;
