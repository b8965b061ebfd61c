//! The binary in an environment that holds nothing but what a test puts there.

use std::path::Path;
use std::process::{Command, Output};

/// The binary, run in `scratch`: no credentials, no configuration, no proxy of the machine reaches it.
pub fn trailaudit(scratch: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailaudit"));
    command
        .env_clear()
        .env("HOME", scratch)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .current_dir(scratch);
    command
}

/// How a run ended, and everything it said: what a failed assertion shows.
pub fn told(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes);
    format!(
        "{}\nstdout:\n{}\nstderr:\n{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    )
}
