//! Unknown never passes, for every rule there is: what is hidden makes a verdict inconclusive at best, and hiding any
//! more never turns a fail or an inconclusive into something better.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use trailaudit_core::inventory::Sighting;
use trailaudit_core::key::{KeyManager, KeyState};
use trailaudit_core::log_group::Retention;
use trailaudit_core::memory::{MemoryInventory, MemoryKey, MemoryLogGroup, MemoryTrail};
use trailaudit_core::observed::Observed;
use trailaudit_core::organization::{Account, AccountState, KeyId, Organization, Region, TrailId};
use trailaudit_core::trail::{Delivery, EventClass, LogDestination};
use trailaudit_core::{Assessment, Baseline, CATALOGUE, EvidenceId, Verdict, assess};

const MANAGER: &str = "111111111111";
const MEMBER: &str = "222222222222";
const REGIONS: [&str; 2] = ["home", "away"];
/// How many facts the world has: enough for each to have a place of its own.
const FACTS: usize = 64;

/// A world of two accounts: the organization's trail, and one of the member's own. Every fact has a place; `unsound`
/// says which are bad, `hidden` which are not known.
struct World<'a> {
    unsound: &'a BTreeSet<usize>,
    hidden: &'a BTreeSet<usize>,
    next: usize,
}

impl World<'_> {
    /// The next fact, sound or not, if it is known.
    fn fact<T>(&mut self, sound: T, unsound: T) -> Observed<T> {
        let place = self.next;
        self.next += 1;
        if self.hidden.contains(&place) {
            return Observed::not_collected("a hidden fact");
        }
        let value = if self.unsound.contains(&place) { unsound } else { sound };
        Observed::known(value, EvidenceId::of(&place.to_be_bytes()))
    }

    fn inventory(mut self) -> MemoryInventory {
        let mut inventory = MemoryInventory::new(Organization {
            id: "o-hidden".into(),
            management_account: MANAGER.into(),
        });
        inventory.set_account_list(self.fact((), ()));
        inventory.set_in_organization(self.fact(true, false));
        inventory.set_all_features(self.fact(true, false));
        inventory.set_delegated_administrators(self.fact(vec![MANAGER.into()], vec![MEMBER.into()]));
        for id in [MANAGER, MEMBER] {
            let (entry, regions) = (self.fact((), ()), self.fact((), ()));
            inventory.add_account(account(id), entry, regions);
            for region in REGIONS {
                let of = |owner: &str| Sighting {
                    trail: trail_id(owner),
                    multi_region: true,
                    organization: owner == MANAGER,
                };
                let sound = if id == MANAGER {
                    vec![of(MANAGER)]
                } else {
                    vec![of(MANAGER), of(MEMBER)]
                };
                let listing = self.fact(sound, Vec::new());
                inventory.set_trails_in(&id.into(), &Region::from(region), listing);
            }
            let trail = self.trail(id);
            inventory.add_trail(trail);
            let key = MemoryKey {
                manager: self.fact(KeyManager::Customer, KeyManager::Provider),
                state: self.fact(KeyState::Enabled, KeyState::Changing("Creating".into())),
                ..MemoryKey::unknown(key_id(id))
            };
            let key: Box<dyn trailaudit_core::Key + Send> = Box::new(key);
            let key = self.fact((), ()).map(|()| Some(key));
            inventory.set_key(&key_id(id), key);
            let group = MemoryLogGroup {
                retention: self.fact(Retention::Forever, Retention::Days(7)),
                key: self.fact(Some(key_id(id)), None),
                protected: self.fact(true, false),
                ..MemoryLogGroup::unknown(destination(id).group)
            };
            let group: Box<dyn trailaudit_core::LogGroup + Send> = Box::new(group);
            let group = self.fact((), ()).map(|()| Some(group));
            inventory.set_log_group(&destination(id).group, group);
        }
        assert!(self.next <= FACTS, "{} facts", self.next);
        inventory
    }

    fn trail(&mut self, owner: &str) -> MemoryTrail {
        let failing = Delivery {
            latest: None,
            error: Some("no".into()),
        };
        let delivered = Delivery {
            latest: Some(hours_ago(1)),
            error: None,
        };
        let mut delivery = || self.fact(delivered.clone(), failing.clone());
        let (to_files, to_digests, to_group, to_topic) = (delivery(), delivery(), delivery(), delivery());
        MemoryTrail {
            multi_region: self.fact(true, false),
            organization: self.fact(owner == MANAGER, owner == MANAGER),
            key: self.fact(Some(key_id(owner)), None),
            destination: self.fact(Some(destination(owner)), None),
            validates: self.fact(true, false),
            logging: self.fact(true, false),
            since: self.fact(Some(hours_ago(1_000)), None),
            to_files,
            to_digests,
            to_group,
            to_topic,
            topic: self.fact(Some("topic".into()), Some("elsewhere".into())),
            bucket: self.fact("arn:aws:s3:::bucket".into(), "arn:aws:s3:::elsewhere".into()),
            global: self.fact(true, false),
            excluded: self.fact(Some(Vec::new()), Some(vec!["kms".into()])),
            records: self.fact(EventClass::ALL.to_vec(), Vec::new()),
            ..MemoryTrail::unknown(trail_id(owner), owner.into(), REGIONS[0].into())
        }
    }
}

