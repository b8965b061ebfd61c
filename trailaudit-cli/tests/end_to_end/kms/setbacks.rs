//! A KMS that is asked too often, fails or hangs up, and a key that goes while a run collects. What was collected is
//! never lost, and no signer signs alone.

use std::fs;
use std::path::Path;
use std::thread;

use serde_json::Value;
use trailaudit_sim::{KeyReaders, Mishap, World};

use super::{arn, keygen, public_key, signing_key, with_key};
use crate::audit::Bench;
use crate::package::files;
use crate::support::{told, trailaudit};

/// A run with a key in KMS to sign with, and a key in a file.
fn bench() -> Bench {
    let world = with_key();
    let pem = public_key(&world);
    let bench = Bench::new(world);
    fs::write(bench.path().join("kms.pub.pem"), pem).unwrap();
    keygen(&bench, "file.pem");
    bench
}

/// How often `GetPublicKey` and `Sign` were asked.
fn asked(bench: &Bench) -> (u64, u64) {
    let ledger = bench.server.ledger();
    (ledger.count("kms", "GetPublicKey"), ledger.count("kms", "Sign"))
}

fn reference() -> String {
    format!("kms:{}", arn("key/signing-key"))
}

/// The exit code, and the problems.
fn verified(bench: &Bench, package: &str, key: &str) -> (i32, Vec<String>) {
    let mut verify = trailaudit(bench.path());
    verify.args(["verify", package, "--allow-simulated", "--format", "json", "--key", key]);
    let output = verify.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let problems = report["problems"].as_array().unwrap().iter();
    let codes = problems.map(|problem| problem["code"].as_str().unwrap().to_owned());
    (output.status.code().unwrap(), codes.collect())
}

fn is_signed(package: &Path) -> bool {
    let signed = |file: &String| file.starts_with("signatures/") || file.starts_with("keys/");
    files(package).iter().any(signed)
}

