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

use jiff::Timestamp;
use trailaudit_core::assessment::Assessing;
use trailaudit_core::evidence::provider::ReadError;
use trailaudit_core::evidence::{Files, Provider};
use trailaudit_core::finding::Finding;
use trailaudit_core::organization::AccountId;
use trailaudit_core::{Baseline, Rule, Verdict};

use self::seen::Seen;
use crate::AwsRecords;

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
    pub fn agrees(self, ours: Verdict) -> bool {
        match self {
            Self::Pass => ours == Verdict::Pass,
            Self::Fail => matches!(ours, Verdict::Fail | Verdict::Excepted),
            Self::NoRow => ours == Verdict::NotApplicable,
            Self::Unknown => false,
        }
    }
}

/// The columns of the comparison, in order: the fields of a [`Row`].
pub const COLUMNS: [&str; 9] = [
    "rule",
    "peer_check",
    "account",
    "region",
    "resource",
    "ours",
    "theirs",
    "reason",
    "how",
];

/// One finding of ours beside what a peer would say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Our rule, by its id.
    pub rule: &'static str,
    /// The peer's name for its own.
    pub peer_check: &'static str,
    /// The account, by its id.
    pub account: String,
    /// The Region of our finding; empty for what is about the account, and for what it inherits.
    pub region: String,
    /// The ARN of what our finding is about; empty for an account or Region.
    pub resource: String,
    /// Our verdict.
    pub ours: Verdict,
    /// What the peer would say.
    pub theirs: Theirs,
    /// Why our verdict is what it is, in a sentence.
    pub reason: String,
    /// How the peer comes to its own, in a sentence: where the two differ, this says why.
    pub how: &'static str,
}

impl Row {
    /// Whether both say the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.theirs.agrees(self.ours)
    }

    /// The cells, in the order of the columns.
    #[must_use]
    pub fn cells(&self) -> [&str; 9] {
        [
            self.rule,
            self.peer_check,
            &self.account,
            &self.region,
            &self.resource,
            self.ours.as_str(),
            self.theirs.as_str(),
            &self.reason,
            self.how,
        ]
    }
}

/// Why nothing can be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// The records cannot be read.
    #[error("{0}")]
    Records(ReadError),
    /// A row cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// By what our own verdicts are reached.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The rules, in the order of the rows; those that no control of the peer is about are left out.
    pub rules: Vec<&'static Rule>,
    /// The thresholds and exceptions.
    pub baseline: Baseline,
    /// The moment the verdicts speak about, when it is not the one the collection was made for.
    pub as_of: Option<Timestamp>,
}

/// Judges the records of a package or of a collection, and gives every finding that `peer` has a control for with what the
/// peer would say of the same records, in the order of the report.
///
/// # Errors
/// When the records cannot be read, or `take` fails.
pub fn reconcile(
    files: &dyn Files,
    terms: &Terms,
    peer: Peer,
    take: &mut dyn FnMut(&Row) -> io::Result<()>,
) -> Result<(), ReconcileError> {
    let recorded = AwsRecords.read(files).map_err(ReconcileError::Records)?;
    let as_of = terms.as_of.unwrap_or(recorded.provenance.as_of);
    let seen = Seen::read(files, as_of).map_err(|error| ReconcileError::Records(error.into()))?;
    let of = |rule: &'static Rule| peer.controls().iter().filter(move |control| control.rule == rule.id);
    let mut rules = terms.rules.clone();
    rules.retain(|rule| of(rule).next().is_some());
    let assessing = Assessing::new(&*recorded.inventory, &rules, &terms.baseline, as_of);
    for finding in assessing.flatten() {
        for control in of(finding.rule) {
            take(&control.row(&finding, &seen))?;
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
    account: &'a AccountId,
    region: &'a str,
    resource: &'a str,
}

impl Control {
    fn row(&self, finding: &Finding, seen: &Seen) -> Row {
        let question = Question {
            seen,
            account: &finding.account,
            region: finding.region.as_ref().map_or("", |region| region.as_str()),
            resource: finding.subject.id(),
        };
        let Said(theirs, how) = (self.says)(&question);
        Row {
            rule: finding.rule.id,
            peer_check: self.check,
            account: question.account.to_string(),
            region: question.region.to_owned(),
            resource: question.resource.to_owned(),
            ours: finding.verdict,
            theirs,
            reason: finding.reason.clone(),
            how,
        }
    }
}

impl Question<'_> {
    /// The trail the row is about, as its account shows it.
    fn trail(&self) -> Option<&seen::Trail> {
        self.seen.account(self.account)?.trail(self.resource)
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

    /// By how many days the log group keeps events; none where it keeps them for ever.
    fn by_log_group(&self, how: &'static str, holds: impl FnOnce(Option<u64>) -> bool) -> Said {
        match self.seen.retention(self.resource) {
            Some(days) if holds(days) => Said(Theirs::Pass, how),
            Some(_) => Said(Theirs::Fail, how),
            None => Said(
                Theirs::NoRow,
                "it writes rows about log groups it was shown, and about nothing else",
            ),
        }
    }
}
