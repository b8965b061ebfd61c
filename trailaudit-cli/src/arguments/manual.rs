//! The options of what tells about the command line itself.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

#[derive(Args, Debug)]
pub(crate) struct Man {
    /// The directory to write; it must not exist, or be empty.
    ///
    /// One page a command. [default: the first page, to stdout]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
