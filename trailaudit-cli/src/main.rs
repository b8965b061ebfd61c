//! The `trailaudit` binary.

mod arguments;
mod commands;
mod config;
mod elsewhere;
mod error;
mod exit;
mod interrupts;
mod logging;
mod package;
mod packaging;
mod pem;
mod progress;
mod report;
mod signing;
mod summary;
mod terminal;
mod trust;
mod version;
mod visible;
mod work;

use std::env;
use std::process::ExitCode;

use clap::FromArgMatches;

use arguments::Arguments;
use error::CommandError;
use mimalloc::MiMalloc;
use terminal::Terminal;

/// A call through the SDK allocates some hundreds of times: an eighth of its CPU time with the C library's own.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let mut command = arguments::command();
    // To take the digest of the catalogue takes its time: only who asks for it waits.
    if env::args_os().any(|argument| argument == "--version") {
        command = command.long_version(version::LONG.as_str());
    }
    let matches = command.get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    logging::start(&arguments.output);
    match commands::run(arguments) {
        Ok(exit) => exit.into(),
        Err(error) => {
            tell(&error);
            error.exit.into()
        }
    }
}

/// Errors go to stderr; when nobody listens there any more, the exit code still tells.
fn tell(error: &CommandError) {
    use std::io::Write;
    let told = error.told(Terminal::stderr());
    progress::aside(|| {
        let _ = writeln!(std::io::stderr(), "{told}");
    });
}
