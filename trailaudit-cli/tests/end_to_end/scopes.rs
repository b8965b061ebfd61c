//! Which accounts and Regions are looked at, and by whose credentials.

use std::collections::BTreeSet;
use std::fs;

use trailaudit_sim::{AccessKey, DelegatedAdministrator, Role, World};

use crate::audit::{Audited, Bench, FIVE, audit};
use crate::support::told;
use crate::worlds::{ARCHIVE, FIRST, HOME, MANAGEMENT, ROLE, SECOND, account, days_ago, sound, trail_arn, with_units};

#[test]
fn accounts_and_units_are_chosen_and_left_out() {
    let (outer, inner) = with_units(&mut sound(&[HOME]));
    let cases: [(&[&str], &[&str]); 7] = [
        (&["--ou", outer], &[ARCHIVE, FIRST]),
        (&["--ou", inner], &[ARCHIVE]),
        (&["--ou", outer, "--exclude-ou", inner], &[FIRST]),
        (&["--exclude-ou", outer], &[MANAGEMENT, SECOND]),
        (&["--account", FIRST, "--account", SECOND], &[FIRST, SECOND]),
        (&["--exclude-account", MANAGEMENT], &[ARCHIVE, FIRST, SECOND]),
        (&["--account-tag", "stage=prod"], &[SECOND]),
    ];
    for (options, expected) in cases {
        let mut world = sound(&[HOME]);
        with_units(&mut world);
        account(&mut world, SECOND)
            .tags
            .insert("stage".to_owned(), "prod".to_owned());
        let audited = audit(world, options);
        assert_eq!(audited.reached(), expected, "{options:?}: {}", audited.told);
        assert_eq!(audited.code, 0, "{options:?}: {}", audited.told);
        // Nothing is forgotten: who was left out is in the coverage, and in no finding.
        let excluded = audited
            .package
            .coverage
            .iter()
            .filter(|cell| cell["status"] == "excluded");
        assert_eq!(excluded.count(), 4 - expected.len(), "{options:?}");
        assert_eq!(audited.package.coverage.len(), 4);
        let judged = audited.package.findings.iter().filter(|row| {
            !row["inherited_from"].is_empty() || !["trail", "log-group", "alarm"].contains(&&*row["resource_type"])
        });
        let strangers: Vec<_> = judged.filter(|row| !expected.contains(&&*row["account_id"])).collect();
        assert!(strangers.is_empty(), "{options:?}: {strangers:?}");
    }
}

#[test]
fn a_unit_or_account_that_does_not_exist_is_an_error() {
    for (options, word) in [
        (["--ou", "ou-exam-99999999"], "ou-exam-99999999"),
        (["--account", "999999999999"], "999999999999"),
    ] {
        let bench = Bench::new(sound(&[HOME]));
        let output = bench
            .command("audit")
            .args(["--out", "package"])
            .args(options)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        assert!(
            String::from_utf8_lossy(&output.stderr).contains(word),
            "{}",
            told(&output)
        );
        assert!(!bench.path().join("package").exists());
    }
}

/// Trails are looked for in that Region only; the trail it shows is asked where it lives.
#[test]
fn a_region_limits_where_trails_are_looked_for() {
    let audited = audit(sound(&[HOME, "eu-west-1", "eu-north-1"]), &["--region", "eu-west-1"]);
    // How the trail delivers to members is shown in its home Region, where no member was asked.
    assert_eq!(audited.code, 4, "{}", audited.told);
    let open = audited
        .package
        .findings
        .iter()
        .filter(|row| row["verdict"] != "pass" && row["verdict"] != "not-applicable");
    let open: BTreeSet<_> = open
        .map(|row| (&*row["rule"], &*row["verdict"], row["inherited_from"].is_empty()))
        .collect();
    let delivery = [
        "digest-delivery-current",
        "log-file-delivery-current",
        "log-group-delivery-current",
    ];
    assert_eq!(open, delivery.map(|rule| (rule, "inconclusive", false)).into());
    let cells = [ARCHIVE, MANAGEMENT, FIRST, SECOND].map(|id| format!("{id} eu-west-1 reached"));
    assert_eq!(audited.cells(), cells);
    let row = audited.finding("trail-logging", MANAGEMENT);
    assert_eq!((&*row["verdict"], &*row["region"]), ("pass", HOME));
    let asked = audited.ledger.asked("DescribeTrails");
    assert!(asked.keys().all(|target| target.ends_with("/eu-west-1")), "{asked:?}");
    let status = audited.ledger.asked("GetTrailStatus");
    assert!(
        status.contains_key(&format!("{MANAGEMENT}/{HOME}/{}", trail_arn(HOME))),
        "{status:?}"
    );
    assert_eq!(
        audited.package.json("manifest.json")["scope"]["regions"],
        serde_json::json!(["eu-west-1"])
    );
}

