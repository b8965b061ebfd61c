//! The options of `trailaudit preflight`.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;

use super::{Collect, Entry, Form, Judge, Plan, Scope};

/// Those of a collection, but for where it is written.
#[derive(Args, Debug)]
pub(crate) struct Preflight {
    /// A file of these options; those given here win.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The form of the result.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Form,
    #[command(flatten)]
    pub entry: Entry,
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub judge: Judge,
    /// How trails will be searched for [default: exhaustive].
    #[arg(long, value_name = "PLAN", help_heading = "Collecting")]
    pub plan: Option<Plan>,
    /// Requests in flight at once [default: 64].
    #[arg(long, value_name = "N", help_heading = "Collecting")]
    pub concurrency: Option<usize>,
    /// Requests a second at most [default: as many as the quotas of AWS allow].
    #[arg(long, value_name = "N", help_heading = "Collecting")]
    pub max_rps: Option<NonZeroU32>,
}

impl Preflight {
    /// The collection it is about, and what that will be judged by.
    pub(crate) fn into_parts(self) -> (Collect, Judge) {
        let collect = Collect {
            config: self.config,
            entry: self.entry,
            scope: self.scope,
            plan: self.plan,
            concurrency: self.concurrency,
            max_rps: self.max_rps,
            ..Collect::default()
        };
        (collect, self.judge)
    }
}
