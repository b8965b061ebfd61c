//! An event store that leaves out a Region, an account or last year answers questions wrongly, and does not say so.

use crate::event_store::EventStore;
use crate::need::Need;
use crate::observed::{Gap, Observed};
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, not_applicable, pass};

pub(super) const RULE: Rule = Rule {
    id: "event-data-store-complete",
    title: "The event store takes in every Region and the whole organization, is protected, and keeps events long enough",
    rationale: "Whoever asks an event store takes silence for an answer: what it never took in did not happen.",
    revision: 1,
    aws: Wording {
        title: "CloudTrail Lake event data store is multi-region (and organization-wide, terminationProtection, retention)",
        remediation: "aws cloudtrail update-event-data-store --event-data-store STORE_ARN --multi-region-enabled \
                      --organization-enabled --termination-protection-enabled --retention-period 365",
        terraform: r#"resource "aws_cloudtrail_event_data_store" "STORE" {
  name                           = "STORE"
  multi_region_enabled           = true
  organization_enabled           = true
  termination_protection_enabled = true
  retention_period               = 365
}"#,
    },
    needs: &[Need::EventStores],
    check: Check::EachEventStore(complete),
};

fn complete(store: &dyn EventStore, exam: &Exam<'_>) -> Ruling {
    if !exam.read(store.is_live())? {
        return not_applicable("the event store takes in nothing any more, or is being deleted");
    }
    let needed = exam.baseline().thresholds.event_store_retention_days;
    let mut lacks = Vec::new();
    let mut want = |fact: Observed<bool>, what: String| -> Result<(), Gap> {
        if !exam.read(fact)? {
            lacks.push(what);
        }
        Ok(())
    };
    let days = exam.read(store.retention_days());
    let outcomes = [
        want(store.is_multi_region(), "it takes in one Region only".into()),
        want(store.is_organization_wide(), "it takes in one account only".into()),
        want(store.is_deletion_protected(), "it can be deleted".into()),
    ];
    if let Ok(days) = &days
        && *days < needed
    {
        lacks.push(format!("it keeps events for {days} days, not for {needed}"));
    }
    // One thing seen to be wanting decides, whatever else could not be read.
    if !lacks.is_empty() {
        return fail(lacks.join("; "));
    }
    outcomes.into_iter().collect::<Result<(), Gap>>()?;
    pass(format!(
        "it takes in every Region and account, is protected, and keeps events for {} days",
        days?
    ))
}

#[cfg(test)]
mod tests {
    use crate::memory::MemoryEventStore;
    use crate::rules::table::{judge, known, unread};

    fn verdict(change: fn(&mut MemoryEventStore)) -> String {
        judge(&super::RULE, |w| change(&mut w.store))
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(|_| ()), @"pass: it takes in every Region and account, is protected, and keeps events for 2557 days");
        insta::assert_snapshot!(verdict(|store| store.live = known(false)), @"not-applicable: the event store takes in nothing any more, or is being deleted");
        insta::assert_snapshot!(verdict(|store| store.multi_region = known(false)), @"fail: it takes in one Region only");
        insta::assert_snapshot!(verdict(|store| store.organization_wide = known(false)), @"fail: it takes in one account only");
        insta::assert_snapshot!(verdict(|store| (store.protected, store.retention_days) = (known(false), known(7))), @"fail: it can be deleted; it keeps events for 7 days, not for 365");
        insta::assert_snapshot!(verdict(|store| store.protected = unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }

    #[test]
    fn what_is_seen_to_be_wanting_decides_and_what_is_unread_leaves_it_open() {
        assert!(
            verdict(|store| (store.protected, store.multi_region) = (unread(), known(false))).starts_with("fail: ")
        );
        let hide: [fn(&mut MemoryEventStore); 5] = [
            |store| store.live = unread(),
            |store| store.multi_region = unread(),
            |store| store.organization_wide = unread(),
            |store| store.protected = unread(),
            |store| store.retention_days = unread(),
        ];
        for hide in hide {
            assert!(verdict(hide).starts_with("inconclusive: "));
        }
    }

    #[test]
    fn the_baseline_says_how_long() {
        let verdict = judge(&super::RULE, |w| {
            w.store.retention_days = known(90);
            w.baseline.thresholds.event_store_retention_days = 90;
        });
        assert!(verdict.starts_with("pass: "));
    }
}
