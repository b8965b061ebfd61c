//! The command line.

mod diff;
mod evidence;
mod help;
mod init;
mod manual;
mod preflight;
mod report;
mod shards;

use std::num::NonZeroU32;
use std::path::PathBuf;

#[cfg(feature = "demo")]
use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
#[cfg(feature = "demo")]
use trailaudit_sim::Faults;

pub(crate) use diff::{Diff, DiffForm};
pub(crate) use evidence::{AddSignature, Checks, Extract, Keygen, Packaging, Sign, Verify};
pub(crate) use help::{command, whole_command};
pub(crate) use init::{Init, InitRole, InitStackset, Policy, Setup, Wanted};
pub(crate) use manual::{Completions, Man};
pub(crate) use preflight::Preflight;
pub(crate) use report::{Report, View};
pub(crate) use shards::{CollectShard, Merge};

/// Proves that every account and Region of an AWS Organization keeps an audit trail.
///
/// It has to be on, complete, encrypted with a key of one's own, watched and tamper-evident; and an outsider has to be able
/// to check that it is.
#[derive(Debug, Parser)]
#[command(name = "trailaudit", version, max_term_width = 80, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The main job: collect, assess, report, package, sign.
    Audit(Box<Audit>),
    /// The same against a simulated Organization; checks itself.
    #[cfg(feature = "demo")]
    Demo(Demo),
    /// Serves a simulated Organization until interrupted.
    #[cfg(feature = "demo")]
    Simulate(Simulate),
    /// Collects records only.
    Collect(Box<CollectShard>),
    /// Makes one collection of all its shards.
    Merge(Merge),
    /// Assesses records again, offline, into a package of its own.
    Assess(Box<Assess>),
    /// Adds a signature to a package: a reviewer's, an approver's.
    Sign(AddSignature),
    /// Checks a package: files, signatures, and the findings themselves.
    Verify(Verify),
    /// What changed from one package to another; verifies both first.
    Diff(Diff),
    /// Writes one account's part of a package, with its proof.
    Extract(Extract),
    /// Shows a package in another format: xlsx, sarif, oscal ...
    Report(Report),
    /// The catalogue of rules and the frameworks they answer.
    Controls(Controls),
    /// Asks whether a run would be complete, and what to change.
    Preflight(Box<Preflight>),
    /// Writes what an audit begins with: configuration, role, stack set.
    Init(Init),
    /// Makes a P-256 signing key.
    Keygen(Keygen),
    /// What a shell completes, as a script for it.
    Completions(Completions),
    /// The manual, as man pages.
    Man(Man),
}

/// How to talk while working.
#[derive(Args, Debug)]
pub(crate) struct Output {
    /// Only the result and errors.
    #[arg(long, global = true)]
    pub quiet: bool,
    /// More log lines; twice for all of them.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// The form of log lines on stderr.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: Form,
    /// The form of the result on stdout.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub summary: Form,
}

/// For people or for machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    #[default]
    Text,
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub collect: Collect,
    #[command(flatten)]
    pub judge: Judge,
    #[command(flatten)]
    pub sign: Sign,
    #[command(flatten)]
    pub packaging: Packaging,
    /// Which outcome gives an exit code other than 0.
    #[arg(long, value_name = "OUTCOME", help_heading = "Judging")]
    pub fail_on: Option<FailOn>,
}

