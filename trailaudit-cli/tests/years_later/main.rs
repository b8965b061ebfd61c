//! A package in the year 2040, when the certificates of the authorities that stamped it have long expired. `faketime` sets
//! the clock of whoever verifies; `openssl` plays the authorities, and then one of the verifiers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../trailaudit-core/tests/timestamps/authority.rs"]
#[allow(dead_code)]
mod authority;
mod authority_online;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use jiff::SignedDuration;
use serde_json::Value;
use tempfile::TempDir;

use authority::{P256, RSA_2048, Setup};
use authority_online::Online;
use support::{told, trailaudit};

const LATER: &str = "2040-01-01 00:00:00";

/// How long its certificate is valid: not as long as those above it.
const DAYS: (SignedDuration, SignedDuration) = (SignedDuration::from_hours(-1), SignedDuration::from_hours(47));

/// A package, prepared by Ada with the time of an authority with RSA, reviewed by Rita with that of one with P-256.
fn stamped() -> TempDir {
    let scratch = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = trailaudit(scratch.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", told(&output));
    };
    // Small, and collected just now: a signature is not older than what it signs.
    run(&["demo", "--out", "package", "--accounts", "3", "--regions", "2"]);
    for signature in ["signatures", "keys"] {
        fs::remove_dir_all(scratch.path().join("package").join(signature)).unwrap();
    }
    for (key, role, name, meaning, kind) in [
        ("ada", "preparer", "Ada Lovelace", "authorship", RSA_2048),
        ("rita", "reviewer", "Rita Levi", "review", P256),
    ] {
        let online = Online::new(&Setup {
            key: kind,
            valid: DAYS,
            ..Setup::default()
        });
        for certificate in ["root", "tsa"] {
            let file = scratch.path().join(format!("{key}.{certificate}.pem"));
            fs::write(file, online.authority.bytes(&format!("{certificate}.pem"))).unwrap();
        }
        run(&["keygen", "--out", &format!("{key}.pem")]);
        let reference = format!("file:{key}.pem");
        let sign = [
            "sign",
            "package",
            "--key",
            &reference,
            "--role",
            role,
            "--name",
            name,
            "--meaning",
            meaning,
        ];
        run(&[&sign[..], &["--tsa", &online.url, "--allow-simulated"]].concat());
    }
    scratch
}

/// Until when a certificate is valid, as openssl tells it.
fn ends(scratch: &Path, certificate: &str) -> String {
    let mut openssl = Command::new("openssl");
    openssl.args(["x509", "-noout", "-enddate", "-dateopt", "iso_8601", "-in", certificate]);
    let output = openssl.current_dir(scratch).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim().trim_start_matches("notAfter=").replace(' ', "T")
}

/// The command, in 2040.
fn later(scratch: &Path, command: &Command) -> Output {
    let mut faked = Command::new("faketime");
    faked
        .args(["-f", &format!("@{LATER}")])
        .arg(command.get_program())
        .args(command.get_args());
    faked
        .env("TZ", "UTC")
        .current_dir(scratch)
        .output()
        .expect("faketime is installed")
}

const VERIFY: [&str; 11] = [
    "verify",
    "package",
    "--allow-simulated",
    "--key",
    "ada.pub.pem",
    "--key",
    "rita.pub.pem",
    "--tsa-root",
    "ada.root.pem",
    "--tsa-root",
    "rita.root.pem",
];

