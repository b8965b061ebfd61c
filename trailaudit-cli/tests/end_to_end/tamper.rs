//! A signed package, and everything that can be done to it: whatever is changed, `verify` and `verify.sh` refuse it,
//! and say which file it is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::audit::Bench;
use crate::package::{copy, files};
use crate::support::{told, trailaudit};
use crate::worlds::{HOME, sound};

/// Refused.
const NOT_VERIFIED: i32 = 5;

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

/// Beginning, middle and end of every file; of the signature, many more.
#[test]
fn one_changed_byte_is_found_in_every_file() {
    let signed = Signed::new();
    for file in signed.files() {
        let bytes = fs::read(signed.path(&file)).unwrap();
        let step = if file.starts_with("signatures/") {
            61
        } else {
            bytes.len() / 2
        };
        let places = (0..bytes.len()).step_by(step.max(1)).chain([bytes.len() - 1]);
        for place in places {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            fs::write(signed.path(&file), &changed).unwrap();
            signed.refused(&file, &format!("byte {place} changed"));
        }
        fs::write(signed.path(&file), &bytes).unwrap();
    }
    assert_eq!(signed.verify(), (0, Vec::new()), "it was put right again");
}

#[test]
fn a_deleted_or_cut_file_is_found() {
    let signed = Signed::new();
    for file in signed.files() {
        let bytes = fs::read(signed.path(&file)).unwrap();
        for length in [0, bytes.len() / 2, bytes.len() - 1] {
            fs::write(signed.path(&file), &bytes[..length]).unwrap();
            signed.refused(&file, &format!("cut to {length} bytes"));
        }
        fs::remove_file(signed.path(&file)).unwrap();
        signed.refused(&file, "deleted");
        fs::write(signed.path(&file), &bytes).unwrap();
    }
}

/// One byte more at the end: JSON, gzip and PEM readers like to overlook it.
#[test]
fn a_longer_file_is_found() {
    let signed = Signed::new();
    for file in signed.files() {
        let bytes = fs::read(signed.path(&file)).unwrap();
        fs::write(signed.path(&file), [&bytes[..], b"\n"].concat()).unwrap();
        signed.refused(&file, "one line end more");
        fs::write(signed.path(&file), &bytes).unwrap();
    }
}

#[test]
fn a_file_too_many_is_found() {
    let signed = Signed::new();
    let signature = signed
        .files()
        .into_iter()
        .find(|file| file.starts_with("signatures/"))
        .unwrap();
    let bundle = fs::read(signed.path(&signature)).unwrap();
    let extra: [(&str, &[u8]); 9] = [
        ("note.txt", b"hello"),
        (".hidden", b""),
        ("accounts/999999999999.jsonl.gz", b""),
        ("accounts/deep/er/x", b""),
        ("keys/note.txt", b"hello"),
        (
            "keys/0000000000000000000000000000000000000000000000000000000000000000.pem",
            b"hello",
        ),
        ("signatures/note.txt", b"hello"),
        ("signatures/02-reviewer.sigstore.json", b"{}"),
        ("signatures/02-preparer.sigstore.json", &bundle[1..]),
    ];
    for (file, bytes) in extra {
        fs::create_dir_all(signed.path(file).parent().unwrap()).unwrap();
        fs::write(signed.path(file), bytes).unwrap();
        signed.refused(file, "added");
        fs::remove_file(signed.path(file)).unwrap();
    }
    fs::remove_dir_all(signed.path("accounts/deep")).unwrap();
    symlink("findings.csv", signed.path("link.csv")).unwrap();
    signed.refused("link.csv", "a link added");
    fs::remove_file(signed.path("link.csv")).unwrap();
    assert_eq!(signed.verify(), (0, Vec::new()), "it was put right again");
}

/// A link to the very same bytes is not the file.
#[test]
fn a_link_in_place_of_a_file_is_found() {
    let signed = Signed::new();
    fs::rename(signed.path("findings.csv"), signed.scratch.path().join("findings.csv")).unwrap();
    symlink("../findings.csv", signed.path("findings.csv")).unwrap();
    signed.refused("findings.csv", "replaced by a link");
}

