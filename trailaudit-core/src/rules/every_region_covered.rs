//! No enabled Region of an account may go unrecorded: an intruder needs only one.

use crate::need::Need;
use crate::observed::{Gap, GapReason};
use crate::organization::{Account, Region};
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, inconclusive, not_applicable, pass};
use crate::rules::text::MULTI_REGION_TRAIL;

/// How long a new organization trail, or a new member, may take until the copies are everywhere (`CloudTrail` guide:
/// up to 24 hours).
const PROPAGATION_HOURS: u32 = 24;

pub(super) const RULE: Rule = Rule {
    id: "every-region-covered",
    title: "Every enabled Region of the account is covered by a logging trail",
    rationale: "A Region nobody uses is the Region an intruder uses: the record has to reach every one that is on.",
    revision: 1,
    aws: Wording {
        title: "Every active account x enabled region is covered by a logging trail",
        remediation: "aws cloudtrail update-trail --name TRAIL --is-multi-region-trail",
        terraform: MULTI_REGION_TRAIL,
    },
    needs: &[Need::TrailStatus],
    check: Check::EachAccount(every_region_covered),
};

fn every_region_covered(account: &Account, exam: &Exam<'_>) -> Ruling {
    let seen = Coverage::read(account, exam);
    if !seen.uncovered.is_empty() {
        return uncovered(account, &seen.uncovered, exam);
    }
    if let Some(gap) = seen.undecided {
        return Err(gap);
    }
    match seen.refused {
        Some(gap) if seen.multi_region.is_none() => Err(gap),
        _ if seen.covered == 0 && seen.multi_region.is_none() => {
            not_applicable("no Region that was planned is enabled in this account")
        }
        Some(gap) => pass(format!(
            "covered in the {} Regions that were read; {} records every Region, also where reading was refused ({})",
            seen.covered,
            seen.multi_region.unwrap_or_default(),
            gap.why
        )),
        None => pass(format!("covered in all {} enabled Regions", seen.covered)),
    }
}

/// What the Regions of one account show.
#[derive(Default)]
struct Coverage {
    covered: usize,
    uncovered: Vec<Region>,
    multi_region: Option<String>,
    /// A Region whose trails could not be listed, the refusal being on record.
    refused: Option<Gap>,
    /// Something that leaves the question open whatever else is seen.
    undecided: Option<Gap>,
}

impl Coverage {
    fn read(account: &Account, exam: &Exam<'_>) -> Self {
        let inventory = exam.inventory();
        let mut seen = Self::default();
        if let Err(gap) = exam.read(inventory.region_list(&account.id)) {
            // Every Region was planned instead; but if nobody asked at all, Regions may be missing from the plan.
            seen.undecided = Some(gap).filter(|gap| gap.evidence.is_none());
        }
        for region in inventory.regions(&account.id) {
            match exam.read(inventory.trails_in(&account.id, &region)) {
                Ok(trails) => {
                    let mut covering = None;
                    let mut unread = None;
                    for sighting in trails {
                        match exam.read(inventory.is_logging_for(&sighting.trail, &account.id)) {
                            Ok(true) if sighting.multi_region => {
                                seen.multi_region.get_or_insert(sighting.trail.to_string());
                                covering = Some(());
                            }
                            Ok(true) => covering = Some(()),
                            Ok(false) => (),
                            Err(gap) => unread = Some(gap),
                        }
                    }
                    match (covering, unread) {
                        (Some(()), _) => seen.covered += 1,
                        (None, Some(gap)) => _ = seen.undecided.get_or_insert(gap),
                        (None, None) => seen.uncovered.push(region),
                    }
                }
                Err(gap) if gap.why == GapReason::RegionDisabled => (),
                Err(gap) if gap.evidence.is_some() => _ = seen.refused.get_or_insert(gap),
                // Without a recorded refusal the record is incomplete, and an incomplete record proves nothing.
                Err(gap) => _ = seen.undecided.get_or_insert(gap),
            }
        }
        seen
    }
}

