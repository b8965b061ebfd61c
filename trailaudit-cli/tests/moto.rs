//! The binary against moto: an AWS that others wrote, seeded by a client that others wrote. The Python that has both
//! is named by `TRAILAUDIT_PYTHON`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "moto/rows.rs"]
mod rows;
#[path = "moto/server.rs"]
mod server;
mod support;

use std::path::Path;
use std::process::{Command, Output};

use rows::Expected;
use server::Moto;
use support::{told, trailaudit};
use tempfile::TempDir;

#[test]
fn every_trail_and_every_account_gets_its_verdict() {
    let moto = Moto::start();
    let expected = moto.seed().named_regions;
    let scratch = TempDir::new().expect("a scratch directory");
    let package = scratch.path().join("package");
    key_pair(scratch.path());

    let audit = audit(&moto, &expected, scratch.path(), &["--sign", "file:key.pem"]);
    assert_eq!(audit.status.code(), Some(3), "{}", told(&audit));
    assert_all_found(&expected, &package);
    let planned = format!("{} cells planned", expected.cells.len());
    assert!(
        String::from_utf8_lossy(&audit.stdout).contains(&planned),
        "{}",
        told(&audit)
    );

    a_simulation_does_not_pass_for_evidence(scratch.path());
}

#[test]
fn without_a_list_of_regions_the_whole_partition_is_planned() {
    let moto = Moto::start();
    let expected = moto.seed().partition;
    assert!(
        expected.cells.iter().any(|cell| cell.status == "failed"),
        "moto knows every Region by now"
    );
    let scratch = TempDir::new().expect("a scratch directory");
    let package = scratch.path().join("package");

    let audit = audit(&moto, &expected, scratch.path(), &[]);
    assert_eq!(audit.status.code(), Some(3), "{}", told(&audit));
    assert_all_found(&expected, &package);
}

#[test]
fn an_account_in_no_organization_is_told_so() {
    let moto = Moto::start();
    let scratch = TempDir::new().expect("a scratch directory");

    let audit = audit(&moto, &Expected::default(), scratch.path(), &[]);
    assert_eq!(audit.status.code(), Some(1), "{}", told(&audit));
    let stderr = String::from_utf8_lossy(&audit.stderr);
    assert!(
        stderr.starts_with("error: account 123456789012 belongs to no organization"),
        "{stderr}"
    );
    assert!(stderr.contains("--single-account"), "{stderr}");
    assert!(!scratch.path().join("package").exists(), "{}", told(&audit));
}

/// moto hashes a digest before it signs it, so what it signs is no signature over the statement. Nothing is collected
/// for it, and nothing is asked but KMS.
#[test]
fn a_signature_over_a_digest_of_the_digest_is_never_used() {
    let moto = Moto::start();
    let key = moto.signing_key();
    let scratch = TempDir::new().expect("a scratch directory");

    let audit = audit(
        &moto,
        &Expected::default(),
        scratch.path(),
        &["--sign", &format!("kms:{key}")],
    );
    assert_eq!(audit.status.code(), Some(1), "{}", told(&audit));
    let stderr = String::from_utf8_lossy(&audit.stderr);
    let expected = format!("error: KMS returned a signature of {key} that does not verify");
    assert!(stderr.starts_with(&expected), "{stderr}");
    assert!(
        stderr.contains("does this endpoint honour MessageType=DIGEST?"),
        "{stderr}"
    );
    assert!(stderr.contains("hint: AWS itself does"), "{stderr}");
    assert!(!scratch.path().join("package").exists(), "{}", told(&audit));
}

/// What the seed plants for: it knows nothing of the other rules.
const RULES: [&str; 5] = [
    "trail-encrypted-with-customer-key",
    "trail-delivers-to-log-group",
    "trail-logging",
    "account-has-logging-trail",
    "every-region-covered",
];

/// Runs the audit that `expected` speaks about into `package`; the endpoint and credentials are all it is told of AWS.
fn audit(moto: &Moto, expected: &Expected, scratch: &Path, options: &[&str]) -> Output {
    let mut command = trailaudit(scratch);
    command
        .args([
            "audit",
            "--out",
            "package",
            "--role-name",
            "OrganizationAccountAccessRole",
        ])
        .args(options)
        .env("AWS_ENDPOINT_URL", moto.endpoint())
        .env("AWS_ACCESS_KEY_ID", "testing")
        .env("AWS_SECRET_ACCESS_KEY", "testing");
    for rule in RULES {
        command.args(["--rule", rule]);
    }
    for region in &expected.regions {
        command.args(["--region", region]);
    }
    for account in &expected.accounts {
        command.args(["--account", account]);
    }
    command.output().expect("the binary runs")
}

fn assert_all_found(expected: &Expected, package: &Path) {
    let differences = expected.compare_findings(package) + &expected.compare_cells(package);
    assert!(differences.is_empty(), "not what was planted:\n{differences}");
}

/// A key pair by openssl's own hand: `key.pem` and `key.pub.pem`.
fn key_pair(scratch: &Path) {
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).current_dir(scratch).output();
        let output = output.expect("openssl is installed");
        assert!(output.status.success(), "{}", told(&output));
    };
    openssl(&[
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        "key.pem",
    ]);
    openssl(&["pkey", "-in", "key.pem", "-pubout", "-out", "key.pub.pem"]);
}

/// Everything about the package holds, but what it speaks about is not AWS.
fn a_simulation_does_not_pass_for_evidence(scratch: &Path) {
    let verify = |options: &[&str]| {
        let mut command = trailaudit(scratch);
        command.args(["verify", "package", "--key", "key.pub.pem", "--format", "json"]);
        command.args(options).output().expect("the binary runs")
    };
    let refused = verify(&[]);
    assert_eq!(refused.status.code(), Some(5), "{}", told(&refused));
    let report: serde_json::Value = serde_json::from_slice(&refused.stdout).expect("JSON");
    let problems = report["problems"].as_array().expect("a list of problems");
    let codes: Vec<_> = problems.iter().map(|problem| &problem["code"]).collect();
    assert_eq!(codes, ["simulated"], "{}", told(&refused));

    let allowed = verify(&["--allow-simulated"]);
    assert_eq!(allowed.status.code(), Some(0), "{}", told(&allowed));
}
