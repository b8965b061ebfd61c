//! How fast is asked.

use std::num::NonZeroU32;
use std::time::Duration;

use trailaudit_core::CATALOGUE;
use trailaudit_sim::Conditions;

use crate::run::{Ground, run};

const QUOTAS: Conditions = Conditions {
    latency: Duration::from_millis(20),
    quotas: true,
    faults: None,
};

/// Where a quota binds it is used to the full, and nothing is ever refused for it.
#[test]
fn quotas_are_used_and_kept() {
    let rules = &CATALOGUE[..5];
    let ground = Ground::judged_by(rules, 400, 1, 7);
    let run = run(&ground.world, rules, QUOTAS, |collector| collector.concurrency(256));
    assert_eq!(run.throttled(), 0, "{:?}", run.ledger.refused);
    assert_eq!(run.judged().differences(&ground.truth), [] as [String; 0]);
    let pages = u32::try_from(run.ledger.count("organizations", "ListAccounts")).unwrap();
    let floor = Duration::from_secs(1) * (pages - 12) / 8;
    assert!(
        pages > 25 && run.took < floor * 3 / 2,
        "{pages} pages in {:?}",
        run.took
    );
}

#[test]
fn the_user_can_ask_for_less() {
    let ground = Ground::new(12, 2, 7);
    let limit = NonZeroU32::new(5).unwrap();
    let run = run(&ground.world, CATALOGUE, QUOTAS, |collector| collector.max_rps(limit));
    assert_eq!(run.judged().differences(&ground.truth), [] as [String; 0]);
    let requests = u32::try_from(run.ledger.total()).unwrap();
    let least = Duration::from_secs(1) * (requests - 1) / 5;
    assert!(
        requests > 80 && run.took >= least && run.took < least * 11 / 10,
        "{:?}",
        run.took
    );
}

/// A call that is throttled waits; it does not give up while others of its kind are answered.
#[test]
fn nothing_stays_unread_because_of_throttling() {
    let ground = Ground::new(40, 2, 7);
    let run = ground.under("throttling", 7);
    assert!(run.throttled() > 100, "{:?}", run.ledger.faults);
    assert_eq!(run.judged().differences(&ground.truth), [] as [String; 0]);
    assert_eq!(run.judged().gaps, ground.calm.gaps);
}

/// The same without anything that answers: each call ends, and says that it was throttled.
#[test]
fn waiting_ends() {
    let ground = Ground::judged_by(&CATALOGUE[..5], 6, 2, 7);
    for seed in 0..40 {
        let run = ground.under("mixed", seed);
        assert!(run.took < Duration::from_hours(2), "seed {seed} took {:?}", run.took);
    }
}
