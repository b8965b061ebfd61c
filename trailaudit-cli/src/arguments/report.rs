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
    /// The file to write, which must not exist [default: stdout].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Which table, for csv and json [default: findings].
    #[arg(long, value_name = "TABLE")]
    pub table: Option<Table>,
    /// The Region whose Security Hub imports it, for asff [default: us-east-1, or the first of the partition].
    #[arg(long, value_name = "NAME", value_parser = region)]
    pub region: Option<String>,
}

/// A Region becomes part of an ARN.
fn region(text: &str) -> Result<String, String> {
    let is_name = text.contains('-') && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_name {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a Region is named like `eu-central-1`".to_owned())
    }
}
