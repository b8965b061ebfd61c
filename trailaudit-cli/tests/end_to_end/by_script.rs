//! What `verify.sh` refuses, whatever keys it is given.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::demo::demo;
use crate::support::{told, trailaudit};

/// A package that two persons have to sign, and have signed.
fn reviewed() -> TempDir {
    let scratch = TempDir::new().unwrap();
    let path = scratch.path();
    demo(path, "demo", &["--accounts", "3", "--regions", "1"]);
    for name in ["ada", "rita"] {
        run(path, &["keygen", "--out", &format!("{name}.pem")]);
    }
    let both = ["--require-signature", "preparer", "--require-signature", "reviewer"];
    let ada = [
        "--sign",
        "file:ada.pem",
        "--signer-name",
        "Ada Lovelace",
        "--fail-on",
        "never",
    ];
    run(
        path,
        &[&["assess", "demo", "--out", "package"][..], &both, &ada].concat(),
    );
    let rita = ["--key", "file:rita.pem", "--name", "Rita Levi", "--allow-simulated"];
    let review = ["sign", "package", "--role", "reviewer", "--meaning", "review"];
    run(path, &[&review[..], &rita].concat());
    scratch
}

fn run(path: &Path, arguments: &[&str]) {
    let output = trailaudit(path).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}

fn script(path: &Path, package: &str, keys: &[&str]) -> Output {
    let mut sh = Command::new("sh");
    sh.arg(format!("{package}/verify.sh")).args(keys).current_dir(path);
    sh.output().unwrap()
}

/// The package again, after `change` had its way with it.
fn changed(path: &Path, package: &str, change: impl Fn(&Path)) {
    let copy = path.join("changed");
    if copy.exists() {
        fs::remove_dir_all(&copy).unwrap();
    }
    let mut cp = Command::new("cp");
    let status = cp.arg("-r").arg(path.join(package)).arg(&copy).status().unwrap();
    assert!(status.success());
    change(&copy);
}

const KEYS: [&str; 2] = ["ada.pub.pem", "rita.pub.pem"];
const PREPARER: &str = "signatures/01-preparer.sigstore.json";
const REVIEWER: &str = "signatures/02-reviewer.sigstore.json";

/// Whoever is trusted fills a role; a stranger does not, nor a name of a file.
#[test]
fn a_role_is_filled_by_a_key_that_was_given() {
    let scratch = reviewed();
    let path = scratch.path();
    let both = script(path, "package", &KEYS);
    assert!(both.status.success(), "{}", told(&both));
    let lines = String::from_utf8(both.stdout).unwrap();
    assert_eq!(lines.matches("signature   ").count(), 2, "{lines}");
    for key in KEYS {
        let one = script(path, "package", &[key]);
        assert_eq!(one.status.code(), Some(5), "{}", told(&one));
        assert!(told(&one).contains("no key that you gave made one"), "{}", told(&one));
        assert!(
            told(&one).contains("NOTE        a key that you did not give signed as "),
            "{}",
            told(&one)
        );
    }
}

