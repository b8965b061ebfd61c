//! What sources ask for and no rule of ours decides, with the reason: nothing they state is dropped in silence.

use std::sync::LazyLock;

use super::{Requirement, read};

/// A control that sources map to requirements, and that is not in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// What the control asks for, named as a rule would be.
    pub control: &'static str,
    /// Why there is no such rule.
    pub because: &'static str,
}

/// The controls that are not in the catalogue.
pub const UNANSWERED: [Unanswered; 5] = [
    Unanswered {
        control: "object-events-recorded-for-every-bucket",
        because: "object-write-events-recorded and object-read-events-recorded decide it together",
    },
    Unanswered {
        control: "bedrock-data-events-recorded",
        because: "which services need their data events recorded differs from organization to organization",
    },
    Unanswered {
        control: "lambda-invocations-recorded",
        because: "which services need their data events recorded differs from organization to organization",
    },
    Unanswered {
        control: "no-policy-grants-full-cloudtrail-access",
        because: "it is about the identity policies of every account, which are not read",
    },
    Unanswered {
        control: "digest-chain-verified",
        because: "it takes reading the log files themselves, which are not read",
    },
];

/// The requirements that sources state for these controls, in the order of the data.
#[must_use]
pub fn unanswered_requirements() -> &'static [Requirement] {
    static DATA: LazyLock<Vec<Requirement>> = LazyLock::new(|| read(include_str!("../frameworks/unanswered.csv")));
    &DATA
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::requirements;
    use crate::rules::rule;

    /// How many rows the sources state, all together.
    const STATED: usize = 2_350;

    #[test]
    fn every_row_of_the_sources_is_answered_or_says_why_not() {
        assert_eq!(
            unanswered_requirements().len(),
            include_str!("../frameworks/unanswered.csv").lines().count() - 1
        );
        assert_eq!(requirements().len() + unanswered_requirements().len(), STATED);
        for row in unanswered_requirements() {
            assert!(UNANSWERED.iter().any(|control| control.control == row.rule), "{row:?}");
        }
        for control in UNANSWERED {
            assert!(rule(control.control).is_none(), "{} is a rule", control.control);
            assert!(
                unanswered_requirements().iter().any(|row| row.rule == control.control),
                "{} is asked for by nobody",
                control.control
            );
        }
    }
}
