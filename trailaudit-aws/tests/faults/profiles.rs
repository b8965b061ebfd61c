//! Each fault by itself.

use std::time::Duration;

use trailaudit_aws::CollectError;
use trailaudit_core::CATALOGUE;
use trailaudit_core::coverage::CellStatus;

use crate::run::{Ground, Run};

fn ground() -> Ground {
    Ground::new(40, 3, 7)
}

/// The same, asked for less.
fn small_ground() -> Ground {
    Ground::judged_by(&CATALOGUE[..5], 40, 3, 7)
}

/// Whatever the fault does, no verdict turns into its opposite.
fn examined(ground: &Ground, profile: &str, seed: u64) -> Run {
    let run = ground.under(profile, seed);
    let (wrongs, _) = ground.wrongs(run.judged());
    assert_eq!(wrongs, [] as [String; 0], "{profile}, seed {seed}");
    run
}

/// What passes, or is legal, leaves no trace in the findings.
#[test]
fn what_passes_is_outlasted() {
    let ground = ground();
    for (profile, fault) in [
        ("throttling", "throttled"),
        ("empty-pages", "empty-page"),
        ("expiring-credentials", "session-ends"),
    ] {
        let run = examined(&ground, profile, 7);
        assert!(run.ledger.faults[fault] > 10, "{:?}", run.ledger.faults);
        assert_eq!(run.judged().differences(&ground.truth), [] as [String; 0], "{profile}");
        assert_eq!(run.judged().gaps, ground.calm.gaps, "{profile}");
    }
}

/// That XML which broke off is no answer was once not seen here.
#[test]
fn half_an_answer_is_none() {
    let run = examined(&ground(), "garbled", 2);
    assert!(run.ledger.faults["garbled"] > 100, "{:?}", run.ledger.faults);
}

/// What does not pass becomes a gap, with a bound on the time it took to find out.
#[test]
fn what_stays_is_a_gap() {
    let ground = small_ground();
    for (profile, fault, code) in [
        ("server-errors", "server-error", "InternalFailure"),
        ("reset", "reset", "Unreachable"),
        ("garbled", "garbled", "UnreadableAnswer"),
        ("slow-loris", "slow-loris", "Timeout"),
        ("hang", "hang", "Timeout"),
        ("dns-failure", "no-such-host", "Unreachable"),
    ] {
        let mut seen = false;
        for seed in 0..20 {
            let run = ground.under(profile, seed);
            assert!(run.ledger.faults[fault] > 5, "{:?}", run.ledger.faults);
            assert!(run.took < Duration::from_mins(20), "{profile} took {:?}", run.took);
            match &run.outcome {
                Ok((_, judged)) => {
                    assert_eq!(ground.wrongs(judged).0, [] as [String; 0], "{profile}, seed {seed}");
                    seen |= judged.gaps.iter().any(|[.., of]| of == code);
                }
                Err(CollectError::Listing { .. } | CollectError::Unreachable { .. }) => {}
                Err(error) => panic!("{profile}, seed {seed}: {error}"),
            }
            if seen {
                break;
            }
        }
        assert!(seen, "{profile} left no {code}");
    }
}

#[test]
fn a_page_that_leads_to_itself_ends_the_listing() {
    let ground = small_ground();
    let run = (0..20)
        .map(|seed| ground.under("repeated-tokens", seed))
        .find(|run| run.outcome.is_err())
        .unwrap();
    let error = run.outcome.err().unwrap();
    assert!(
        matches!(&error, CollectError::Listing { code, .. } if code == "RepeatedToken"),
        "{error}"
    );
}

/// One answer tells the time, and everything after it is signed by it.
#[test]
fn a_clock_that_is_off_is_set_once() {
    let ground = ground();
    for seed in 0..4 {
        let run = examined(&ground, "clock-skew", seed);
        assert_eq!(run.ledger.refused[&("GetCallerIdentity", "RequestTimeTooSkewed")], 1);
        let skewed = run
            .ledger
            .refused
            .iter()
            .filter(|((_, code), _)| *code == "RequestTimeTooSkewed");
        assert_eq!(skewed.count(), 1);
        assert_eq!(run.judged().differences(&ground.truth), [] as [String; 0]);
    }
}

#[test]
fn a_region_that_is_down_is_told_of_in_every_account() {
    let ground = ground();
    let run = examined(&ground, "region-down", 7);
    let judged = run.judged();
    let down: Vec<_> = judged
        .cells
        .iter()
        .filter(|(_, status)| **status == CellStatus::Failed)
        .collect();
    let region = &down[0].0.1;
    assert!(
        down.len() > 30 && down.iter().all(|((_, other), _)| other == region),
        "{down:?}"
    );
    let there =
        |((_, other), status): &(&(String, String), &CellStatus)| other == region && **status == CellStatus::Reached;
    assert_eq!(judged.cells.iter().find(there), None);
    assert!(run.took < Duration::from_mins(2), "{:?}", run.took);
    // Once it is known to be down, it is asked once for each account, and no longer again and again.
    let (sent, calm) = (run.ledger.total(), ground.calls);
    assert!(sent < calm + 150, "{sent} requests, {calm} without the fault");
}

#[test]
fn an_account_that_denies_everything_is_told_of() {
    let ground = ground();
    let denied = |seed| {
        let run = examined(&ground, "account-denies", seed);
        let new = run.judged().cells.iter().filter(|(cell, status)| {
            **status == CellStatus::Denied && ground.calm.cells.get(*cell) == Some(&CellStatus::Reached)
        });
        new.map(|((account, _), _)| account.clone()).collect::<Vec<_>>()
    };
    // One seed may choose an account that cannot be entered anyway.
    let accounts = (0..10).map(denied).find(|accounts| !accounts.is_empty()).unwrap();
    assert!(
        accounts.len() > 1 && accounts.iter().all(|account| *account == accounts[0]),
        "{accounts:?}"
    );
}

#[test]
fn a_large_account_is_read_to_its_end() {
    let ground = Ground::with_large_account(12, 3, 7);
    assert_eq!(ground.calm.differences(&ground.truth), [] as [String; 0]);
    let run = ground.under("throttling", 7);
    assert_eq!(run.judged().differences(&ground.truth), [] as [String; 0]);
    let of = |account: &String| {
        run.judged()
            .rows
            .keys()
            .filter(|(rule, of, ..)| *rule == "trail-logging" && of == account)
            .count()
    };
    assert_eq!(ground.world.accounts.keys().map(of).max(), Some(1 + 3 * 4));
}
