//! One trail on which an inquiry can rest alone.

use crate::need::Need;
use crate::organization::Account;
use crate::rule::{Check, Exam, Rule, Ruling, Wording};
use crate::rules::management_events_recorded::want_management_events;
use crate::rules::one_trail::one_trail;

pub(super) const RULE: Rule = Rule {
    id: "security-trail-complete",
    title: "One logging trail is complete, validated and encrypted",
    rationale: "Half a record here and another half there leave a gap between them that nobody sees until it matters.",
    revision: 1,
    aws: Wording {
        title: "Security trail composite",
        remediation: "aws cloudtrail update-trail --name TRAIL --is-multi-region-trail --include-global-service-events \
                      --enable-log-file-validation --kms-key-id KEY_ARN && \
                      aws cloudtrail get-event-selectors --trail-name TRAIL && \
                      aws cloudtrail put-event-selectors --trail-name TRAIL --event-selectors \
                      '[{\"ReadWriteType\":\"All\",\"IncludeManagementEvents\":true,\"ExcludeManagementEventSources\":[]}]' && \
                      aws cloudtrail start-logging --name TRAIL",
        terraform: r#"resource "aws_cloudtrail" "TRAIL" {
  name                          = "TRAIL"
  s3_bucket_name                = "BUCKET"
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  enable_logging                = true
  kms_key_id                    = "KEY_ARN"

  event_selector {
    read_write_type                  = "All"
    include_management_events        = true
    exclude_management_event_sources = []
  }
}"#,
    },
    needs: &[Need::TrailStatus, Need::EventSelectors],
    check: Check::EachAccount(has_security_trail),
};

fn has_security_trail(account: &Account, exam: &Exam<'_>) -> Ruling {
    let what = "is logging, records everything everywhere, validates and encrypts";
    one_trail(&account.id, exam, what, |wants, sighting, trail| {
        wants.seen(sighting.multi_region, "records one Region only");
        wants.that(trail.records_global_services(), "leaves out global services");
        wants.that(trail.validates_log_files(), "does not validate log files");
        wants.that(trail.encryption_key().map(|key| key.is_some()), "names no key");
        want_management_events(wants, trail);
        let excludes_nothing = trail
            .excluded_sources()
            .map(|sources| sources.is_none_or(|sources| sources.is_empty()));
        wants.that(excludes_nothing, "leaves out event sources");
    })
}

#[cfg(test)]
mod tests {
    use crate::memory::MemoryTrail;
    use crate::rules::table::{judge_account, known, sighting, unread};

    fn verdict(name: &str, change: fn(&mut MemoryTrail)) -> String {
        let listings = vec![("r1", known(vec![sighting(name, name != "single")]))];
        judge_account(&super::RULE, listings, |w| change(&mut w.trails[0]))
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict("a", |_| ()), @"pass: a is logging, records everything everywhere, validates and encrypts");
        insta::assert_snapshot!(verdict("a-stopped", |_| ()), @"fail: a-stopped is stopped");
        insta::assert_snapshot!(verdict("single", |trail| trail.validates = known(false)), @"fail: single records one Region only, does not validate log files");
        insta::assert_snapshot!(verdict("a", |trail| trail.key = known(None)), @"fail: a names no key");
        insta::assert_snapshot!(verdict("a", |trail| trail.global = known(false)), @"fail: a leaves out global services");
        insta::assert_snapshot!(verdict("a", |trail| trail.records = known(Vec::new())), @"fail: a does not record all reading management events, does not record all writing management events");
        insta::assert_snapshot!(verdict("a", |trail| trail.excluded = known(Some(vec!["kms".into()]))), @"fail: a leaves out event sources");
    }

    #[test]
    fn any_part_that_was_not_read_is_inconclusive() {
        let hide: [fn(&mut MemoryTrail); 6] = [
            |trail| trail.logging = unread(),
            |trail| trail.global = unread(),
            |trail| trail.validates = unread(),
            |trail| trail.key = unread(),
            |trail| trail.records = unread(),
            |trail| trail.excluded = unread(),
        ];
        for hide in hide {
            assert!(verdict("a", hide).starts_with("inconclusive: "));
        }
    }
}
