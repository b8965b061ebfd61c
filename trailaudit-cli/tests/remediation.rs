//! Remediations work when they are pasted: a shell runs every command of the catalogue, the parser of the AWS CLI (`PyPI`
//! `awscli`, whose options versions 1 and 2 share) and its service models judge what it was given, and `python-hcl2` reads
//! the Terraform. `TRAILAUDIT_PYTHON` names a Python that has both.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

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
    let bytes = fs::read_to_string(&asked).unwrap();
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
