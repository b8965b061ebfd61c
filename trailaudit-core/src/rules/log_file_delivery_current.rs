//! A trail that cannot write its log files any more looks the same, from afar, as one where nothing happens.

use crate::need::Need;
use crate::organization::{AccountId, Region};
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, inconclusive, pass};
use crate::rules::freshness::is_new;
use crate::rules::text::{BUCKET_POLICY_RESOURCE, PUT_BUCKET_POLICY};
use crate::trail::{Channel, Trail};

pub(super) const RULE: Rule = Rule {
    id: "log-file-delivery-current",
    title: "Log files of every covered Region reach the bucket",
    rationale: "A bucket policy changed in one account, and the record ends there: only the service's own error tells.",
    revision: 1,
    aws: Wording {
        title: "S3 delivery healthy",
        remediation: PUT_BUCKET_POLICY,
        terraform: BUCKET_POLICY_RESOURCE,
    },
    needs: &[Need::TrailStatus, Need::Deliveries],
    check: Check::EachDelivery(log_files_arrive),
};

/// A Region where nothing happens delivers nothing: only of the home Region, where there is always something, is it told
/// how old the latest log file may be.
fn log_files_arrive(trail: &dyn Trail, account: &AccountId, region: &Region, exam: &Exam<'_>) -> Ruling {
    let read = |channel| exam.read(exam.inventory().delivery_in(trail.id(), account, region, channel));
    let files = read(Channel::LogFiles)?;
    if let Some(error) = files.error {
        return fail(format!("log files cannot be delivered: {error}"));
    }
    let window = exam.baseline().thresholds.delivery_window_hours;
    let told = match files.latest {
        Some(latest) if exam.is_within(latest, window) => return pass(format!("delivered at {latest:.0}")),
        Some(latest) => format!("last log file at {latest:.0}"),
        None => "no log file so far".into(),
    };
    if region != trail.home_region() {
        return pass(format!("{told}, and no error is known: a quiet Region"));
    }
    if exam.read(trail.validates_log_files())? {
        return match read(Channel::DigestFiles)?.latest {
            Some(digest) if exam.is_within(digest, window) => pass(format!(
                "{told}: quiet; digest files still arrive (last at {digest:.0})"
            )),
            _ if is_new(trail, exam)? => inconclusive(format!("not yet due: {told}, and logging began only recently")),
            _ => fail(format!(
                "{told}, and digest files stopped as well: nothing is delivered"
            )),
        };
    }
    match files.latest {
        _ if is_new(trail, exam)? => inconclusive(format!("not yet due: {told}, and logging began only recently")),
        Some(_) => inconclusive(format!("{told}: quiet or broken, no current digest file tells")),
        None => fail("no log file was ever delivered"),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{AWAY, HOME, MEMBER, OWNER, World, delivered, hours_ago, judge_at, known, unread};
    use crate::trail::Channel;

    fn home(change: impl FnOnce(&mut World)) -> String {
        judge_at(&super::RULE, (OWNER, HOME), change)
    }

    /// Hours since the last log file and the last digest in the home Region; and whether validation is on.
    fn times(files: Option<i64>, digest: Option<i64>, validated: bool) -> String {
        home(|w| {
            (w.trail.to_files, w.trail.to_digests) = (delivered(files, None), delivered(digest, None));
            w.trail.validates = known(validated);
        })
    }

    #[test]
    fn truth_table_of_the_home_region() {
        insta::assert_snapshot!(home(|_| ()), @"pass: delivered at 2026-11-22T11:00:00Z");
        insta::assert_snapshot!(home(|w| w.trail.to_files = delivered(1, Some("AccessDenied"))), @"fail: log files cannot be delivered: AccessDenied");
        insta::assert_snapshot!(times(Some(60), Some(1), true), @"pass: last log file at 2026-11-20T00:00:00Z: quiet; digest files still arrive (last at 2026-11-22T11:00:00Z)");
        insta::assert_snapshot!(times(None, Some(1), true), @"pass: no log file so far: quiet; digest files still arrive (last at 2026-11-22T11:00:00Z)");
        insta::assert_snapshot!(times(Some(60), Some(60), true), @"fail: last log file at 2026-11-20T00:00:00Z, and digest files stopped as well: nothing is delivered");
        insta::assert_snapshot!(times(Some(60), None, false), @"inconclusive: last log file at 2026-11-20T00:00:00Z: quiet or broken, no current digest file tells");
        insta::assert_snapshot!(times(None, None, false), @"fail: no log file was ever delivered");
    }

    #[test]
    fn what_began_recently_is_not_due_yet() {
        let began = |validated| {
            home(|w| {
                (w.trail.to_files, w.trail.to_digests) = (delivered(None, None), delivered(None, None));
                w.trail.validates = known(validated);
                w.trail.since = known(Some(hours_ago(1)));
            })
        };
        insta::assert_snapshot!(began(true), @"inconclusive: not yet due: no log file so far, and logging began only recently");
        assert_eq!(began(true), began(false));
    }

    #[test]
    fn another_region_may_be_quiet_and_a_member_is_judged_by_its_own_reading() {
        let at = |place, files| {
            judge_at(&super::RULE, place, |w| {
                _ = w.elsewhere.insert(Channel::LogFiles, files);
            })
        };
        insta::assert_snapshot!(at((OWNER, AWAY), delivered(None, None)), @"pass: no log file so far, and no error is known: a quiet Region");
        insta::assert_snapshot!(at((OWNER, AWAY), delivered(60, Some("NoSuchBucket"))), @"fail: log files cannot be delivered: NoSuchBucket");
        insta::assert_snapshot!(at((MEMBER, HOME), delivered(None, Some("AccessDenied"))), @"fail: log files cannot be delivered: AccessDenied");
        insta::assert_snapshot!(at((MEMBER, HOME), unread()), @"inconclusive: the fact could not be read: it was not asked for");
    }

    #[test]
    fn every_unread_fact_is_inconclusive() {
        let hide: [fn(&mut World); 4] = [
            |w| w.trail.to_files = unread(),
            |w| (w.trail.to_files, w.trail.validates) = (delivered(60, None), unread()),
            |w| (w.trail.to_files, w.trail.to_digests) = (delivered(60, None), unread()),
            |w| {
                (w.trail.to_files, w.trail.validates) = (delivered(60, None), known(false));
                w.trail.since = unread();
            },
        ];
        for hide in hide {
            assert!(home(hide).starts_with("inconclusive: "));
        }
    }
}
