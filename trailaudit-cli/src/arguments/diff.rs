//! The options of `trailaudit diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Checks;

#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// The package to compare with.
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The package to compare.
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    #[command(flatten)]
    pub checks: Checks,
    /// The form of the result.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DiffForm,
}

/// For people, for programs, or for spreadsheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffForm {
    Text,
    Json,
    Csv,
}
