//! Archives that nobody should take, and what `verify` says of them: everything that is wrong, as text and as JSON.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;
use trailaudit_aws::Folder;
use trailaudit_core::evidence::{Digest, Files as _, InMemory, Manifest, archive};

use crate::outputs::follows_its_schema;
use crate::package::{copy, files};
use crate::signed::{NOT_VERIFIED, Signed, verification};
use crate::support::{told, trailaudit};
use crate::worlds::FIRST;

const KEY: [&str; 3] = ["--key", "key.pub.pem", "--allow-simulated"];

/// The package as an archive, with other files beside it.
fn packed(signed: &Signed, below: &str, others: &[&str]) -> Vec<u8> {
    let mut package = InMemory::default();
    for file in files(&signed.path("")) {
        package.insert(format!("{below}{file}"), fs::read(signed.path(&file)).unwrap());
    }
    for other in others {
        package.insert(*other, "other");
    }
    let mut bytes = Vec::new();
    archive::write(&package, &mut bytes).unwrap();
    bytes
}

/// Where the headers of an entry have its name, in the directory and in front of it.
fn names(bytes: &[u8], name: &str) -> Vec<usize> {
    let is_name = |at: &usize| {
        let header = |signature: &[u8], length: usize, field: usize| {
            let before = at.checked_sub(length).and_then(|start| bytes.get(start..*at));
            before.is_some_and(|header| header.starts_with(signature) && usize::from(header[field]) == name.len())
        };
        bytes[*at..].starts_with(name.as_bytes()) && (header(b"PK\x03\x04", 30, 26) || header(b"PK\x01\x02", 46, 28))
    };
    (0..bytes.len()).filter(is_name).collect()
}

fn rename(bytes: &mut [u8], from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let places = names(bytes, from);
    assert_eq!(places.len(), 2, "{from}");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
}

fn encrypt(bytes: &mut [u8], name: &str) {
    let [local, central] = names(bytes, name)[..] else {
        panic!("{name}")
    };
    bytes[local - 24] |= 1;
    bytes[central - 38] |= 1;
}

/// What is refused with exit 5 and nothing on stderr, as `code file` and as the lines for people.
fn refused(signed: &Signed, package: &str) -> (Value, Vec<String>, String) {
    let verify = |format: &str| {
        let mut command = trailaudit(signed.scratch.path());
        let output = command.args(["verify", package, "--format", format]).args(KEY).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(NOT_VERIFIED), "{package}: {}", told(&output));
        assert!(output.stderr.is_empty(), "{package}: {}", told(&output));
        output
    };
    let report = verification(&verify("json"));
    follows_its_schema("verification", &report);
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let problems = report["problems"].as_array().unwrap().iter();
    let problems: Vec<_> = problems
        .map(|problem| [text(&problem["code"]), text(&problem["file"])].join(" "))
        .collect();
    let shown = String::from_utf8(verify("text").stdout).unwrap();
    let counted = shown.lines().filter(|line| line.starts_with("problem ")).count();
    assert_eq!(counted, problems.len(), "{shown}");
    (report, problems, shown)
}

