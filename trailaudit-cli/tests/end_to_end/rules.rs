//! The rules of the whole catalogue where the population can show one side of them only: the organization, what a
//! baseline designates, and which rules a framework asks for.

use std::fs;

use trailaudit_core::CATALOGUE;
use trailaudit_core::framework::{Selection, framework};
use trailaudit_sim::{DelegatedAdministrator, EventSelectors, World};

use crate::audit::{Audited, Bench, audit};
use crate::worlds::{ARCHIVE, FIRST, HOME, MANAGEMENT, SECOND, account, days_ago, organization_trail, sound};

#[test]
fn the_organization_is_judged_once_in_its_management_account() {
    let mut world = sound(&[HOME]);
    organization_trail(&mut world).event_selectors = EventSelectors::BasicReadOnly;
    administered_by(&mut world, FIRST);
    let audited = audit(world, &[]);
    assert_eq!(audited.code, 3, "{}", audited.told);
    for (rule, verdict, word) in [
        ("organization-trail-logging", "fail", "writing management events"),
        ("delegated-administrators-approved", "fail", FIRST),
        ("organization-all-features-enabled", "pass", "all features"),
    ] {
        let row = audited.finding(rule, MANAGEMENT);
        let about = (&*row["verdict"], &*row["resource_type"], &*row["resource_id"]);
        assert_eq!(about, (verdict, "organization", "o-exampleorg"), "{row:?}");
        assert!(row["reason"].contains(word) && !row["evidence"].is_empty(), "{row:?}");
        for member in [ARCHIVE, FIRST, SECOND] {
            let row = audited.finding(rule, member);
            assert_eq!(row["verdict"], "not-applicable", "{row:?}");
            assert!(row["reason"].contains(MANAGEMENT), "{row:?}");
        }
    }
}

#[test]
fn a_baseline_approves_and_designates() {
    let thresholds = |administrator: &str, bucket: &str| {
        format!(
            "[thresholds]\napproved-administrators = [\"{administrator}\"]\ndesignated-buckets = [\"{bucket}\"]\n\
             log-group-retention-days = 400\n"
        )
    };
    let with = |text: &str| {
        let mut world = sound(&[HOME]);
        administered_by(&mut world, FIRST);
        account(&mut world, MANAGEMENT).log_groups[0].retention_days = Some(365);
        audit_with(world, text)
    };
    let verdicts = |audited: &Audited| {
        let of = |rule| audited.finding(rule, MANAGEMENT)["verdict"].clone();
        [
            of("delegated-administrators-approved"),
            of("trail-uses-designated-destinations"),
            of("log-group-retention-sufficient"),
        ]
    };
    let audited = with(&thresholds(FIRST, "organization-trail-logs"));
    assert_eq!(verdicts(&audited), ["pass", "pass", "fail"], "{}", audited.told);
    // Every account's extract has the catalogue: it says how many are approved, the baseline whom.
    let text = |file: &str| fs::read_to_string(audited.bench.path().join("package").join(file)).unwrap();
    let (catalogue, baseline) = (text("catalogue.json"), text("baseline.toml"));
    assert!(catalogue.contains("\"approved-administrators\":[\"1, named in baseline.toml\"]"));
    assert!(!catalogue.contains(FIRST) && baseline.contains(FIRST), "{baseline}");
    let audited = with(&thresholds(SECOND, "elsewhere"));
    assert_eq!(verdicts(&audited), ["fail", "fail", "fail"], "{}", audited.told);
    let audited = with("");
    assert_eq!(
        verdicts(&audited),
        ["fail", "not-applicable", "pass"],
        "{}",
        audited.told
    );
}

/// Without a framework every rule is asked; with one, its own and the five that are asked always.
#[test]
fn a_framework_chooses_its_rules() {
    let asked = |options: &[&str]| {
        let audited = audit(sound(&[HOME]), options);
        let catalogue = audited.package.json("catalogue.json");
        let rules = catalogue["rules"].as_array().unwrap();
        rules
            .iter()
            .map(|rule| rule["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(&[]).len(), CATALOGUE.len());
    for id in ["gxp-21-cfr-part-11", "aws-security-hub"] {
        let selection = Selection::new(vec![framework(id).unwrap()]);
        let own: Vec<_> = CATALOGUE
            .iter()
            .filter(|rule| selection.asks(rule))
            .map(|rule| rule.id)
            .collect();
        assert!((6..CATALOGUE.len()).contains(&own.len()), "{own:?}");
        assert_eq!(asked(&["--framework", id]), own);
    }
    let one = [
        "--framework",
        "gxp-21-cfr-part-11",
        "--rule",
        "organization-trail-logging",
    ];
    assert_eq!(asked(&one), ["organization-trail-logging"]);
}

fn administered_by(world: &mut World, member: &str) {
    world
        .organization
        .delegated_administrators
        .push(DelegatedAdministrator {
            account: member.to_owned(),
            service_principal: "cloudtrail.amazonaws.com".to_owned(),
            enabled: days_ago(90),
        });
}

fn audit_with(world: World, config: &str) -> Audited {
    let bench = Bench::new(world);
    fs::write(bench.path().join("trailaudit.toml"), config).unwrap();
    let mut command = bench.command("audit");
    let output = command
        .args(["--out", "package", "--config", "trailaudit.toml"])
        .output()
        .unwrap();
    bench.audited(&output)
}
