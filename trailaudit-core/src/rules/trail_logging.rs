//! A trail that was stopped records nothing, however well it is configured.

use crate::need::Need;
use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, pass};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "trail-logging",
    title: "The trail is logging",
    rationale: "A stopped trail keeps its configuration and records nothing: every other property of it is void.",
    revision: 1,
    aws: Wording {
        title: "Trail is logging",
        remediation: "aws cloudtrail start-logging --name TRAIL",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name           = "TRAIL"
  s3_bucket_name = "BUCKET"
  enable_logging = true
}"#,
    },
    needs: &[Need::TrailStatus],
    check: Check::EachTrail(logging),
};

fn logging(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    require!(exam.read(trail.is_logging())?, "the trail is stopped");
    pass("the trail is logging")
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{judge, known, unread};

    #[test]
    fn truth_table() {
        let verdict = |logging| judge(&super::RULE, |w| w.trail.logging = logging);
        assert_eq!(verdict(known(true)), "pass: the trail is logging");
        assert_eq!(verdict(known(false)), "fail: the trail is stopped");
        assert!(verdict(unread()).starts_with("inconclusive: the fact could not be read"));
    }
}
