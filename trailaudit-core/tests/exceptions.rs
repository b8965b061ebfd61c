//! What a baseline accepts, and what becomes of an acceptance that is over, to come, or idle.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use trailaudit_core::inventory::Sighting;
use trailaudit_core::memory::{MemoryInventory, MemoryTrail};
use trailaudit_core::observed::Observed;
use trailaudit_core::organization::{Account, AccountState, Organization, Region, TrailId};
use trailaudit_core::rules::{EXCEPTIONS, asked, rule};
use trailaudit_core::{Assessment, Baseline, EvidenceId, Rule, Verdict, assess};

const MANAGER: &str = "111111111111";
const MEMBER: &str = "222222222222";

/// The organization's trail without validation, copied to a member that has a sound trail of its own, and one nobody
/// could read.
fn inventory() -> MemoryInventory {
    let mut inventory = MemoryInventory::new(Organization {
        id: "o-example".into(),
        management_account: MANAGER.into(),
    });
    inventory.set_account_list(known(()));
    for (id, unit) in [(MANAGER, "r-1"), (MEMBER, "r-1/ou-1/ou-2")] {
        inventory.add_account(account(id, unit), known(()), known(()));
        let mut sightings = vec![sighting("organization")];
        if id == MEMBER {
            sightings.extend([sighting("own"), sighting("unread")]);
        }
        inventory.set_trails_in(&id.into(), &"home".into(), known(sightings));
    }
    inventory.add_trail(trail("organization", MANAGER, known(false)));
    inventory.add_trail(trail("own", MEMBER, known(true)));
    inventory.add_trail(trail("unread", MEMBER, Observed::not_collected("validation")));
    inventory
}

/// The findings about exceptions and about what is validated, one a line.
fn judged(exceptions: &str) -> String {
    let assessment = assessed(exceptions);
    let told = assessment.findings.iter().map(|finding| {
        let exception = finding.exception.as_deref().unwrap_or("-");
        let subject = finding.subject.id();
        if finding.rule.id == EXCEPTIONS.id {
            format!("{} {subject}: {}: {}", finding.account, finding.verdict, finding.reason)
        } else {
            format!("{} {subject}: {} {exception}", finding.account, finding.verdict)
        }
    });
    told.collect::<Vec<_>>().join("\n")
}

