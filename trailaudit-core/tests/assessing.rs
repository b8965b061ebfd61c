//! An assessment under way: however many accounts there are, and whoever owns the trails, the findings come in the order
//! of the report, and the numbers are those of the findings.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use jiff::Timestamp;
use trailaudit_core::assessment::{Assessing, Totals};
use trailaudit_core::coverage::{Coverage, cells};
use trailaudit_core::finding::{Finding, Subject};
use trailaudit_core::inventory::Sighting;
use trailaudit_core::memory::{MemoryInventory, MemoryTrail};
use trailaudit_core::observed::Observed;
use trailaudit_core::organization::{Account, AccountId, AccountState, Organization, TrailId};
use trailaudit_core::{Baseline, CATALOGUE, EvidenceId, assess};

/// More than are judged at a time.
const ACCOUNTS: usize = 300;
const REGIONS: [&str; 2] = ["a", "b"];

#[test]
fn findings_come_in_the_order_of_the_report() {
    let (inventory, baseline) = (organization(), Baseline::default());
    let mut assessing = Assessing::new(&inventory, CATALOGUE, &baseline, Timestamp::UNIX_EPOCH);
    let mut findings = Vec::new();
    for some in assessing.by_ref() {
        assert!(!some.is_empty());
        assert!(some.iter().all(|finding| finding.rule.id == some[0].rule.id));
        findings.extend(some);
    }
    let place = |finding: &Finding| CATALOGUE.iter().position(|rule| rule.id == finding.rule.id);
    assert!(findings.is_sorted_by_key(|finding| {
        let Finding { account, region, .. } = finding;
        (place(finding), account.clone(), region.clone(), finding.subject.clone())
    }));
    let lines = |findings: &[Finding]| findings.iter().map(|f| format!("{f:?}")).collect::<Vec<_>>();
    let whole = assess(&inventory, CATALOGUE, &baseline, Timestamp::UNIX_EPOCH);
    assert_eq!(lines(&findings), lines(&whole.findings));

    let of_stranger =
        |subject: &Subject| matches!(subject, Subject::Trail(id) if id.as_str() == trail_of(ACCOUNTS).as_str());
    for rule in CATALOGUE
        .iter()
        .filter(|rule| format!("{:?}", rule.check) == "EachTrail")
    {
        let of_rule = || findings.iter().filter(|finding| finding.rule.id == rule.id);
        let accounts: Vec<_> = of_rule()
            .filter(|f| of_stranger(&f.subject))
            .map(|f| &f.account)
            .collect();
        assert_eq!(
            accounts.len(),
            2,
            "{}: in its owner account, which nobody lists, and where it is seen",
            rule.id
        );
        let own = of_rule().filter(|f| f.inherited_from.is_none() && matches!(f.subject, Subject::Trail(_)));
        assert_eq!(own.count(), ACCOUNTS / 3 + 2, "{}", rule.id);
    }
}

#[test]
fn the_numbers_are_those_of_the_findings() {
    let (inventory, baseline) = (organization(), Baseline::default());
    let begin = || Assessing::new(&inventory, CATALOGUE, &baseline, Timestamp::UNIX_EPOCH);
    let totals = begin().finish();
    let whole = assess(&inventory, CATALOGUE, &baseline, Timestamp::UNIX_EPOCH);
    assert_eq!(totals.findings(), whole.findings.len());
    assert_eq!(
        (totals.planned, &totals.statuses),
        (whole.coverage.planned(), &whole.coverage.totals())
    );
    for (control, accounting) in totals.controls.iter().zip(&whole.accounting) {
        assert_eq!(control.verdicts, whole.verdicts_of(control.rule), "{}", control.rule.id);
        assert_eq!(control.accounting, *accounting, "{}", control.rule.id);
        assert_eq!(control.accounting.total(), totals.planned, "{}", control.rule.id);
    }

    let mut halfway = begin();
    halfway.by_ref().take(5).for_each(drop);
    let numbers = |totals: Totals| format!("{:?}", totals.controls);
    assert_eq!(numbers(halfway.finish()), numbers(totals));
}

#[test]
fn cells_come_one_after_the_other() {
    let inventory = organization();
    let cells: Vec<_> = cells(&inventory).collect();
    assert_eq!(cells, Coverage::of(&inventory).cells());
    let mut accounts = BTreeMap::<_, usize>::new();
    for cell in &cells {
        *accounts.entry(cell.account.as_str()).or_default() += 1;
    }
    assert_eq!(
        accounts.len(),
        ACCOUNTS + 1,
        "every account, and what stands for those that nobody lists"
    );
}

/// Every member shows the organization's trail; every third keeps one of its own, and the last of them shows one whose
/// owner is on no list. The list of accounts ended early.
fn organization() -> MemoryInventory {
    let mut inventory = MemoryInventory::new(Organization {
        id: "o-long".into(),
        management_account: account_id(0),
    });
    for i in 0..ACCOUNTS {
        let id = account_id(i);
        inventory.add_account(account(&id), known(()), known(()));
        let mut shown = vec![0];
        if i % 3 == 1 {
            shown.push(i);
        }
        if i == ACCOUNTS - 1 {
            shown.push(ACCOUNTS);
        }
        for region in REGIONS {
            let sightings = shown.iter().map(|owner| sighting(*owner)).collect();
            let listing = match (i % 7, region) {
                (3, "b") => Observed::not_collected("the trails of the Region"),
                _ => known(sightings),
            };
            inventory.set_trails_in(&id, &region.into(), listing);
        }
    }
    for owner in (0..=ACCOUNTS).filter(|i| [0, ACCOUNTS].contains(i) || i % 3 == 1) {
        let logging = known(owner % 2 == 0);
        let trail = MemoryTrail::unknown(trail_of(owner), account_id(owner), REGIONS[0].into());
        inventory.add_trail(MemoryTrail { logging, ..trail });
    }
    inventory
}

fn sighting(owner: usize) -> Sighting {
    Sighting {
        trail: trail_of(owner),
        multi_region: true,
        organization: owner == 0,
    }
}

fn trail_of(owner: usize) -> TrailId {
    format!("trail-of-{}", account_id(owner)).into()
}

fn account_id(i: usize) -> AccountId {
    format!("{i:012}").into()
}

fn account(id: &AccountId) -> Account {
    Account {
        id: id.clone(),
        name: String::new(),
        organizational_unit: String::new(),
        state: AccountState::Active,
        joined: None,
        excluded: false,
    }
}

fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, EvidenceId::of(b"somewhere"))
}
