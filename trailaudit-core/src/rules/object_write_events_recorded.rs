//! Objects hold the data itself: who changed or deleted them stands in no management event.

use crate::need::Need;
use crate::organization::Account;
use crate::rule::{Check, Exam, Rule, Ruling, Wording};
use crate::rules::object_events::{REMEDIATION, TERRAFORM, recorded};
use crate::trail::EventClass;

pub(super) const RULE: Rule = Rule {
    id: "object-write-events-recorded",
    title: "A logging multi-Region trail records the writing of objects in every bucket",
    rationale: "A record that was overwritten or deleted can be accounted for only if its writing was recorded.",
    revision: 1,
    aws: Wording {
        title: "S3 object-level write data events",
        remediation: REMEDIATION,
        terraform: TERRAFORM,
    },
    needs: &[Need::TrailStatus, Need::EventSelectors],
    check: Check::EachAccount(records_object_writes),
};

fn records_object_writes(account: &Account, exam: &Exam<'_>) -> Ruling {
    recorded(
        account,
        exam,
        EventClass::ObjectWrite,
        "is logging and records the writing of all objects in every Region",
        "does not record the writing of all objects",
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
        is_about(&RULE, EventClass::ObjectWrite);
        insta::assert_snapshot!(verdict(&RULE, "a", known(vec![EventClass::ObjectWrite])), @"pass: a is logging and records the writing of all objects in every Region");
        insta::assert_snapshot!(verdict(&RULE, "a", unread()), @"inconclusive: the fact could not be read: it was not asked for");
        insta::assert_snapshot!(verdict(&RULE, "single", known(Vec::new())), @"fail: single records one Region only, does not record the writing of all objects");
    }
}
