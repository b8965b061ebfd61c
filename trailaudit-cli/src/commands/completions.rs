//! `trailaudit completions`: what a shell completes.

use crate::arguments::{Completions, command};
use crate::error::Result;
use crate::exit::Exit;
use crate::summary::print;

/// Runs the command.
pub(crate) fn run(completions: &Completions) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut command(), env!("CARGO_BIN_NAME"), &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
