//! Each call refused in turn, to everybody: whatever rule needs it is inconclusive somewhere, and nothing gets better.

use std::collections::BTreeSet;

use trailaudit_aws::{CALLS, Call};
use trailaudit_core::{CATALOGUE, Rule, Verdict};
use trailaudit_sim::{Denial, DeniedBy, World};

use crate::judged::{collected, collector, rows, serve};
use crate::support::furnished::furnished;

#[tokio::test]
async fn every_rule_is_inconclusive_when_a_call_it_needs_is_denied() {
    let server = serve(furnished());
    let whole = collected(collector(&server).build().unwrap()).await;
    let denied = CALLS
        .iter()
        .filter(|call| !call.serves.is_empty() || READS.contains(&call.operation));
    for call in denied {
        let server = serve(without(call));
        let less = collected(collector(&server).build().unwrap()).await;
        assert!(
            server
                .ledger()
                .refused
                .keys()
                .any(|(operation, _)| *operation == call.operation),
            "{} was never refused",
            call.operation
        );
        for rule in CATALOGUE {
            let (before, after) = (rows(&whole, rule), rows(&less, rule));
            for (subject, (now, reason, _)) in &after {
                let was = before.get(subject).map(|row| row.0);
                let is_better = matches!(now, Verdict::Pass | Verdict::NotApplicable)
                    && matches!(was, Some(Verdict::Fail | Verdict::Inconclusive));
                assert!(
                    !is_better,
                    "without {}, {} {subject:?} was {was:?} and is {now}: {reason}",
                    call.operation, rule.id
                );
            }
            let is_open = |verdict: &Verdict| *verdict == Verdict::Inconclusive;
            let newly_open = after
                .iter()
                .filter(|(subject, row)| is_open(&row.0) && !before.get(*subject).is_some_and(|was| is_open(&was.0)))
                .count();
            if needs(rule, call) {
                assert!(
                    newly_open > 0,
                    "without {}, {} decides everything all the same",
                    call.operation,
                    rule.id
                );
            }
        }
    }
}

/// What every collection asks and can do without.
const READS: [&str; 2] = ["DescribeTrails", "ListRegions"];

/// Whether a rule is decided by what a call answers. Administrators may have a bucket, or a log group, but in this
/// Organization they have none that others do not show; where a bucket is that was found, its owner's list tells; and
/// whether an alarm acts does not hang on whom it reaches.
fn needs(rule: &Rule, call: &Call) -> bool {
    let is_read = match call.operation {
        "ListDelegatedAdministrators" => rule.id == "delegated-administrators-approved",
        "GetBucketLocation" => rule.id != "trail-key-usable",
        "ListSubscriptionsByTopic" => rule.id != "alarm-actions-enabled",
        _ => true,
    };
    is_read && call.serves.iter().any(|need| rule.needs.contains(need))
}

fn without(call: &Call) -> World {
    let mut world = furnished();
    let actions: BTreeSet<_> = call.actions.iter().map(ToString::to_string).collect();
    for account in world.accounts.values_mut() {
        account.denials.push(Denial {
            by: DeniedBy::IdentityPolicy,
            actions: actions.iter().cloned().collect(),
            regions: Vec::new(),
            resources: Vec::new(),
        });
    }
    world
}
