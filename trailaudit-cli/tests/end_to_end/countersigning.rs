//! `trailaudit sign`: a reviewer and an approver after the preparer.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::audit::Bench;
use crate::kms::{arn, public_key, with_key};
use crate::package::files;
use crate::support::{told, trailaudit};

const REVIEWER: [&str; 6] = ["--role", "reviewer", "--name", "Grace Hopper", "--meaning", "review"];

/// A package that its preparer signed with `one.pem`; `two.pem` has signed nothing yet.
fn prepared() -> Bench {
    let world = with_key();
    let pem = public_key(&world);
    let bench = Bench::new(world);
    fs::write(bench.path().join("kms.pub.pem"), pem).unwrap();
    for key in ["one.pem", "two.pem"] {
        let output = trailaudit(bench.path())
            .args(["keygen", "--out", key])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    }
    let mut audit = bench.command("audit");
    let output = audit
        .args(["--out", "package", "--sign", "file:one.pem"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    bench
}

fn sign(bench: &Bench, key: &str, options: &[&str]) -> Output {
    let mut command = bench.command("sign");
    command
        .args(["package", "--key", key, "--allow-simulated"])
        .args(options);
    command.output().unwrap()
}

fn verified(bench: &Bench) -> Value {
    let mut verify = trailaudit(bench.path());
    verify.args(["verify", "package", "--allow-simulated", "--format", "json"]);
    for key in ["one.pub.pem", "two.pub.pem", "kms.pub.pem"] {
        verify.args(["--key", key]);
    }
    let output = verify.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn snapshot(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = files(folder).into_iter();
    names
        .map(|name| (name.clone(), fs::read(folder.join(name)).unwrap()))
        .collect()
}

#[test]
fn reviewer_and_approver_sign_after_the_preparer() {
    let bench = prepared();
    let package = bench.path().join("package");
    let before = snapshot(&package);

    let output = sign(&bench, "file:two.pem", &REVIEWER);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(
        stdout.contains("package/signatures/02-reviewer.sigstore.json"),
        "{stdout}"
    );
    assert!(
        stdout.contains("Grace Hopper (Grace Hopper), reviewer, review, "),
        "{stdout}"
    );
    assert!(stdout.contains("countersigns the signature before it"), "{stdout}");

    let kms = format!("kms:{}", arn("alias/signing"));
    let approver = [
        "--role",
        "approver",
        "--name",
        "Ada",
        "--id",
        "ada@example.org",
        "--meaning",
        "approval",
    ];
    let output = sign(&bench, &kms, &approver);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(
        stdout.contains("03-approver") && stdout.contains(&arn("key/signing-key")),
        "{stdout}"
    );
    assert!(stdout.contains("countersigns the 2 signatures before it"), "{stdout}");

    // Two signatures and two keys came to what was there, and nothing else changed.
    let after = snapshot(&package);
    assert_eq!(after.len(), before.len() + 4);
    assert!(before.iter().all(|file| after.contains(file)));
    let report = verified(&bench);
    let signatures = report["signatures"].as_array().unwrap();
    let told: Vec<_> = signatures
        .iter()
        .map(|one| [&one["role"], &one["meaning"], &one["id"]])
        .collect();
    assert_eq!(told[1], ["reviewer", "review", "Grace Hopper"]);
    assert_eq!(told[2], ["approver", "approval", "ada@example.org"]);
}

#[test]
fn a_key_signs_a_package_once() {
    let bench = prepared();
    let before = snapshot(&bench.path().join("package"));
    let output = sign(&bench, "file:one.pem", &REVIEWER);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("has signed this package already, in signatures/01-preparer"),
        "{stderr}"
    );
    assert_eq!(snapshot(&bench.path().join("package")), before);
}

#[test]
fn what_does_not_hold_is_not_signed() {
    let bench = prepared();
    let package = bench.path().join("package");
    let refused = |options: &[&str], expected: &[&str]| {
        let before = snapshot(&package);
        let mut command = bench.command("sign");
        let kms = format!("kms:{}", arn("key/signing-key"));
        let output = command
            .args(["package", "--key", &kms])
            .args(REVIEWER)
            .args(options)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        let stderr = String::from_utf8_lossy(&output.stderr);
        for words in expected {
            assert!(stderr.contains(words), "{words}: {stderr}");
        }
        assert_eq!(snapshot(&package), before);
    };
    refused(
        &[],
        &["does not hold", "simulated: manifest.json", "hint: --allow-simulated"],
    );
    let findings = fs::read(package.join("findings.json")).unwrap();
    fs::write(package.join("findings.json"), b"{}").unwrap();
    refused(
        &["--allow-simulated"],
        &["truncated-file: findings.json", "hint: `trailaudit verify`"],
    );
    fs::write(package.join("findings.json"), findings).unwrap();
    fs::write(package.join("more.txt"), b"more").unwrap();
    refused(&["--allow-simulated"], &["extra-file: more.txt"]);
    fs::remove_file(package.join("more.txt")).unwrap();
    let manifest = fs::read(package.join("manifest.json")).unwrap();
    fs::remove_file(package.join("manifest.json")).unwrap();
    refused(&["--allow-simulated"], &["missing-file: manifest.json"]);
    fs::write(package.join("manifest.json"), manifest).unwrap();
    // A package that does not hold is worth no question.
    let ledger = bench.server.ledger();
    assert_eq!(ledger.count("kms", "GetPublicKey") + ledger.count("kms", "Sign"), 0);
}

#[test]
fn one_process_signs_at_a_time() {
    let bench = prepared();
    let manifest = fs::File::open(bench.path().join("package/manifest.json")).unwrap();
    manifest.lock().unwrap();
    let output = sign(&bench, "file:two.pem", &REVIEWER);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(
        told(&output).contains("another process is signing"),
        "{}",
        told(&output)
    );
    drop(manifest);
    let output = sign(&bench, "file:two.pem", &REVIEWER);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    verified(&bench);
}

#[test]
fn words_that_cannot_be_signed_are_usage_errors() {
    let bench = prepared();
    let cases: [[&str; 6]; 4] = [
        ["--role", "Reviewer", "--name", "Grace", "--meaning", "review"],
        ["--role", "../x", "--name", "Grace", "--meaning", "review"],
        ["--role", "reviewer", "--name", " ", "--meaning", "review"],
        ["--role", "reviewer", "--name", "Grace", "--meaning", "applause"],
    ];
    for options in cases {
        let output = sign(&bench, "file:two.pem", &options);
        assert_eq!(output.status.code(), Some(2), "{options:?}: {}", told(&output));
    }
    for (key, code) in [("file:absent.pem", 1), ("two.pem", 2), ("file:two.pub.pem", 1)] {
        let output = sign(&bench, key, &REVIEWER);
        assert_eq!(output.status.code(), Some(code), "{key}: {}", told(&output));
    }
    assert_eq!(verified(&bench)["signatures"].as_array().unwrap().len(), 1);
}
