//! Asks every account of an AWS Organization about its audit trails and keeps each answer as evidence.
//!
//! The only crate of trailaudit that talks. A [`Collector`] finds the accounts, enters each of them with a session that
//! can only read, asks every enabled Region for its trails, then asks once for every key and log group that any trail
//! names, in its own account and Region. What comes back is written as records, refusals included; judging them is
//! `trailaudit-core`'s part and needs no network.
//!
//! ```no_run
//! # async fn example() -> Result<(), trailaudit_aws::CollectError> {
//! use trailaudit_aws::Collector;
//!
//! let collector = Collector::builder().role_name("OrganizationAccountAccessRole").build()?;
//! let collected = collector.collect("records".as_ref()).await?;
//! println!("{} calls in {} accounts, {} gaps", collected.calls, collected.accounts, collected.gaps);
//! # Ok(())
//! # }
//! ```
//!
//! Before a collection, [`Collector::preflight`] asks whether it would be complete, and tells what to change where it would
//! not ([`preflight`]).
//!
//! A large organization may be shared among several machines: each collects one [`Shard`], and [`merge()`] makes of all of
//! them what a single collection would have left.
//!
//! Two things beside collecting need the network, and are here for the same reason: a [`KmsSigner`] signs what was
//! sealed with a key that never leaves AWS KMS, and a [`TimestampAuthority`] says when.
//!
//! What holds throughout:
//!
//! 1. Every call of a collection is in [`CALLS`]; the policies of the role and of each session are derived from it.
//! 2. Each of them is recorded, once, with its answer or refusal; no secret ever is.
//! 3. A call that fails never ends a collection, and never looks like an empty answer.
//! 4. Equal answers give equal records, whatever the concurrency, and the same verdicts from shards and resumed runs.
//! 5. No global state: two collectors may run in one process.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod agenda;
mod arn;
mod buckets;
mod builder;
mod calls;
mod claim;
mod client;
mod collect;
mod descriptors;
mod discover;
mod error;
mod fan_out;
mod folder;
mod gap;
mod inventory;
mod joined;
mod journal;
mod listing;
mod merge;
mod metrics;
mod pace;
pub mod package;
mod partition;
mod plan;
mod policy;
pub mod preflight;
mod progress;
mod provider;
pub mod reconcile;
mod record;
mod resume;
mod run;
mod scope;
mod session;
mod shard;
mod signer;
mod streams;
mod time;
mod timestamp;
mod trail;
mod visit;

pub use self::agenda::{Search, calls_for};
pub use self::builder::{CollectorBuilder, DEFAULT_CONCURRENCY, DEFAULT_ROLE_NAME, DEFAULT_SESSION_NAME};
pub use self::calls::{AskedBy, CALLS, Call};
pub use self::claim::{Claim, ClaimError};
pub use self::client::standard_config;
pub use self::collect::{Collected, Collector};
pub use self::error::{CollectError, disk_hint};
pub use self::folder::{Folder, write_new, write_whole};
pub use self::gap::{is_expired_token, is_gap, is_not_found, looks_like_region_off, reason};
pub use self::inventory::{AwsInventory, Reading};
pub use self::merge::{Difference, MergeError, Merged, ShardFiles, merge};
pub use self::partition::{PARTITIONS, Partition, is_aws_host};
pub use self::plan::{Change, Terms};
pub use self::policy::{LeastPrivilege, Trust, caller_policy, role_policy};
pub use self::progress::{Progress, ProgressEvents};
pub use self::provider::AwsRecords;
pub use self::run::{Run, RunError};
pub use self::scope::{Scope, Source};
pub use self::shard::{NotAShard, Shard};
pub use self::signer::{KmsSigner, Signed, SignerError};
pub use self::timestamp::{TimestampAuthority, TimestampError};
