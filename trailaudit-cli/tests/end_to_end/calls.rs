//! What is asked, as the other side counted it; and what of it must never be written down.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use trailaudit_aws::role_policy;
use trailaudit_sim::{Ledger, Settings, World, populate};

use crate::audit::{Audited, audit};
use crate::package::decompressed;
use crate::worlds::{ARCHIVE, FIRST, HOME, MANAGEMENT, ROLE, account, denial, sound};

#[test]
fn nothing_is_asked_twice() {
    let world = populated(25, 17);
    let (accounts, regions) = (world.accounts.len(), world.regions.len());
    let changing: BTreeSet<_> = keys(&world)
        .filter(|(_, state)| ["Creating", "Updating"].contains(state))
        .collect();
    let changing: BTreeSet<String> = changing.into_iter().map(|(arn, _)| arn).collect();
    let ledger = audit(world, &[]).ledger;
    for operation in [
        "AssumeRole",
        "ListRegions",
        "DescribeTrails",
        "DescribeLogGroups",
        "GetTrailStatus",
    ] {
        let asked = ledger.asked(operation);
        assert!(asked.len() > 10, "{operation}: {asked:?}");
        assert_eq!(more_than(1, &asked), BTreeSet::new(), "{operation}");
    }
    // A key in the middle of a change is read once more, and no other.
    assert_eq!(more_than(1, &ledger.asked("DescribeKey")), changing);
    assert_eq!(more_than(2, &ledger.asked("DescribeKey")), BTreeSet::new());
    assert!(ledger.count("sts", "AssumeRole") < accounts as u64);
    assert!(ledger.count("cloudtrail", "DescribeTrails") <= (accounts * regions) as u64);
    creates_nothing(&ledger);
}

/// A central key and a central log group that many trails name are asked for once, not once a trail.
#[test]
fn what_many_name_is_asked_once() {
    let mut world = sound(&[HOME, "eu-west-1"]);
    let central = account(&mut world, MANAGEMENT).trails[0].clone();
    for id in [ARCHIVE, FIRST] {
        let mut own = central.clone();
        own.name = format!("own-{id}");
        own.organization = false;
        account(&mut world, id).trails.push(own);
    }
    let ledger = audit(world, &[]).ledger;
    assert_eq!(
        ledger.count("kms", "DescribeKey"),
        1,
        "{:?}",
        ledger.asked("DescribeKey")
    );
    assert_eq!(
        ledger.count("logs", "DescribeLogGroups"),
        1,
        "{:?}",
        ledger.asked("DescribeLogGroups")
    );
}

/// Asking for `alias/aws/...` would create that key.
#[test]
fn an_aws_managed_alias_is_never_asked_for() {
    let mut world = sound(&[HOME]);
    account(&mut world, MANAGEMENT).trails[0].kms_key_id = Some("alias/aws/cloudtrail".to_owned());
    account(&mut world, MANAGEMENT).log_groups[0].kms_key_id = None;
    let audited = audit(world, &[]);
    assert_eq!(audited.ledger.count("kms", "DescribeKey"), 0);
    assert_eq!(
        audited.findings("trail-encrypted-with-customer-key", MANAGEMENT)[0]["verdict"],
        "fail"
    );
    let mut world = sound(&[HOME]);
    let arn = format!("arn:aws:kms:{HOME}:{MANAGEMENT}:alias/aws/cloudtrail");
    account(&mut world, MANAGEMENT).trails[0].kms_key_id = Some(arn);
    account(&mut world, MANAGEMENT).log_groups[0].kms_key_id = None;
    let audited = audit(world, &[]);
    creates_nothing(&audited.ledger);
    assert_eq!(audited.ledger.count("kms", "DescribeKey"), 0);
    assert_eq!(
        audited.findings("trail-encrypted-with-customer-key", MANAGEMENT)[0]["verdict"],
        "fail"
    );
}

/// Every call is an exchange in the package, refused ones too, and every refusal is in the run log.
#[test]
fn every_call_is_on_record() {
    let mut world = sound(&[HOME, "eu-west-1"]);
    account(&mut world, FIRST)
        .denials
        .push(denial("p-1", &["cloudtrail:*"], &["eu-west-1"]));
    let audited = audit(world, &[]);
    let (package, ledger) = (&audited.package, &audited.ledger);
    let mut recorded: BTreeMap<(String, String), u64> = BTreeMap::new();
    for file in package.files().iter().filter(|file| file.ends_with(".jsonl.gz")) {
        for line in decompressed(&package.path.join(file)).lines().skip(1) {
            let exchange: serde_json::Value = serde_json::from_str(line).unwrap();
            let name = |field: &str| exchange[field].as_str().unwrap().to_owned();
            *recorded.entry((name("service"), name("operation"))).or_default() += 1;
        }
    }
    // CloudWatch goes by another name where requests are signed.
    let by_prefix = |service: &str| if service == "monitoring" { "cloudwatch" } else { service }.to_owned();
    let asked = ledger
        .calls
        .iter()
        .map(|((service, operation), times)| ((by_prefix(service), operation.to_string()), *times));
    assert_eq!(recorded, asked.collect());
    let log = String::from_utf8(package.bytes("run.jsonl")).unwrap();
    assert_eq!(
        log.matches("\"event\":\"gap\"").count() as u64,
        ledger
            .refused
            .iter()
            .filter(|((_, code), _)| !code.starts_with("NoSuch"))
            .map(|(_, times)| times)
            .sum::<u64>()
    );
}

