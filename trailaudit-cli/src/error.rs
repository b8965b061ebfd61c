//! Errors as people read them: what went wrong, where, and what to do.

use std::fmt;
use std::io;
use std::path::Path;

use trailaudit_aws::{ClaimError, CollectError, MergeError, PARTITIONS, Partition, SignerError, disk_hint};

use crate::exit::Exit;
use crate::terminal::{Terminal, Tone};

/// Why a command ended early.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// The exit code.
    pub exit: Exit,
    what: String,
    hint: Option<String>,
}

pub(crate) type Result<T> = std::result::Result<T, CommandError>;

impl CommandError {
    /// The job could not be done.
    pub(crate) fn failed(what: impl fmt::Display) -> Self {
        Self {
            exit: Exit::Failed,
            what: what.to_string(),
            hint: None,
        }
    }

    /// A package is not what it must be.
    pub(crate) fn refused(what: impl fmt::Display) -> Self {
        Self {
            exit: Exit::NotVerified,
            ..Self::failed(what)
        }
    }

    /// What was asked cannot be meant.
    pub(crate) fn usage(what: impl fmt::Display) -> Self {
        Self {
            exit: Exit::Usage,
            what: what.to_string(),
            hint: None,
        }
    }

    /// Somebody has interrupted it.
    pub(crate) fn interrupted(what: impl fmt::Display) -> Self {
        Self {
            exit: Exit::Interrupted,
            ..Self::failed(what)
        }
    }

    /// A file or directory refused.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self {
            hint: disk_hint(error.kind()).map(str::to_owned),
            ..Self::failed(format_args!("{}: {error}", path.display()))
        }
    }

    /// What went wrong, without what to do about it.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }
}

impl CommandError {
    /// Adds something to do about it, after what may be said already.
    pub(crate) fn hint_too(self, hint: impl fmt::Display) -> Self {
        match self.hint.clone() {
            Some(first) => self.hint(format_args!("{first}; {hint}")),
            None => self.hint(hint),
        }
    }
}

impl CommandError {
    /// As people read it there: what went wrong and where, and below it what to do.
    pub(crate) fn told(&self, terminal: Terminal) -> String {
        // Others' words may have lines of their own, which must not pass for the hint.
        let what = self.what.replace('\n', "\n       ");
        let told = |label: &str, tone, text: &str| {
            let text = terminal.wrapped(&format!("{label}: {text}"), label.len() + 2);
            let (label, text) = text.split_at(text.find(':').unwrap_or_default());
            format!("{}{text}", terminal.toned(tone, label))
        };
        let what = told("error", Tone::Bad, &what);
        match &self.hint {
            Some(hint) => format!(
                "{what}\n{}",
                told("  hint", Tone::Heading, &hint.replace('\n', "\n        "))
            ),
            None => what,
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Terminal::default()))
    }
}

impl From<CollectError> for CommandError {
    fn from(error: CollectError) -> Self {
        let exit = match error {
            CollectError::Option { .. }
            | CollectError::AccountsFile { .. }
            | CollectError::Claim(ClaimError::Otherwise { .. }) => Exit::Usage,
            CollectError::Cancelled => Exit::Interrupted,
            _ => Exit::Failed,
        };
        Self {
            exit,
            what: error.to_string(),
            hint: error.hint().map(str::to_owned),
        }
    }
}

impl From<MergeError> for CommandError {
    fn from(error: MergeError) -> Self {
        let told = Self::failed(&error);
        match error {
            MergeError::Unfinished { .. } => told.hint("finish it with `trailaudit collect --resume`"),
            MergeError::Missing { .. } => told.hint("name the directory of every shard"),
            MergeError::OfAnotherRun(_) => told.hint("collect every shard with the same options and the same --as-of"),
            _ => told,
        }
    }
}

impl From<SignerError> for CommandError {
    fn from(error: SignerError) -> Self {
        let exit = match error {
            SignerError::Reference { .. } => Exit::Usage,
            _ => Exit::Failed,
        };
        Self {
            exit,
            hint: error.hint(),
            what: error.to_string(),
        }
    }
}

/// Refuses what is no Region of AWS, and names the one that may have been meant.
pub(crate) fn known_region(name: &str) -> Result<()> {
    let regions: Vec<_> = PARTITIONS.iter().flat_map(Partition::regions).collect();
    if regions.contains(&name) {
        return Ok(());
    }
    let told = CommandError::usage(format_args!("--region: AWS has no Region {name:?}"));
    Err(match nearest(name, regions) {
        Some(near) => told.hint(format_args!("did you mean `{near}`?")),
        None => told.hint("Regions are named like `eu-central-1`"),
    })
}

/// The candidate most like `word`, if any is like enough to be meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let like = |candidate: &'a str| (strsim::jaro_winkler(word, candidate), candidate);
    let ranked = candidates
        .into_iter()
        .map(like)
        .filter(|(likeness, _)| *likeness > 0.75);
    ranked
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        assert_eq!(nearest("regoin", ["region", "rule"]), Some("region"));
        assert_eq!(nearest("zzz", ["region", "rule"]), None);
    }
}
