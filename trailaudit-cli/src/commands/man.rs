//! `trailaudit man`: the manual, one page a command.

use clap_mangen::{Man as Page, generate_to};

use crate::arguments::{Man, whole_command};
use crate::elsewhere::elsewhere;
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::package::{make_folder, remove_folder};
use crate::summary::print;

/// Runs the command.
pub(crate) fn run(man: &Man) -> Result<Exit> {
    let command = whole_command().disable_help_subcommand(true);
    let Some(folder) = &man.out else {
        let mut page = Vec::new();
        Page::new(command).render(&mut page).map_err(CommandError::failed)?;
        print(&String::from_utf8_lossy(&page))?;
        return Ok(Exit::Done);
    };
    elsewhere("out", folder)?;
    let made = make_folder(folder)?;
    generate_to(command, folder).map_err(|error| {
        remove_folder(folder, made);
        CommandError::file(folder, &error)
    })?;
    Ok(Exit::Done)
}
