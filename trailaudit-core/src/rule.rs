//! What a rule is, and the reader that cites what it reads.

use std::cell::RefCell;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::baseline::Baseline;
use crate::evidence::EvidenceId;
use crate::inventory::Inventory;
use crate::key::Key;
use crate::log_group::LogGroup;
use crate::need::Need;
use crate::observed::{Evidence, Gap, Observed, Opinion};
use crate::organization::{Account, KeyId, LogGroupId, Organization, Region};
use crate::trail::Trail;

/// A decision procedure, named by the desired state: a pass reads as a true sentence.
#[derive(Debug)]
pub struct Rule {
    /// Its id, which never changes.
    pub id: &'static str,
    /// The desired state as a sentence.
    pub title: &'static str,
    /// Why anybody should care.
    pub rationale: &'static str,
    /// Counts up whenever the same facts could get another verdict.
    pub revision: u32,
    /// The control in the words of AWS.
    pub aws: Wording,
    /// What it reads beside the accounts, their Regions and the trails these list.
    pub needs: &'static [Need],
    /// What it is asked of, and how it decides.
    pub check: Check,
}

/// A control in a provider's words.
#[derive(Debug)]
pub struct Wording {
    /// The control's usual title.
    pub title: &'static str,
    /// The command that turns a fail into a pass.
    pub remediation: &'static str,
}

