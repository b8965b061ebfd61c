//! Objects hold the data itself: who changed or deleted them stands in no management event.

use crate::organization::Account;
use crate::rule::{Check, Exam, Rule, Ruling, Wording};
use crate::rules::one_trail::one_trail;
use crate::trail::EventClass;

pub(super) const RULE: Rule = Rule {
    id: "object-write-events-recorded",
    title: "A logging multi-Region trail records the writing of objects in every bucket",
    rationale: "A record that was overwritten or deleted can be accounted for only if its writing was recorded.",
    revision: 1,
    aws: Wording {
        title: "S3 object-level write data events",
        remediation: "aws cloudtrail get-event-selectors --trail-name TRAIL && \
                      aws cloudtrail put-event-selectors --trail-name TRAIL --event-selectors \
                      '[{\"ReadWriteType\":\"All\",\"IncludeManagementEvents\":true,\
                      \"DataResources\":[{\"Type\":\"AWS::S3::Object\",\"Values\":[\"arn:aws:s3\"]}]}]'",
    },
    check: Check::EachAccount(records_object_writes),
};

fn records_object_writes(account: &Account, exam: &Exam<'_>) -> Ruling {
    let what = "is logging and records the writing of all objects in every Region";
    one_trail(&account.id, exam, what, |wants, sighting, trail| {
        wants.seen(sighting.multi_region, "records one Region only");
        let recorded = trail.records(EventClass::ObjectWrite);
        wants.that(recorded, "does not record the writing of all objects");
    })
}

#[cfg(test)]
mod tests {
    use crate::observed::Observed;
    use crate::rules::table::{judge_account, known, sighting, unread};
    use crate::trail::EventClass;

    fn verdict(name: &str, records: Observed<Vec<EventClass>>) -> String {
        let listings = vec![("r1", known(vec![sighting(name, name != "single")]))];
        judge_account(&super::RULE, listings, |w| w.trails[0].records = records)
    }

    #[test]
    fn truth_table() {
        let only = |class| known(vec![class]);
        insta::assert_snapshot!(verdict("a", only(EventClass::ObjectWrite)), @"pass: a is logging and records the writing of all objects in every Region");
        for class in EventClass::ALL
            .into_iter()
            .filter(|class| *class != EventClass::ObjectWrite)
        {
            assert!(verdict("a", only(class)).starts_with("fail: "), "{class:?}");
        }
        insta::assert_snapshot!(verdict("single", known(Vec::new())), @"fail: single records one Region only, does not record the writing of all objects");
        insta::assert_snapshot!(verdict("a-stopped", only(EventClass::ObjectWrite)), @"fail: a-stopped is stopped");
        insta::assert_snapshot!(verdict("a", unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }
}
