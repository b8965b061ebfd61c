//! The organization trail: judged once, inherited with proof, and missed where its copy is missing.

use std::collections::{BTreeMap, BTreeSet};

use trailaudit_sim::{Denial, DeniedBy, LogGroup, RegionStatus, Trail, TrailStatus};

use crate::audit::{Audited, FIVE, audit};
use crate::worlds::{
    ARCHIVE, FIRST, HOME, MANAGEMENT, SECOND, account, hours_ago, organization_trail, sound, sound_at, trail_arn,
};

const TRAIL_RULES: [&str; 3] = [
    "trail-encrypted-with-customer-key",
    "trail-delivers-to-log-group",
    "trail-logging",
];
const COVERED: &str = "every-region-covered";

/// One judged row in the owner account; a row in every member, which cites that member's own listing of the trail.
#[test]
fn one_trail_is_judged_once_and_inherited_with_proof() {
    let audited = audit(sound(&[HOME, "eu-west-1", "eu-north-1"]), &[]);
    let arn = trail_arn(HOME);
    for rule in TRAIL_RULES {
        let rows: Vec<_> = audited
            .package
            .findings
            .iter()
            .filter(|row| row["rule"] == rule)
            .collect();
        let (inherited, judged): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| !row["inherited_from"].is_empty());
        let [judged] = judged[..] else {
            panic!("not judged once: {judged:?}")
        };
        assert_eq!((&*judged["account_id"], &*judged["region"]), (MANAGEMENT, HOME));
        assert_eq!((&*judged["resource_type"], &*judged["resource_id"]), ("trail", &*arn));
        let heirs: BTreeSet<_> = inherited.iter().map(|row| &*row["account_id"]).collect();
        assert_eq!((inherited.len(), heirs), (3, [ARCHIVE, FIRST, SECOND].into()), "{rule}");
        for row in inherited {
            assert_eq!(
                (&*row["inherited_from"], &*row["resource_id"], &*row["region"]),
                (&*arn, &*arn, "")
            );
            assert_eq!(row["verdict"], judged["verdict"]);
            proves_that_the_member_lists(&audited, &row["account_id"], &row["evidence"], &arn);
        }
    }
}

/// What a verdict cites can be found in the package, wherever it is kept.
#[test]
fn every_cited_exchange_is_in_the_package() {
    let audited = audit(sound(&[HOME, "eu-west-1"]), &[]);
    let files = audited.package.files();
    let records: Vec<_> = files.iter().filter(|file| file.ends_with(".jsonl.gz")).collect();
    let cited = audited.package.findings.iter().chain(&audited.package.coverage);
    let cited: BTreeSet<&str> = cited
        .flat_map(|row| row["evidence"].split(';'))
        .filter(|id| !id.is_empty())
        .collect();
    assert!(cited.len() > 10);
    for id in cited {
        assert!(
            records.iter().any(|file| audited.package.exchange(file, id).is_some()),
            "{id}"
        );
    }
    for row in audited.package.findings.iter().filter(|row| row["verdict"] == "pass") {
        assert!(!row["evidence"].is_empty(), "a pass without evidence: {row:?}");
    }
}

#[test]
fn a_member_without_its_copy_is_not_covered() {
    let mut world = sound(&[HOME, "eu-west-1"]);
    account(&mut world, FIRST).lose_copies_of(&trail_arn(HOME));
    account(&mut world, SECOND)
        .missing_copies
        .insert(trail_arn(HOME), ["eu-west-1".to_owned()].into());
    let audited = audit(world, &FIVE);
    assert_eq!(audited.code, 3, "{}", audited.told);
    let fails = [
        format!("account-has-logging-trail {FIRST}  account"),
        format!("{COVERED} {FIRST}  account"),
        format!("{COVERED} {SECOND}  account"),
    ];
    assert_eq!(audited.verdicts("fail"), fails);
    let reason = &audited.finding(COVERED, SECOND)["reason"];
    assert!(
        reason.contains("eu-west-1") && !reason.contains("us-east-1,"),
        "{reason}"
    );
    for rule in TRAIL_RULES {
        let row = audited.finding(rule, FIRST);
        assert_eq!(
            (&*row["verdict"], &*row["resource_type"]),
            ("not-applicable", "account"),
            "nothing passes vacuously"
        );
    }
}

#[test]
fn a_copy_may_still_be_on_its_way_to_a_new_member() {
    let mut world = sound(&[HOME, "eu-west-1"]);
    for (id, hours) in [(FIRST, 23), (SECOND, 25)] {
        let member = account(&mut world, id);
        member.lose_copies_of(&trail_arn(HOME));
        member.joined = hours_ago(hours);
    }
    let audited = audit(world, &[]);
    let fresh = audited.finding(COVERED, FIRST);
    assert_eq!(fresh["verdict"], "inconclusive", "{fresh:?}");
    assert!(
        fresh["reason"].contains("propagating") && fresh["reason"].contains("24 hours"),
        "{fresh:?}"
    );
    assert_eq!(audited.finding(COVERED, SECOND)["verdict"], "fail");
}

