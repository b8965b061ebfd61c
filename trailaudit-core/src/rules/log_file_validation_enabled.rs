//! A digest file makes a changed or missing log file show.

use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, pass};
use crate::trail::Trail;

pub(super) const RULE: Rule = Rule {
    id: "log-file-validation-enabled",
    title: "Log file validation is enabled",
    rationale: "Without digest files nobody can tell whether a log file was changed or removed after delivery.",
    revision: 1,
    aws: Wording {
        title: "CloudTrail log file validation should be enabled",
        remediation: "aws cloudtrail update-trail --name TRAIL --enable-log-file-validation",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name                       = "TRAIL"
  s3_bucket_name             = "BUCKET"
  enable_log_file_validation = true
}"#,
    },
    needs: &[],
    check: Check::EachTrail(validation_enabled),
};

fn validation_enabled(trail: &dyn Trail, exam: &Exam<'_>) -> Ruling {
    require!(exam.read(trail.validates_log_files())?, "log file validation is off");
    pass("log file validation is on")
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{judge, known, unread};

    #[test]
    fn truth_table() {
        let verdict = |validates| judge(&super::RULE, |w| w.trail.validates = validates);
        assert_eq!(verdict(known(true)), "pass: log file validation is on");
        assert_eq!(verdict(known(false)), "fail: log file validation is off");
        assert!(verdict(unread()).starts_with("inconclusive: the fact could not be read"));
    }
}
