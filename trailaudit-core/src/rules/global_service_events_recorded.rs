//! Identities and sign-ins belong to no Region: a trail records them only if it is told to.

use crate::need::Need;
use crate::organization::Account;
use crate::rule::{Check, Exam, Rule, Ruling, Wording};
use crate::rules::one_trail::one_trail;

pub(super) const RULE: Rule = Rule {
    id: "global-service-events-recorded",
    title: "A logging trail records the events of global services",
    rationale: "Without them the record has no sign-in and no change of an identity: nobody knows who came in.",
    revision: 1,
    aws: Wording {
        title: "Global service events included",
        remediation: "aws cloudtrail update-trail --name TRAIL --include-global-service-events",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name                          = "TRAIL"
  s3_bucket_name                = "BUCKET"
  include_global_service_events = true
}"#,
    },
    needs: &[Need::TrailStatus],
    check: Check::EachAccount(records_global_services),
};

fn records_global_services(account: &Account, exam: &Exam<'_>) -> Ruling {
    let what = "is logging and records the events of global services";
    one_trail(&account.id, exam, what, |wants, _, trail| {
        wants.that(trail.records_global_services(), "leaves out global services");
    })
}

#[cfg(test)]
mod tests {
    use crate::observed::Observed;
    use crate::rules::table::{judge_account, known, sighting, unread};

    fn verdict(name: &str, global: Observed<bool>) -> String {
        let listings = vec![("r1", known(vec![sighting(name, false)]))];
        judge_account(&super::RULE, listings, |w| w.trails[0].global = global)
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict("a", known(true)), @"pass: a is logging and records the events of global services");
        insta::assert_snapshot!(verdict("a", known(false)), @"fail: a leaves out global services");
        insta::assert_snapshot!(verdict("a-stopped", known(true)), @"fail: a-stopped is stopped");
        insta::assert_snapshot!(verdict("a", unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }
}
