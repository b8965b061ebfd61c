//! Remediations work when they are pasted: a shell runs every command of the catalogue, the parser of the AWS CLI (`PyPI`
//! `awscli`, whose options versions 1 and 2 share) and its service models judge what it was given, and `python-hcl2` reads
//! the Terraform. `TRAILAUDIT_PYTHON` names a Python that has both.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;
use trailaudit_core::{CATALOGUE, Rule};

#[test]
fn every_remediation_is_what_the_tools_take() {
    let shell = tempfile::tempdir().unwrap();
    let aws = shell.path().join("aws");
    fs::write(&aws, "#!/bin/sh\nprintf '%s\\0' \"$#\" \"$@\" >> \"$ASKED\"\n").unwrap();
    fs::set_permissions(&aws, fs::Permissions::from_mode(0o755)).unwrap();
    let mut commands = Vec::new();
    for rule in CATALOGUE {
        let asked = pasted(rule, shell.path());
        assert_eq!(asked.len(), rule.aws.commands().len(), "{}: {asked:?}", rule.id);
        commands.extend(asked.into_iter().map(|arguments| json!([rule.id, arguments])));
    }
    let terraform: serde_json::Map<_, _> = CATALOGUE
        .iter()
        .map(|rule| (rule.id.to_owned(), json!(rule.aws.terraform)))
        .collect();
    assert_eq!(judged(&json!({"commands": commands, "terraform": terraform})), "");
}

/// The plan for an Organization with everything wrong that can be: run for every account, with something for every variable.
#[test]
fn every_command_of_a_plan_is_what_the_tools_take() {
    let scratch = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = support::trailaudit(scratch.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", support::told(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["demo", "--out", "package", "--accounts", "60", "--regions", "3"]);
    let script = run(&["report", "package", "--format", "remediation"]);
    let plan = scratch.path().join("plan.sh");
    fs::write(&plan, &script).unwrap();
    let aws = scratch.path().join("aws");
    fs::write(&aws, RECORDER).unwrap();
    fs::set_permissions(&aws, fs::Permissions::from_mode(0o755)).unwrap();
    let asked = scratch.path().join("asked");
    let variables: Vec<_> = script
        .lines()
        .filter_map(|line| line.strip_prefix(": \"${")?.split_once(':'))
        .collect();
    let (mut commands, mut seen, mut rules) = (Vec::new(), BTreeMap::<String, u32>::new(), BTreeSet::new());
    for account in script
        .lines()
        .filter_map(|line| line.strip_prefix("account_")?.strip_suffix("() {"))
    {
        fs::write(&asked, "").unwrap();
        let mut shell = Command::new("sh");
        shell.arg(&plan).arg(account).current_dir(scratch.path());
        for (name, _) in variables.iter().filter(|(name, _)| *name != "KMS_KEY_ARN") {
            let value = match *name {
                name if name.ends_with("_ARN") => "arn:aws:iam::123456789012:role/anything",
                "KEEP_DAYS" => "365",
                _ => "given",
            };
            shell.env(name, value);
        }
        let path = format!("{}:{}", scratch.path().display(), std::env::var("PATH").unwrap());
        let ran = shell
            .env("PATH", path)
            .env("ASKED", &asked)
            .env("ACCOUNT", account)
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", support::told(&ran));
        rules.extend(String::from_utf8(ran.stderr).unwrap().lines().map(str::to_owned));
        for arguments in recorded(&asked) {
            let shape: Vec<_> = arguments
                .iter()
                .filter(|word| word.starts_with("--"))
                .map(String::as_str)
                .collect();
            let times = seen
                .entry(format!("{} {} {shape:?}", arguments[0], arguments[1]))
                .or_default();
            *times += 1;
            // Each way to ask is judged more than once, not for every trail.
            if *times <= 3 {
                commands.push(json!([arguments[1], arguments]));
            }
        }
    }
    assert!(rules.len() > 40, "{rules:?}");
    assert!(seen.len() > 30, "{seen:?}");
    let configuration = run(&[
        "report",
        "package",
        "--format",
        "remediation",
        "--language",
        "terraform",
    ]);
    let mut parts = configuration.split("\n# ---- account ");
    let variables = parts.next().unwrap();
    let mut parts: Vec<_> = parts
        .map(|part| format!("# {part}"))
        .filter(|part| part.contains("\nresource "))
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.lines().filter(|line| line.starts_with("resource ")).count()));
    parts.truncate(4);
    let mut terraform: serde_json::Map<_, _> = parts.iter().map(|part| (part[..14].to_owned(), json!(part))).collect();
    assert_eq!(terraform.len(), 4);
    terraform.insert(
        "variables".to_owned(),
        json!(format!("{variables}\nresource \"a\" \"b\" {{}}\n")),
    );
    assert_eq!(judged(&json!({"commands": commands, "terraform": terraform})), "");
}