#[test]
fn a_file_names_the_accounts_where_organizations_cannot_be_asked() {
    let mut world = sound(&[HOME]);
    world.access_keys[0].allowed = vec![
        "sts:*".into(),
        "cloudtrail:*".into(),
        "logs:*".into(),
        "account:*".into(),
        "iam:*".into(),
        "s3:*".into(),
        "cloudwatch:*".into(),
        "sns:*".into(),
    ];
    let special = Role::trusting("Special", MANAGEMENT);
    account(&mut world, SECOND).roles = [("Special".to_owned(), special)].into();
    let bench = Bench::new(world);
    let list = format!(
        "account_id,name,role_arn\n{MANAGEMENT},Payer\n{ARCHIVE},\"Archive, of logs\"\n{SECOND},,arn:aws:iam::{SECOND}:role/Special\n"
    );
    fs::write(bench.path().join("accounts.csv"), list).unwrap();
    let output = bench
        .command("audit")
        .args(["--out", "package", "--accounts-file", "accounts.csv"])
        .output()
        .unwrap();
    let audited = bench.audited(&output);
    // Whose the bucket is can be told, but not whether they belong to the Organization: nobody may ask.
    assert_eq!(audited.code, 4, "{}", audited.told);
    assert_eq!(audited.open(), ["log-bucket-owned-by-organization"].into());
    assert_eq!(audited.reached(), [ARCHIVE, MANAGEMENT, SECOND]);
    let names: Vec<_> = audited
        .package
        .coverage
        .iter()
        .map(|cell| &*cell["account_name"])
        .collect();
    assert_eq!(names, ["Archive, of logs", "Payer", ""]);
    assert!(
        audited
            .ledger
            .calls
            .keys()
            .all(|(service, _)| *service != "organizations"),
        "{:?}",
        audited.ledger.calls
    );
}

#[test]
fn a_single_account_needs_neither_organizations_nor_roles() {
    let audited = audit(sound(&[HOME, "eu-west-1"]), &["--single-account"]);
    assert_eq!(audited.reached(), [MANAGEMENT], "{}", audited.told);
    // Nothing but whether the account belongs to one, and, as it manages it, what holds for all: who administers trails
    // besides, whether CloudTrail is trusted, and what policies deny.
    let organizations = audited
        .ledger
        .calls
        .iter()
        .filter(|((service, _), _)| *service == "organizations");
    let organizations: Vec<_> = organizations
        .map(|((_, operation), times)| (*operation, *times))
        .collect();
    let asked = [
        ("DescribeOrganization", 1),
        ("DescribePolicy", 2),
        ("ListAWSServiceAccessForOrganization", 1),
        ("ListDelegatedAdministrators", 1),
        ("ListPolicies", 1),
        ("ListRoots", 1),
        ("ListTargetsForPolicy", 2),
    ];
    assert_eq!(organizations, asked);
    assert_eq!(
        audited.ledger.count("sts", "AssumeRole"),
        0,
        "not even for the key in another account"
    );
    // The key is another account's, but its policy lets the Organization look.
    assert_eq!(
        audited.finding("trail-encrypted-with-customer-key", MANAGEMENT)["verdict"],
        "pass"
    );
    // What else is asked of the key, and what is asked of the bucket, only their owner tells.
    assert_eq!(audited.code, 4, "{}", audited.told);
    let open = audited.open();
    assert!(
        open.iter()
            .all(|rule| rule.starts_with("trail-key-") || rule.starts_with("log-bucket-")),
        "{open:?}"
    );
}

#[test]
fn role_names_are_tried_in_order() {
    let world = || {
        let mut world = sound(&[HOME]);
        let mut tower = Role::trusting("AWSControlTowerExecution", MANAGEMENT);
        tower.path = "/tower/".to_owned();
        account(&mut world, SECOND).roles = [(tower.name.clone(), tower)].into();
        world
    };
    let names = ["--role-name", ROLE, "--role-name", "tower/AWSControlTowerExecution"];
    let audited = audit(world(), &names);
    assert_eq!(audited.code, 0, "{}", audited.told);
    assert_eq!(
        audited.ledger.asked("AssumeRole"),
        [(ARCHIVE.into(), 1), (FIRST.into(), 1), (SECOND.into(), 2)].into()
    );
    let one = audit(world(), &names[..2]);
    assert_eq!(one.code, 4, "{}", one.told);
    assert!(one.cells().contains(&format!("{SECOND}  role-unavailable")));
}

