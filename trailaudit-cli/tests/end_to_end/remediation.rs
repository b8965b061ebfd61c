//! The plan that turns failures into passes: it is run with the real AWS CLI against the simulated Organization, and the next
//! audit tells whether it worked. `TRAILAUDIT_PYTHON` names a Python beside which the AWS CLI is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use trailaudit_sim::{Settings, populate};

use crate::audit::{Audited, Bench, audit};
use crate::support::{told, trailaudit};
use crate::worlds::{FIRST, MANAGEMENT, ROLE, account, sound};

const CRITICAL: [&str; 2] = ["trail-encrypted-with-customer-key", "trail-delivers-to-log-group"];
const ONLY: [&str; 4] = ["--rule", CRITICAL[0], "--rule", CRITICAL[1]];

#[test]
fn the_plan_for_the_critical_controls_works() {
    let settings = Settings {
        accounts: 40,
        regions: 3,
        seed: 7,
        as_of: jiff::Timestamp::now(),
    };
    let before = audit(populate(&settings).world, &ONLY);
    let failing = own_failures(&before);
    assert!(failing.len() > 20, "{failing:?}");
    let plan = planned(&before);
    let listed = run(&plan, &before.bench, &[]);
    assert_eq!(listed.status.code(), Some(2), "{}", told(&listed));
    let accounts = String::from_utf8(listed.stdout).unwrap();
    let accounts: Vec<&str> = accounts.lines().skip(1).collect();
    std::thread::scope(|scope| {
        for some in accounts.chunks(accounts.len().div_ceil(4)) {
            let (bench, plan) = (&before.bench, &plan);
            scope.spawn(move || {
                for account in some {
                    let session = session(bench, account);
                    let applied = run_as(plan, bench, &[account], &session);
                    assert!(applied.status.success(), "{account}: {}", told(&applied));
                }
            });
        }
    });
    let again = before
        .bench
        .command("audit")
        .args(["--out", "again"])
        .args(ONLY)
        .output()
        .unwrap();
    let table = fs::read_to_string(before.bench.path().join("again/findings.csv"))
        .unwrap_or_else(|_| panic!("{}", told(&again)));
    let failing: Vec<&str> = table.lines().filter(|row| row.contains(",\"fail\",")).collect();
    assert_eq!(failing, [""; 0], "{}", told(&again));
}

/// Credentials of another account change nothing.
#[test]
fn the_plan_changes_only_the_account_it_is_for() {
    let mut world = sound(&["us-east-1"]);
    account(&mut world, MANAGEMENT).trails[0].kms_key_id = None;
    let before = audit(world, &ONLY);
    let plan = planned(&before);
    let refused = run_as(&plan, &before.bench, &[MANAGEMENT], &session(&before.bench, FIRST));
    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("nothing was changed"), "{said}");
    assert_eq!(before.bench.server.ledger().count("cloudtrail", "UpdateTrail"), 0);
}

#[test]
fn no_name_gets_out_of_its_place() {
    let mut world = sound(&["us-east-1"]);
    let hostile = "x\n touch pwned; $(touch pwned) `touch pwned` '\"; touch pwned #";
    let member = account(&mut world, FIRST);
    hostile.clone_into(&mut member.name);
    let mut trail = trailaudit_sim::Trail::new("own", "us-east-1", jiff::Timestamp::now());
    trail.bucket = "a'; touch pwned; '$(touch pwned)`touch pwned`\"".to_owned();
    trail.topic_arn = Some("file:///etc/passwd".to_owned());
    member.trails.push(trail);
    let before = audit(world, &[]);
    let plan = planned(&before);
    let text = fs::read_to_string(&plan).unwrap();
    assert!(text.contains("touch pwned"), "{text}");
    let fake = before.bench.path().join("bin");
    fs::create_dir(&fake).unwrap();
    fs::write(
        fake.join("aws"),
        format!("#!/bin/sh\n[ $1 = sts ] && echo {FIRST}\nexit 0\n"),
    )
    .unwrap();
    assert!(
        Command::new("chmod")
            .arg("+x")
            .arg(fake.join("aws"))
            .status()
            .unwrap()
            .success()
    );
    for arguments in [&[][..], &[FIRST]] {
        let mut shell = Command::new("sh");
        shell.arg(&plan).args(arguments).current_dir(before.bench.path());
        for variable in [
            "KMS_KEY_ARN",
            "REPLACE_DOCUMENTS",
            "ALARM_ADDRESS",
            "TRAIL_BUCKET",
            "KEEP_DAYS",
        ] {
            shell.env(variable, "given");
        }
        let ran = shell
            .env("PATH", format!("{}:/usr/bin:/bin", fake.display()))
            .output()
            .unwrap();
        assert_ne!(ran.status.code(), Some(127), "{}", told(&ran));
    }
    assert!(!before.bench.path().join("pwned").exists(), "{text}");
    let terraform = report(&before, &["--language", "terraform"]);
    assert!(
        !terraform.lines().any(|line| line.trim_start().starts_with("touch")),
        "{terraform}"
    );
    let said = |text: &str| {
        text.lines()
            .any(|line| !line.trim_start().starts_with('#') && line.contains("file:"))
    };
    assert!(
        !said(&text) && !said(&terraform),
        "the AWS CLI would read a file of that name: {text}"
    );
}

