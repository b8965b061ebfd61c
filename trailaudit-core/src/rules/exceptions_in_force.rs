//! What was accepted for a time is looked at again when the time is over.

use crate::rule::{Check, Rule, Wording};

pub(super) const RULE: Rule = Rule {
    id: "exceptions-in-force",
    title: "Every exception is in force and accepts something",
    rationale: "An acceptance that has run out, or accepts nothing any more, hides what will fail next.",
    revision: 1,
    aws: Wording {
        title: "Exceptions are in force and used",
        remediation: "Renew the exception with its approver, or take it out of trailaudit.toml",
        terraform: "# Exceptions stand in trailaudit.toml: nothing in the organization changes",
    },
    needs: &[],
    check: Check::EachException,
};
