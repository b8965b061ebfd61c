//! What was refused is never judged, and the exit code says what a script must know.

use std::process::Command;
use std::time::Duration;

use trailaudit_sim::{AccountState, RegionStatus, World};

use crate::audit::{Audited, Bench, FIVE, audit};
use crate::package::files;
use crate::worlds::{
    ARCHIVE, FIRST, HOME, MANAGEMENT, ROLE, SECOND, account, denial, key_arn, member, organization_trail, sound,
};

const RULES: [&str; 5] = [
    "trail-encrypted-with-customer-key",
    "trail-delivers-to-log-group",
    "trail-logging",
    "account-has-logging-trail",
    "every-region-covered",
];
const TRAIL_RULES: [&str; 3] = [RULES[0], RULES[1], RULES[2]];
/// Off in nobody's account unless it is switched off.
const OPT_IN: &str = "af-south-1";

#[test]
fn a_sound_organization_passes() {
    let audited = audit(sound(&[HOME, "eu-west-1"]), &FIVE);
    assert_eq!(audited.code, 0, "{}", audited.told);
    assert_eq!(audited.verdicts("pass").len(), 5 * 4, "{}", audited.told);
    assert_eq!(audited.package.findings.len(), 5 * 4);
    assert!(audited.package.coverage.iter().all(|cell| cell["status"] == "reached"));
    assert_eq!(audited.package.coverage.len(), 4 * 2);
}

/// Then there is no key and no log group to ask after either.
#[test]
fn an_organization_without_any_trail_fails() {
    let mut world = sound(&[HOME]);
    account(&mut world, MANAGEMENT).trails.clear();
    let audited = audit(world, &FIVE);
    assert_eq!(audited.code, 3, "{}", audited.told);
    assert_eq!(audited.verdicts("fail").len(), 2 * 4, "both account rules, everywhere");
    assert_eq!(
        audited.verdicts("not-applicable").len(),
        3 * 4,
        "nothing passes vacuously"
    );
    assert_eq!(audited.package.findings.len(), 5 * 4);
}

/// A role that is missing, a policy that denies, a Region that is off, an account that is suspended, a key that may
/// not be described: each is told where it is, and none of it becomes a pass or a fail.
#[test]
fn what_was_refused_is_never_judged() {
    let audited = refused_everywhere(&[]);
    assert_eq!(audited.code, 4, "{}", audited.told);
    assert_eq!(audited.verdicts("fail"), [] as [String; 0]);
    let mut expected = Vec::new();
    for (account, statuses) in [
        (ARCHIVE, ["reached", "reached", "reached"]),
        (MANAGEMENT, ["reached", "reached", "reached"]),
        (FIRST, ["reached", "denied", "reached"]),
        (SECOND, ["region-disabled", "reached", "reached"]),
    ] {
        let regions = [OPT_IN, "eu-west-1", HOME].into_iter().zip(statuses);
        expected.extend(regions.map(|(region, status)| format!("{account} {region} {status}")));
    }
    expected.extend([
        "555555555555  role-unavailable".to_owned(),
        "666666666666  account-suspended".to_owned(),
    ]);
    expected.sort();
    assert_eq!(audited.cells(), expected);
}

#[test]
fn a_missing_role_leaves_every_rule_open() {
    let audited = refused_everywhere(&[]);
    for rule in RULES {
        let row = audited.finding(rule, "555555555555");
        assert_eq!(
            (&*row["verdict"], &*row["region"], &*row["resource_type"]),
            ("inconclusive", "", "account")
        );
        assert!(
            row["reason"].contains("AccessDenied") && row["reason"].contains("sts:AssumeRole"),
            "{row:?}"
        );
        let tried = audited
            .package
            .exchange("accounts/555555555555.jsonl.gz", &row["evidence"])
            .expect("its exchange");
        assert_eq!(tried["operation"], "AssumeRole", "{tried}");
        assert_eq!(
            tried["parameters"]["RoleArn"],
            format!("arn:aws:iam::555555555555:role/{ROLE}")
        );
    }
    let cell = audited
        .package
        .coverage
        .iter()
        .find(|cell| cell["account_id"] == "555555555555")
        .expect("its row");
    assert!(
        cell["detail"].contains("AccessDenied") && !cell["evidence"].is_empty(),
        "{cell:?}"
    );
}

#[test]
fn a_denied_region_is_open_and_the_policy_is_quoted() {
    let audited = refused_everywhere(&[]);
    let policy = format!("arn:aws:organizations::{MANAGEMENT}:policy/o-exampleorg/service_control_policy/p-trails");
    for rule in TRAIL_RULES {
        let rows = audited.findings(rule, FIRST);
        assert_eq!(rows.len(), 2, "one inherited, one about the Region: {rows:?}");
        let row = rows
            .iter()
            .find(|row| row["inherited_from"].is_empty())
            .expect("the Region's row");
        assert_eq!(
            (&*row["verdict"], &*row["region"], &*row["resource_type"]),
            ("inconclusive", "eu-west-1", "region")
        );
        assert!(row["reason"].contains(&policy), "{row:?}");
        let refusal = audited
            .package
            .exchange(&format!("accounts/{FIRST}.jsonl.gz"), &row["evidence"])
            .expect("kept");
        assert_eq!(refusal["error"]["code"], "AccessDeniedException", "{refusal}");
    }
    // Another Region shows the multi-Region trail, which decides both account rules; the cell stays denied.
    for rule in ["account-has-logging-trail", "every-region-covered"] {
        assert_eq!(audited.finding(rule, FIRST)["verdict"], "pass");
    }
    let cell = audited
        .package
        .coverage
        .iter()
        .find(|cell| cell["status"] == "denied")
        .expect("the cell");
    assert!(cell["detail"].contains(&policy), "{cell:?}");
}

