//! What is done with the objects of every bucket, recorded by one trail: asked of reading and of writing.

use crate::organization::Account;
use crate::rule::{Exam, Ruling};
use crate::rules::one_trail::one_trail;
use crate::trail::EventClass;

/// The command that has both recorded.
pub(super) const REMEDIATION: &str = "aws cloudtrail get-event-selectors --trail-name TRAIL && \
                                      aws cloudtrail put-event-selectors --trail-name TRAIL --event-selectors \
                                      '[{\"ReadWriteType\":\"All\",\"IncludeManagementEvents\":true,\
                                      \"DataResources\":[{\"Type\":\"AWS::S3::Object\",\"Values\":[\"arn:aws:s3\"]}]}]'";

/// The same in Terraform.
pub(super) const TERRAFORM: &str = r#"resource "aws_cloudtrail" "TRAIL" {
  name                  = "TRAIL"
  s3_bucket_name        = "BUCKET"
  is_multi_region_trail = true

  event_selector {
    read_write_type           = "All"
    include_management_events = true

    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}"#;

/// Wants one logging trail of every Region that records the events of `class`; where one does not, it `lacks`.
pub(super) fn recorded(
    account: &Account,
    exam: &Exam<'_>,
    class: EventClass,
    what: &str,
    lacks: &'static str,
) -> Ruling {
    one_trail(&account.id, exam, what, |wants, sighting, trail| {
        wants.seen(sighting.multi_region, "records one Region only");
        wants.that(trail.records(class), lacks);
    })
}

#[cfg(test)]
pub(super) mod tests {
    use crate::observed::Observed;
    use crate::rule::Rule;
    use crate::rules::table::{judge_account, known, sighting};
    use crate::trail::EventClass;

    /// What a rule says of one trail: of every Region unless it is `single`.
    pub(in crate::rules) fn verdict(
        rule: &'static Rule,
        name: &'static str,
        records: Observed<Vec<EventClass>>,
    ) -> String {
        let listings = vec![("r1", known(vec![sighting(name, name != "single")]))];
        judge_account(rule, listings, |w| w.trails[0].records = records)
    }

    /// Only events of `class` make the rule pass, and of a trail that logs.
    pub(in crate::rules) fn is_about(rule: &'static Rule, class: EventClass) {
        for other in EventClass::ALL.into_iter().filter(|other| *other != class) {
            assert!(
                verdict(rule, "a", known(vec![other])).starts_with("fail: "),
                "{other:?}"
            );
        }
        assert_eq!(
            verdict(rule, "a-stopped", known(vec![class])),
            "fail: a-stopped is stopped"
        );
    }
}
