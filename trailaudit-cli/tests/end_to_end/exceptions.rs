//! What was accepted for a time: it stays visible, it ends, and it is signed with the rest.

use std::fs;

use trailaudit_sim::World;

use crate::audit::{Audited, Bench};
use crate::support::told;
use crate::worlds::{ARCHIVE, FIRST, HOME, MANAGEMENT, SECOND, organization_trail, sound, trail_arn};

const RULE: &str = "log-file-validation-enabled";

fn unvalidated() -> World {
    let mut world = sound(&[HOME]);
    let trail = organization_trail(&mut world);
    trail.log_file_validation = false;
    trail.status.latest_digest_delivery = None;
    world
}

pub fn exception(rule: &str, scope: &str, starts: &str, expires: &str) -> String {
    format!(
        "[[exceptions]]\nrule = \"{rule}\"\n{scope}\nreason = \"=moved, \\\"soon\\\"\"\nticket = \"CHG-7\"\n\
         requested-by = \"ada\"\napproved-by = \"grace\"\nstarts = {starts}\nexpires = {expires}\n"
    )
}

fn accepted_by(config: &str) -> Audited {
    let bench = Bench::new(unvalidated());
    fs::write(bench.path().join("trailaudit.toml"), config).unwrap();
    let output = bench
        .command("audit")
        .args(["--out", "package", "--config", "trailaudit.toml", "--rule", RULE])
        .output()
        .unwrap();
    bench.audited(&output)
}

#[test]
fn what_is_accepted_is_no_fail_and_stays_visible() {
    let scope = format!("resource = \"{}\"", trail_arn(HOME));
    let audited = accepted_by(&exception(RULE, &scope, "2020-01-01", "2099-12-31"));
    assert_eq!(audited.code, 0, "{}", audited.told);
    for account in [MANAGEMENT, ARCHIVE, FIRST, SECOND] {
        let row = audited.finding(RULE, account);
        assert_eq!(row["verdict"], "excepted", "{row:?}");
        assert!(row["reason"].contains("validation is off"), "{row:?}");
        assert!(
            row["exception"].starts_with("CHG-7 until 2099-12-31: =moved"),
            "{row:?}"
        );
    }
    let row = audited.finding("exceptions-in-force", MANAGEMENT);
    assert_eq!((&*row["verdict"], &*row["resource_type"]), ("pass", "exception"));
    assert!(row["reason"].contains("accepts 4 of"), "{row:?}");
    assert!(audited.stdout.contains("Exceptions are in force and used"));
    let baseline = String::from_utf8(audited.package.bytes("baseline.toml")).unwrap();
    assert!(baseline.contains("expires = 2099-12-31"), "{baseline}");
}

#[test]
fn what_is_over_to_come_or_idle_is_told() {
    let scope = format!("account = \"{FIRST}\"");
    let told = |starts, expires, rule| {
        let audited = accepted_by(&exception(rule, &scope, starts, expires));
        let row = audited.finding("exceptions-in-force", FIRST);
        let about = audited.finding(RULE, FIRST);
        let told = format!("{} {} {}", audited.code, about["verdict"], row["verdict"]);
        (told, row["reason"].clone())
    };
    let (verdicts, reason) = told("2020-01-01", "2020-12-31", RULE);
    assert_eq!(verdicts, "3 fail fail");
    assert!(reason.starts_with("it has expired: CHG-7 until 2020-12-31"), "{reason}");
    let (verdicts, reason) = told("2098-01-01", "2099-12-31", RULE);
    assert_eq!(verdicts, "3 fail not-applicable");
    assert!(reason.starts_with("in force from 2098-01-01 on"), "{reason}");
    let (verdicts, reason) = told("2020-01-01", "2099-12-31", "trail-logging");
    assert_eq!(verdicts, "3 fail not-applicable");
    assert!(reason.starts_with("trail-logging was not asked"), "{reason}");
}

#[test]
fn an_exception_that_cannot_be_meant_is_refused_before_anything_is_asked() {
    let refused = |config: &str| {
        let bench = Bench::new(unvalidated());
        fs::write(bench.path().join("trailaudit.toml"), config).unwrap();
        let output = bench
            .command("audit")
            .args(["--out", "package", "--config", "trailaudit.toml"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(bench.server.ledger().calls.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let sound = exception(RULE, "account = \"1\"", "2026-01-01", "2026-12-31");
    for (was, is, words) in [
        ("grace", "ada", "somebody else approves it"),
        ("account = \"1\"", "", "an account, an ou or a resource"),
        ("expires = 2026-12-31\n", "", "missing field `expires`"),
        (
            RULE,
            "log-file-validation",
            "did you mean `log-file-validation-enabled`?",
        ),
        ("approved-by", "aproved-by", "did you mean `approved-by`?"),
    ] {
        let told = refused(&sound.replace(was, is));
        assert!(told.contains(words) && told.contains("trailaudit.toml"), "{told}");
    }
    assert!(refused(&format!("{sound}{sound}")).contains("stands there twice"));
}
