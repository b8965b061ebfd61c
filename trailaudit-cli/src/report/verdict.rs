//! A verdict by its word in a table.

/// What was concluded. `Excepted` is a fail that somebody accepted, for a time and with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Pass,
    Fail,
    Inconclusive,
    NotApplicable,
    Excepted,
}

impl Verdict {
    /// Every verdict, in the order of the columns that count them.
    pub(crate) const ALL: [Self; 5] = [
        Self::Pass,
        Self::Fail,
        Self::Inconclusive,
        Self::NotApplicable,
        Self::Excepted,
    ];

    /// The verdict of this name.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == word)
    }

    /// Its name in every table.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::NotApplicable => "not-applicable",
            Self::Excepted => "excepted",
        }
    }

    /// Whether somebody has to do something about it.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Fail | Self::Inconclusive)
    }
}