#[test]
fn an_external_id_opens_the_roles_that_ask_for_one() {
    let world = || {
        let mut world = sound(&[HOME]);
        for id in [ARCHIVE, FIRST, SECOND] {
            let role = account(&mut world, id).roles.get_mut(ROLE).unwrap();
            role.trust.external_id = Some("correct-horse".to_owned());
        }
        world
    };
    assert_eq!(audit(world(), &["--external-id", "correct-horse"]).code, 0);
    for wrong in [&["--external-id", "battery-staple"][..], &[]] {
        let audited = audit(world(), wrong);
        assert_eq!(
            (audited.code, audited.reached()),
            (4, vec![MANAGEMENT]),
            "{}",
            audited.told
        );
        assert_eq!(
            audited
                .cells()
                .iter()
                .filter(|cell| cell.ends_with("role-unavailable"))
                .count(),
            3
        );
    }
}

/// The caller sits in a tools account that Organizations would refuse; a role of the management account opens it.
#[test]
fn a_management_role_is_assumed_first() {
    let role_arn = format!("arn:aws:iam::{MANAGEMENT}:role/audit/Reader");
    let world = || {
        let mut world = called_from(FIRST);
        let mut reader = Role::trusting("Reader", FIRST);
        reader.path = "/audit/".to_owned();
        account(&mut world, MANAGEMENT)
            .roles
            .insert("Reader".to_owned(), reader);
        world
    };
    let audited = audit(world(), &["--management-role", &role_arn]);
    assert_eq!(audited.code, 0, "{}", audited.told);
    assert_eq!(audited.reached(), [ARCHIVE, MANAGEMENT, FIRST, SECOND]);
    let collector = &audited.package.json("manifest.json")["collector"]["callerArn"];
    assert_eq!(
        collector,
        &format!("arn:aws:sts::{MANAGEMENT}:assumed-role/Reader/trailaudit")
    );
    // Without the role Organizations refuses, and that is the end of it.
    let bench = Bench::new(world());
    let output = bench.command("audit").args(["--out", "package"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("AccessDenied"),
        "{}",
        told(&output)
    );
    assert!(!bench.path().join("package").exists());
}

#[test]
fn a_delegated_administrator_audits_what_it_may_enter() {
    let mut world = delegated();
    let mine = Role::trusting(ROLE, FIRST);
    account(&mut world, MANAGEMENT).roles.insert(ROLE.to_owned(), mine);
    let audited = audit(world, &FIVE);
    assert_eq!(audited.code, 0, "{}", audited.told);
    assert_eq!(audited.reached(), [ARCHIVE, MANAGEMENT, FIRST, SECOND]);
    assert!(
        !audited.ledger.asked("AssumeRole").contains_key(FIRST),
        "its own credentials do"
    );
}

/// The management account has no such role of its own accord: what only it can show stays open, and nothing fails.
#[test]
fn a_delegated_administrator_may_be_locked_out_of_the_management_account() {
    let audited = audit(delegated(), &FIVE);
    assert_eq!(audited.code, 4, "{}", audited.told);
    assert_eq!(audited.verdicts("fail"), [] as [String; 0]);
    assert_eq!(audited.reached(), [ARCHIVE, FIRST, SECOND]);
    for id in [ARCHIVE, FIRST, SECOND] {
        assert_eq!(audited.finding("trail-logging", id)["verdict"], "inconclusive");
        assert_eq!(
            audited.finding("account-has-logging-trail", id)["verdict"],
            "pass",
            "it reads its own copy's status"
        );
    }
}

fn delegated() -> World {
    let mut world = called_from(FIRST);
    world
        .organization
        .delegated_administrators
        .push(DelegatedAdministrator {
            account: FIRST.to_owned(),
            service_principal: "cloudtrail.amazonaws.com".to_owned(),
            enabled: days_ago(90),
        });
    for id in [ARCHIVE, SECOND] {
        account(&mut world, id).roles.get_mut(ROLE).unwrap().trust.accounts = vec![FIRST.to_owned()];
    }
    world
}

/// A sound Organization whose auditor is a user of a member account.
fn called_from(member: &str) -> World {
    let mut world = sound(&[HOME]);
    world.access_keys = vec![AccessKey::new(member, "auditor")];
    world
}

#[test]
fn options_of_a_file_are_those_of_the_command_line() {
    let bench = Bench::new(sound(&[HOME, "eu-west-1"]));
    let text = format!("fail-on = \"never\"\n\n[scope]\naccount = [\"{FIRST}\"]\nregion = [\"{HOME}\"]\n");
    fs::write(bench.path().join("trailaudit.toml"), text).unwrap();
    let options = [
        "--out",
        "package",
        "--config",
        "trailaudit.toml",
        "--region",
        "eu-west-1",
    ];
    let audited: Audited = {
        let output = bench.command("audit").args(options).output().unwrap();
        bench.audited(&output)
    };
    assert_eq!((audited.code, audited.reached()), (0, vec![FIRST]), "{}", audited.told);
    assert!(
        audited.cells().contains(&format!("{FIRST} eu-west-1 reached")),
        "the command line wins"
    );
}
