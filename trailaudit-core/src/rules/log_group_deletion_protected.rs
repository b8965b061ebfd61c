//! A log group can be deleted with one call, and everything in it with it.

use crate::log_group::LogGroup;
use crate::need::Need;
use crate::require;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, pass};

pub(super) const RULE: Rule = Rule {
    id: "log-group-deletion-protected",
    title: "The trail's log group is protected against deletion",
    rationale: "Deleting a log group takes one call and leaves no copy; protection makes it take two, and be seen.",
    revision: 1,
    aws: Wording {
        title: "Trail log group deletion protection on",
        remediation: "aws logs put-log-group-deletion-protection --log-group-identifier GROUP \
                      --deletion-protection-enabled",
        terraform: r#"resource "aws_cloudwatch_log_group" "GROUP" {
  name                        = "GROUP"
  deletion_protection_enabled = true
}"#,
    },
    needs: &[Need::LogGroups],
    check: Check::EachLogGroup(deletion_protected),
};

fn deletion_protected(group: &dyn LogGroup, exam: &Exam<'_>) -> Ruling {
    require!(exam.read(group.is_deletion_protected())?, "deletion protection is off");
    pass("deletion protection is on")
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{judge, known, unread};

    #[test]
    fn truth_table() {
        let verdict = |protected| judge(&super::RULE, |w| w.group.protected = protected);
        assert_eq!(verdict(known(true)), "pass: deletion protection is on");
        assert_eq!(verdict(known(false)), "fail: deletion protection is off");
        assert!(verdict(unread()).starts_with("inconclusive: the fact could not be read"));
    }
}
