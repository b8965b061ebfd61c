//! Runs longer than their sessions.

use std::time::Duration;

use trailaudit_core::CATALOGUE;
use trailaudit_sim::{Conditions, Role};

use crate::run::{Ground, run};

/// The credentials that enter accounts are themselves a session of an hour, and so are those in each account: what is asked
/// late is asked with new ones, and nothing is asked twice.
#[test]
fn two_hours_with_sessions_of_one() {
    let ground = Ground::new(60, 4, 7);
    let mut world = ground.world.clone();
    let management = world.organization.management_account.clone();
    let account = world.accounts.get_mut(&management).unwrap();
    let role = Role::trusting("Lister", &management);
    let arn = role.arn(&management);
    account.roles.insert("Lister".to_owned(), role);
    let slow = Conditions {
        latency: Duration::from_secs(9),
        ..Conditions::default()
    };
    let run = run(&world, CATALOGUE, slow, |collector| {
        collector.management_role(&arn).concurrency(1)
    });
    assert!(run.took > Duration::from_hours(2), "{:?}", run.took);
    assert_eq!(run.judged().differences(&ground.truth), [] as [String; 0]);
    let asked = |operation: &str| run.ledger.asked(operation);
    let sessions = &asked("AssumeRole");
    assert!(
        sessions[&management] > 2,
        "the caller's own session is renewed: {sessions:?}"
    );
    let renewed = sessions
        .iter()
        .filter(|(account, times)| **account != management && **times > 1);
    assert!(
        renewed.count() > 1,
        "accounts that are asked again at the end are entered again: {sessions:?}"
    );
    for operation in ["ListRegions", "DescribeTrails", "GetTrailStatus", "GetEventSelectors"] {
        let twice: Vec<_> = asked(operation).into_iter().filter(|(_, times)| *times > 1).collect();
        assert_eq!(twice, [], "{operation}");
    }
    // With one request at a time some wait for their turn until their session is over, and are asked again.
    assert_eq!(run.judged().gaps, ground.calm.gaps);
}
