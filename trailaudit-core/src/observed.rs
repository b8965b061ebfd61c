//! A fact together with the evidence that shows it, or the gap where it should be.

use std::fmt;

use crate::evidence::EvidenceId;
use crate::organization::{AccountId, Region};

/// A fact, never bare: there is no default and no way past the gap. A rule reads it through its
/// [`Exam`](crate::Exam), which cites the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed<T> {
    /// The fact was read.
    Known {
        /// What was read.
        value: T,
        /// The exchange that shows it.
        evidence: EvidenceId,
    },
    /// The fact could not be read.
    Unknown(Gap),
}

impl<T> Observed<T> {
    /// A fact that `evidence` shows.
    pub fn known(value: T, evidence: EvidenceId) -> Self {
        Self::Known { value, evidence }
    }

    /// The same evidence, another view of it.
    pub fn map<U>(self, view: impl FnOnce(T) -> U) -> Observed<U> {
        match self {
            Self::Known { value, evidence } => Observed::Known {
                value: view(value),
                evidence,
            },
            Self::Unknown(gap) => Observed::Unknown(gap),
        }
    }

    /// The same, by reference.
    pub fn as_ref(&self) -> Observed<&T> {
        match self {
            Self::Known { value, evidence } => Observed::Known {
                value,
                evidence: *evidence,
            },
            Self::Unknown(gap) => Observed::Unknown(gap.clone()),
        }
    }

    /// What a provider answers that does not collect this fact: it can never pass.
    #[must_use]
    pub fn not_collected(wanted: &'static str) -> Self {
        Self::Unknown(Gap {
            wanted,
            call: None,
            why: GapReason::NotCollected,
            evidence: None,
        })
    }
}

/// Why a fact is missing: which one, which call should have shown it, and what came instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The fact, in plain words ("whether the trail is logging").
    pub wanted: &'static str,
    /// The call that should have shown it, when there is one.
    pub call: Option<Box<Call>>,
    /// What came instead.
    pub why: GapReason,
    /// The exchange that shows the refusal, when one was recorded.
    pub evidence: Option<EvidenceId>,
}

/// A call by where and what, without its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The service, by its IAM prefix.
    pub service: String,
    /// The operation, as the service names it.
    pub operation: String,
    /// The account it was made in.
    pub account: AccountId,
    /// The Region it was sent to.
    pub region: Region,
}

/// What stands where the fact should be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GapReason {
    /// Nobody asked.
    NotCollected,
    /// The service refused: the caller may not ask.
    Denied {
        /// The service's error code.
        code: String,
        /// Its message, which names the policy that denied it.
        message: String,
    },
    /// No role in the account could be assumed.
    RoleUnavailable {
        /// The service's error code.
        code: String,
        /// Its message.
        message: String,
    },
    /// The Region is switched off in the account.
    RegionDisabled,
    /// The service slowed the caller down beyond every retry.
    Throttled {
        /// The service's error code.
        code: String,
    },
    /// No answer in time.
    TimedOut,
    /// Any other failure.
    Failed {
        /// The error code.
        code: String,
        /// Its message.
        message: String,
    },
    /// The answer came, but does not say it, or says it in a form that cannot be read.
    Unreadable(String),
    /// It is too early to tell.
    NotYetDue(String),
    /// Whoever started the run chose not to ask.
    OutOfScope(&'static str),
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{} in account {}, Region {}",
            self.service, self.operation, self.account, self.region
        )
    }
}

impl fmt::Display for GapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCollected => f.write_str("it was not asked for"),
            Self::Denied { code, message } => write!(f, "denied ({code}: {message})"),
            Self::RoleUnavailable { code, message } => write!(f, "no role could be assumed ({code}: {message})"),
            Self::RegionDisabled => f.write_str("the Region is disabled in this account"),
            Self::Throttled { code } => write!(f, "throttled beyond every retry ({code})"),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Failed { code, message } => write!(f, "failed ({code}: {message})"),
            Self::Unreadable(what) | Self::NotYetDue(what) => f.write_str(what),
            Self::OutOfScope(what) => f.write_str(what),
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} could not be read", self.wanted)?;
        if let Some(call) = &self.call {
            write!(f, " by {call}")?;
        }
        write!(f, ": {}", self.why)
    }
}
