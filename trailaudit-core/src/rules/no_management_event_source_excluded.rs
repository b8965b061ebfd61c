//! What a trail leaves out on purpose is missing from the record all the same.

use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, not_applicable, pass};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "no-management-event-source-excluded",
    title: "No management event source is left out",
    rationale: "Key use and database calls are left out to save money, and are what one asks for after a theft of data.",
    revision: 1,
    aws: Wording {
        title: "No management event source is excluded (KMS / RDS Data API)",
        remediation: "aws cloudtrail get-event-selectors --trail-name TRAIL && \
                      aws cloudtrail put-event-selectors --trail-name TRAIL --event-selectors \
                      '[{\"ReadWriteType\":\"All\",\"IncludeManagementEvents\":true,\"ExcludeManagementEventSources\":[]}]'",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name           = "TRAIL"
  s3_bucket_name = "BUCKET"

  event_selector {
    read_write_type                  = "All"
    include_management_events        = true
    exclude_management_event_sources = []
  }
}"#,
    },
    needs: &[Need::EventSelectors],
    check: Check::EachTrail(nothing_excluded),
};

fn nothing_excluded(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    match exam.read(trail.excluded_sources())? {
        None => not_applicable("the trail records no management events"),
        Some(sources) if sources.is_empty() => pass("no event source is left out"),
        Some(sources) => fail(format!(
            "the trail leaves out management events of {}",
            sources.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::observed::Observed;
    use crate::rules::table::{judge, known, unread};

    fn verdict(excluded: Observed<Option<Vec<String>>>) -> String {
        judge(&super::RULE, |w| w.trail.excluded = excluded)
    }

    #[test]
    fn truth_table() {
        let sources = |sources: &[&str]| known(Some(sources.iter().map(ToString::to_string).collect()));
        insta::assert_snapshot!(verdict(sources(&[])), @"pass: no event source is left out");
        insta::assert_snapshot!(verdict(sources(&["kms.amazonaws.com", "rdsdata.amazonaws.com"])), @"fail: the trail leaves out management events of kms.amazonaws.com, rdsdata.amazonaws.com");
        insta::assert_snapshot!(verdict(known(None)), @"not-applicable: the trail records no management events");
        assert!(verdict(unread()).starts_with("inconclusive: the fact could not be read"));
    }
}