fn judged(unsound: &BTreeSet<usize>, hidden: &BTreeSet<usize>) -> Assessment {
    let inventory = World {
        unsound,
        hidden,
        next: 0,
    }
    .inventory();
    let mut baseline = Baseline::default();
    baseline.thresholds.approved_administrators = vec![MANAGER.into()];
    baseline.thresholds.designated_buckets = vec!["bucket".into()];
    baseline.thresholds.designated_topics = vec!["topic".into()];
    assess(&inventory, CATALOGUE, &baseline, as_of())
}

/// The accounts in which a rule has something open, by the rule.
fn open(assessment: &Assessment) -> BTreeSet<(&'static str, String)> {
    let is_open = |verdict| matches!(verdict, Verdict::Fail | Verdict::Inconclusive);
    let rows = assessment.findings.iter().filter(|finding| is_open(finding.verdict));
    rows.map(|finding| (finding.rule.id, finding.account.to_string()))
        .collect()
}

#[test]
fn what_is_sound_passes_and_what_is_unknown_is_inconclusive() {
    let (none, all) = (BTreeSet::new(), (0..FACTS).collect());
    let sound = judged(&none, &none);
    assert_eq!(open(&sound), BTreeSet::new());
    let unknown = judged(&none, &all);
    for rule in CATALOGUE {
        assert!(sound.verdicts_of(rule)[&Verdict::Pass] > 0, "{} never passes", rule.id);
        let verdicts = unknown.verdicts_of(rule);
        assert!(verdicts[&Verdict::Inconclusive] > 0, "{}: {verdicts:?}", rule.id);
        assert_eq!(
            verdicts[&Verdict::Pass] + verdicts[&Verdict::Fail],
            0,
            "{}: {verdicts:?}",
            rule.id
        );
    }
}

/// One fact after the other: whatever rule reads it notices, and none that passed without it fails.
#[test]
fn each_hidden_fact_leaves_something_open() {
    let none = BTreeSet::new();
    let mut noticed = BTreeSet::new();
    for place in 0..FACTS {
        let hidden = [place].into();
        let less = judged(&none, &hidden);
        assert!(!less.any(Verdict::Fail), "hiding fact {place} makes something fail");
        noticed.extend(open(&less).into_iter().map(|(rule, _)| rule));
    }
    // No single fact hides a trail that several others still show.
    let all: BTreeSet<_> = CATALOGUE.iter().map(|rule| rule.id).collect();
    assert_eq!(noticed, all, "a rule that reads nothing");
}

/// No account gets rid of what a rule has against it by showing less.
#[test]
fn hiding_facts_never_makes_anything_better() {
    let places = || prop::collection::btree_set(0..FACTS, 0..12);
    let mut runner = TestRunner::new(Config {
        cases: 3_000,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&(places(), places()), |(unsound, hidden)| {
            let (whole, less) = (judged(&unsound, &BTreeSet::new()), judged(&unsound, &hidden));
            let gone: Vec<_> = open(&whole).difference(&open(&less)).cloned().collect();
            prop_assert!(gone.is_empty(), "{gone:?} is not open any more");
            for accounting in &less.accounting {
                prop_assert_eq!(accounting.total(), less.coverage.planned());
            }
            Ok(())
        })
        .unwrap();
}

fn account(id: &str) -> Account {
    Account {
        id: id.into(),
        name: String::new(),
        organizational_unit: String::new(),
        state: AccountState::Active,
        joined: None,
        excluded: false,
    }
}

fn trail_id(owner: &str) -> TrailId {
    format!("trail-of-{owner}").into()
}

fn key_id(owner: &str) -> KeyId {
    format!("key-of-{owner}").into()
}

fn destination(owner: &str) -> LogDestination {
    LogDestination {
        group: format!("group-of-{owner}").into(),
        account: owner.into(),
        region: REGIONS[0].into(),
        role: Some("role".into()),
    }
}

fn as_of() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn hours_ago(hours: i64) -> Timestamp {
    as_of() - SignedDuration::from_hours(hours)
}
