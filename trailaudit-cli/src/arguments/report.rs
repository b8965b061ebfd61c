//! The options of `trailaudit report`.

use std::path::PathBuf;

use clap::Args;

use crate::report::format::{Format, Table};

#[derive(Args, Debug)]
pub(crate) struct Report {
    /// The package, a directory or a .zip.
    #[arg(value_name = "PACKAGE")]
    pub package: PathBuf,
    /// The format.
    #[arg(long, value_name = "FORMAT")]
    pub format: Format,
    /// The file to write; it must not exist [default: stdout].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Which table, for csv and json [default: findings].
    #[arg(long, value_name = "TABLE")]
    pub table: Option<Table>,
    /// The Region of the Security Hub that asff is for.
    ///
    /// [default: us-east-1, or the one that answers for all others in another partition]
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
}
