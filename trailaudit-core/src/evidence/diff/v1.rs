//! The frozen form of version 1.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evidence::Digest;

/// What stands before the rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Head {
    /// The version of this form.
    pub format: Format,
    /// The package that is compared with.
    pub old: Package,
    /// The package that is compared.
    pub new: Package,
    /// What the packages say of each other.
    pub relation: Relation,
    /// The options of the scope that the two runs were given differently: accounts and Regions may be gained or lost by
    /// that alone.
    pub scope_changed: Vec<String>,
    /// How many rows there are of each change.
    pub counts: Counts,
}

/// The version of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Format {
    /// Version 1.
    #[serde(rename = "trailaudit.diff/v1")]
    V1,
}

/// One of the two packages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Package {
    /// Its id.
    pub package_id: Digest,
    /// The SHA-256 of its manifest.
    pub manifest_sha256: Digest,
    /// The organization it is about.
    pub organization: String,
    /// The moment its verdicts speak about: RFC 3339 in UTC with milliseconds.
    pub as_of: String,
    /// Its place in its chain, the genesis being 0.
    pub sequence: u64,
    /// The name and version of what made it.
    pub tool: String,
    /// Whether it was collected from a simulator.
    pub simulated: bool,
}

/// What the new package says of the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// They are one package.
    Same,
    /// The new one names the old one as previous.
    Successor,
    /// The new one supersedes the old one.
    Correction,
    /// The old one names the new one as previous.
    Reversed,
    /// Neither names the other.
    Unshown,
}

/// How many rows there are of each change, those that do not occur included. What did not change is counted and has no
/// row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Counts {
    /// What changed in the organization, or in how far it was looked into.
    pub drift: BTreeMap<Change, u64>,
    /// What changed in how it was judged, with the findings that shows in.
    pub rule_pack: BTreeMap<Change, u64>,
}

/// Whether the organization changed or how it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The organization, or how far it was looked into.
    Drift,
    /// The rules, thresholds or frameworks.
    RulePack,
}

macro_rules! changes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)*) => {
        /// The kinds of difference. Every finding has exactly one of the first nine.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Change { $($(#[doc = $doc])* #[serde(rename = $text)] $name,)* }

        impl Change {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word used in every output.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

changes! {
    /// The same verdict for the same reason.
    Unchanged = "unchanged",
    /// The verdict is worse: from pass or not-applicable to inconclusive or fail, or from inconclusive to fail.
    Regressed = "regressed",
    /// The verdict is pass or not-applicable, and was neither.
    Resolved = "resolved",
    /// There was no such finding.
    New = "new",
    /// There is no such finding any more.
    Gone = "gone",
    /// Any other change of verdict or reason.
    Changed = "changed",
    /// The finding is excepted, and was not.
    ExceptionAdded = "exception-added",
    /// The finding is excepted still, by another exception.
    ExceptionRenewed = "exception-renewed",
    /// The finding was excepted, and is open again: the exception expired or was removed.
    ExceptionEnded = "exception-ended",
    /// An account is new in the organization.
    AccountGained = "account-gained",
    /// An account is not in the organization any more.
    AccountLost = "account-lost",
    /// A Region is new: in the organization when no account is named, else in that account.
    RegionGained = "region-gained",
    /// A Region is not planned any more: nowhere when no account is named, else in that account.
    RegionLost = "region-lost",
    /// A cell was reached, and is planned but not reached now.
    CoverageLost = "coverage-lost",
    /// A cell is reached, and was planned but not reached before.
    CoverageWon = "coverage-won",
    /// A cell is unreached as before, in another way.
    CoverageChanged = "coverage-changed",
    /// The baseline has an exception that it did not have, whether or not it accepts a finding.
    BaselineExceptionAdded = "baseline-exception-added",
    /// An exception for the same rule and the same subject expires later.
    BaselineExceptionRenewed = "baseline-exception-renewed",
    /// Anything else an exception says is other.
    BaselineExceptionChanged = "baseline-exception-changed",
    /// An exception ran out between the packages, whether or not the baseline still has it.
    BaselineExceptionExpired = "baseline-exception-expired",
    /// The baseline does not have an exception any more that did not run out.
    BaselineExceptionRemoved = "baseline-exception-removed",
    /// A framework is answered that was not.
    FrameworkAdded = "framework-added",
    /// A framework is not answered any more.
    FrameworkRemoved = "framework-removed",
    /// Another amount is enough.
    ThresholdChanged = "threshold-changed",
    /// A rule that was not asked.
    RuleAdded = "rule-added",
    /// A rule that is not asked any more.
    RuleRemoved = "rule-removed",
    /// A rule that decides in another way.
    RuleRevised = "rule-revised",
    /// A rule that decides as before, with other words, another severity or other requirements.
    RuleRestated = "rule-restated",
}

impl Change {
    /// What drift is counted in.
    pub const OF_DRIFT: &[Self] = Self::ALL.split_at(21).0;
    /// What changes of the rule pack are counted in: the findings of rules that came, went or were revised, and what
    /// brought them about.
    pub const OF_RULE_PACK: &[Self] = &[
        Self::Unchanged,
        Self::Regressed,
        Self::Resolved,
        Self::New,
        Self::Gone,
        Self::Changed,
        Self::ExceptionAdded,
        Self::ExceptionRenewed,
        Self::ExceptionEnded,
        Self::FrameworkAdded,
        Self::FrameworkRemoved,
        Self::ThresholdChanged,
        Self::RuleAdded,
        Self::RuleRemoved,
        Self::RuleRevised,
        Self::RuleRestated,
    ];
}

impl Cause {
    /// The word used in every output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::RulePack => "rule-pack",
        }
    }
}