/// What is collected, and how.
#[derive(Args, Debug, Default)]
pub(crate) struct Collect {
    /// The directory to write; it must not exist, or be empty.
    ///
    /// Unless a run is resumed in it.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// A file of these options; those given here win.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Goes on with a run there that did not end.
    ///
    /// One that was interrupted, or failed; begins, where there is none; changes nothing, where it has ended. It takes the
    /// options it was begun with.
    #[arg(long)]
    pub resume: bool,
    #[command(flatten)]
    pub entry: Entry,
    #[command(flatten)]
    pub scope: Scope,
    /// How trails are searched for: in every enabled Region, or by the account's own list of them, which may leave out
    /// trails of single Regions [default: exhaustive].
    #[arg(long, value_name = "PLAN")]
    pub plan: Option<Plan>,
    /// Requests in flight at once [default: 64].
    #[arg(long, value_name = "N", help_heading = "Collecting")]
    pub concurrency: Option<usize>,
    /// Requests a second at most [default: as many as the quotas of AWS allow].
    #[arg(long, value_name = "N", help_heading = "Collecting")]
    pub max_rps: Option<NonZeroU32>,
    /// The moment the assessment speaks about.
    ///
    /// [default: when collection starts]
    #[arg(long, value_name = "RFC3339", help_heading = "Collecting")]
    pub as_of: Option<Timestamp>,
}

/// How accounts are entered.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Entering accounts")]
pub(crate) struct Entry {
    /// The role to assume in every account; may repeat.
    ///
    /// A path is allowed; several are tried in order [default: OrganizationAccountAccessRole].
    #[arg(long = "role-name", value_name = "NAME")]
    pub role_names: Vec<String>,
    /// The external id that the roles ask for.
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// The session name, as the audited accounts' own trails will show it [default: trailaudit].
    #[arg(long, value_name = "NAME")]
    pub session_name: Option<String>,
    /// The source identity, as the audited accounts' own trails will show it.
    #[arg(long, value_name = "TEXT")]
    pub source_identity: Option<String>,
    /// A session tag; may repeat.
    #[arg(long = "session-tag", value_name = "KEY=VALUE")]
    pub session_tags: Vec<String>,
    /// A role to assume first, to reach Organizations.
    #[arg(long, value_name = "ARN")]
    pub management_role: Option<String>,
}

/// Which accounts and Regions.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Scope")]
pub(crate) struct Scope {
    /// Only accounts below this organizational unit; may repeat.
    #[arg(long = "ou", value_name = "ID")]
    pub units: Vec<String>,
    /// No account below this organizational unit; may repeat.
    #[arg(long = "exclude-ou", value_name = "ID")]
    pub exclude_units: Vec<String>,
    /// Only this account; may repeat.
    #[arg(long = "account", value_name = "ID")]
    pub accounts: Vec<String>,
    /// Not this account; may repeat.
    #[arg(long = "exclude-account", value_name = "ID")]
    pub exclude_accounts: Vec<String>,
    /// Only accounts with this tag; may repeat.
    #[arg(long = "account-tag", value_name = "KEY=VALUE")]
    pub account_tags: Vec<String>,
    /// The accounts as CSV `account_id[,name][,role_arn]`, when Organizations cannot be asked.
    #[arg(long, value_name = "FILE", conflicts_with = "single_account")]
    pub accounts_file: Option<PathBuf>,
    /// This account only, without assuming a role.
    #[arg(long)]
    pub single_account: bool,
    /// Look for trails in this Region only; may repeat.
    ///
    /// [default: every enabled Region]
    #[arg(long = "region", value_name = "NAME")]
    pub regions: Vec<String>,
    /// An account that keeps the logs of others, asked first for buckets that are not the trail owner's; may repeat.
    #[arg(long = "log-archive-account", value_name = "ID")]
    pub log_archive_accounts: Vec<String>,
}

/// How trails are searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Plan {
    /// In every enabled Region: whatever is there is seen.
    Exhaustive,
    /// By one list an account, then in the home Regions it names: of Regions that were not asked nothing is said.
    Economical,
}

impl From<Plan> for trailaudit_aws::Search {
    fn from(plan: Plan) -> Self {
        match plan {
            Plan::Exhaustive => Self::Exhaustive,
            Plan::Economical => Self::Economical,
        }
    }
}