/// Audits with both keys, of which KMS will not sign. The package is whole and unsigned, and it is said what to do; then
/// that is done. Gives what went wrong, in the words of the last lines.
fn left_unsigned(bench: &Bench) -> String {
    let output = bench
        .command("audit")
        .args(["--out", "package", "--sign", "file:file.pem", "--sign", &reference()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "",
        "it has come to nothing yet"
    );
    let stderr = String::from_utf8(output.stderr).unwrap();
    let complete = "the package in package is complete, but not signed: `trailaudit sign` adds the signature";
    assert!(stderr.contains(complete), "{stderr}");
    let package = bench.path().join("package");
    assert!(!is_signed(&package), "{:?}", files(&package));
    let (code, problems) = verified(bench, "package", "kms.pub.pem");
    assert_eq!((code, problems), (5, vec!["no-signature".to_owned()]));

    // Judged again, the records give the same package.
    let again = ["assess", "package", "--out", "again"];
    let output = trailaudit(bench.path()).args(again).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let manifest = |package: &str| fs::read(bench.path().join(package).join("manifest.json")).unwrap();
    assert_eq!(manifest("package"), manifest("again"));

    let words = ["--role", "preparer", "--name", "Ada", "--meaning", "authorship"];
    let output = bench
        .command("sign")
        .args(["package", "--key", "file:file.pem", "--allow-simulated"])
        .args(words)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(verified(bench, "package", "file.pub.pem"), (0, Vec::new()));
    let (_, error) = stderr.split_once("error: kms:").expect("an error of KMS");
    error.to_owned()
}

#[test]
fn a_setback_that_passes_is_waited_for() {
    let setbacks = [Mishap::Throttled, Mishap::ServerError, Mishap::Cut];
    thread::scope(|scope| {
        for setback in setbacks {
            scope.spawn(move || {
                let bench = bench();
                bench.server.befall("GetPublicKey", 1..=2, setback);
                // The first is the rehearsal.
                bench.server.befall("Sign", 2..=3, setback);
                let output = bench
                    .command("audit")
                    .args(["--out", "package", "--sign", &reference()])
                    .output()
                    .unwrap();
                assert_eq!(output.status.code(), Some(0), "{setback:?}: {}", told(&output));
                assert_eq!(asked(&bench), (3, 4), "{setback:?}");
                assert_eq!(verified(&bench, "package", "kms.pub.pem"), (0, Vec::new()));
            });
        }
    });
}

#[test]
fn a_setback_that_stays_ends_the_run_before_it_has_begun() {
    let told_by: [(Mishap, &[&str]); 3] = [
        (Mishap::Throttled, &["was refused (ThrottlingException: ", ", request "]),
        (Mishap::ServerError, &["was refused (InternalFailure: ", ", request "]),
        (Mishap::Cut, &["was not answered by 127.0.0.1:"]),
    ];
    thread::scope(|scope| {
        for (setback, words) in told_by {
            scope.spawn(move || {
                let bench = bench();
                bench.server.befall("GetPublicKey", 1..=99, setback);
                let output = bench
                    .command("audit")
                    .args(["--out", "package", "--sign", &reference()])
                    .output()
                    .unwrap();
                assert_eq!(output.status.code(), Some(1), "{setback:?}: {}", told(&output));
                let stderr = String::from_utf8(output.stderr).unwrap();
                let call = format!("error: kms:GetPublicKey of {} ", arn("key/signing-key"));
                assert!(stderr.starts_with(&call), "{stderr}");
                for words in words {
                    assert!(stderr.contains(words), "{words}: {stderr}");
                }
                assert!(!bench.path().join("package").exists());
                assert_eq!((asked(&bench), bench.server.ledger().total()), ((3, 0), 3));
            });
        }
    });
}

#[test]
fn a_package_stays_whole_when_kms_goes_away() {
    let told_by: [(Mishap, &[&str]); 3] = [
        (
            Mishap::Throttled,
            &[
                "was refused (ThrottlingException: ",
                ", request ",
                "hint: KMS is asked too often",
            ],
        ),
        (Mishap::ServerError, &["was refused (InternalFailure: ", ", request "]),
        (
            Mishap::Cut,
            &["was not answered by 127.0.0.1:", "hint: check the network"],
        ),
    ];
    thread::scope(|scope| {
        for (setback, words) in told_by {
            scope.spawn(move || {
                let bench = bench();
                bench.server.befall("Sign", 2..=99, setback);
                let error = left_unsigned(&bench);
                assert!(error.starts_with("Sign of "), "{error}");
                for words in words {
                    assert!(error.contains(words), "{words}: {error}");
                }
                assert_eq!(asked(&bench), (1, 1 + 5), "{setback:?}");
            });
        }
    });
}

/// What was true at the rehearsal need not be when the records are there.
#[test]
fn a_package_stays_whole_when_its_key_goes() {
    let changes: [(fn(&mut World), &[&str]); 3] = [
        (
            |world| signing_key(world).state = "Disabled",
            &["DisabledException", "hint: `aws kms enable-key"],
        ),
        (
            |world| signing_key(world).state = "PendingDeletion",
            &["KMSInvalidStateException", "cancel-key-deletion"],
        ),
        (
            |world| signing_key(world).readers = KeyReaders::Nobody,
            &["AccessDeniedException", "hint: whoever signs needs kms:Sign"],
        ),
    ];
    for (change, words) in changes {
        let bench = bench();
        bench.server.befall("Sign", 1..=1, Mishap::Then(change));
        let error = left_unsigned(&bench);
        for words in words {
            assert!(error.contains(words), "{words}: {error}");
        }
        assert_eq!(asked(&bench), (1, 2), "it is not asked again");
    }
}

/// `assess` and `sign` begin with records that are there already; they leave what they found.
#[test]
fn nothing_is_left_of_a_signature_that_was_not_made() {
    let bench = bench();
    let mut audit = bench.command("audit");
    let output = audit.args(["--out", "package"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let contents = || {
        let package = bench.path().join("package");
        let read = |file: String| (fs::read(package.join(&file)).unwrap(), file);
        files(&package).into_iter().map(read).collect::<Vec<_>>()
    };
    let before = contents();
    let assess = ["assess", "package", "--out", "again", "--sign", &reference()];
    let sign = [
        "sign",
        "package",
        "--key",
        &reference(),
        "--allow-simulated",
        "--role",
        "preparer",
        "--name",
        "Ada",
        "--meaning",
        "authorship",
    ];
    for arguments in [&assess[..], &sign] {
        // It is put back into use for whoever comes next.
        let goes: fn(&mut World) = |world| signing_key(world).state = "Disabled";
        let comes: fn(&mut World) = |world| signing_key(world).state = "Enabled";
        bench.server.befall("Sign", 1..=1, Mishap::Then(goes));
        bench.server.befall("Sign", 2..=2, Mishap::Then(comes));
        let (first, rest) = arguments.split_first().unwrap();
        let output = bench.command(first).args(rest).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("error: kms:Sign of "), "{stderr}");
        assert!(stderr.contains("(DisabledException: "), "{stderr}");
        assert!(!stderr.contains("is complete"), "{stderr}");
        assert!(!bench.path().join("again").exists());
        assert_eq!(contents(), before, "{arguments:?}");
    }
}