#[test]
fn a_package_verifies_when_the_authorities_certificates_have_expired() {
    let scratch = stamped();
    let mut verify = trailaudit(scratch.path());
    verify.args(VERIFY);
    // Today nothing has expired.
    let today = verify.output().unwrap();
    let text = String::from_utf8_lossy(&today.stdout).into_owned();
    assert_eq!(today.status.code(), Some(0), "{}", told(&today));
    assert_eq!(text.matches("time proven: ").count(), 2, "{text}");
    assert!(!text.contains("expired"), "{text}");

    let output = later(scratch.path(), &verify);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(text.contains("VERIFIED"), "{text}");
    let json = later(scratch.path(), verify.args(["--format", "json"]));
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    let signatures = report["signatures"].as_array().unwrap();
    assert_eq!(signatures.len(), 2, "{report:#}");
    for (signature, name) in signatures.iter().zip(["ada", "rita"]) {
        let until = signature["timestamp"]["certificateNotAfter"].as_str().unwrap();
        assert_eq!(until, ends(scratch.path(), &format!("{name}.tsa.pem")), "{report:#}");
        let line = format!("the authority's certificate expired on {until}; it was valid at the time it proves");
        assert!(text.contains(&line), "{line}\n{text}");
    }

    // A root of somebody else proves no time, in 2040 as today.
    let another = Online::new(&Setup::default());
    fs::write(scratch.path().join("ada.root.pem"), another.authority.bytes("root.pem")).unwrap();
    let output = later(scratch.path(), &verify);
    assert_eq!(output.status.code(), Some(5), "{}", told(&output));
    assert!(told(&output).contains("timestamp-untrusted"), "{}", told(&output));
}

/// The script in the package, and the steps by hand as VERIFY.md tells them.
#[test]
fn openssl_needs_to_be_told_the_time_and_verify_sh_tells_it() {
    let scratch = stamped();
    for name in ["ada", "rita"] {
        let mut script = Command::new("sh");
        script.args([
            "package/verify.sh",
            &format!("{name}.pub.pem"),
            &format!("{name}.root.pem"),
        ]);
        let output = later(scratch.path(), &script);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        assert!(
            text.contains("by the time-stamping authority") && text.contains("VERIFIED"),
            "{text}"
        );
        assert!(!text.contains("2040"), "{text}");
    }
    // The other's root does not do.
    let mut script = Command::new("sh");
    script.args(["package/verify.sh", "ada.pub.pem", "rita.root.pem"]);
    assert_eq!(later(scratch.path(), &script).status.code(), Some(5));

    let manual = fs::read_to_string(scratch.path().join("package/VERIFY.md")).unwrap();
    let command = manual
        .lines()
        .find(|line| line.starts_with("openssl ts -verify"))
        .unwrap();
    assert!(command.contains(" -attime "), "{command}");
    for (name, bundle) in [("ada", "01-preparer"), ("rita", "02-reviewer")] {
        let bundle = fs::read(
            scratch
                .path()
                .join(format!("package/signatures/{bundle}.sigstore.json")),
        )
        .unwrap();
        let bundle: Value = serde_json::from_slice(&bundle).unwrap();
        let timestamps = &bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"];
        write_decoded(
            scratch.path(),
            "sig.der",
            &bundle["dsseEnvelope"]["signatures"][0]["sig"],
        );
        write_decoded(scratch.path(), "token.tsr", &timestamps[0]["signedTimestamp"]);
        let root = format!("{name}.root.pem");
        let verify = [
            "ts",
            "-verify",
            "-data",
            "sig.der",
            "-in",
            "token.tsr",
            "-CAfile",
            &root,
        ];
        let mut openssl = Command::new("openssl");
        openssl.args(verify);
        let output = later(scratch.path(), &openssl);
        assert!(!output.status.success(), "{}", told(&output));
        assert!(told(&output).contains("certificate has expired"), "{}", told(&output));
        // Any moment of today will do for a certificate of two days.
        openssl.args(["-attime", &authority::now().as_second().to_string()]);
        let output = later(scratch.path(), &openssl);
        assert!(output.status.success(), "{}", told(&output));
    }
}

fn write_decoded(scratch: &Path, name: &str, base64: &Value) {
    let mut decode = Command::new("sh");
    decode.args([
        "-c",
        "printf %s \"$0\" | base64 -d > \"$1\"",
        base64.as_str().unwrap(),
        name,
    ]);
    assert!(decode.current_dir(scratch).status().unwrap().success());
}
