//! One trail that records is the least an account can have.

use crate::need::Need;
use crate::observed::GapReason;
use crate::organization::Account;
use crate::rule::{Check, Exam, Rule, Ruling, Wording, fail, not_applicable, pass};
use crate::rules::text::MULTI_REGION_TRAIL;

pub(super) const RULE: Rule = Rule {
    id: "account-has-logging-trail",
    title: "The account has a trail that is logging",
    rationale: "Without any trail that records, what was done in the account is forgotten after ninety days.",
    revision: 1,
    aws: Wording {
        title: "Account has at least one logging trail",
        remediation: "aws cloudtrail create-trail --name NAME --s3-bucket-name BUCKET --is-multi-region-trail && \
                      aws cloudtrail start-logging --name NAME",
        terraform: MULTI_REGION_TRAIL,
    },
    needs: &[Need::TrailStatus],
    check: Check::EachAccount(has_logging_trail),
};

fn has_logging_trail(account: &Account, exam: &Exam<'_>) -> Ruling {
    let inventory = exam.inventory();
    let mut unread = None;
    let mut read = 0;
    for region in inventory.regions(&account.id) {
        let trails = match exam.read(inventory.trails_in(&account.id, &region)) {
            Ok(trails) => trails,
            Err(gap) if gap.why == GapReason::RegionDisabled => continue,
            Err(gap) => {
                unread.get_or_insert(gap);
                continue;
            }
        };
        read += 1;
        for sighting in trails {
            match exam.read(inventory.is_logging_for(&sighting.trail, &account.id)) {
                Ok(true) => return pass(format!("{} is logging", sighting.trail)),
                Ok(false) => (),
                Err(gap) => _ = unread.get_or_insert(gap),
            }
        }
    }
    match unread {
        Some(gap) => Err(gap),
        None if read == 0 => not_applicable("no Region that was planned is enabled in this account"),
        None => fail(format!("no trail is logging: {read} enabled Regions were read")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Observed;
    use crate::rules::table::{judge_account, known, refused, sighting};

    fn verdict(listings: &[(&'static str, &[&str])]) -> String {
        let listings = listings.iter().map(|(region, trails)| {
            let listing: Observed<Vec<_>> = match trails {
                ["refused"] => refused("the trails of the Region", "cloudtrail", "DescribeTrails"),
                trails => known(trails.iter().map(|trail| sighting(trail, false)).collect()),
            };
            (*region, listing)
        });
        judge_account(&RULE, listings.collect(), |_| ())
    }

    #[test]
    fn truth_table() {
        insta::assert_snapshot!(verdict(&[("r1", &[]), ("r2", &["own"])]), @"pass: own is logging");
        insta::assert_snapshot!(verdict(&[("r1", &["own-stopped"]), ("r2", &["org"])]), @"pass: org is logging");
        insta::assert_snapshot!(verdict(&[("r1", &["refused"]), ("r2", &["own"])]), @"pass: own is logging");
        insta::assert_snapshot!(verdict(&[("r1", &[]), ("r2", &[])]), @"fail: no trail is logging: 2 enabled Regions were read");
        insta::assert_snapshot!(verdict(&[("r1", &["own-stopped"]), ("r2", &[])]), @"fail: no trail is logging: 2 enabled Regions were read");
        insta::assert_snapshot!(verdict(&[("r1", &["refused"]), ("r2", &[])]), @"inconclusive: the trails of the Region could not be read by cloudtrail:DescribeTrails in account 111111111111, Region us-east-1: denied (AccessDeniedException: no)");
        insta::assert_snapshot!(verdict(&[("r1", &["own-unread"]), ("r2", &["own-stopped"])]), @"inconclusive: the fact could not be read: it was not asked for");
        insta::assert_snapshot!(verdict(&[]), @"not-applicable: no Region that was planned is enabled in this account");
    }
}
