//! A theft of data is a read: without these events it leaves no trace.

use crate::need::Need;
use crate::organization::Account;
use crate::rule::{Check, Exam, Rule, Ruling, Wording};
use crate::rules::object_events::{REMEDIATION, TERRAFORM, recorded};
use crate::trail::EventClass;

pub(super) const RULE: Rule = Rule {
    id: "object-read-events-recorded",
    title: "A logging multi-Region trail records the reading of objects in every bucket",
    rationale: "Whether data left can be answered only by who read it; nothing else in the record tells.",
    revision: 1,
    aws: Wording {
        title: "S3 object-level read data events",
        remediation: REMEDIATION,
        terraform: TERRAFORM,
    },
    needs: &[Need::TrailStatus, Need::EventSelectors],
    check: Check::EachAccount(records_object_reads),
};

fn records_object_reads(account: &Account, exam: &Exam<'_>) -> Ruling {
    recorded(
        account,
        exam,
        EventClass::ObjectRead,
        "is logging and records the reading of all objects in every Region",
        "does not record the reading of all objects",
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::object_events::tests::{is_about, verdict};
    use crate::rules::table::{known, unread};
    use crate::trail::EventClass;

    #[test]
    fn truth_table() {
        is_about(&RULE, EventClass::ObjectRead);
        insta::assert_snapshot!(verdict(&RULE, "a", known(vec![EventClass::ObjectRead])), @"pass: a is logging and records the reading of all objects in every Region");
        insta::assert_snapshot!(verdict(&RULE, "a", unread()), @"inconclusive: the fact could not be read: it was not asked for");
        insta::assert_snapshot!(verdict(&RULE, "single", known(Vec::new())), @"fail: single records one Region only, does not record the reading of all objects");
    }
}
