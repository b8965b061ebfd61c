//! One trail for all accounts, which none of them can stop.

use crate::need::Need;
use crate::observed::Observed;
use crate::organization::Organization;
use crate::rule::{Check, Exam, Rule, Ruling, Wording};
use crate::rules::management_events_recorded::want_management_events;
use crate::rules::one_trail::one_trail;

pub(super) const RULE: Rule = Rule {
    id: "organization-trail-logging",
    title: "A logging multi-Region trail records every account of the organization",
    rationale: "A trail of the organization records accounts from their first day, and its members cannot change it.",
    revision: 1,
    aws: Wording {
        title: "Organization trail exists and is logging",
        remediation: "aws organizations enable-aws-service-access --service-principal cloudtrail.amazonaws.com && \
                      aws cloudtrail create-trail --name NAME --s3-bucket-name BUCKET --is-organization-trail \
                      --is-multi-region-trail && aws cloudtrail start-logging --name NAME",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name                  = "TRAIL"
  s3_bucket_name        = "BUCKET"
  is_organization_trail = true
  is_multi_region_trail = true
  enable_logging        = true
}"#,
    },
    needs: &[Need::TrailStatus, Need::EventSelectors],
    check: Check::EachOrganization(organization_trail_logs),
};

fn organization_trail_logs(organization: &Organization, exam: &Exam<'_>) -> Ruling {
    let manager = &organization.management_account;
    if let refused @ Observed::Unknown(_) = exam.inventory().entry(manager) {
        exam.read(refused)?;
    }
    let what = "is logging and records all management events of every account and Region";
    one_trail(manager, exam, what, |wants, _, trail| {
        wants.seen(trail.owner() == manager, "is another account's");
        wants.that(trail.is_organization_trail(), "records one account only");
        wants.that(trail.is_multi_region(), "records one Region only");
        want_management_events(wants, trail);
    })
}

#[cfg(test)]
mod tests {
    use crate::memory::MemoryTrail;
    use crate::rules::table::{judge_account, known, refused, sighting, unread};

    fn verdict(name: &str, change: fn(&mut MemoryTrail)) -> String {
        let listings = vec![("r1", known(vec![sighting(name, true)]))];
        judge_account(&super::RULE, listings, |w| {
            w.trails[0].owner = w.account.id.clone();
            change(&mut w.trails[0]);
        })
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict("org", |_| ()), @"pass: org is logging and records all management events of every account and Region");
        insta::assert_snapshot!(verdict("own", |_| ()), @"fail: own records one account only");
        insta::assert_snapshot!(verdict("org-stopped", |_| ()), @"fail: org-stopped is stopped");
        insta::assert_snapshot!(verdict("org", |trail| trail.multi_region = known(false)), @"fail: org records one Region only");
        insta::assert_snapshot!(verdict("org", |trail| trail.records = known(Vec::new())), @"fail: org does not record all reading management events, does not record all writing management events");
        insta::assert_snapshot!(verdict("org", |trail| trail.owner = "111111111111".into()), @"fail: org is another account's");
        insta::assert_snapshot!(judge_account(&super::RULE, vec![("r1", known(Vec::new()))], |_| ()), @"fail: there is no trail: 1 enabled Regions were read");
        insta::assert_snapshot!(verdict("org", |trail| trail.records = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        let refusal = || refused("the trails of the Region", "cloudtrail", "DescribeTrails");
        assert!(judge_account(&super::RULE, vec![("r1", refusal())], |_| ()).starts_with("inconclusive: "));
    }
}