/// Neither what was given to us nor what AWS gave us: access keys, session tokens, external ids, e-mail addresses.
#[test]
fn no_secret_is_in_any_file() {
    let mut world = populated(12, 4);
    for account in world.accounts.values_mut() {
        account
            .roles
            .values_mut()
            .for_each(|role| role.trust.external_id = Some("correct-horse".to_owned()));
    }
    let secrets = [world.access_keys[0].secret.clone(), world.token_secret.clone()];
    let audited = audit(
        world,
        &["--external-id", "correct-horse", "-vvv", "--source-identity", "ada"],
    );
    assert!(
        audited.reached().len() > 5,
        "the external id was accepted: {}",
        audited.told
    );
    let mut texts: Vec<(String, String)> = Vec::new();
    for file in audited.package.files() {
        let path = audited.package.path.join(&file);
        let text = if file.ends_with(".gz") {
            decompressed(&path)
        } else {
            fs::read_to_string(&path).unwrap()
        };
        texts.push((file, text));
    }
    texts.push((TOLD.to_owned(), audited.told));
    let assumed = texts
        .iter()
        .filter(|(_, text)| text.contains("\"operation\":\"AssumeRole\""))
        .count();
    assert!(assumed > 5, "sessions were recorded, so there was something to hide");
    let words = [
        "correct-horse",
        "SecretAccessKey",
        "SessionToken",
        "AccessKeyId",
        "ASIA",
        "AKIA",
        "@example.com",
        TOKEN,
    ];
    for (file, text) in &texts {
        // The SDK's own debug lines name the key (its id, as CloudTrail itself does), but not what goes with it.
        let words = words
            .iter()
            .filter(|word| file != TOLD || !["ASIA", "AKIA"].contains(word))
            .copied();
        for secret in words.chain(secrets.iter().map(String::as_str)) {
            assert!(!text.contains(secret), "{secret:?} is in {file}");
        }
    }
}

/// A session may do what `calls` declares and nothing more: the trust it was given is not the measure.
#[test]
fn a_role_with_the_documented_actions_is_enough() {
    let documented = documented_actions();
    let policy = role_policy();
    let needed = policy["Statement"][0]["Action"].as_array().unwrap().iter();
    let needed: Vec<_> = needed.map(|action| action.as_str().unwrap().to_owned()).collect();
    assert_eq!(documented, needed, "the README lists what the calls need");
    let allowing = |actions: &[String]| {
        let mut world = populated(8, 3);
        let roles = world
            .accounts
            .values_mut()
            .flat_map(|account| account.roles.values_mut());
        let entered = roles.filter(|role| role.name == ROLE);
        entered.for_each(|role| role.allowed = actions.to_vec());
        audit(world, &["--as-of", AS_OF])
    };
    let (narrow, wide) = (allowing(&documented), allowing(&["*".to_owned()]));
    let findings = |audited: &Audited| -> Vec<String> {
        let bytes = audited.package.bytes("findings.csv");
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    };
    let (narrow, wide) = (findings(&narrow), findings(&wide));
    let differing: Vec<_> = narrow.iter().zip(&wide).filter(|(one, other)| one != other).collect();
    assert!(narrow.len() == wide.len() && differing.is_empty(), "{differing:#?}");
}

/// What the README says a role has to allow: a service a line, with its actions.
fn documented_actions() -> Vec<String> {
    let readme = include_str!("../../../README.md");
    let list = readme
        .split("```text permissions\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let mut actions = Vec::new();
    for line in list.lines() {
        let mut words = line.split_whitespace();
        let Some(service) = words.next() else { continue };
        actions.extend(words.map(|action| format!("{service}:{action}")));
    }
    actions
}

/// What every session token of the simulator begins with.
const TOKEN: &str = "eyJhY2NvdW50Ijoi";
const TOLD: &str = "what was told";
const AS_OF: &str = "2026-11-20T03:00:00Z";

fn populated(accounts: usize, regions: usize) -> World {
    populate(&Settings {
        accounts,
        regions,
        seed: 7,
        as_of: AS_OF.parse().unwrap(),
    })
    .world
}

fn keys(world: &World) -> impl Iterator<Item = (String, &'static str)> {
    let of = |account: &trailaudit_sim::Account| {
        let arns = account.keys.iter().map(|key| (key.arn(&account.id), key.state));
        arns.collect::<Vec<_>>()
    };
    world.accounts.values().flat_map(of)
}

fn more_than(times: u64, asked: &BTreeMap<String, u64>) -> BTreeSet<String> {
    asked
        .iter()
        .filter(|(_, count)| **count > times)
        .map(|(target, _)| target.clone())
        .collect()
}

fn creates_nothing(ledger: &Ledger) {
    assert_eq!(ledger.created_keys, BTreeSet::new());
}