/// Notes what it is asked, and answers what a plan goes on with.
const RECORDER: &str = r#"#!/bin/sh
printf '%s\0' "$#" "$@" >> "$ASKED"
case "$1 $2" in
"sts get-caller-identity") echo "$ACCOUNT" ;;
"kms describe-key") exit 254 ;;
"kms create-key") echo arn:aws:kms:us-east-1:123456789012:key/made ;;
esac
"#;

/// The judges are no yes-sayers.
#[test]
fn what_the_tools_do_not_take_is_told() {
    let commands = json!([
        [
            "option",
            ["cloudtrail", "update-trail", "--name", "TRAIL", "--kms-id", "KEY_ARN"]
        ],
        [
            "flag",
            [
                "cloudtrail",
                "update-trail",
                "--name",
                "TRAIL",
                "--enable-log-file-encryption"
            ]
        ],
        ["missing", ["cloudtrail", "update-trail", "--kms-key-id", "KEY_ARN"]],
        [
            "member",
            [
                "s3api",
                "put-bucket-versioning",
                "--bucket",
                "B",
                "--versioning-configuration",
                "Statue=Enabled"
            ]
        ],
        ["command", ["cloudtrail", "encrypt-trail"]],
        [
            "document",
            [
                "kms",
                "put-key-policy",
                "--key-id",
                "KEY_ARN",
                "--policy-name",
                "default",
                "--policy",
                "{"
            ]
        ],
    ]);
    let terraform = json!({"hcl": "resource \"a\" \"b\" {", "empty": "x = 1"});
    let told = judged(&json!({"commands": commands, "terraform": terraform}));
    for rule in [
        "option", "flag", "missing", "member", "command", "document", "hcl", "empty",
    ] {
        assert!(
            told.lines().any(|line| line.starts_with(&format!("{rule}: "))),
            "{rule}: {told}"
        );
    }
}

/// What a shell gives to `aws` when the remediation is pasted, command by command.
fn pasted(rule: &Rule, shell: &Path) -> Vec<Vec<String>> {
    let asked = shell.join("asked");
    fs::write(&asked, "").unwrap();
    let path = format!("{}:{}", shell.display(), std::env::var("PATH").unwrap());
    let status = Command::new("sh")
        .args(["-c", rule.aws.remediation])
        .current_dir(shell)
        .env("PATH", path)
        .env("ASKED", &asked)
        .status()
        .unwrap();
    assert!(status.success(), "{}: {status}", rule.id);
    recorded(&asked)
}

/// What was asked of `aws`, command by command.
fn recorded(asked: &Path) -> Vec<Vec<String>> {
    let bytes = fs::read_to_string(asked).unwrap();
    let mut words = bytes.split_terminator('\0');
    let mut commands = Vec::new();
    while let Some(count) = words.next() {
        let count = count.parse().unwrap();
        commands.push(words.by_ref().take(count).map(str::to_owned).collect());
    }
    commands
}

fn judged(given: &serde_json::Value) -> String {
    let python = std::env::var("TRAILAUDIT_PYTHON").expect("TRAILAUDIT_PYTHON names a Python that has awscli");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/remediation.py");
    let mut judge = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = judge.stdin.take().unwrap();
    stdin.write_all(given.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = judge.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
