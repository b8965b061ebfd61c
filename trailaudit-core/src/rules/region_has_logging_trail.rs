//! Region by Region: what is done here is recorded here.

use crate::need::Need;
use crate::observed::GapReason;
use crate::organization::{Account, Region};
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, not_applicable, pass};
use crate::rules::text::MULTI_REGION_TRAIL;

pub(super) const RULE: Rule = Rule {
    id: "region-has-logging-trail",
    title: "The Region has a trail that is logging",
    rationale: "A Region nobody uses is seldom looked into, and is where things are done that should not be seen.",
    revision: 1,
    aws: Wording {
        title: "Each region has a logging trail",
        remediation: "aws cloudtrail update-trail --name TRAIL --is-multi-region-trail",
        terraform: MULTI_REGION_TRAIL,
    },
    needs: &[Need::TrailStatus],
    check: Check::EachRegion(has_logging_trail),
};

fn has_logging_trail(account: &Account, region: &Region, exam: &Exam<'_>) -> Ruling {
    let inventory = exam.inventory();
    let trails = match exam.read(inventory.trails_in(&account.id, region)) {
        Ok(trails) => trails,
        Err(gap) if gap.why == GapReason::RegionDisabled => return not_applicable("the Region is not enabled"),
        Err(gap) => return Err(gap),
    };
    let mut unread = None;
    for sighting in trails {
        match exam.read(inventory.is_logging_for(&sighting.trail, &account.id)) {
            Ok(true) => return pass(format!("{} is logging", sighting.trail)),
            Ok(false) => (),
            Err(gap) => _ = unread.get_or_insert(gap),
        }
    }
    match (unread, trails) {
        (Some(gap), _) => Err(gap),
        (None, []) => fail("the Region shows no trail"),
        (None, trails) => fail(format!("no trail is logging: {} stopped", trails.len())),
    }
}

#[cfg(test)]
mod tests {
    use crate::observed::{Gap, GapReason, Observed};
    use crate::rules::table::{judge_account, known, refused, sighting};

    fn verdict(trails: &[&str]) -> String {
        let listed = trails.iter().map(|trail| sighting(trail, false)).collect();
        judge_account(&super::RULE, vec![("r1", known(listed))], |_| ())
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(&["a-stopped", "b"]), @"pass: b is logging");
        insta::assert_snapshot!(verdict(&["a-unread", "b"]), @"pass: b is logging");
        insta::assert_snapshot!(verdict(&[]), @"fail: the Region shows no trail");
        insta::assert_snapshot!(verdict(&["a-stopped"]), @"fail: no trail is logging: 1 stopped");
        insta::assert_snapshot!(verdict(&["a-stopped", "b-unread"]), @"inconclusive: the fact could not be read: it was not asked for");
        let listed = |listing| judge_account(&super::RULE, vec![("r1", listing)], |_| ());
        let refusal = refused("the trails of the Region", "cloudtrail", "DescribeTrails");
        assert!(listed(refusal).starts_with("inconclusive: the trails of the Region could not be read"));
        let off = Observed::Unknown(Gap {
            wanted: "the trails of the Region",
            call: None,
            why: GapReason::RegionDisabled,
            evidence: None,
        });
        assert_eq!(listed(off), "not-applicable: the Region is not enabled");
    }
}
