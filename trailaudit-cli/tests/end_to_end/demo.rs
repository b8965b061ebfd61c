//! `trailaudit demo`: it checks itself, and what it writes depends on nothing but what it was asked for.

use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs};

use tempfile::TempDir;

use crate::support::{told, trailaudit};

pub const AS_OF: &str = "2026-11-20T03:00:00Z";

#[test]
fn the_documented_demo_finds_exactly_what_was_planted() {
    let scratch = TempDir::new().unwrap();
    let output = demo(
        scratch.path(),
        "package",
        &["--accounts", "25", "--regions", "17", "--seed", "7"],
    );
    let stdout = String::from_utf8_lossy(&output.stdout);
    for words in [
        "nothing else reported",
        "the package verifies",
        "SIMULATED",
        "verify.sh",
    ] {
        assert!(stdout.contains(words), "{words:?} is not told:\n{}", told(&output));
    }
    // What it ends with can be pasted: the check with our binary, and the one without.
    let binary = Path::new(env!("CARGO_BIN_EXE_trailaudit"))
        .parent()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let commands: Vec<_> = ["trailaudit verify ", "sh "]
        .map(|start| &stdout[stdout.find(start).unwrap()..])
        .map(|rest| rest.lines().next().unwrap())
        .into();
    for command in commands {
        let mut pasted = Command::new("sh");
        pasted
            .env("PATH", format!("{binary}:{}", env::var("PATH").unwrap()))
            .current_dir(scratch.path());
        let output = pasted.args(["-c", command]).output().unwrap();
        assert!(output.status.success(), "{command}: {}", told(&output));
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("VERIFIED"),
            "{}",
            told(&output)
        );
    }
}

#[test]
fn other_sizes_and_seeds_are_found_out_too() {
    let scratch = TempDir::new().unwrap();
    for (accounts, regions, seed) in [
        (1, 1, 7),
        (3, 2, 1),
        (12, 4, 99),
        (40, 20, 12_345),
        (25, 3, 0),
        (60, 2, u64::MAX),
    ] {
        let [accounts, regions, seed] = [accounts, regions, seed].map(|number: u64| number.to_string());
        let out = format!("package-{accounts}-{regions}");
        demo(
            scratch.path(),
            &out,
            &["--accounts", &accounts, "--regions", &regions, "--seed", &seed],
        );
    }
}

/// Where the package is the working directory itself, the key does not fall into it.
#[test]
fn a_demo_may_be_written_where_one_stands() {
    let scratch = TempDir::new().unwrap();
    let here = scratch.path().join("here");
    fs::create_dir(&here).unwrap();
    demo(&here, ".", &["--accounts", "2", "--regions", "1"]);
    assert!(scratch.path().join("here.pub.pem").is_file());
}

#[test]
fn concurrency_does_not_show_in_the_tables() {
    let scratch = TempDir::new().unwrap();
    let settings = [
        "--accounts",
        "25",
        "--regions",
        "6",
        "--seed",
        "3",
        "--as-of",
        AS_OF,
        "--concurrency",
    ];
    for concurrency in ["1", "256"] {
        demo(scratch.path(), concurrency, &[&settings[..], &[concurrency]].concat());
    }
    for table in ["findings.csv", "coverage.csv", "findings.json", "coverage.json"] {
        let read = |concurrency: &str| fs::read(scratch.path().join(concurrency).join(table)).unwrap();
        assert!(read("1") == read("256"), "{table} differs");
    }
}

#[test]
fn another_moment_is_another_package() {
    let scratch = TempDir::new().unwrap();
    let path = scratch.path();
    demo(
        path,
        "original",
        &["--accounts", "3", "--regions", "2", "--as-of", AS_OF],
    );
    let mut command = trailaudit(path);
    command.args([
        "assess",
        "original",
        "--out",
        "later",
        "--as-of",
        "2026-12-31T00:00:00Z",
    ]);
    assert_eq!(command.output().unwrap().status.code(), Some(3));
    let read = |package: &str, file: &str| fs::read(path.join(package).join(file)).unwrap();
    assert_ne!(read("original", "manifest.json"), read("later", "manifest.json"));
    assert_ne!(
        read("original", "findings.csv"),
        read("later", "findings.csv"),
        "deliveries are six weeks old then"
    );
    assert_eq!(read("original", "run.jsonl"), read("later", "run.jsonl"));
}

/// Runs a demo, which must find everything and verify.
pub fn demo(scratch: &Path, out: &str, arguments: &[&str]) -> Output {
    let output = trailaudit(scratch)
        .args(["demo", "--out", out])
        .args(arguments)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", told(&output));
    output
}
