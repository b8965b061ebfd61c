//! Packages that are more than they seem, verified where there is little: little memory, and no place to write.

use std::fs::{self, File, OpenOptions};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use trailaudit_aws::Folder;
use trailaudit_core::evidence::accounts::{accounts_root, write_index};
use trailaudit_core::evidence::manifest::records_root;
use trailaudit_core::evidence::package::{ACCOUNTS_INDEX, FINDINGS_JSON, MANIFEST, account_records};
use trailaudit_core::evidence::{AccountLeaf, Digest, Manifest, archive};

use crate::package::{copy, files};
use crate::signed::{NOT_VERIFIED, Signed, verification};
use crate::support::told;
use crate::worlds::FIRST;

/// What a process may have, in KiB: less than a bomb unpacks to.
const MEMORY: u64 = 768 << 10;
const BOMB: u64 = 1 << 30;
/// A file that says it has this length has no blocks on the disk.
const SPARSE: u64 = 2 << 30;

/// The binary in a shell that set a limit first.
fn limited(scratch: &Path, limit: &str, arguments: &[&str]) -> Output {
    let mut shell = Command::new("sh");
    shell.env_clear().env("RAYON_NUM_THREADS", "2").current_dir(scratch);
    shell.args(["-c", &format!("{limit} && exec \"$@\""), "sh"]);
    shell.arg(env!("CARGO_BIN_EXE_trailaudit")).args(arguments);
    shell.output().unwrap()
}

/// What is wrong with a package, as `code file`; verified in little memory, and refused.
fn refused(signed: &Signed, package: &str) -> Vec<String> {
    let limit = format!("ulimit -v {MEMORY}");
    let verify = ["verify", package, "--key", "key.pub.pem", "--allow-simulated"];
    let output = limited(
        signed.scratch.path(),
        &limit,
        &[&verify[..], &["--format", "json"]].concat(),
    );
    assert_eq!(output.status.code(), Some(NOT_VERIFIED), "{package}: {}", told(&output));
    assert!(output.stderr.is_empty(), "{package}: {}", told(&output));
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |problem: &Value| [text(&problem["code"]), text(&problem["file"])].join(" ");
    let report = verification(&output);
    let problems = report["problems"].as_array().unwrap().iter().map(line).collect();
    // People are refused in the same way.
    let output = limited(signed.scratch.path(), &limit, &verify);
    assert_eq!(output.status.code(), Some(NOT_VERIFIED), "{package}: {}", told(&output));
    problems
}

/// A copy of the package in which one file is another.
fn changed(signed: &Signed, name: &str, file: &str, change: impl FnOnce(&Path)) {
    let package = signed.scratch.path().join(name);
    copy(&signed.path(""), &package);
    change(&package.join(file));
}

fn zeros_by_gzip(path: &Path) {
    let commands = format!("head -c {BOMB} /dev/zero | gzip -1n > \"$0\"");
    let made = Command::new("sh").arg("-c").arg(commands).arg(path).status().unwrap();
    assert!(made.success());
    assert!(fs::metadata(path).unwrap().len() < BOMB / 100);
}

fn sparse(path: &Path, length: u64) {
    let file = OpenOptions::new().write(true).truncate(true).open(path).unwrap();
    file.set_len(length).unwrap();
}

fn zip(scratch: &Path, package: &str) -> String {
    let name = format!("{package}.zip");
    let mut out = File::create(scratch.join(&name)).unwrap();
    archive::write(&Folder::open(scratch.join(package)).unwrap(), &mut out).unwrap();
    name
}

/// Makes everything agree with what lies there, as who made the package could; nobody has signed it.
fn seal_again(package: &Path) {
    let read = |file: &str| fs::read(package.join(file)).unwrap();
    let digest = |file: &str| {
        let sum = Command::new("sha256sum").arg(package.join(file)).output().unwrap();
        String::from_utf8(sum.stdout).unwrap()[..64].parse::<Digest>().unwrap()
    };
    let index = read(ACCOUNTS_INDEX);
    let lines = index.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut leaves: Vec<_> = lines.map(|line| AccountLeaf::parse(line).unwrap()).collect();
    for leaf in &mut leaves {
        leaf.records = Some(digest(&account_records(&leaf.account)));
    }
    let mut manifest = Manifest::parse(&read(MANIFEST)).unwrap();
    for file in &mut manifest.files {
        file.size = fs::metadata(package.join(&file.path)).unwrap().len();
        file.sha256 = digest(&file.path);
    }
    manifest.accounts_root = accounts_root(&leaves).unwrap();
    let records = records_root(&manifest.files, &leaves).unwrap();
    let terms = (&manifest.catalogue_sha256, &manifest.baseline_sha256);
    manifest.package_id = Manifest::package_id_of(&records, terms.0, terms.1, manifest.as_of).unwrap();
    fs::write(package.join(ACCOUNTS_INDEX), write_index(&leaves).unwrap()).unwrap();
    fs::write(package.join(MANIFEST), manifest.to_bytes().unwrap()).unwrap();
    for folder in ["signatures", "keys"] {
        fs::remove_dir_all(package.join(folder)).unwrap();
    }
}

