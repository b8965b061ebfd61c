//! `--format remediation`: what would turn every failure into a pass, as a script, or as Terraform.
//!
//! Who fails stands in the tables; what to name and where to look for it stands in the records. Nothing of the plan is run
//! here. Findings come by rule, a plan is read by account: its steps wait in a temporary file until those of one account are
//! together, so that memory holds those of one account.
//!
//! Every name in it was chosen by somebody else. In a comment it is one line; in a command it is quoted, and must be of
//! letters that names of AWS have, else the step is told and not written.

mod critical;
mod facts;
mod filled;
mod order;
mod shell;
mod step;
mod terraform;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use clap::ValueEnum;
use trailaudit_aws::AwsRecords;
use trailaudit_core::Verdict;
use trailaudit_core::evidence::{Files, Provider};

use self::facts::Facts;
use self::step::{Step, of};
use super::source::Source;
use super::spool::{Spool, Spooled};

/// In which language the plan is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// A script of POSIX shell that calls the AWS CLI.
    #[default]
    Shell,
    /// Terraform, for version 6 of the provider `aws`.
    Terraform,
}

/// Writes the plan for a sealed package of a whole run.
///
/// # Errors
/// When tables or records cannot be read; and when `out` refuses.
pub(crate) fn write(files: &dyn Files, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let source = Source::open(files)?;
    let recorded = AwsRecords.read(files).map_err(io::Error::other)?;
    let caller = &source.manifest().collector.caller_arn;
    let partition = caller.split(':').nth(1).unwrap_or("aws");
    let facts = Facts::of(&*recorded.inventory, partition);
    let mut plan = Plan::default();
    let accounts = recorded.inventory.accounts().iter();
    plan.names
        .extend(accounts.map(|account| (account.id.to_string(), account.name.clone())));
    let mut spool = Spool::new()?;
    source.each(|finding| {
        if finding.verdict != Verdict::Fail {
            return Ok(());
        }
        let account = finding.account_id.to_string();
        if !finding.inherited_from.is_empty() {
            let inherited = plan.inherited.entry(account).or_default();
            inherited.insert(finding.inherited_from.to_string());
            return Ok(());
        }
        let step = of(finding, &facts);
        if !step.by_hand {
            plan.needs.extend(step.needs.iter().cloned());
        }
        let text = serde_json::to_vec(&step)?;
        spool.put(step.account, &text)
    })?;
    plan.last = recorded.inventory.organization().management_account.to_string();
    let steps = Steps(spool.filled()?);
    match language {
        Language::Shell => shell::write(&source, &plan, steps, out),
        Language::Terraform => terraform::write(&source, &plan, steps, out),
    }
}

/// What is known before the first account is written.
#[derive(Default)]
struct Plan {
    /// The names of the accounts.
    names: BTreeMap<String, String>,
    /// The trails from which an account has failures, which are put right by their owner.
    inherited: BTreeMap<String, BTreeSet<String>>,
    /// The variables that some step needs.
    needs: BTreeSet<String>,
    /// The account whose steps come last.
    last: String,
}

/// The steps, by account.
struct Steps(Spooled<String>);

impl Steps {
    /// Hands over the accounts with their steps, in an order that works.
    fn each(mut self, last: &str, take: &mut dyn FnMut(&str, &[Step]) -> io::Result<()>) -> io::Result<()> {
        let mut places: Vec<_> = self.0.take().into_iter().collect();
        places.sort_by_key(|(account, _)| account == last);
        let mut text = Vec::new();
        for (account, places) in places {
            let mut steps = Vec::with_capacity(places.len());
            for place in places {
                self.0.read(place, &mut text)?;
                steps.push(serde_json::from_slice::<Step>(&text)?);
            }
            // Those of one rank stay in the order of the table.
            steps.sort_by_key(|step| step.rank);
            take(&account, &steps)?;
        }
        Ok(())
    }
}
