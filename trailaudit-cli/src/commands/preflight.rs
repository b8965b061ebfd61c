//! `trailaudit preflight`: whether a run would be complete, and what to change where it would not.

mod text;
mod v1;

use trailaudit_aws::Collector;
use trailaudit_aws::preflight::Preflight;

use super::{audit, collect};
use crate::arguments::{self, Form, Output};
use crate::config::Config;
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::interrupts::Interrupts;
use crate::summary::print;
use crate::visible;
use crate::work::attended;

/// Runs the command.
pub(crate) fn run(arguments: arguments::Preflight, output: &Output) -> Result<Exit> {
    let form = arguments.format;
    let (mut asked, mut judge) = arguments.into_parts();
    let mut config = Config::load(asked.config.as_deref())?;
    config.complete_collect(&mut asked);
    config.complete_judge(&mut judge);
    let (rules, _) = audit::terms(&judge)?;
    let builder = collect::builder(&asked, &rules)?;
    let interrupts = Interrupts::watch(None)?;
    let told = attended(&interrupts, builder, output, Collector::preflight)??;
    let text = match form {
        Form::Text => text::of(&told),
        Form::Json => visible::json(&json(&told)?),
    };
    print(&text)?;
    Ok(if told.is_complete() {
        Exit::Done
    } else {
        Exit::Inconclusive
    })
}

fn json(told: &Preflight) -> Result<serde_json::Value> {
    serde_json::to_value(v1::Preflight::of(told)).map_err(CommandError::failed)
}
