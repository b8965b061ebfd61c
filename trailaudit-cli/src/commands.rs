//! One file a subcommand.

mod assess;
pub(crate) mod audit;
mod collect;
mod completions;
mod controls;
#[cfg(feature = "demo")]
mod demo;
mod diff;
mod extract;
mod init;
mod keygen;
mod man;
mod merge;
mod preflight;
mod report;
mod sign;
#[cfg(feature = "demo")]
mod simulate;
mod verify;

use std::fmt::Display;

use crate::arguments::{Arguments, Command};
use crate::error::Result;
use crate::exit::Exit;

/// Runs the command that was asked for.
pub(crate) fn run(arguments: Arguments) -> Result<Exit> {
    let output = &arguments.output;
    match arguments.command {
        Command::Audit(audit) => audit::run(*audit, output),
        #[cfg(feature = "demo")]
        Command::Demo(demo) => demo::run(&demo, output),
        #[cfg(feature = "demo")]
        Command::Simulate(simulate) => simulate::run(&simulate),
        Command::Collect(collect) => collect::run(*collect, output),
        Command::Merge(merge) => merge::run(&merge),
        Command::Assess(assess) => assess::run(*assess, output),
        Command::Sign(sign) => sign::run(&sign),
        Command::Verify(verify) => verify::run(&verify),
        Command::Diff(diff) => diff::run(&diff),
        Command::Extract(extract) => extract::run(&extract),
        Command::Report(report) => report::run(&report),
        Command::Controls(controls) => controls::run(&controls),
        Command::Preflight(preflight) => preflight::run(*preflight, output),
        Command::Init(init) => init::run(&init),
        Command::Keygen(keygen) => keygen::run(&keygen),
        Command::Completions(completions) => completions::run(&completions),
        Command::Man(man) => man::run(&man),
    }
}

/// A number with its noun, which takes an `s` unless there is one of it.
fn counted(count: impl Display, noun: &str) -> String {
    let count = count.to_string();
    let plural = if count == "1" { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