fn assessed(exceptions: &str) -> Assessment {
    let baseline = Baseline::from_toml(exceptions).unwrap();
    let rules: [&'static Rule; 1] = [rule("log-file-validation-enabled").unwrap()];
    let rules = asked(&rules, &baseline);
    let assessment = assess(&inventory(), &rules, &baseline, "2026-11-22T12:00:00Z".parse().unwrap());
    for accounting in &assessment.accounting {
        assert_eq!(accounting.total(), assessment.coverage.planned());
    }
    assessment
}

fn exception(scope: &str, starts: &str, expires: &str) -> String {
    format!(
        "[[exceptions]]\nrule = \"log-file-validation-enabled\"\n{scope}\nreason = \"being rebuilt\"\nticket = \"CHG-7\"\n\
         requested-by = \"ada\"\napproved-by = \"grace\"\nstarts = {starts}\nexpires = {expires}\n"
    )
}

#[test]
fn without_exceptions_nobody_asks_for_them() {
    insta::assert_snapshot!(judged(""), @"
    111111111111 organization: fail -
    222222222222 organization: fail -
    222222222222 own: pass -
    222222222222 unread: inconclusive -
    ");
}

#[test]
fn an_exception_accepts_in_an_account_below_a_unit_or_of_a_resource() {
    let accepts = |scope: &str| judged(&exception(scope, "2026-11-22", "2026-11-22"));
    insta::assert_snapshot!(accepts(&format!("account = \"{MEMBER}\"")), @"
    111111111111 organization: fail -
    222222222222 organization: excepted CHG-7 until 2026-11-22: being rebuilt (requested by ada, approved by grace)
    222222222222 own: pass -
    222222222222 unread: inconclusive -
    111111111111 : not-applicable: no exception names this account alone
    222222222222 CHG-7/log-file-validation-enabled/222222222222/2026-11-22: pass: it accepts 1 of log-file-validation-enabled: CHG-7 until 2026-11-22: being rebuilt (requested by ada, approved by grace)
    ");
    insta::assert_snapshot!(accepts("ou = \"ou-1\""), @"
    111111111111 organization: fail -
    222222222222 organization: excepted CHG-7 until 2026-11-22: being rebuilt (requested by ada, approved by grace)
    222222222222 own: pass -
    222222222222 unread: inconclusive -
    111111111111 CHG-7/log-file-validation-enabled/ou-1/2026-11-22: pass: it accepts 1 of log-file-validation-enabled: CHG-7 until 2026-11-22: being rebuilt (requested by ada, approved by grace)
    222222222222 : not-applicable: no exception names this account alone
    ");
    insta::assert_snapshot!(accepts("resource = \"organization\""), @"
    111111111111 organization: excepted CHG-7 until 2026-11-22: being rebuilt (requested by ada, approved by grace)
    222222222222 organization: excepted CHG-7 until 2026-11-22: being rebuilt (requested by ada, approved by grace)
    222222222222 own: pass -
    222222222222 unread: inconclusive -
    111111111111 CHG-7/log-file-validation-enabled/organization/2026-11-22: pass: it accepts 2 of log-file-validation-enabled: CHG-7 until 2026-11-22: being rebuilt (requested by ada, approved by grace)
    222222222222 : not-applicable: no exception names this account alone
    ");
}

#[test]
fn an_exception_counts_from_its_first_day_to_its_last() {
    let on = |starts, expires| judged(&exception("resource = \"organization\"", starts, expires));
    insta::assert_snapshot!(on("2026-11-23", "2026-12-31"), @"
    111111111111 organization: fail -
    222222222222 organization: fail -
    222222222222 own: pass -
    222222222222 unread: inconclusive -
    111111111111 CHG-7/log-file-validation-enabled/organization/2026-11-23: not-applicable: in force from 2026-11-23 on: CHG-7 until 2026-12-31: being rebuilt (requested by ada, approved by grace)
    222222222222 : not-applicable: no exception names this account alone
    ");
    insta::assert_snapshot!(on("2026-01-01", "2026-11-21"), @"
    111111111111 organization: fail -
    222222222222 organization: fail -
    222222222222 own: pass -
    222222222222 unread: inconclusive -
    111111111111 CHG-7/log-file-validation-enabled/organization/2026-01-01: fail: it has expired: CHG-7 until 2026-11-21: being rebuilt (requested by ada, approved by grace)
    222222222222 : not-applicable: no exception names this account alone
    ");
}

#[test]
fn an_exception_that_accepts_nothing_is_told_unless_that_cannot_be_told() {
    let of = |scope| judged(&exception(scope, "2026-01-01", "2026-12-31"));
    insta::assert_snapshot!(of("resource = \"own\""), @"
    111111111111 organization: fail -
    222222222222 organization: fail -
    222222222222 own: pass -
    222222222222 unread: inconclusive -
    111111111111 CHG-7/log-file-validation-enabled/own/2026-01-01: fail: it accepts nothing, for nothing of log-file-validation-enabled fails there: CHG-7 until 2026-12-31: being rebuilt (requested by ada, approved by grace)
    222222222222 : not-applicable: no exception names this account alone
    ");
    insta::assert_snapshot!(of("resource = \"unread\""), @"
    111111111111 organization: fail -
    222222222222 organization: fail -
    222222222222 own: pass -
    222222222222 unread: inconclusive -
    111111111111 CHG-7/log-file-validation-enabled/unread/2026-01-01: inconclusive: whether it accepts anything hangs on 1 findings of log-file-validation-enabled that are inconclusive: CHG-7 until 2026-12-31: being rebuilt (requested by ada, approved by grace)
    222222222222 : not-applicable: no exception names this account alone
    ");
    let other = exception("resource = \"own\"", "2026-01-01", "2026-12-31")
        .replace("log-file-validation-enabled", "trail-logging");
    insta::assert_snapshot!(judged(&other), @"
    111111111111 organization: fail -
    222222222222 organization: fail -
    222222222222 own: pass -
    222222222222 unread: inconclusive -
    111111111111 CHG-7/trail-logging/own/2026-01-01: not-applicable: trail-logging was not asked: CHG-7 until 2026-12-31: being rebuilt (requested by ada, approved by grace)
    222222222222 : not-applicable: no exception names this account alone
    ");
}

/// What could not be read is never accepted, and an acceptance changes neither the reason nor the evidence.
#[test]
fn an_accepted_fail_stays_visible() {
    let everywhere = exception("ou = \"r-1\"", "2026-01-01", "2026-12-31");
    let (before, after) = (assessed(""), assessed(&everywhere));
    for (was, is) in before.findings.iter().zip(&after.findings) {
        assert_eq!((&was.reason, &was.evidence), (&is.reason, &is.evidence));
        match was.verdict {
            Verdict::Fail => assert_eq!(is.verdict, Verdict::Excepted),
            verdict => assert_eq!((is.verdict, &is.exception), (verdict, &None)),
        }
    }
    assert!(!after.any(Verdict::Fail) && after.any(Verdict::Excepted) && after.any(Verdict::Inconclusive));
}

fn trail(id: &str, owner: &str, validates: Observed<bool>) -> MemoryTrail {
    MemoryTrail {
        validates,
        ..MemoryTrail::unknown(TrailId::from(id), owner.into(), Region::from("home"))
    }
}

fn sighting(id: &str) -> Sighting {
    Sighting {
        trail: id.into(),
        multi_region: true,
        organization: id == "organization",
    }
}

fn account(id: &str, unit: &str) -> Account {
    Account {
        id: id.into(),
        name: String::new(),
        organizational_unit: unit.into(),
        state: AccountState::Active,
        joined: None,
        excluded: false,
    }
}

fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, EvidenceId::of(b"x"))
}