/// A signature is checked whoever made it, and all that is in it.
#[test]
fn no_signature_is_passed_over() {
    let scratch = reviewed();
    let path = scratch.path();
    let refused = |what: &str, keys: &[&str]| {
        let output = script(path, "changed", keys);
        assert_eq!(output.status.code(), Some(5), "{what} {keys:?}: {}", told(&output));
        assert!(!String::from_utf8_lossy(&output.stdout).contains("VERIFIED"), "{what}");
    };
    for at in [PREPARER, REVIEWER] {
        let whole: Value = serde_json::from_slice(&fs::read(path.join("package").join(at)).unwrap()).unwrap();
        for field in ["/dsseEnvelope/payload", "/dsseEnvelope/signatures/0/sig"] {
            let mut other = whole.clone();
            let text = other.pointer_mut(field).unwrap();
            let flipped = text.as_str().unwrap().replacen(['A', 'B', 'C'], "D", 1);
            *text = flipped.into();
            changed(path, "package", |copy| {
                fs::write(copy.join(at), other.to_string()).unwrap();
            });
            refused(field, &KEYS);
            refused(field, &KEYS[..1]);
        }
    }
    let rename = |from: &'static str, to: &'static str| {
        changed(path, "package", |copy| {
            fs::rename(copy.join(from), copy.join(to)).unwrap();
        });
        refused(to, &KEYS);
    };
    rename(REVIEWER, "signatures/03-reviewer.sigstore.json");
    rename(REVIEWER, "signatures/100-reviewer.sigstore.json");
    rename(REVIEWER, "signatures/02-approver.sigstore.json");
    changed(path, "package", |copy| {
        fs::copy(copy.join(REVIEWER), copy.join("signatures/03-reviewer.sigstore.json")).unwrap();
    });
    refused("a signature twice", &KEYS);
    // Whoever saw the other cannot have come first.
    changed(path, "package", |copy| {
        fs::rename(copy.join(REVIEWER), copy.join("signatures/01-reviewer.sigstore.json")).unwrap();
        fs::rename(copy.join(PREPARER), copy.join("signatures/02-preparer.sigstore.json")).unwrap();
    });
    refused("the order turned round", &KEYS);
}

/// What nobody signed is refused before anything is done with it.
#[test]
fn nothing_else_is_in_the_folder_or_the_proof() {
    let scratch = reviewed();
    let path = scratch.path();
    let account = fs::read_to_string(path.join("package/accounts/index.jsonl")).unwrap();
    let account: Value = serde_json::from_str(account.lines().next().unwrap()).unwrap();
    let account = account["account"].as_str().unwrap();
    run(path, &["extract", "package", "--account", account, "--out", "extract"]);
    let whole = script(path, "extract", &KEYS);
    assert!(whole.status.success(), "{}", told(&whole));
    let refused = |what: &str| {
        let output = script(path, "changed", &KEYS);
        assert_eq!(output.status.code(), Some(5), "{what}: {}", told(&output));
        let shown = [output.stdout, output.stderr].concat();
        let is_shown = |byte: &u8| *byte == b'\n' || (*byte >= b' ' && *byte != 0x7f);
        assert!(shown.iter().all(is_shown), "{what}");
    };
    for folder in ["empty", "keys/empty", "report/empty"] {
        changed(path, "package", |copy| fs::create_dir_all(copy.join(folder)).unwrap());
        refused(folder);
    }
    let manifest = fs::read_to_string(path.join("package/manifest.json")).unwrap();
    for (what, from, to) in [
        (
            "a path with a steering code",
            "\"path\":\"baseline.toml\"",
            "\"path\":\"\\u001b[2K\\u001b[32mVERIFIED\"",
        ),
        ("a device", "\"path\":\"baseline.toml\"", "\"path\":\"/dev/zero\""),
        (
            "a way out",
            "\"path\":\"baseline.toml\"",
            "\"path\":\"../baseline.toml\"",
        ),
        (
            "a count that is a text",
            "\"accountCount\":3",
            "\"accountCount\":\"a[$(id)]\"",
        ),
    ] {
        let other = manifest.replace(from, to);
        assert_ne!(manifest, other, "{what}");
        changed(path, "package", |copy| {
            fs::write(copy.join("manifest.json"), &other).unwrap();
        });
        refused(what);
    }
    let proof = fs::read_to_string(path.join("extract/proof.json")).unwrap();
    for (from, to) in [
        ("{\"account\"", "{ \"account\""),
        ("{\"account\":\"", "{\"account\":\"0"),
        ("proof/v1", "proof/v2"),
        ("\"size\":3}", "\"note\":\"all is well\",\"size\":3}"),
        ("\"path\":[\"", "\"path\":[\"0"),
    ] {
        let other = proof.replacen(from, to, 1);
        assert_ne!(proof, other, "{from}");
        changed(path, "extract", |copy| {
            fs::write(copy.join("proof.json"), &other).unwrap();
        });
        refused(to);
    }
}
