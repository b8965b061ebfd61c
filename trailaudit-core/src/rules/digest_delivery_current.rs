//! Digest files come every hour whatever happens: they are the pulse of a trail, and what makes a missing file show.

use crate::need::Need;
use crate::organization::{AccountId, Region};
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, inconclusive, not_applicable, pass};
use crate::rules::text::{BUCKET_POLICY_RESOURCE, PUT_BUCKET_POLICY};
use crate::trail::{Channel, Trail};

/// How long after it began logging a trail may take until the first digest file is there.
const FIRST_DIGEST_HOURS: u32 = 2;

pub(super) const RULE: Rule = Rule {
    id: "digest-delivery-current",
    title: "Digest files of every covered Region reach the bucket",
    rationale: "Log file validation that is switched on proves nothing of the hours in which no digest file arrived.",
    revision: 1,
    aws: Wording {
        title: "Digest delivery is healthy",
        remediation: PUT_BUCKET_POLICY,
        terraform: BUCKET_POLICY_RESOURCE,
    },
    needs: &[Need::TrailStatus, Need::Deliveries],
    check: Check::EachDelivery(digests_arrive),
};

fn digests_arrive(trail: &dyn Trail, account: &AccountId, region: &Region, exam: &Exam<'_>) -> Ruling {
    if !exam.read(trail.validates_log_files())? {
        return not_applicable("log file validation is off: log-file-validation-enabled fails for the trail");
    }
    let delivery = exam
        .inventory()
        .delivery_in(trail.id(), account, region, Channel::DigestFiles);
    let digests = exam.read(delivery)?;
    if let Some(error) = digests.error {
        return fail(format!("digest files cannot be delivered: {error}"));
    }
    let window = exam.baseline().thresholds.delivery_window_hours;
    if let Some(latest) = digests.latest.filter(|latest| exam.is_within(*latest, window)) {
        return pass(format!("last digest file at {latest:.0}"));
    }
    let since = exam.read(trail.logging_since())?;
    if let Some(since) = since.filter(|since| exam.is_within(*since, FIRST_DIGEST_HOURS)) {
        return inconclusive(format!("not yet due: logging since {since:.0}"));
    }
    fail(match digests.latest {
        Some(latest) => format!("no digest file within {window} hours, the last at {latest:.0}"),
        None => "no digest file was ever delivered".into(),
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{AWAY, HOME, MEMBER, OWNER, World, delivered, hours_ago, judge_at, known, unread};
    use crate::trail::Channel;

    fn verdict(change: impl FnOnce(&mut World)) -> String {
        judge_at(&super::RULE, (OWNER, HOME), change)
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(|_| ()), @"pass: last digest file at 2026-11-22T11:00:00Z");
        insta::assert_snapshot!(verdict(|w| w.trail.validates = known(false)), @"not-applicable: log file validation is off: log-file-validation-enabled fails for the trail");
        insta::assert_snapshot!(verdict(|w| w.trail.to_digests = delivered(1, Some("AccessDenied"))), @"fail: digest files cannot be delivered: AccessDenied");
        insta::assert_snapshot!(verdict(|w| w.trail.to_digests = delivered(60, None)), @"fail: no digest file within 24 hours, the last at 2026-11-20T00:00:00Z");
        insta::assert_snapshot!(verdict(|w| w.trail.to_digests = delivered(None, None)), @"fail: no digest file was ever delivered");
        insta::assert_snapshot!(verdict(|w| w.trail.to_digests = unread()), @"inconclusive: the fact could not be read: it was not asked for");
        assert!(verdict(|w| w.trail.validates = unread()).starts_with("inconclusive: "));
        assert!(
            verdict(|w| (w.trail.to_digests, w.trail.since) = (delivered(60, None), unread()))
                .starts_with("inconclusive: ")
        );
    }

    #[test]
    fn the_first_digest_is_not_due_at_once() {
        let began = |hours| {
            verdict(|w| (w.trail.to_digests, w.trail.since) = (delivered(None, None), known(Some(hours_ago(hours)))))
        };
        insta::assert_snapshot!(began(1), @"inconclusive: not yet due: logging since 2026-11-22T11:00:00Z");
        assert!(began(3).starts_with("fail: "));
    }

    #[test]
    fn no_region_and_no_member_is_quiet() {
        let at = |place, digests| {
            judge_at(&super::RULE, place, |w| {
                _ = w.elsewhere.insert(Channel::DigestFiles, digests);
            })
        };
        for place in [(OWNER, AWAY), (MEMBER, HOME)] {
            assert!(at(place, delivered(1, None)).starts_with("pass: "));
            assert!(at(place, delivered(60, None)).starts_with("fail: "));
            assert!(at(place, unread()).starts_with("inconclusive: "));
        }
    }
}