/// The limits are limits, and what is no bomb does not reach them.
#[test]
fn an_honest_package_verifies_in_little_memory() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    zip(scratch, "package");
    for package in ["package", "package.zip"] {
        let verify = ["verify", package, "--key", "key.pub.pem", "--allow-simulated"];
        let output = limited(scratch, &format!("ulimit -v {MEMORY}"), &verify);
        assert_eq!(output.status.code(), Some(0), "{package}: {}", told(&output));
    }
    let greedy = format!("ulimit -v {MEMORY} && dd if=/dev/zero of=/dev/null bs={BOMB} count=1");
    let output = Command::new("sh").args(["-c", &greedy]).output().unwrap();
    assert!(!output.status.success(), "{}", told(&output));
}

#[test]
fn records_that_unpack_to_a_gigabyte_are_refused() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    let records = account_records(&FIRST.into());
    changed(&signed, "bomb", &records, zeros_by_gzip);
    zip(scratch, "bomb");
    for package in ["bomb", "bomb.zip"] {
        let problems = refused(&signed, package);
        assert!(
            problems.contains(&format!("changed-file {records}")),
            "{package}: {problems:?}"
        );
    }
    // With every digest in order, what is in it is looked at.
    seal_again(&scratch.join("bomb"));
    fs::remove_file(scratch.join("bomb.zip")).unwrap();
    zip(scratch, "bomb");
    for package in ["bomb", "bomb.zip"] {
        let mut problems = refused(&signed, package);
        problems.retain(|problem| problem != "no-signature -");
        assert_eq!(
            problems,
            [format!("malformed-records {records}"), "not-reperformed -".into()],
            "{package}"
        );
    }
}

#[test]
fn files_without_end_are_refused() {
    let signed = Signed::new();
    let [bundle, key] = ["signatures/", "keys/"].map(|folder| {
        let mut listed = files(&signed.path("")).into_iter();
        listed.find(|file| file.starts_with(folder)).unwrap()
    });
    for (file, expected) in [
        (MANIFEST, "unreadable-file"),
        // One line that does not end.
        (ACCOUNTS_INDEX, "malformed-index"),
        ("run.jsonl", "changed-file"),
        (FINDINGS_JSON, "changed-file"),
        ("findings.csv", "changed-file"),
        ("catalogue.json", "changed-file"),
        ("baseline.toml", "changed-file"),
        ("report.html", "changed-file"),
        ("VERIFY.md", "changed-file"),
        (&bundle, "unreadable-file"),
        (&key, "malformed-key"),
    ] {
        changed(&signed, "long", file, |path| sparse(path, SPARSE));
        let problems = refused(&signed, "long");
        assert!(problems.contains(&format!("{expected} {file}")), "{file}: {problems:?}");
        fs::remove_dir_all(signed.scratch.path().join("long")).unwrap();
    }
}

/// Every digest in order: what is in it is looked at. In an archive it would be stored as it is, and pack nothing.
#[test]
fn a_table_without_end_is_refused_though_it_is_what_was_sealed() {
    let signed = Signed::new();
    changed(&signed, "long", FINDINGS_JSON, |path| sparse(path, BOMB));
    seal_again(&signed.scratch.path().join("long"));
    let problems = refused(&signed, "long");
    assert!(
        problems.iter().any(|problem| problem.ends_with(FINDINGS_JSON)),
        "{problems:?}"
    );
    assert!(
        !problems.contains(&format!("changed-file {FINDINGS_JSON}")),
        "{problems:?}"
    );
}

/// Nothing is unpacked to the disk: not where temporary files go, not where one stands, nowhere.
#[test]
fn an_archive_is_verified_where_nothing_can_be_written() {
    let signed = Signed::new();
    let scratch = signed.scratch.path();
    zip(scratch, "package");
    fs::create_dir(scratch.join("here")).unwrap();
    fs::set_permissions(
        scratch.join("here"),
        std::os::unix::fs::PermissionsExt::from_mode(0o555),
    )
    .unwrap();
    let before = files(scratch);
    // Whoever may write everywhere writes files of no length at all.
    let limit = "cd here && export TMPDIR=\"$PWD/missing\" && ulimit -f 0";
    let key = ["--key", "../key.pub.pem", "--allow-simulated"];
    for format in ["text", "json"] {
        let verify = ["verify", "../package.zip", "--format", format];
        let output = limited(scratch, limit, &[&verify[..], &key].concat());
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        assert!(output.stderr.is_empty(), "{}", told(&output));
    }
    assert_eq!(files(scratch), before);
    // What has to write cannot.
    let extract = ["extract", "../package.zip", "--account", FIRST, "--out", "../one"];
    let output = limited(scratch, limit, &extract);
    assert!(!output.status.success(), "{}", told(&output));
}