#[test]
fn the_plan_of_what_holds_is_empty() {
    let before = audit(sound(&["us-east-1"]), &ONLY);
    let text = report(&before, &[]);
    assert!(
        !text.contains("account_") && !text.contains("REPLACE_DOCUMENTS"),
        "{text}"
    );
    assert_eq!(report(&before, &[]), text, "the same package, the same plan");
}

fn own_failures(audited: &Audited) -> BTreeSet<String> {
    let rows = audited.package.findings.iter();
    let failing = rows.filter(|row| row["verdict"] == "fail" && row["inherited_from"].is_empty());
    failing
        .map(|row| format!("{} {}", row["rule"], row["resource_id"]))
        .collect()
}

fn report(audited: &Audited, arguments: &[&str]) -> String {
    let output = trailaudit(audited.bench.path())
        .args(["report", "package", "--format", "remediation"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", told(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn planned(audited: &Audited) -> PathBuf {
    let plan = audited.bench.path().join("plan.sh");
    fs::write(&plan, report(audited, &[])).unwrap();
    let checked = Command::new("sh").arg("-n").arg(&plan).output().unwrap();
    assert!(checked.status.success(), "{}", told(&checked));
    plan
}

fn run(plan: &Path, bench: &Bench, arguments: &[&str]) -> Output {
    let (id, secret) = bench.server.credentials();
    run_as(
        plan,
        bench,
        arguments,
        &[
            ("AWS_ACCESS_KEY_ID", id.clone()),
            ("AWS_SECRET_ACCESS_KEY", secret.clone()),
        ],
    )
}

fn run_as(plan: &Path, bench: &Bench, arguments: &[&str], session: &[(&str, String)]) -> Output {
    let mut shell = aws(bench, "sh");
    shell
        .arg(plan)
        .args(arguments)
        .envs(session.iter().map(|(name, value)| (name, value)));
    shell.output().unwrap()
}

/// Credentials of an account.
fn session(bench: &Bench, account: &str) -> Vec<(&'static str, String)> {
    let (id, secret) = bench.server.credentials();
    let own = vec![
        ("AWS_ACCESS_KEY_ID", id.clone()),
        ("AWS_SECRET_ACCESS_KEY", secret.clone()),
    ];
    let role = format!("arn:aws:iam::{account}:role/{ROLE}");
    let mut assume = aws(bench, "aws");
    assume.args(["sts", "assume-role", "--role-session-name", "fix", "--role-arn", &role]);
    let output = assume.envs(own.clone()).output().unwrap();
    if !output.status.success() {
        // The account that manages the organization has no such role.
        return own;
    }
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |name: &str| answer["Credentials"][name].as_str().unwrap().to_owned();
    vec![
        ("AWS_ACCESS_KEY_ID", of("AccessKeyId")),
        ("AWS_SECRET_ACCESS_KEY", of("SecretAccessKey")),
        ("AWS_SESSION_TOKEN", of("SessionToken")),
    ]
}

/// A program that finds the AWS CLI, and the simulated Organization with it.
fn aws(bench: &Bench, program: &str) -> Command {
    let python = std::env::var("TRAILAUDIT_PYTHON").expect("TRAILAUDIT_PYTHON names a Python that has awscli");
    let tools = Path::new(&python).parent().unwrap();
    let program = if program == "aws" {
        tools.join("aws")
    } else {
        program.into()
    };
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", tools.display()))
        .env("HOME", bench.path())
        .env("AWS_ENDPOINT_URL", bench.server.endpoint())
        .env("AWS_REGION", "us-east-1")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .current_dir(bench.path());
    command
}
