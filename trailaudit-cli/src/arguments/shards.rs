//! The options of a collection that several machines share.

use std::path::PathBuf;

use clap::Args;
use trailaudit_aws::Shard;

use super::{Collect, Judge};

/// `collect` may be one of several; `audit`, which judges the whole, may not.
#[derive(Args, Debug)]
pub(crate) struct CollectShard {
    #[command(flatten)]
    pub collect: Collect,
    #[command(flatten)]
    pub judge: Judge,
    /// Only the accounts of shard K of N; `merge` unites all N.
    ///
    /// Accounts fall to shards by their ids. Each lists the Organization itself. Give every shard the same options, and the
    /// same --as-of.
    #[arg(long, value_name = "K/N", help_heading = "Collecting")]
    pub shard: Option<Shard>,
}

#[derive(Args, Debug)]
pub(crate) struct Merge {
    /// What `collect --shard` wrote: every shard of one run.
    #[arg(value_name = "DIR", required = true)]
    pub shards: Vec<PathBuf>,
    /// The directory to write; it must not exist, or be empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}
