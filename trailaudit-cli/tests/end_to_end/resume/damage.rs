//! Files that a crash has left torn, empty or half-written: recognised, told, and collected again.

use std::fs;
use std::time::Duration;

use super::{FAILS, Slow, records, stderr};
use crate::package::files;
use crate::support::told;

/// Every file of an unfinished run, cut to nothing and cut in half.
#[test]
fn a_torn_file_is_told_and_collected_again() {
    let slow = Slow::new(6, Duration::from_millis(10));
    let (expected, _) = slow.whole();
    slow.interrupted("audit", "torn", 2);
    let left = files(&slow.path("torn"));
    assert!(left.contains(&"run.jsonl".to_owned()) && left.iter().any(|file| file.starts_with("accounts/")));
    let account = format!("accounts/{}", records(&slow.path("torn"))[0]);
    for (file, told_of) in [
        (account.as_str(), account.as_str()),
        ("run.jsonl", "run.jsonl"),
        ("unfinished/terms.json", ""),
        ("unfinished/lock", ""),
    ] {
        for left in [0.0, 0.5] {
            let out = format!("torn-{}-{left}", file.replace('/', "-"));
            copy(&slow, "torn", &out);
            let path = slow.path(&out).join(file);
            let bytes = fs::read(&path).unwrap();
            let cut = if left > 0.0 { bytes.len() / 2 } else { 0 };
            fs::write(&path, &bytes[..cut]).unwrap();
            let output = slow.run("audit", &out, &["--resume"], FAILS);
            assert!(slow.findings(&out) == expected, "{out}: {}", told(&output));
            // A log without its first line says nothing: then it is its records that are told.
            let is_told = stderr(&output).contains(told_of) || stderr(&output).contains("of which run");
            assert!(is_told, "{out}: {}", told(&output));
            slow.verifies(&out);
            fs::remove_dir_all(slow.path(&out)).unwrap();
        }
    }
}

/// What was being written when the process ended is no part of the package.
#[test]
fn leftovers_are_swept_away() {
    let slow = Slow::new(6, Duration::from_millis(10));
    let (expected, _) = slow.whole();
    slow.interrupted("audit", "left", 2);
    let write = |file: &str, text: &str| {
        let path = slow.path("left").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for file in [
        "accounts/111111111111.jsonl.gz.tmp",
        "run.jsonl.tmp",
        ".writing-abc",
        "findings.csv",
        "manifest.json",
        "signatures/01-preparer.sigstore.json",
        "keys/abc.pem",
    ] {
        write(file, "half");
    }
    let log = slow.path("left").join("run.jsonl");
    let whole = fs::read_to_string(&log).unwrap();
    fs::write(&log, format!("{whole}{{\"event\":\"gap\",\"acc")).unwrap();
    let output = slow.run("audit", "left", &["--resume"], FAILS);
    assert!(
        stderr(&output).contains("run.jsonl: lines that are cut off: 1"),
        "{}",
        told(&output)
    );
    assert!(slow.findings("left") == expected);
    assert_eq!(files(&slow.path("left")), files(&slow.path("whole")));
    slow.verifies("left");
}

fn copy(slow: &Slow, from: &str, to: &str) {
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .args([slow.path(from), slow.path(to)])
        .status();
    assert!(copied.unwrap().success());
}