/// What is judged, and for whom.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Judging")]
pub(crate) struct Judge {
    /// The framework to answer; may repeat.
    ///
    /// The first decides severities [default: gxp-21-cfr-part-11].
    #[arg(long = "framework", value_name = "ID")]
    pub frameworks: Vec<String>,
    /// Only this rule; may repeat. Nothing is collected but what the chosen rules need.
    #[arg(long = "rule", value_name = "ID")]
    pub rules: Vec<String>,
}

/// Which outcome gives an exit code other than 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FailOn {
    /// Only a fail.
    Fail,
    /// A fail, and whatever was not decided or not reached.
    #[default]
    Inconclusive,
    /// None.
    Never,
}

#[cfg(feature = "demo")]
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// The directory to write; it must not exist, or be empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[command(flatten)]
    pub population: Population,
    /// Requests in flight at once.
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub concurrency: usize,
}

#[cfg(feature = "demo")]
#[derive(Args, Debug)]
pub(crate) struct Simulate {
    /// Where to listen: an address of this machine.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub listen: std::net::SocketAddr,
    #[command(flatten)]
    pub population: Population,
    /// Lets it refuse whoever asks more often than AWS publishes.
    #[arg(long)]
    pub quotas: bool,
    /// What goes wrong, repeatably: `--seed` decides which calls it strikes.
    #[arg(long, value_name = "PROFILE", value_parser = fault_profiles())]
    pub faults: Option<String>,
    /// Writes the planted defects here.
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
    /// Writes what was asked here when interrupted.
    ///
    /// Calls by operation and by target.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
}

/// The profiles that can be played over HTTP.
#[cfg(feature = "demo")]
fn fault_profiles() -> clap::builder::PossibleValuesParser {
    let over_http = |name: &str| Faults::named(name, 0).is_some_and(|faults| !faults.needs_in_process());
    let profiles = Faults::profiles().filter(|(name, _)| over_http(name));
    profiles
        .map(|(name, about)| PossibleValue::new(name).help(about))
        .collect::<Vec<_>>()
        .into()
}

/// The simulated Organization.
#[cfg(feature = "demo")]
#[derive(Args, Debug)]
pub(crate) struct Population {
    /// How many accounts it has.
    #[arg(long, value_name = "N", default_value_t = 25)]
    pub accounts: usize,
    /// How many Regions there are.
    #[arg(long, value_name = "N", default_value_t = 17)]
    pub regions: usize,
    /// What decides everything else about it.
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
    /// How many milliseconds every call takes.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub latency_ms: u64,
    /// The moment deliveries are dated from [default: now].
    #[arg(long, value_name = "RFC3339")]
    pub as_of: Option<Timestamp>,
}

#[derive(Args, Debug)]
pub(crate) struct Assess {
    /// A package, or a directory that `collect` wrote.
    #[arg(value_name = "DIR")]
    pub records: PathBuf,
    /// The directory to write; it must not exist, or be empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// A file of these options; those given here win.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The moment it speaks about [default: as collected].
    #[arg(long, value_name = "RFC3339")]
    pub as_of: Option<Timestamp>,
    #[command(flatten)]
    pub judge: Judge,
    #[command(flatten)]
    pub sign: Sign,
    #[command(flatten)]
    pub packaging: Packaging,
    /// Which outcome gives an exit code other than 0.
    #[arg(long, value_name = "OUTCOME", help_heading = "Judging")]
    pub fail_on: Option<FailOn>,
}

#[derive(Args, Debug)]
pub(crate) struct Controls {
    #[command(subcommand)]
    pub view: Option<ControlsView>,
    /// The form of the result.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub format: Form,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ControlsView {
    /// Every rule in one line.
    List {
        /// The framework to answer.
        #[arg(long = "framework", value_name = "ID")]
        frameworks: Vec<String>,
    },
    /// One rule with all its requirements.
    Show {
        /// The rule's id.
        #[arg(value_name = "RULE")]
        rule: String,
    },
    /// The frameworks.
    Frameworks,
}
