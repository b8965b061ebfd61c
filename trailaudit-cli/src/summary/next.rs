//! What to do with a package: commands that can be pasted, each in one line.

use std::path::Path;

use trailaudit_core::evidence::package::VERIFY_SH;

use crate::error::Result;
use crate::terminal::{Terminal, Tone};

/// How wide the labels are.
const LABEL: usize = 10;

/// What is known of a package that was just made.
pub(crate) struct Next<'a> {
    pub(crate) folder: &'a Path,
    /// The signer's public key, as far as it is known where it is; none where nobody has signed.
    pub(crate) key: Option<&'a Path>,
    pub(crate) simulated: bool,
    pub(crate) is_failing: bool,
    /// Whether something was not read that a role or policy may be in the way of.
    pub(crate) is_open: bool,
}

impl Next<'_> {
    /// Prints the steps, below what was told before.
    #[cfg(feature = "demo")]
    pub(crate) fn print(&self) -> Result<()> {
        super::write(&format!("\n{}", self.lines(Terminal::stdout())))
    }

    /// The steps, each line with its end.
    pub(crate) fn lines(&self, terminal: Terminal) -> String {
        let folder = word(self.folder);
        let allowed = if self.simulated { " --allow-simulated" } else { "" };
        let mut steps = vec![("Open", word(&self.folder.join("report.html")))];
        match self.key {
            Some(key) => {
                let key = word(key);
                steps.push(("Verify", format!("trailaudit verify {folder} --key {key}{allowed}")));
                let script = word(&self.folder.join(VERIFY_SH));
                steps.push((
                    "or",
                    format!("sh {script} {key}   # without us: openssl, jq, sha256sum, gzip"),
                ));
            }
            None => steps.push((
                "Sign",
                format!(
                    "trailaudit sign {folder} --key file:signing.pem --role preparer --name NAME --meaning authorship"
                ),
            )),
        }
        if self.is_failing {
            steps.push(("Put right", format!("trailaudit report {folder} --format remediation")));
        }
        if self.is_open {
            steps.push(("Read more", "trailaudit preflight".to_owned()));
        }
        let step = |(what, how): (&str, String)| {
            // A command stays whole, to be pasted: where it does not fit, it has lines of its own, which the terminal breaks.
            let fits = terminal.width().is_none_or(|width| LABEL + how.len() <= width);
            let how = terminal.shown(&how);
            if fits {
                let label = format!("{what:<width$}", width = LABEL - 1);
                format!("{} {how}\n", terminal.toned(Tone::Heading, &label))
            } else {
                format!("{}\n  {how}\n", terminal.toned(Tone::Heading, what))
            }
        };
        steps.into_iter().map(step).collect()
    }
}

/// A path as one word of a shell.
fn word(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:,@%".contains(c);
    if !path.is_empty() && path.chars().all(is_plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_one_word() {
        let words = ["2026-Q4", "its own/Zürich", "a'b", "$(x)"].map(|path| word(Path::new(path)));
        assert_eq!(words, ["2026-Q4", "'its own/Zürich'", r"'a'\''b'", "'$(x)'"]);
    }
}