fn uncovered(account: &Account, regions: &[Region], exam: &Exam<'_>) -> Ruling {
    let list = regions.iter().map(Region::as_str).collect::<Vec<_>>().join(", ");
    let mut why = format!("no trail is logging in {list}");
    for trail in exam.inventory().trails() {
        // Only a trail of the whole organization is expected here; whether it is one, its owner's data says.
        if !matches!(exam.read(trail.is_organization_trail()), Ok(true)) || trail.owner() == &account.id {
            continue;
        }
        let new = |moment| exam.is_within(moment, PROPAGATION_HOURS);
        if account.joined.is_some_and(new) {
            return inconclusive(format!(
                "{why}, but the account joined less than {PROPAGATION_HOURS} hours ago: {} may still be propagating",
                trail.id()
            ));
        }
        if exam
            .read(trail.logging_since())
            .is_ok_and(|since| since.is_some_and(new))
        {
            return inconclusive(format!(
                "{why}, but {} is less than {PROPAGATION_HOURS} hours old: it may still be propagating",
                trail.id()
            ));
        }
        let home = exam.inventory().trails_in(&account.id, trail.home_region());
        if exam.read(home).is_err_and(|gap| gap.why == GapReason::RegionDisabled) {
            let (trail, home) = (trail.id(), trail.home_region());
            why = format!(
                "{why}; {trail} cannot record this account, which has not enabled the trail's home Region {home}"
            );
        }
    }
    fail(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Sighting;
    use crate::observed::{Gap, Observed};
    use crate::rules::table::{AccountWorld, hours_ago, judge_account, known, named_trail, refused, sighting, unread};

    type Listing = Observed<Vec<Sighting>>;

    fn lists(trails: &[&str]) -> Listing {
        known(
            trails
                .iter()
                .map(|trail| sighting(trail, trail.contains("multi") || trail.contains("org")))
                .collect(),
        )
    }

    fn refusal() -> Listing {
        refused("the trails of the Region", "cloudtrail", "DescribeTrails")
    }

    fn disabled() -> Listing {
        let evidence = None;
        Observed::Unknown(Gap {
            wanted: "the trails",
            call: None,
            why: GapReason::RegionDisabled,
            evidence,
        })
    }

    fn verdict(listings: Vec<(&'static str, Listing)>) -> String {
        judge_account(&RULE, listings, |_| ())
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(vec![("r1", lists(&["org"])), ("r2", lists(&["org"]))]), @"pass: covered in all 2 enabled Regions");
        insta::assert_snapshot!(verdict(vec![("r1", lists(&["a"])), ("r2", lists(&["b"]))]), @"pass: covered in all 2 enabled Regions");
        insta::assert_snapshot!(verdict(vec![("r1", lists(&["org"])), ("r2", disabled())]), @"pass: covered in all 1 enabled Regions");
        insta::assert_snapshot!(verdict(vec![("r1", lists(&["multi"])), ("r2", refusal())]), @"pass: covered in the 1 Regions that were read; multi records every Region, also where reading was refused (denied (AccessDeniedException: no))");
        insta::assert_snapshot!(verdict(vec![("r1", lists(&["a"])), ("r2", lists(&[]))]), @"fail: no trail is logging in r2");
        insta::assert_snapshot!(verdict(vec![("r1", lists(&["a-stopped"])), ("r2", refusal())]), @"fail: no trail is logging in r1");
        insta::assert_snapshot!(verdict(vec![("r1", lists(&["a"])), ("r2", refusal())]), @"inconclusive: the trails of the Region could not be read by cloudtrail:DescribeTrails in account 111111111111, Region us-east-1: denied (AccessDeniedException: no)");
        insta::assert_snapshot!(verdict(vec![("r1", lists(&["a-unread"]))]), @"inconclusive: the fact could not be read: it was not asked for");
        insta::assert_snapshot!(verdict(vec![("r1", disabled())]), @"not-applicable: no Region that was planned is enabled in this account");
    }

    #[test]
    fn a_record_that_is_missing_altogether_proves_nothing() {
        let verdict = verdict(vec![("r1", lists(&["multi"])), ("r2", unread())]);
        assert!(verdict.starts_with("inconclusive"), "{verdict}");
    }

    #[test]
    fn a_new_copy_may_still_be_propagating() {
        let with = |change: fn(&mut AccountWorld)| judge_account(&RULE, vec![("r1", lists(&[]))], change);
        let org = || named_trail(&"org".into(), true);
        assert!(with(|_| ()).starts_with("fail"));
        insta::assert_snapshot!(judge_account(&RULE, vec![("r1", lists(&[]))], |w| {
            w.trails.push(org());
            w.account.joined = Some(hours_ago(3));
        }), @"inconclusive: no trail is logging in r1, but the account joined less than 24 hours ago: org may still be propagating");
        insta::assert_snapshot!(judge_account(&RULE, vec![("r1", lists(&[]))], |w| {
            w.trails.push(org());
            w.trails[0].since = known(Some(hours_ago(5)));
        }), @"inconclusive: no trail is logging in r1, but org is less than 24 hours old: it may still be propagating");
        insta::assert_snapshot!(judge_account(&RULE, vec![("r1", lists(&[])), ("us-east-1", disabled())], |w| w.trails.push(org())), @"fail: no trail is logging in r1; org cannot record this account, which has not enabled the trail's home Region us-east-1");
    }
}
