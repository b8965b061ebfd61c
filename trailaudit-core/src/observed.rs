//! A fact together with the evidence that shows it, or the gap where it should be.

use std::fmt;
use std::sync::Arc;

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
        /// The exchanges that show it.
        evidence: Evidence,
    },
    /// The fact could not be read.
    Unknown(Gap),
}

impl<T> Observed<T> {
    /// A fact that `evidence` shows.
    pub fn known(value: T, evidence: impl Into<Evidence>) -> Self {
        let evidence = evidence.into();
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

    /// What follows from this fact: shown by what shows the fact, and by what shows what follows from it.
    pub fn then<U>(self, follow: impl FnOnce(T) -> Observed<U>) -> Observed<U> {
        match self {
            Self::Known { value, evidence } => follow(value).after(&evidence),
            Self::Unknown(gap) => Observed::Unknown(gap),
        }
    }

    /// The same fact, or gap, shown by what came `before` as well.
    #[must_use]
    pub fn after(self, before: &Evidence) -> Self {
        match self {
            Self::Known { value, evidence } => Self::Known {
                value,
                evidence: before.and(&evidence),
            },
            Self::Unknown(gap) => Self::Unknown(Gap {
                evidence: Some(gap.evidence.map_or_else(|| before.clone(), |own| before.and(&own))),
                ..gap
            }),
        }
    }

    /// The same, by reference.
    pub fn as_ref(&self) -> Observed<&T> {
        match self {
            Self::Known { value, evidence } => Observed::Known {
                value,
                evidence: evidence.clone(),
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
    /// The exchanges that show it, the refusal last, when any was recorded.
    pub evidence: Option<Evidence>,
}

impl Gap {
    /// The exchanges that show it; none when nothing was recorded.
    #[must_use]
    pub fn cited(&self) -> Vec<EvidenceId> {
        self.evidence
            .as_ref()
            .map_or_else(Vec::new, |evidence| evidence.ids().to_vec())
    }
}

/// The exchanges that show a fact, in the order they were read: most often one.
#[derive(Clone, PartialEq, Eq)]
pub struct Evidence(Shown);

#[derive(Clone, PartialEq, Eq)]
enum Shown {
    By(EvidenceId),
    BySeveral(Arc<[EvidenceId]>),
}

impl Evidence {
    /// The exchanges: at least one.
    #[must_use]
    pub fn ids(&self) -> &[EvidenceId] {
        match &self.0 {
            Shown::By(one) => std::slice::from_ref(one),
            Shown::BySeveral(several) => several,
        }
    }

    /// The first of them.
    #[must_use]
    pub fn first(&self) -> EvidenceId {
        match &self.0 {
            Shown::By(one) => *one,
            Shown::BySeveral(several) => several[0],
        }
    }

    /// These exchanges, and the others after them; none twice.
    #[must_use]
    pub fn and(&self, others: &Self) -> Self {
        let mut ids = self.ids().to_vec();
        for id in others.ids() {
            if !ids.contains(id) {
                ids.push(*id);
            }
        }
        match ids.as_slice() {
            [one] => Self(Shown::By(*one)),
            _ => Self(Shown::BySeveral(ids.into())),
        }
    }
}

impl From<EvidenceId> for Evidence {
    fn from(id: EvidenceId) -> Self {
        Self(Shown::By(id))
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

/// A provider's reading of what only it can interpret, such as a policy or a filter: whether something holds, each with
/// its reason in a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// It holds.
    Yes(String),
    /// It does not.
    No(String),
    /// It was read, and still nobody can tell.
    Unclear(String),
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
