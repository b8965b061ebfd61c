//! A trail of one Region is blind to the Region an intruder chooses.

use crate::need::Need;
use crate::organization::Account;
use crate::rule::{Check, Exam, Rule, Ruling, Wording};
use crate::rules::one_trail::one_trail;
use crate::rules::text::MULTI_REGION_TRAIL;

pub(super) const RULE: Rule = Rule {
    id: "multi-region-trail-exists",
    title: "The account has a logging trail that records every Region",
    rationale: "Only a multi-Region trail also records the Regions that are switched on later.",
    revision: 1,
    aws: Wording {
        title: "At least one multi-region trail",
        remediation: "aws cloudtrail update-trail --name TRAIL --is-multi-region-trail",
        terraform: MULTI_REGION_TRAIL,
    },
    needs: &[Need::TrailStatus],
    check: Check::EachAccount(has_multi_region_trail),
};

fn has_multi_region_trail(account: &Account, exam: &Exam<'_>) -> Ruling {
    let what = "is logging and records every Region";
    one_trail(&account.id, exam, what, |wants, sighting, _| {
        wants.seen(sighting.multi_region, "records one Region only");
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::table::{judge_account, known, refused, sighting};

    fn verdict(trails: &[(&str, bool)]) -> String {
        let listed = trails.iter().map(|(trail, multi)| sighting(trail, *multi)).collect();
        judge_account(&super::RULE, vec![("r1", known(listed))], |_| ())
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(&[("a", false), ("org", true)]), @"pass: org is logging and records every Region");
        insta::assert_snapshot!(verdict(&[("a", false), ("b-stopped", true)]), @"fail: a records one Region only; b-stopped is stopped");
        insta::assert_snapshot!(verdict(&[]), @"fail: there is no trail: 1 enabled Regions were read");
        insta::assert_snapshot!(verdict(&[("a", false), ("b-unread", true)]), @"inconclusive: the fact could not be read: it was not asked for");
        // What is seen to be lacking decides, whatever else of the trail was not read.
        assert!(verdict(&[("a-unread", false)]).starts_with("fail: "));
    }

    #[test]
    fn a_region_that_was_refused_may_hide_one() {
        let refusal = || refused("the trails of the Region", "cloudtrail", "DescribeTrails");
        let listed = |multi| known(vec![sighting("a", multi)]);
        let verdict = |multi| judge_account(&super::RULE, vec![("r1", listed(multi)), ("r2", refusal())], |_| ());
        assert!(verdict(false).starts_with("inconclusive: "));
        assert!(verdict(true).starts_with("pass: "));
    }
}
