//! The options of `trailaudit init`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Judge, Plan};

#[derive(Args, Debug)]
pub(crate) struct Init {
    #[command(subcommand)]
    pub what: Option<Setup>,
    /// The file to write; it must not exist [default: stdout].
    #[arg(long, global = true, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Writes it in place of one that is there.
    #[arg(long, global = true, requires = "out")]
    pub overwrite: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Setup {
    /// A trailaudit.toml with every key, explained.
    Config,
    /// The policies of the role in each account, and of who enters it.
    Role(InitRole),
    /// What makes the role in every account: a stack set, or Terraform.
    Stackset(InitStackset),
}

/// The role that is asked for.
#[derive(Args, Debug)]
pub(crate) struct Wanted {
    /// How the role is called; a path is allowed.
    #[arg(long, value_name = "NAME", default_value = "TrailauditReader")]
    pub role_name: String,
    /// How trails are searched for: `economical` takes one more action.
    #[arg(long, value_name = "PLAN", default_value = "exhaustive")]
    pub plan: Plan,
    #[command(flatten)]
    pub judge: Judge,
}

#[derive(Args, Debug)]
pub(crate) struct InitRole {
    /// Which policy.
    #[arg(long, value_name = "POLICY", default_value = "permissions")]
    pub policy: Policy,
    /// Who may enter: the account that audits, or the ARN of one role or user in it.
    #[arg(long, value_name = "PRINCIPAL", help_heading = "For the trust policy")]
    pub principal: Option<String>,
    /// The organization that who enters must belong to.
    #[arg(long, value_name = "ID", help_heading = "For the trust policy")]
    pub organization: Option<String>,
    /// The external id that who enters must say.
    #[arg(long, value_name = "ID", help_heading = "For the trust policy")]
    pub external_id: Option<String>,
    /// The source identity that who enters must say; `*` matches anything.
    ///
    /// [default: one may be said]
    #[arg(long, value_name = "PATTERN", help_heading = "For the trust policy")]
    pub source_identity: Option<String>,
    /// The partition.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "aws",
        help_heading = "For the caller's policy"
    )]
    pub partition: String,
    #[command(flatten)]
    pub wanted: Wanted,
}

/// A policy document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Policy {
    /// What the role may do.
    Permissions,
    /// Who may become the role.
    Trust,
    /// What the one who audits may do.
    Caller,
}

#[derive(Args, Debug)]
pub(crate) struct InitStackset {
    /// A Terraform module, in place of the template of a stack set.
    #[arg(long)]
    pub terraform: bool,
    #[command(flatten)]
    pub wanted: Wanted,
}