/// What a rule is asked of. A plain function answers: sync, without side effects.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Check {
    /// Every trail, once, with its owner's data; members inherit.
    EachTrail(fn(&dyn Trail, &Exam<'_>) -> Ruling),
    /// Every account that is in use.
    EachAccount(fn(&Account, &Exam<'_>) -> Ruling),
    /// Every account that is in use, by what the organization says of it: it need not be entered.
    EachListedAccount(fn(&Account, &Exam<'_>) -> Ruling),
    /// Every planned Region of every account that is in use.
    EachRegion(fn(&Account, &Region, &Exam<'_>) -> Ruling),
    /// Every log group that trails deliver to, once.
    EachLogGroup(fn(&dyn LogGroup, &Exam<'_>) -> Ruling),
    /// The organization, once, in the account that manages it.
    EachOrganization(fn(&Organization, &Exam<'_>) -> Ruling),
    /// Every exception of the baseline, once every other rule was asked: whether it is in force and accepts anything.
    EachException,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EachTrail(_) => "EachTrail",
            Self::EachAccount(_) => "EachAccount",
            Self::EachListedAccount(_) => "EachListedAccount",
            Self::EachRegion(_) => "EachRegion",
            Self::EachLogGroup(_) => "EachLogGroup",
            Self::EachOrganization(_) => "EachOrganization",
            Self::EachException => "EachException",
        })
    }
}

/// What a rule concludes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The title is a true sentence.
    Pass,
    /// It is not.
    Fail,
    /// Something was not read, so nobody can tell.
    Inconclusive,
    /// It is not, and an exception in force accepts that.
    Excepted,
    /// There is nothing here to judge.
    NotApplicable,
}

impl Verdict {
    /// All of them, in report order.
    pub const ALL: [Self; 5] = [
        Self::Pass,
        Self::Fail,
        Self::Inconclusive,
        Self::Excepted,
        Self::NotApplicable,
    ];

    /// The word used in every output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Excepted => "excepted",
            Self::NotApplicable => "not-applicable",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A verdict with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in a sentence for people.
    pub reason: String,
}

impl Decision {
    fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self {
            verdict,
            reason: reason.into(),
        }
    }
}

/// What a check answers: a decision, or the gap that hid what it needed, which makes the verdict inconclusive.
pub type Ruling = Result<Decision, Gap>;

/// The desired state holds.
pub fn pass(reason: impl Into<String>) -> Ruling {
    Ok(Decision::new(Verdict::Pass, reason))
}

/// The desired state does not hold.
pub fn fail(reason: impl Into<String>) -> Ruling {
    Ok(Decision::new(Verdict::Fail, reason))
}

/// Everything was read, and still nobody can tell.
pub fn inconclusive(reason: impl Into<String>) -> Ruling {
    Ok(Decision::new(Verdict::Inconclusive, reason))
}

/// There is nothing here to judge.
pub fn not_applicable(reason: impl Into<String>) -> Ruling {
    Ok(Decision::new(Verdict::NotApplicable, reason))
}

/// What is wanted, in the provider's reading.
pub fn wanted(opinion: Opinion) -> Ruling {
    match opinion {
        Opinion::Yes(how) => pass(how),
        Opinion::No(why) => fail(why),
        Opinion::Unclear(why) => inconclusive(why),
    }
}

/// What is not wanted, in the provider's reading.
pub fn unwanted(opinion: Opinion) -> Ruling {
    match opinion {
        Opinion::Yes(how) => fail(how),
        Opinion::No(why) => pass(why),
        Opinion::Unclear(why) => inconclusive(why),
    }
}

/// Fails the rule with a sentence unless a condition holds.
#[macro_export]
macro_rules! require {
    ($condition:expr, $($reason:tt)+) => {
        if !$condition {
            return $crate::rule::fail(format!($($reason)+));
        }
    };
}

/// The only way from a rule to a fact: whatever is read through it is cited, in order, by the finding.
pub struct Exam<'a> {
    inventory: &'a dyn Inventory,
    baseline: &'a Baseline,
    as_of: Timestamp,
    cited: RefCell<Vec<EvidenceId>>,
}

impl<'a> Exam<'a> {
    /// An examination of `inventory` as things stood at `as_of`.
    #[must_use]
    pub fn new(inventory: &'a dyn Inventory, baseline: &'a Baseline, as_of: Timestamp) -> Self {
        Self {
            inventory,
            baseline,
            as_of,
            cited: RefCell::default(),
        }
    }

    /// The facts; what they answer is read with [`Exam::read`].
    #[must_use]
    pub fn inventory(&self) -> &'a dyn Inventory {
        self.inventory
    }

    /// The thresholds.
    #[must_use]
    pub fn baseline(&self) -> &'a Baseline {
        self.baseline
    }

    /// The moment the assessment speaks about.
    #[must_use]
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// Reads a fact and cites it. On a gap, `?` ends the rule as inconclusive; a rule that can go on without the fact
    /// looks at the gap instead. The refusal itself is cited too.
    ///
    /// # Errors
    /// The gap, when the fact was not read.
    pub fn read<T>(&self, observed: Observed<T>) -> Result<T, Gap> {
        match observed {
            Observed::Known { value, evidence } => {
                self.cite(&evidence);
                Ok(value)
            }
            Observed::Unknown(gap) => {
                gap.evidence.iter().for_each(|evidence| self.cite(evidence));
                Err(gap)
            }
        }
    }

    /// Reads a key; `None` when it is not there any more.
    ///
    /// # Errors
    /// The gap, when it could not be asked.
    pub fn key(&self, id: &KeyId) -> Result<Option<&'a dyn Key>, Gap> {
        self.read(self.inventory.key(id))
    }

    /// Reads a log group; `None` when no group has exactly that name.
    ///
    /// # Errors
    /// The gap, when it could not be asked.
    pub fn log_group(&self, id: &LogGroupId) -> Result<Option<&'a dyn LogGroup>, Gap> {
        self.read(self.inventory.log_group(id))
    }

    /// Whether `moment` lies at most `hours` before the moment the assessment speaks about; later is within, too.
    #[must_use]
    pub fn is_within(&self, moment: Timestamp, hours: u32) -> bool {
        self.as_of
            .checked_sub(SignedDuration::from_hours(i64::from(hours)))
            .is_ok_and(|start| moment >= start)
    }

    /// What was cited, in the order it was read.
    #[must_use]
    pub fn into_evidence(self) -> Vec<EvidenceId> {
        let mut cited = self.cited.into_inner();
        // A large organization has half a million findings, and most rest on one or two exchanges.
        cited.shrink_to_fit();
        cited
    }

    fn cite(&self, evidence: &Evidence) {
        let mut cited = self.cited.borrow_mut();
        for id in evidence.ids() {
            if !cited.contains(id) {
                cited.push(*id);
            }
        }
    }
}
