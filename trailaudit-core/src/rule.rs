//! What a rule is, and the reader that cites what it reads.

mod exam;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::alert::Alarm;
use crate::bucket::Bucket;
use crate::event_store::EventStore;
use crate::key::Key;
use crate::log_group::LogGroup;
use crate::need::Need;
use crate::observed::{Gap, Opinion};
use crate::organization::{Account, AccountId, Organization, Region};
use crate::trail::Trail;

pub use exam::Exam;

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
    /// The commands that turn a fail into a pass, joined by ` && `. What stands in capitals has to be filled in.
    pub remediation: &'static str,
    /// The same as Terraform (HCL). What stands in capitals has to be filled in.
    pub terraform: &'static str,
}

impl Wording {
    /// The commands of the remediation, one by one; what stands in single quotes is left whole.
    #[must_use]
    pub fn commands(&self) -> Vec<&'static str> {
        let mut commands = Vec::new();
        let mut rest = self.remediation;
        while let Some(end) = rest
            .match_indices(" && ")
            .map(|(at, _)| at)
            .find(|at| rest[..*at].matches('\'').count().is_multiple_of(2))
        {
            commands.push(&rest[..end]);
            rest = &rest[end + 4..];
        }
        commands.push(rest);
        commands
    }
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
    /// How every trail delivers from every Region it covers, by what its owner reads there; and, for every member that
    /// has a copy of it, once, by what the member reads in the trail's home Region.
    EachDelivery(fn(&dyn Trail, &AccountId, &Region, &Exam<'_>) -> Ruling),
    /// Every log group that trails deliver to, once for every account whose own trails do.
    EachLogGroup(fn(&dyn LogGroup, &Exam<'_>) -> Ruling),
    /// Every alarm that these log groups can raise, once for every account whose own trails deliver to them.
    EachAlarm(fn(&dyn Alarm, &Exam<'_>) -> Ruling),
    /// Every key that trails name, once for every account whose own trails name it, with these trails.
    EachKey(fn(&dyn Key, &[&dyn Trail], &Exam<'_>) -> Ruling),
    /// Every bucket that trails name, once for every account whose own trails name it, with these trails.
    EachBucket(fn(&dyn Bucket, &[&dyn Trail], &Exam<'_>) -> Ruling),
    /// Every event store of every planned Region of every account that is in use.
    EachEventStore(fn(&dyn EventStore, &Exam<'_>) -> Ruling),
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
            Self::EachDelivery(_) => "EachDelivery",
            Self::EachLogGroup(_) => "EachLogGroup",
            Self::EachAlarm(_) => "EachAlarm",
            Self::EachKey(_) => "EachKey",
            Self::EachBucket(_) => "EachBucket",
            Self::EachEventStore(_) => "EachEventStore",
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

    /// The verdict of this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == word)
    }

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
