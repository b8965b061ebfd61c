//! What cannot be meant, or is not what was sealed: told, and nothing left behind.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use crate::audit::Bench;
use crate::package::copy;
use crate::sample::{FORMATS, Sample};
use crate::support::{told, trailaudit};
use crate::worlds::{HOME, sound};

/// Whatever file a format reads of a package: other bytes in it are refused before a word is written.
#[test]
fn a_changed_package_is_refused() {
    let sample = Sample::new();
    let reads: &[(&str, &[&str])] = &[
        ("findings.json", &FORMATS),
        ("findings.json", &["json"]),
        ("findings.csv", &["csv"]),
        ("report.html", &["html"]),
        ("report/coverage.html", &["html"]),
        ("coverage.json", &["xlsx"]),
        ("baseline.toml", &["xlsx"]),
        ("organization.jsonl.gz", &["xlsx"]),
        ("catalogue.json", &FORMATS),
        ("catalogue.json", &["csv", "json", "html"]),
        ("accounts/index.jsonl", &FORMATS),
    ];
    for (file, formats) in reads {
        copy(&sample.path("package"), &sample.path("changed"));
        let path = sample.path("changed").join(file);
        let mut bytes = fs::read(&path).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
        for format in *formats {
            let output = sample.run(&["report", "changed", "--format", format, "--out", "shown"], 5);
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert!(
                stderr.contains(file) && stderr.contains("trailaudit verify"),
                "{stderr}"
            );
            let codes = ["changed-file", "accounts-root", "malformed-index", "malformed-manifest"];
            assert!(codes.iter().any(|code| stderr.contains(code)), "{file}: {stderr}");
            for left in ["shown", "report"] {
                assert!(!sample.path(left).exists(), "{format} left {left}");
            }
        }
        fs::remove_dir_all(sample.path("changed")).unwrap();
    }
}

/// A file system without a free byte, as the folder for what is needed for a while.
#[test]
fn a_workbook_without_room_for_its_parts_is_refused() {
    let sample = Sample::new();
    let mut report = trailaudit(&sample.path(""));
    report.args(["report", "package", "--format", "xlsx", "--out", "shown"]);
    let output = report.env("TMPDIR", "/proc").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("in /proc for a while") && stderr.contains("TMPDIR"),
        "{stderr}"
    );
    assert!(!sample.path("shown").exists());
}

/// The manifest has nothing above it but its own id, and signatures.
#[test]
fn a_changed_manifest_is_refused() {
    let bench = Bench::new(sound(&[HOME]));
    let run = |arguments: &[&str]| trailaudit(bench.path()).args(arguments).output().unwrap();
    run(&["keygen", "--out", "key.pem"]);
    let sign = [
        "--out",
        "package",
        "--sign",
        "file:key.pem",
        "--signer-name",
        "A",
        "--signer-id",
        "a",
    ];
    let audit = bench.command("audit").args(sign).output().unwrap();
    assert_eq!(audit.status.code(), Some(0), "{}", told(&audit));
    let path = bench.path().join("package/manifest.json");
    let manifest = fs::read_to_string(&path).unwrap();
    assert_eq!(run(&["report", "package", "--format", "sarif"]).status.code(), Some(0));
    for (text, instead, code) in [
        ("o-exampleorg", "o-anotherorg", "statement-about-another-package"),
        ("\"packageId\":\"", "\"packageId\":\"0", "malformed-manifest"),
        ("\"genesis\":true,", "", "inconsistent-manifest"),
        ("{", "{\"a\":1,", "unknown-field"),
    ] {
        fs::write(&path, manifest.replacen(text, instead, 1)).unwrap();
        let output = run(&["report", "package", "--format", "sarif"]);
        assert_eq!(output.status.code(), Some(5), "{}", told(&output));
        assert!(
            output.stdout.is_empty() && told(&output).contains(code),
            "{}",
            told(&output)
        );
    }
}

#[test]
fn a_file_is_missing_or_cut_or_too_much() {
    let sample = Sample::new();
    let findings = sample.path("package/findings.json");
    let whole = fs::read(&findings).unwrap();
    fs::write(&findings, &whole[..whole.len() - 9]).unwrap();
    refused(&sample, "truncated-file");
    fs::write(&findings, [&whole[..], b"\n"].concat()).unwrap();
    refused(&sample, "changed-file");
    fs::remove_file(&findings).unwrap();
    refused(&sample, "missing-file");
    std::os::unix::fs::symlink("/etc/hostname", &findings).unwrap();
    refused(&sample, "unsafe-path");
}

fn refused(sample: &Sample, code: &str) {
    let output = sample.run(&["report", "package", "--format", "ocsf"], 5);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.stdout.is_empty() && stderr.contains(code), "{stderr}");
}

#[test]
fn what_cannot_be_meant_is_told() {
    let sample = Sample::new();
    let told = |arguments: &[&str], code| {
        let output = sample.run(&[&["report", "package"], arguments].concat(), code);
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let unknown = told(&["--format", "xslx"], 2);
    assert!(unknown.contains("'xlsx'") && unknown.contains("markdown"), "{unknown}");
    assert!(told(&["--format", "xlsx", "--table", "coverage"], 2).contains("--table"));
    assert!(told(&["--format", "csv", "--region", "eu-west-1"], 2).contains("asff"));
    assert!(told(&["--format", "asff", "--region", "eu-wset-1"], 2).contains("did you mean `eu-west-1`"));
    assert!(told(&["--format", "junit", "--out", "package/report.xml"], 2).contains("lies in the package"));
    assert!(!sample.path("package/report.xml").exists());

    fs::write(sample.path("mine.md"), "mine").unwrap();
    assert!(told(&["--format", "markdown", "--out", "mine.md"], 1).contains("mine.md is there already"));
    assert_eq!(fs::read(sample.path("mine.md")).unwrap(), b"mine");

    let none = sample.run(&["report", "nowhere", "--format", "csv"], 1);
    assert!(String::from_utf8_lossy(&none.stderr).contains("nowhere: No such file"));
    sample.run(
        &["extract", "package", "--account", "111111111111", "--out", "extract"],
        0,
    );
    let extract = sample.run(&["report", "extract", "--format", "csv"], 1);
    assert!(String::from_utf8_lossy(&extract.stderr).contains("extract of one account"));
    // Records without a manifest are no package.
    fs::remove_file(sample.path("package/manifest.json")).unwrap();
    assert!(told(&["--format", "csv"], 5).contains("missing-file: manifest.json"));
}

/// `head` reads a line and goes.
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let sample = Sample::new();
    for format in ["csv", "html", "sarif", "xlsx", "junit", "asff"] {
        let mut report = trailaudit(sample.bench().path())
            .args(["report", "package", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        report.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
        let mut said = String::new();
        report.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = report.wait().unwrap();
        assert!(status.success() && said.is_empty(), "{format}: {status} {said}");
    }
}