/// The records of one account under another's name, and two packages mixed.
#[test]
fn exchanged_files_are_found() {
    let (signed, other) = (Signed::new(), Signed::new());
    let (one, two) = ("accounts/333333333333.jsonl.gz", "accounts/444444444444.jsonl.gz");
    fs::rename(signed.path(one), signed.path("swap")).unwrap();
    fs::rename(signed.path(two), signed.path(one)).unwrap();
    fs::rename(signed.path("swap"), signed.path(two)).unwrap();
    signed.refused(one, "exchanged");
    for file in signed.files().iter().filter(|file| !file.starts_with("keys/")) {
        let mixed = Signed {
            scratch: TempDir::new().unwrap(),
        };
        copy(other.scratch.path(), mixed.scratch.path());
        if fs::read(mixed.path(file)).ok() == fs::read(signed.path(file)).ok() || file.starts_with("signatures/") {
            continue;
        }
        fs::copy(signed.path(file), mixed.path(file)).unwrap();
        mixed.refused(file, "taken from another package");
    }
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
    assert_eq!(blocks.len(), 2, "the check, and how to see an exchange");
    let id = crate::package::Package::at(&signed.path("")).findings[0]["evidence"]
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
    let exchange: Value = serde_json::from_str(&pasted(blocks[1])).unwrap();
    assert_eq!(exchange["id"], *id);
    let indented: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert_eq!(
        indented,
        [
            "trailaudit verify . --key SIGNER.pub.pem",
            "sh verify.sh SIGNER.pub.pem"
        ]
    );
    assert!(pasted(indented[1]).contains("VERIFIED"));
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

/// A package of a sound Organization, the key it is signed with, and a key it is not signed with.
struct Signed {
    scratch: TempDir,
}

impl Signed {
    fn new() -> Self {
        let bench = Bench::new(sound(&[HOME, "eu-west-1"]));
        for key in ["key.pem", "other.pem"] {
            let output = trailaudit(bench.path())
                .args(["keygen", "--out", key])
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        }
        let sign = [
            "--sign",
            "file:key.pem",
            "--signer-name",
            "Ada Lovelace",
            "--signer-id",
            "ada@example.org",
        ];
        let output = bench
            .command("audit")
            .args(["--out", "package"])
            .args(sign)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        Self { scratch: bench.scratch }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.scratch.path().join("package").join(file)
    }

    fn files(&self) -> Vec<String> {
        let files = files(&self.path(""));
        for kind in [
            "manifest.json",
            "findings.csv",
            "report.html",
            "run.jsonl",
            "organization.jsonl.gz",
        ] {
            assert!(files.iter().any(|file| file == kind), "{kind} is not in {files:?}");
        }
        for kind in ["accounts/", "resources/", "signatures/", "keys/"] {
            assert!(
                files.iter().any(|file| file.starts_with(kind)),
                "{kind} is not in {files:?}"
            );
        }
        files
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let arguments = [&["--format", "json"], arguments].concat();
        self.run_as_text(&arguments)
    }

    fn run_as_text(&self, arguments: &[&str]) -> Output {
        trailaudit(self.scratch.path())
            .args(["verify", "package"])
            .args(arguments)
            .output()
            .unwrap()
    }

    /// The exit code, and the files with problems.
    fn verify(&self) -> (i32, Vec<String>) {
        let output = self.run(&["--key", "key.pub.pem", "--allow-simulated"]);
        let report = verification(&output);
        let code = output.status.code().unwrap();
        assert_eq!(report["verified"] == true, code == 0, "{report}");
        let files = report["problems"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|problem| problem["file"].as_str());
        (code, files.map(str::to_owned).collect())
    }

    fn script(&self) -> Output {
        self.script_with("key.pub.pem")
    }

    /// `verify.sh` as the auditor has it from the package.
    fn script_with(&self, key: &str) -> Output {
        Command::new("sh")
            .arg("package/verify.sh")
            .arg(key)
            .current_dir(self.scratch.path())
            .output()
            .unwrap()
    }

    fn refused(&self, file: &str, what: &str) {
        let (code, files) = self.verify();
        assert_eq!(code, NOT_VERIFIED, "{file}, {what}");
        assert!(
            files.iter().any(|named| named == file),
            "{file}, {what}: only {files:?} are named"
        );
        let script = self.script();
        assert!(!script.status.success(), "verify.sh: {file}, {what}: {}", told(&script));
        // A script that was itself changed may fail in any way.
        let own = file == "verify.sh";
        assert!(
            own || script.status.code() == Some(NOT_VERIFIED),
            "verify.sh: {file}, {what}: {}",
            told(&script)
        );
    }
}

fn verification(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", told(output)))
}
