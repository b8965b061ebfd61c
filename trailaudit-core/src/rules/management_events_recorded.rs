//! Who changed what, and who looked: both halves of it, in every Region, by one trail.

use crate::need::Need;
use crate::organization::Account;
use crate::rule::{Check, Exam, Rule, Ruling, Wording};
use crate::rules::one_trail::{Wants, one_trail};
use crate::trail::{EventClass, Trail};

pub(super) const RULE: Rule = Rule {
    id: "management-events-recorded",
    title: "A logging multi-Region trail records read and write management events",
    rationale: "Reading is how an intruder finds the way, writing is what is done then: an inquiry needs both.",
    revision: 1,
    aws: Wording {
        title: "Multi-region logging trail records read and write management events",
        remediation: "aws cloudtrail get-event-selectors --trail-name TRAIL && \
                      aws cloudtrail put-event-selectors --trail-name TRAIL --advanced-event-selectors \
                      '[{\"Name\":\"Management events\",\"FieldSelectors\":[{\"Field\":\"eventCategory\",\"Equals\":[\"Management\"]}]}]'",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name           = "TRAIL"
  s3_bucket_name = "BUCKET"

  advanced_event_selector {
    name = "Management events"

    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }
}"#,
    },
    needs: &[Need::TrailStatus, Need::EventSelectors],
    check: Check::EachAccount(records_management_events),
};

fn records_management_events(account: &Account, exam: &Exam<'_>) -> Ruling {
    let what = "is logging and records all management events in every Region";
    one_trail(&account.id, exam, what, |wants, sighting, trail| {
        wants.seen(sighting.multi_region, "records one Region only");
        want_management_events(wants, trail);
    })
}

/// Wants all management events; sources left out on purpose are a question of their own.
pub(super) fn want_management_events(wants: &mut Wants<'_, '_>, trail: &dyn Trail) {
    wants.that(
        trail.records(EventClass::ManagementRead),
        "does not record all reading management events",
    );
    wants.that(
        trail.records(EventClass::ManagementWrite),
        "does not record all writing management events",
    );
}

#[cfg(test)]
mod tests {
    use crate::memory::MemoryTrail;
    use crate::rules::table::{judge_account, known, sighting, unread};
    use crate::trail::EventClass;

    /// Two trails of every Region, `a` and `b`, of which the first is changed.
    fn verdict(names: &[&str], change: fn(&mut MemoryTrail)) -> String {
        let listed = names
            .iter()
            .map(|name| sighting(name, !name.contains("single")))
            .collect();
        judge_account(&super::RULE, vec![("r1", known(listed))], |w| change(&mut w.trails[0]))
    }

    #[test]
    fn truth_table() {
        let write_only: fn(&mut MemoryTrail) = |trail| trail.records = known(vec![EventClass::ManagementWrite]);
        insta::assert_snapshot!(verdict(&["a"], |_| ()), @"pass: a is logging and records all management events in every Region");
        insta::assert_snapshot!(verdict(&["a", "b"], write_only), @"pass: b is logging and records all management events in every Region");
        insta::assert_snapshot!(verdict(&["a"], |trail| trail.records = known(Vec::new())), @"fail: a does not record all reading management events, does not record all writing management events");
        // One condition here and another there is not one trail that has both.
        insta::assert_snapshot!(verdict(&["a", "b-single"], write_only), @"fail: a does not record all reading management events; b-single records one Region only");
        insta::assert_snapshot!(verdict(&["a"], |trail| trail.records = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        assert!(verdict(&["a-stopped"], |trail| trail.records = unread()).starts_with("fail: "));
    }
}