#[test]
fn a_home_region_the_member_has_not_enabled_is_the_explanation() {
    let home = "af-south-1";
    let mut world = sound_at(home, &[HOME, "eu-west-1", home]);
    account(&mut world, FIRST)
        .region_status
        .insert(home.to_owned(), RegionStatus::Disabled);
    let audited = audit(world, &[]);
    assert_eq!(audited.code, 3, "{}", audited.told);
    let row = audited.finding(COVERED, FIRST);
    assert_eq!(row["verdict"], "fail");
    assert!(
        row["reason"].contains("has not enabled the trail's home Region af-south-1"),
        "{row:?}"
    );
    assert_eq!(audited.finding(COVERED, SECOND)["verdict"], "pass");
    assert!(audited.cells().contains(&format!("{FIRST} {home} region-disabled")));
}

/// A single-Region organization trail leaves the other Regions of everybody uncovered.
#[test]
fn a_trail_of_one_region_covers_one_region() {
    let mut world = sound(&[HOME, "eu-west-1"]);
    organization_trail(&mut world).multi_region = false;
    let audited = audit(world, &FIVE);
    let fails: Vec<_> = [ARCHIVE, MANAGEMENT, FIRST, SECOND]
        .map(|id| format!("{COVERED} {id}  account"))
        .into();
    assert_eq!(audited.verdicts("fail"), fails);
}

/// A stopped trail with two sound neighbours: each trail is judged for itself, the account by the best of them.
#[test]
fn good_and_bad_trails_of_one_account_are_judged_apart() {
    let mut world = sound(&[HOME, "eu-west-1"]);
    let mut stopped = Trail::new("stopped", "eu-west-1", hours_ago(0));
    stopped.status = TrailStatus {
        stopped: Some(hours_ago(9)),
        logging: false,
        ..stopped.status
    };
    account(&mut world, FIRST).trails.push(stopped);
    let audited = audit(world, &[]);
    let arn = format!("arn:aws:cloudtrail:eu-west-1:{FIRST}:trail/stopped");
    let rows = audited.findings("trail-logging", FIRST);
    let verdicts: BTreeMap<_, _> = rows
        .iter()
        .map(|row| (&*row["resource_id"], &*row["verdict"]))
        .collect();
    assert_eq!(verdicts, [(&*arn, "fail"), (&*trail_arn(HOME), "pass")].into());
    assert_eq!(audited.finding("account-has-logging-trail", FIRST)["verdict"], "pass");
    assert_eq!(audited.finding(COVERED, FIRST)["verdict"], "pass");
    // The bad one is nobody's but its owner's.
    assert!(
        audited
            .package
            .findings
            .iter()
            .all(|row| row["account_id"] == FIRST || row["resource_id"] != arn)
    );
}

/// The name of the log group is compared whole: a neighbour whose name merely begins so is not it.
#[test]
fn a_log_group_with_a_longer_name_is_another_one() {
    let mut world = sound(&[HOME]);
    let owner = account(&mut world, MANAGEMENT);
    owner.log_groups = vec![LogGroup::new("organization-trail-2", HOME, hours_ago(500))];
    let audited = audit(world, &[]);
    let row = audited.findings("trail-delivers-to-log-group", MANAGEMENT)[0];
    assert_eq!(row["verdict"], "fail", "{row:?}");
    assert!(row["reason"].contains("log-group:organization-trail"), "{row:?}");
}

/// One status that cannot be read spoils no other trail's answer.
#[test]
fn an_unread_status_stays_with_its_trail() {
    let mut world = sound(&[HOME]);
    let owner = account(&mut world, MANAGEMENT);
    let mut unread = Trail::new("a-first-in-order", HOME, hours_ago(0));
    unread.multi_region = true;
    let arn = unread.arn(MANAGEMENT);
    owner.trails.insert(0, unread);
    owner.denials.push(Denial {
        by: DeniedBy::IdentityPolicy,
        actions: vec!["cloudtrail:GetTrailStatus".to_owned()],
        regions: Vec::new(),
        resources: vec![arn.clone()],
    });
    let audited = audit(world, &[]);
    let rows = audited.findings("trail-logging", MANAGEMENT);
    let verdicts: BTreeMap<_, _> = rows
        .iter()
        .map(|row| (&*row["resource_id"], &*row["verdict"]))
        .collect();
    assert_eq!(verdicts, [(&*arn, "inconclusive"), (&*trail_arn(HOME), "pass")].into());
}

fn proves_that_the_member_lists(audited: &Audited, member: &str, evidence: &str, arn: &str) {
    let proof = audited
        .package
        .exchange(&format!("accounts/{member}.jsonl.gz"), evidence);
    let proof = proof.unwrap_or_else(|| panic!("{evidence} is not in the records of {member}"));
    assert_eq!(
        (&proof["account"], &proof["operation"]),
        (&member.into(), &"DescribeTrails".into()),
        "{proof}"
    );
    let listed = proof["answer"]["trailList"].as_array().expect("a list");
    assert!(listed.iter().any(|trail| trail["TrailARN"] == arn), "{proof}");
    let principal = proof["transport"]["principal"].as_str().expect("a principal");
    assert!(
        principal.starts_with(&format!("arn:aws:sts::{member}:assumed-role/")),
        "{principal}"
    );
}
