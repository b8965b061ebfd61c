//! A theft of data is a read: without these events it leaves no trace.

use crate::organization::Account;
use crate::rule::{Check, Exam, Rule, Ruling, Wording};
use crate::rules::one_trail::one_trail;
use crate::trail::EventClass;

pub(super) const RULE: Rule = Rule {
    id: "object-read-events-recorded",
    title: "A logging multi-Region trail records the reading of objects in every bucket",
    rationale: "Whether data left can be answered only by who read it; nothing else in the record tells.",
    revision: 1,
    aws: Wording {
        title: "S3 object-level read data events",
        remediation: "aws cloudtrail get-event-selectors --trail-name TRAIL && \
                      aws cloudtrail put-event-selectors --trail-name TRAIL --event-selectors \
                      '[{\"ReadWriteType\":\"All\",\"IncludeManagementEvents\":true,\
                      \"DataResources\":[{\"Type\":\"AWS::S3::Object\",\"Values\":[\"arn:aws:s3\"]}]}]'",
    },
    check: Check::EachAccount(records_object_reads),
};

fn records_object_reads(account: &Account, exam: &Exam<'_>) -> Ruling {
    let what = "is logging and records the reading of all objects in every Region";
    one_trail(&account.id, exam, what, |wants, sighting, trail| {
        wants.seen(sighting.multi_region, "records one Region only");
        let recorded = trail.records(EventClass::ObjectRead);
        wants.that(recorded, "does not record the reading of all objects");
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
        insta::assert_snapshot!(verdict("a", only(EventClass::ObjectRead)), @"pass: a is logging and records the reading of all objects in every Region");
        for class in EventClass::ALL
            .into_iter()
            .filter(|class| *class != EventClass::ObjectRead)
        {
            assert!(verdict("a", only(class)).starts_with("fail: "), "{class:?}");
        }
        insta::assert_snapshot!(verdict("single", known(Vec::new())), @"fail: single records one Region only, does not record the reading of all objects");
        insta::assert_snapshot!(verdict("a-stopped", only(EventClass::ObjectRead)), @"fail: a-stopped is stopped");
        insta::assert_snapshot!(verdict("a", unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }
}
