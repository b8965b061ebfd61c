//! What another tool would say of the same records, and how it comes to it: the question every platform team is asked
//! once two reports lie on one table.
//!
//! A peer's procedure is written down as it is documented or published (November 2026), not run; what is not known of it
//! is said to be unknown. Each looks at every account on its own, with what that account shows: so do we here.

mod powerpipe;
mod prowler;
mod security_hub;
mod seen;

use std::fmt;
use std::io;
use std::str::FromStr;

use trailaudit_core::evidence::Files;
use trailaudit_core::evidence::package::FINDINGS_JSON;
use trailaudit_core::organization::AccountId;
use trailaudit_core::tables::findings::v1::Entry;
use trailaudit_core::tables::reading::{Reading, TableError};

use self::seen::Seen;
use crate::package::PackageError;

/// A tool that is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// AWS Security Hub, on the rules of AWS Config.
    SecurityHub,
    /// Prowler 5.46.
    Prowler,
    /// Powerpipe with the AWS compliance mod, on Steampipe.
    Powerpipe,
}

impl Peer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SecurityHub, Self::Prowler, Self::Powerpipe];

    /// The word used on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecurityHub => "security-hub",
            Self::Prowler => "prowler",
            Self::Powerpipe => "powerpipe",
        }
    }

    fn controls(self) -> &'static [Control] {
        match self {
            Self::SecurityHub => security_hub::CONTROLS,
            Self::Prowler => prowler::CONTROLS,
            Self::Powerpipe => powerpipe::CONTROLS,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Peer {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|peer| peer.as_str() == word);
        found.ok_or_else(|| format!("there is no peer {word:?}: it is one of security-hub, prowler and powerpipe"))
    }
}

/// What a peer would say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Theirs {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// Nothing: there is no row.
    NoRow,
    /// What it says in this case is not documented.
    Unknown,
}

impl Theirs {
    /// The word used in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NoRow => "no row",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it says the same as one of our verdicts. Having nothing to judge and saying nothing is the same; what
    /// could not be read is never the same as nothing.
    #[must_use]
    pub fn agrees(self, ours: &str) -> bool {
        match self {
            Self::Pass => ours == "pass",
            Self::Fail => ours == "fail" || ours == "excepted",
            Self::NoRow => ours == "not-applicable",
            Self::Unknown => false,
        }
    }
}

/// One finding of ours beside what a peer would say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Our rule.
    pub rule: String,
    /// The peer's name for its own.
    pub check: &'static str,
    /// The account.
    pub account: String,
    /// The Region of our row; empty for what is about the account.
    pub region: String,
    /// The resource of our row; empty likewise.
    pub resource: String,
    /// Our verdict.
    pub ours: String,
    /// Theirs.
    pub theirs: Theirs,
    /// Our reason.
    pub reason: String,
    /// How the peer comes to its verdict, in a sentence.
    pub how: &'static str,
}

impl Row {
    /// Whether both say the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.theirs.agrees(&self.ours)
    }
}

/// Why nothing can be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// The records cannot be read.
    #[error(transparent)]
    Records(#[from] PackageError),
    /// The findings cannot be read.
    #[error("{FINDINGS_JSON}: {0}")]
    Table(#[from] TableError),
    /// An entry of the findings is not one.
    #[error("{FINDINGS_JSON}: {0}")]
    Entry(#[from] serde_json::Error),
    /// A file cannot be read, or the rows cannot be written.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Gives every finding of a package that `peer` has a control for, with what the peer would say, in the package's order.
///
/// # Errors
/// When the package cannot be read, or `take` fails.
pub fn reconcile(
    files: &dyn Files,
    peer: Peer,
    take: &mut dyn FnMut(&Row) -> io::Result<()>,
) -> Result<(), ReconcileError> {
    let seen = Seen::read(files)?;
    let mut table = Reading::new(files.open(FINDINGS_JSON)?, "trailaudit.findings/v1", "findings")?;
    while let Some(line) = table.next_entry()? {
        let entry: Entry<'_> = serde_json::from_slice(&line)?;
        for control in peer.controls().iter().filter(|control| control.rule == entry.rule) {
            take(&control.row(&entry, &seen))?;
        }
    }
    Ok(())
}

/// One control of a peer, as far as it is about the same as a rule of ours.
struct Control {
    rule: &'static str,
    check: &'static str,
    says: fn(&Question<'_>) -> Said,
}

/// What a peer says, and how it comes to it.
struct Said(Theirs, &'static str);

/// One of our rows, asked of a peer.
struct Question<'a> {
    seen: &'a Seen,
    account: AccountId,
    region: &'a str,
    resource: &'a str,
}

impl Control {
    fn row(&self, entry: &Entry<'_>, seen: &Seen) -> Row {
        let question = Question {
            seen,
            account: AccountId::from(&*entry.account_id),
            region: &entry.region,
            resource: &entry.resource_id,
        };
        let Said(theirs, how) = (self.says)(&question);
        Row {
            rule: entry.rule.to_string(),
            check: self.check,
            account: entry.account_id.to_string(),
            region: entry.region.to_string(),
            resource: entry.resource_id.to_string(),
            ours: entry.verdict.to_string(),
            theirs,
            reason: entry.reason.to_string(),
            how,
        }
    }
}

impl Question<'_> {
    /// The trail the row is about, as its account shows it.
    fn trail(&self) -> Option<&seen::Trail> {
        self.seen.account(&self.account)?.trail(self.resource)
    }

    fn by_trail(&self, how: &'static str, holds: impl FnOnce(&seen::Trail) -> bool) -> Said {
        match self.trail() {
            Some(trail) if holds(trail) => Said(Theirs::Pass, how),
            Some(_) => Said(Theirs::Fail, how),
            None => Said(
                Theirs::NoRow,
                "it writes rows about trails it was shown, and about nothing else",
            ),
        }
    }
}