/// The columns of the CSV, in order.
pub const COLUMNS: [&str; 17] = [
    "change",
    "cause",
    "rule",
    "severity",
    "account_id",
    "account_name",
    "organizational_unit",
    "region",
    "resource_type",
    "resource_id",
    "inherited_from",
    "old",
    "new",
    "old_reason",
    "new_reason",
    "old_exception",
    "new_exception",
];

/// One difference. What it is about stands in the columns that `findings.csv` has for it; frameworks, thresholds and
/// exceptions are resources of these types. A column that says nothing is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row<'a> {
    /// What changed.
    pub change: Change,
    /// Whether that is drift.
    pub cause: Cause,
    /// The rule, when it is about one.
    #[serde(borrow)]
    pub rule: Cow<'a, str>,
    /// How grave a fail is, as the new package says, or the old one when the new one has no such rule.
    #[serde(borrow)]
    pub severity: Cow<'a, str>,
    /// The account.
    #[serde(borrow)]
    pub account_id: Cow<'a, str>,
    /// Its name; chosen by others.
    #[serde(borrow)]
    pub account_name: Cow<'a, str>,
    /// Root and units from the top down, parted by `/`; chosen by others.
    #[serde(borrow)]
    pub organizational_unit: Cow<'a, str>,
    /// The Region.
    #[serde(borrow)]
    pub region: Cow<'a, str>,
    /// What a finding is about, such as `account`, `region` or `trail`; or `exception`, `rule`, `threshold` or `framework`.
    #[serde(borrow)]
    pub resource_type: Cow<'a, str>,
    /// Its full name, where it has no column of its own.
    #[serde(borrow)]
    pub resource_id: Cow<'a, str>,
    /// The trail whose verdict a finding has.
    #[serde(borrow)]
    pub inherited_from: Cow<'a, str>,
    /// The verdict, the cell's status, the account's state, the rule's revision, the threshold, or whether an exception is
    /// `future`, `in-force` or `expired`, as it was.
    #[serde(borrow)]
    pub old: Cow<'a, str>,
    /// The same as it is.
    #[serde(borrow)]
    pub new: Cow<'a, str>,
    /// Why it was so.
    #[serde(borrow)]
    pub old_reason: Cow<'a, str>,
    /// Why it is so; of a finding that is gone why, where that can be known; of an exception what it says otherwise.
    #[serde(borrow)]
    pub new_reason: Cow<'a, str>,
    /// The exception there was.
    #[serde(borrow)]
    pub old_exception: Cow<'a, str>,
    /// The exception there is.
    #[serde(borrow)]
    pub new_exception: Cow<'a, str>,
}

impl Row<'_> {
    /// A row that says nothing but what changed.
    #[must_use]
    pub fn new(change: Change, cause: Cause) -> Self {
        let nothing = || Cow::Borrowed("");
        Self {
            change,
            cause,
            rule: nothing(),
            severity: nothing(),
            account_id: nothing(),
            account_name: nothing(),
            organizational_unit: nothing(),
            region: nothing(),
            resource_type: nothing(),
            resource_id: nothing(),
            inherited_from: nothing(),
            old: nothing(),
            new: nothing(),
            old_reason: nothing(),
            new_reason: nothing(),
            old_exception: nothing(),
            new_exception: nothing(),
        }
    }

    /// The cells of the CSV, in the order of its columns, as they are before a spreadsheet is kept from reading them as
    /// formulas.
    #[must_use]
    pub fn cells(&self) -> [&str; 17] {
        [
            self.change.as_str(),
            self.cause.as_str(),
            &self.rule,
            &self.severity,
            &self.account_id,
            &self.account_name,
            &self.organizational_unit,
            &self.region,
            &self.resource_type,
            &self.resource_id,
            &self.inherited_from,
            &self.old,
            &self.new,
            &self.old_reason,
            &self.new_reason,
            &self.old_exception,
            &self.new_exception,
        ]
    }
}