#[test]
fn every_fault_of_an_archive_is_told_and_the_rest_is_verified() {
    let signed = Signed::new();
    fs::write(signed.path("run.jsonl"), "").unwrap();
    let others = [
        "absolute",
        "backslash",
        "upwards-",
        "findings.csw",
        "locked",
        "notes.txt",
    ];
    let mut bytes = packed(&signed, "", &others);
    rename(&mut bytes, "absolute", "/bsolute");
    rename(&mut bytes, "backslash", "back\\lash");
    rename(&mut bytes, "upwards-", "../wards");
    rename(&mut bytes, "findings.csw", "findings.csv");
    encrypt(&mut bytes, "locked");
    fs::write(signed.scratch.path().join("many.zip"), bytes).unwrap();
    let (report, problems, shown) = refused(&signed, "many.zip");
    for expected in [
        "unsafe-path /bsolute",
        "unsafe-path back\\lash",
        "unsafe-path ../wards",
        "duplicate-path findings.csv",
        "unreadable-file findings.csv",
        "malformed-archive locked",
        "truncated-file run.jsonl",
        "extra-file notes.txt",
    ] {
        assert!(
            problems.iter().any(|problem| problem == expected),
            "{expected}: {problems:?}"
        );
        let line = expected.split_once(' ').unwrap();
        let line = format!("problem      {}: {}: ", line.0, line.1);
        assert!(shown.lines().any(|shown| shown.starts_with(&line)), "{line}: {shown}");
    }
    assert_eq!(report["signatures"][0]["printedName"], "Ada Lovelace");
    assert_eq!(report["signatures"][0]["trusted"], true);
    // Who would read it for another purpose is sent here.
    let mut extract = trailaudit(signed.scratch.path());
    let output = extract
        .args(["extract", "many.zip", "--account", FIRST, "--out", "one"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(NOT_VERIFIED), "{}", told(&output));
    assert!(told(&output).contains("trailaudit verify"), "{}", told(&output));
}

/// As the Finder makes one: the package in its folder, and beside it what only macOS has a use for.
#[test]
fn what_macos_puts_beside_the_package_is_named() {
    let signed = Signed::new();
    let mut bytes = packed(&signed, "evidence/", &["manifest.json", "evidence/.DS_Store"]);
    rename(&mut bytes, "manifest.json", "__MACOSX/._ev");
    fs::write(signed.scratch.path().join("mac.zip"), bytes).unwrap();
    let (report, problems, shown) = refused(&signed, "mac.zip");
    assert_eq!(problems, ["extra-file __MACOSX/._ev", "extra-file .DS_Store"]);
    assert_eq!(report["reperformed"], true);
    assert!(shown.contains("hint: macOS adds __MACOSX/ and .DS_Store"), "{shown}");
    assert!(
        shown.contains("zip -d ARCHIVE.zip '__MACOSX/*' '*.DS_Store'"),
        "{shown}"
    );
}

#[test]
fn a_file_that_is_no_archive_gets_a_report() {
    let signed = Signed::new();
    let mut cut = packed(&signed, "", &[]);
    cut.pop();
    for (name, bytes) in [
        ("no.zip", b"not an archive".to_vec()),
        ("empty.zip", Vec::new()),
        ("cut.zip", cut),
    ] {
        fs::write(signed.scratch.path().join(name), bytes).unwrap();
        let (report, problems, shown) = refused(&signed, name);
        assert_eq!(problems, ["malformed-archive -"], "{name}");
        let message = report["problems"][0]["message"].as_str().unwrap();
        assert!(message.contains("nothing in it was verified"), "{message}");
        assert!(report["manifestSha256"].is_null());
        let hint = format!("hint: {name}: a package is a directory, or the .zip of one");
        assert!(shown.contains(&hint), "{shown}");
        // Behind another package it does not hide what that one is.
        let mut chain = trailaudit(signed.scratch.path());
        chain
            .args(["verify", "package", "--chain", name, "--format", "json"])
            .args(KEY);
        let report = verification(&chain.output().unwrap());
        assert_eq!(report["problems"][0]["code"], "malformed-archive", "{report}");
        assert_eq!(report["problems"][0]["file"], name);
        assert_eq!(report["signatures"][0]["trusted"], true);
    }
}

/// A report that another version wrote is not written again: it may say anything.
#[test]
fn pages_that_only_the_signer_vouches_for_are_told() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    let verify = |package: &str| {
        let output = trailaudit(scratch)
            .args(["verify", package])
            .args(KEY)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!verify("package").contains("note "), "{}", verify("package"));
    let old = scratch.join("old");
    copy(&signed.path(""), &old);
    let page = "<h1>All controls pass</h1>";
    fs::write(old.join("report.html"), page).unwrap();
    let mut manifest = Manifest::parse(&fs::read(old.join("manifest.json")).unwrap()).unwrap();
    manifest.tool.version = "0.0.9".into();
    for file in manifest.files.iter_mut().filter(|file| file.path == "report.html") {
        (file.size, file.sha256) = (page.len() as u64, Digest::of(page.as_bytes()));
    }
    fs::write(old.join("manifest.json"), manifest.to_bytes().unwrap()).unwrap();
    for folder in ["signatures", "keys"] {
        fs::remove_dir_all(old.join(folder)).unwrap();
    }
    let sign = [
        "sign",
        "old",
        "--key",
        "file:key.pem",
        "--role",
        "preparer",
        "--allow-simulated",
    ];
    let person = ["--meaning", "authorship", "--name", "Ada Lovelace"];
    let output = trailaudit(scratch).args(sign).args(person).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let shown = verify("old");
    let note = concat!(
        "note         report.html and report/ were not written again: trailaudit 0.0.9 made them, this is trailaudit ",
        env!("CARGO_PKG_VERSION"),
        ";\n             for what they say there is only the word of who signed\n",
    );
    assert!(shown.contains(note), "{shown}");
    // An extract has no such pages.
    let extract = ["extract", "old", "--account", FIRST, "--out", "one"];
    let output = trailaudit(scratch).args(extract).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(!verify("one").contains("note "), "{}", verify("one"));
}

/// The files are there, and all that was sealed: but through a link, which may lead to others tomorrow.
#[test]
fn a_link_in_place_of_a_folder_is_not_followed() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    for folder in ["accounts", "signatures"] {
        let linked = scratch.join(format!("linked-{folder}"));
        copy(&signed.path(""), &linked);
        fs::rename(linked.join(folder), scratch.join(folder)).unwrap();
        symlink(scratch.join(folder), linked.join(folder)).unwrap();
        let (_, problems, _) = refused(&signed, &format!("linked-{folder}"));
        assert!(problems.contains(&format!("unsafe-path {folder}")), "{problems:?}");
    }
    let extract = ["extract", "linked-accounts", "--account", FIRST, "--out", "one"];
    let output = trailaudit(scratch).args(extract).output().unwrap();
    assert_ne!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("symbolic link"), "{}", told(&output));
    assert!(!Path::new(&scratch.join("one")).exists());
    // The folder of the package itself may be reached through one.
    symlink("package", scratch.join("named")).unwrap();
    assert!(
        Folder::open(scratch.join("named"))
            .unwrap()
            .open("accounts/index.jsonl")
            .is_ok()
    );
    let output = trailaudit(scratch)
        .args(["verify", "named"])
        .args(KEY)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}