#[test]
fn a_region_that_is_off_and_an_account_out_of_use_are_no_gaps() {
    let audited = refused_everywhere(&[]);
    for rule in RULES {
        let suspended = audited.finding(rule, "666666666666");
        assert_eq!(suspended["verdict"], "not-applicable");
        assert!(suspended["reason"].contains("suspended"), "{suspended:?}");
        let expected = if rule == RULES[0] { "inconclusive" } else { "pass" };
        assert_eq!(audited.finding(rule, SECOND)["verdict"], expected, "{rule}");
    }
}

#[test]
fn a_key_that_may_not_be_described_leaves_encryption_open_for_all() {
    let audited = refused_everywhere(&[]);
    for id in [MANAGEMENT, ARCHIVE, SECOND] {
        let row = audited.finding("trail-encrypted-with-customer-key", id);
        assert_eq!(row["verdict"], "inconclusive");
        for words in ["kms:DescribeKey", "AccessDeniedException", ARCHIVE] {
            assert!(row["reason"].contains(words), "{words}: {row:?}");
        }
    }
    assert_eq!(audited.ledger.asked("DescribeKey"), [(key_arn(), 1)].into());
    let row = audited.finding("trail-encrypted-with-customer-key", MANAGEMENT);
    let asked = row["evidence"].split(';').filter_map(|id| {
        let of = |owner: &str| audited.package.exchange(&format!("resources/{owner}.jsonl.gz"), id);
        of(ARCHIVE)
    });
    assert_eq!(
        asked.filter(|exchange| exchange["operation"] == "DescribeKey").count(),
        1,
        "{row:?}"
    );
}

#[test]
fn fail_on_decides_the_exit_code() {
    fn keyless() -> World {
        let mut world = sound(&[HOME]);
        organization_trail(&mut world).kms_key_id = None;
        world
    }
    fn closed(mut world: World) -> World {
        account(&mut world, FIRST).roles.clear();
        world
    }
    let worlds: [(fn() -> World, [i32; 4]); 4] = [
        (|| sound(&[HOME]), [0, 0, 0, 0]),
        (keyless, [3, 3, 3, 0]),
        (|| closed(sound(&[HOME])), [4, 4, 0, 0]),
        (|| closed(keyless()), [3, 3, 3, 0]),
    ];
    let options: [&[&str]; 4] = [
        &[],
        &["--fail-on", "inconclusive"],
        &["--fail-on", "fail"],
        &["--fail-on", "never"],
    ];
    for (world, codes) in worlds {
        for (option, code) in options.iter().zip(codes) {
            let audited = audit(world(), option);
            assert_eq!(audited.code, code, "{option:?}: {}", audited.told);
        }
    }
}

#[test]
fn one_failing_trail_is_one_fail_in_its_owner_and_inherited_by_all() {
    let mut world = sound(&[HOME, "eu-west-1"]);
    organization_trail(&mut world).kms_key_id = None;
    let audited = audit(world, &FIVE);
    assert_eq!(audited.code, 3, "{}", audited.told);
    let rule = "trail-encrypted-with-customer-key";
    let inherited = |id: &str| format!("{rule} {id}  inherited");
    let expected = [
        inherited(ARCHIVE),
        format!("{rule} {MANAGEMENT} {HOME} trail"),
        inherited(FIRST),
        inherited(SECOND),
    ];
    assert_eq!(audited.verdicts("fail"), expected);
}

/// What was collected until then stays, and is no package.
#[test]
fn an_interrupted_run_keeps_what_it_has() {
    let bench = Bench::slow(sound(&[HOME, "eu-west-1"]), Duration::from_millis(100));
    let mut command = bench.command("audit");
    let mut run = command
        .args(["--out", "package", "--concurrency", "1"])
        .spawn()
        .unwrap();
    while bench.server.ledger().count("cloudtrail", "DescribeTrails") < 3 {
        assert!(run.try_wait().unwrap().is_none(), "it is over already");
        std::thread::sleep(Duration::from_millis(10));
    }
    Command::new("kill")
        .args(["-INT", &run.id().to_string()])
        .status()
        .unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(130));
    let left = files(&bench.path().join("package"));
    assert!(
        left.contains(&"run.jsonl".to_owned()) && left.iter().any(|file| file.starts_with("accounts/")),
        "{left:?}"
    );
    assert!(
        !left
            .iter()
            .any(|file| file == "manifest.json" || file.ends_with(".tmp")),
        "{left:?}"
    );
}

/// An Organization that is sound, and in which something is refused in every way there is.
fn refused_everywhere(arguments: &[&str]) -> Audited {
    let mut world = sound(&[HOME, "eu-west-1", OPT_IN]);
    let first = account(&mut world, FIRST);
    first
        .denials
        .push(denial("p-trails", &["cloudtrail:*"], &["eu-west-1"]));
    account(&mut world, SECOND)
        .region_status
        .insert(OPT_IN.to_owned(), RegionStatus::Disabled);
    account(&mut world, ARCHIVE)
        .denials
        .push(denial("p-keys", &["kms:DescribeKey"], &[]));
    let mut invited = member("555555555555", "Invited");
    invited.roles.clear();
    world.add(invited);
    let mut suspended = member("666666666666", "Suspended");
    suspended.state = AccountState::Suspended;
    world.add(suspended);
    audit(world, arguments)
}
