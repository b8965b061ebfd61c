//! Exit codes: a contract with scripts.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything in scope holds and coverage is complete; or the command did what it was asked.
    Done = 0,
    /// The command could not do its job.
    Failed = 1,
    /// The command line or a configuration file cannot be meant.
    Usage = 2,
    /// At least one control fails.
    ControlFails = 3,
    /// Nothing fails, but something is inconclusive or was not reached.
    Inconclusive = 4,
    /// Verification failed.
    NotVerified = 5,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
