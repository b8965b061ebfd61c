//! What is not compared, and what is said instead.

use std::fs;

use super::Quarters;
use crate::package::copy;
use crate::signed::NOT_VERIFIED;
use crate::support::{told, trailaudit};
use crate::worlds::{FIRST, HOME, sound};

#[test]
fn what_does_not_verify_is_not_compared() {
    let quarters = Quarters::new();
    quarters.audit(sound(&[HOME]), "q1", &[]);
    copy(&quarters.path("q1"), &quarters.path("q2"));
    let findings = quarters.path("q2/findings.csv");
    fs::write(
        &findings,
        fs::read_to_string(&findings).unwrap().replace("\"pass\"", "\"fail\""),
    )
    .unwrap();
    fs::write(quarters.path("q2/evil\nthe old package is fine\u{1b}[2J"), "").unwrap();
    let trust = ["--key", "key.pub.pem"];
    let simulated = ["--allow-simulated"];
    let refused = |arguments: &[&str], code: i32| {
        let output = quarters.diff(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", told(&output));
        assert!(output.stdout.is_empty(), "{}", told(&output));
        String::from_utf8(output.stderr).unwrap()
    };
    for format in ["text", "json", "csv"] {
        let said = refused(
            &[&["q1", "q2", "--format", format], &trust[..], &simulated[..]].concat(),
            NOT_VERIFIED,
        );
        assert!(said.contains("the new package, q2, does not verify") && said.contains("changed-file: findings.csv"));
        assert!(
            !said.contains("the old package, q1") && !said.contains('\u{1b}'),
            "{said}"
        );
        assert!(
            !said.lines().any(|line| line.starts_with("the old package is fine")),
            "{said}"
        );
    }
    let both = refused(&["q1", "q2"], NOT_VERIFIED);
    assert!(both.contains("the old package, q1, does not verify"), "{both}");
    assert!(
        both.contains("no-trust") && both.contains("simulated") && both.contains("hint: "),
        "{both}"
    );
    let other = refused(
        &[&["q1", "q1", "--key", "other.pub.pem"], &simulated[..]].concat(),
        NOT_VERIFIED,
    );
    assert!(other.contains("untrusted-key"), "{other}");
    refused(&[&["q1", "nowhere"], &trust[..]].concat(), 1);
    refused(&[&["q1"], &trust[..]].concat(), 2);

    // A policy names persons and roles as well; its keys lie beside it.
    let policy = |id: &str| {
        let key = "name = \"Ada\"\nroles = [\"preparer\"]\nkey-file = \"key.pub.pem\"\n";
        let text = format!("format = \"trailaudit.trust/v1\"\n[[signer]]\nid = \"{id}\"\n{key}");
        fs::write(quarters.path("trust.toml"), text).unwrap();
    };
    policy("somebody else");
    let by_policy = [&["q1", "q1", "--trust", "trust.toml"], &simulated[..]].concat();
    assert!(refused(&by_policy, NOT_VERIFIED).contains("another-person"));
    fs::write(quarters.path("trust.toml"), "format = 1\n").unwrap();
    assert!(refused(&by_policy, 2).contains("trust.toml: line 1"));
    sign_as(&quarters, "q1", "ada@example.org");
}

/// The same package by a policy that fits who signed it.
fn sign_as(quarters: &Quarters, package: &str, id: &str) {
    let fresh = quarters.path("q3");
    copy(&quarters.path(package), &fresh);
    fs::remove_dir_all(fresh.join("signatures")).unwrap();
    fs::remove_dir_all(fresh.join("keys")).unwrap();
    let signed = trailaudit(quarters.scratch.path())
        .args([
            "sign",
            "q3",
            "--key",
            "file:key.pem",
            "--role",
            "preparer",
            "--name",
            "Ada",
            "--id",
            id,
        ])
        .args(["--meaning", "authorship", "--allow-simulated"])
        .output()
        .unwrap();
    assert_eq!(signed.status.code(), Some(0), "{}", told(&signed));
    fs::create_dir(quarters.path("policy")).unwrap();
    fs::copy(quarters.path("key.pub.pem"), quarters.path("policy/ada.pem")).unwrap();
    let text = format!(
        "format = \"trailaudit.trust/v1\"\n[[signer]]\nname = \"Ada\"\nid = \"{id}\"\nroles = [\"preparer\"]\nkey-file \
         = \"ada.pem\"\n"
    );
    fs::write(quarters.path("policy/trust.toml"), text).unwrap();
    let output = quarters.diff(&["q3", "q3", "--trust", "policy/trust.toml", "--allow-simulated"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let quarters = Quarters::new();
    quarters.audit(sound(&[HOME]), "q1", &[]);
    let mut stranger = sound(&[HOME]);
    stranger.organization.id = "o-anotherorg".into();
    quarters.audit(stranger, "stranger", &[]);
    let extract = trailaudit(quarters.scratch.path())
        .args(["extract", "q1", "--account", FIRST, "--out", "extract"])
        .output()
        .unwrap();
    assert_eq!(extract.status.code(), Some(0), "{}", told(&extract));
    let trust = ["--key", "key.pub.pem", "--allow-simulated"];
    for (pair, said) in [
        (
            ["q1", "stranger"],
            "different organizations, o-exampleorg and o-anotherorg",
        ),
        (["q1", "extract"], "extract: this is an extract"),
        (["extract", "q1"], "extract: this is an extract"),
    ] {
        let output = quarters.diff(&[&pair, &trust[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(told(&output).contains(said), "{}", told(&output));
        assert!(output.stdout.is_empty());
    }
}
