//! What an auditor does with a package: with the binary, with the script, and by hand.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::package::Package;
use crate::signed::{NOT_VERIFIED, Signed, verification};
use crate::support::{told, trailaudit};

#[test]
fn an_untouched_package_verifies_for_whoever_has_the_key() {
    let signed = Signed::new();
    assert_eq!(signed.verify(), (0, Vec::new()));
    let script = signed.script();
    assert_eq!(script.status.code(), Some(0), "{}", told(&script));
    assert!(
        String::from_utf8_lossy(&script.stdout).contains("Ada Lovelace"),
        "{}",
        told(&script)
    );
    let told_by = |arguments: &[&str]| {
        let report = verification(&signed.run(arguments));
        let codes = report["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|problem| problem["code"].clone());
        (report["verified"] == true, codes.collect::<Vec<_>>())
    };
    assert_eq!(told_by(&["--key", "key.pub.pem"]), (false, vec!["simulated".into()]));
    assert_eq!(told_by(&["--allow-simulated"]), (false, vec!["no-trust".into()]));
    assert_eq!(
        told_by(&["--allow-simulated", "--key", "other.pub.pem"]),
        (false, vec!["untrusted-key".into()])
    );
    assert_eq!(
        told_by(&["--allow-simulated", "--key", "other.pub.pem", "--key", "key.pub.pem"]),
        (true, Vec::new())
    );
    let other = signed.script_with("other.pub.pem");
    assert_eq!(other.status.code(), Some(NOT_VERIFIED), "{}", told(&other));
}

/// The names of files are the forger's choice: they neither move the cursor nor make up a line of the result.
#[test]
fn a_hostile_file_name_cannot_speak_for_the_verifier() {
    let signed = Signed::new();
    for name in [
        "\u{1b}[2J\u{1b}[1;1Hok",
        "a\nVERIFIED     every file, every signature",
        "b\rVERIFIED",
        "c\u{202e}dne",
        "d\u{9b}2J",
    ] {
        fs::write(signed.path(name), "").unwrap();
        let output = signed.run_as_text(&["--key", "key.pub.pem", "--allow-simulated"]);
        assert_eq!(output.status.code(), Some(NOT_VERIFIED), "{}", told(&output));
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(!stdout.lines().any(|line| line.starts_with("VERIFIED")), "{stdout:?}");
        let drives = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!stdout.contains(drives), "{stdout:?}");
        fs::remove_file(signed.path(name)).unwrap();
    }
}

/// What VERIFY.md says works when it is pasted.
#[test]
fn the_commands_of_verify_md_work() {
    let signed = Signed::new();
    let text = fs::read_to_string(signed.path("VERIFY.md")).unwrap();
    let blocks: Vec<_> = text
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert_eq!(blocks.len(), 3, "the check, the time, and how to see an exchange");
    let id = Package::at(&signed.path("")).findings[0]["evidence"]
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let pasted = |commands: &str| {
        // In a directory of its own: tests run side by side.
        let scratch = format!("{}/", signed.scratch.path().display());
        let commands = commands
            .replace("/tmp/", &scratch)
            .replace("SIGNER.pub.pem", "../key.pub.pem");
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", &commands.replace("EVIDENCE ID", &id)]);
        let output = shell
            .env("TMPDIR", &scratch)
            .current_dir(signed.path(""))
            .output()
            .unwrap();
        assert!(output.status.success(), "{commands}\n{}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let check = pasted(blocks[0]);
    let mut lines = check.lines();
    assert_eq!(lines.next(), Some("Verified OK"));
    let digests: Vec<_> = lines
        .by_ref()
        .take(2)
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(digests[0], digests[1], "the statement is about this manifest");
    let predicate: Value = serde_json::from_str(&lines.collect::<String>()).unwrap();
    assert_eq!(predicate["signer"]["printedName"], "Ada Lovelace");
    let exchange: Value = serde_json::from_str(&pasted(blocks[2])).unwrap();
    assert_eq!(exchange["id"], *id);
    let indented: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert_eq!(
        indented,
        [
            "trailaudit verify . --key SIGNER.pub.pem",
            "sh verify.sh SIGNER.pub.pem... [TSA_ROOT.pem...]"
        ]
    );
    assert!(pasted(indented[1].trim_end_matches("... [TSA_ROOT.pem...]")).contains("VERIFIED"));
}

/// Whatever a package was judged by, verification judges by the same.
#[test]
fn packages_of_every_kind_verify() {
    let signed = Signed::new();
    let path = signed.scratch.path();
    fs::write(
        path.join("trailaudit.toml"),
        "[thresholds]\ndelivery-window-hours = 1\n",
    )
    .unwrap();
    let kinds: [&[&str]; 5] = [
        &["--rule", "every-region-covered", "--rule", "trail-logging"],
        &[
            "--framework",
            "cis-aws-foundations",
            "--framework",
            "gxp-21-cfr-part-11",
        ],
        &["--config", "trailaudit.toml"],
        &["--as-of", "2030-01-01T00:00:00.123456789+02:00"],
        &[
            "--sign",
            "file:other.pem",
            "--signer-name",
            "Grace \"the\" Hopper \u{1f600}",
            "--meaning",
            "review",
        ],
    ];
    for (number, kind) in kinds.into_iter().enumerate() {
        let out = format!("kind-{number}");
        let mut command = trailaudit(path);
        command
            .args([
                "assess",
                "package",
                "--fail-on",
                "never",
                "--sign",
                "file:key.pem",
                "--out",
                &out,
            ])
            .args(kind);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{kind:?}: {}", told(&output));
        let mut verify = trailaudit(path);
        verify.args([
            "verify",
            &out,
            "--allow-simulated",
            "--key",
            "key.pub.pem",
            "--key",
            "other.pub.pem",
        ]);
        let output = verify.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{kind:?}: {}", told(&output));
    }
}
