//! What reaches a log group is the record as it happens: it should be read by those who watch, and nobody else.

use crate::log_group::LogGroup;
use crate::need::Need;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, unwanted};

pub(super) const RULE: Rule = Rule {
    id: "log-group-not-public",
    title: "No policy lets anybody into the trail's log group",
    rationale: "A policy over log groups is written once for many of them, and easily says more than was meant.",
    revision: 1,
    aws: Wording {
        title: "Trail log group not public",
        remediation: "aws logs describe-resource-policies && \
                      aws logs put-resource-policy --policy-name POLICY --policy-document \
                      '{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\
                      {\"Service\":\"SERVICE.amazonaws.com\"},\"Action\":[\"logs:CreateLogStream\",\"logs:PutLogEvents\"],\
                      \"Resource\":\"GROUP_ARN:*\",\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"ACCOUNT\"}}}}'",
        terraform: r#"resource "aws_cloudwatch_log_resource_policy" "POLICY" {
  policy_name = "POLICY"

  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = {
      Effect    = "Allow"
      Principal = { Service = "SERVICE.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "GROUP_ARN:*"
      Condition = { StringEquals = { "aws:SourceAccount" = "ACCOUNT" } }
    }
  })
}"#,
    },
    needs: &[Need::LogGroups, Need::LogGroupPolicies],
    check: Check::EachLogGroup(not_public),
};

fn not_public(group: &dyn LogGroup, exam: &Exam<'_>) -> Ruling {
    unwanted(exam.read(group.is_public())?)
}

#[cfg(test)]
mod tests {
    use crate::observed::{Observed, Opinion};
    use crate::rules::table::{judge, no, unclear, unread, yes};

    #[test]
    fn truth_table() {
        let verdict = |public: Observed<Opinion>| judge(&super::RULE, |w| w.group.public = public);
        insta::assert_snapshot!(verdict(no()), @"pass: no");
        insta::assert_snapshot!(verdict(yes()), @"fail: yes");
        insta::assert_snapshot!(verdict(unclear()), @"inconclusive: nobody can tell");
        insta::assert_snapshot!(verdict(unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }
}
