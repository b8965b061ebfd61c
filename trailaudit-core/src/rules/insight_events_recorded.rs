//! Unusual activity is seen by comparing with the usual, which somebody has to have done before it is needed.

use crate::need::Need;
use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, pass};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "insight-events-recorded",
    title: "The trail looks for unusual activity",
    rationale: "A stolen key calls what its owner never called, or far more of it: nobody sees that in single events.",
    revision: 1,
    aws: Wording {
        title: "CloudTrail Insights enabled",
        remediation: "aws cloudtrail put-insight-selectors --trail-name TRAIL --insight-selectors \
                      InsightType=ApiCallRateInsight InsightType=ApiErrorRateInsight",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name           = "TRAIL"
  s3_bucket_name = "BUCKET"

  insight_selector {
    insight_type = "ApiCallRateInsight"
  }

  insight_selector {
    insight_type = "ApiErrorRateInsight"
  }
}"#,
    },
    needs: &[Need::TrailStatus, Need::Insights],
    check: Check::EachTrail(looks_for_unusual_activity),
};

fn looks_for_unusual_activity(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    let insights = exam.read(trail.insights())?;
    if insights.is_empty() {
        return fail("the trail looks for no unusual activity");
    }
    require!(
        exam.read(trail.is_logging())?,
        "the trail is stopped: it looks at nothing"
    );
    pass(format!("the trail looks for {}", insights.join(", ")))
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{World, judge, known, unread};

    fn verdict(change: fn(&mut World)) -> String {
        judge(&super::RULE, change)
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(|_| ()), @"pass: the trail looks for calls");
        insta::assert_snapshot!(verdict(|w| w.trail.insights = known(Vec::new())), @"fail: the trail looks for no unusual activity");
        insta::assert_snapshot!(verdict(|w| w.trail.logging = known(false)), @"fail: the trail is stopped: it looks at nothing");
        insta::assert_snapshot!(verdict(|w| w.trail.insights = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        assert!(verdict(|w| w.trail.logging = unread()).starts_with("inconclusive: "));
    }
}
