//! Who signs: told before anything is collected, or not at all.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::audit::Bench;
use crate::package::files;
use crate::support::{told, trailaudit};
use crate::worlds::{HOME, sound};

#[test]
fn what_cannot_be_signed_is_refused_before_anything_is_asked() {
    let bench = with_keys();
    let too_long = "x".repeat(3_000);
    let refused: [&[&str]; 5] = [
        &["--signer-name", "  "],
        &["--signer-name", "Ada\nVERIFIED"],
        &["--signer-id", "ada\u{1b}[2J"],
        &["--signer-name", &too_long],
        &["--sign", "file:./one.pem"],
    ];
    for options in refused {
        let mut command = bench.command("audit");
        command
            .args(["--out", "package", "--sign", "file:one.pem"])
            .args(options);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{options:?}: {}", told(&output));
        assert!(
            !bench.path().join("package").exists(),
            "{options:?} left something behind"
        );
    }
    assert_eq!(bench.server.ledger().total(), 0);
}

#[test]
fn every_signer_has_a_signature_and_a_key_of_their_own() {
    let bench = with_keys();
    let sign = [
        "--sign",
        "file:one.pem",
        "--sign",
        "file:two.pem",
        "--meaning",
        "approval",
    ];
    let output = bench
        .command("audit")
        .args(["--out", "package"])
        .args(sign)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let listed = files(&bench.path().join("package"));
    let of = |folder: &str| listed.iter().filter(|file| file.starts_with(folder)).count();
    assert_eq!((of("signatures/"), of("keys/")), (2, 2), "{listed:?}");
    for (keys, trusted, code) in [(&["one"][..], [true, false], 5), (&["two", "one"], [true, true], 0)] {
        let mut verify = trailaudit(bench.path());
        verify.args(["verify", "package", "--allow-simulated", "--format", "json"]);
        for key in keys {
            verify.args(["--key", &format!("{key}.pub.pem")]);
        }
        let output = verify.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{keys:?}: {}", told(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let signatures = report["signatures"].as_array().unwrap();
        assert_eq!(
            signatures.iter().map(|one| one["trusted"] == true).collect::<Vec<_>>(),
            trusted
        );
        for signature in signatures {
            assert_eq!(
                (&signature["role"], &signature["meaning"]),
                (&"preparer".into(), &"approval".into())
            );
            // Without a name, the identity that collected.
            assert_eq!(signature["printedName"], "arn:aws:iam::111111111111:user/auditor");
        }
    }
}

#[test]
fn a_private_key_is_for_its_owner_alone_and_never_overwritten() {
    let bench = with_keys();
    let mode = |file: &str| fs::metadata(bench.path().join(file)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("one.pem"), mode("one.pub.pem")), (0o600, 0o644));
    let before = fs::read(bench.path().join("one.pem")).unwrap();
    let output = trailaudit(bench.path())
        .args(["keygen", "--out", "one.pem"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert_eq!(fs::read(bench.path().join("one.pem")).unwrap(), before);
    let private = String::from_utf8(before).unwrap();
    assert!(private.contains("PRIVATE KEY"));
}

fn with_keys() -> Bench {
    let bench = Bench::new(sound(&[HOME]));
    for key in ["one.pem", "two.pem"] {
        let output = trailaudit(bench.path())
            .args(["keygen", "--out", key])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    }
    bench
}
