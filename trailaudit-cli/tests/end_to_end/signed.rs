//! A package as it is handed over, to be checked after something was done to it.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::audit::Bench;
use crate::package::files;
use crate::support::{told, trailaudit};
use crate::worlds::{HOME, sound};

/// Refused.
pub const NOT_VERIFIED: i32 = 5;

/// A package of a sound Organization, the key it is signed with, and a key it is not signed with.
pub struct Signed {
    pub scratch: TempDir,
}

impl Signed {
    pub fn new() -> Self {
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

    pub fn path(&self, file: &str) -> PathBuf {
        self.scratch.path().join("package").join(file)
    }

    /// The files of the package. Of the pages of its report, which are alike to whoever verifies, some will do.
    pub fn files(&self) -> Vec<String> {
        let (pages, mut files): (Vec<_>, Vec<_>) = files(&self.path(""))
            .into_iter()
            .partition(|file| file.starts_with("report/"));
        assert!(pages.len() > 60, "{pages:?}");
        files.extend(pages.into_iter().step_by(20));
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

    pub fn run(&self, arguments: &[&str]) -> Output {
        let arguments = [&["--format", "json"], arguments].concat();
        self.run_as_text(&arguments)
    }

    pub fn run_as_text(&self, arguments: &[&str]) -> Output {
        trailaudit(self.scratch.path())
            .args(["verify", "package"])
            .args(arguments)
            .output()
            .unwrap()
    }

    /// The exit code, and the files with problems.
    pub fn verify(&self) -> (i32, Vec<String>) {
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

    pub fn script(&self) -> Output {
        self.script_with("key.pub.pem")
    }

    /// `verify.sh` as the auditor has it from the package.
    pub fn script_with(&self, key: &str) -> Output {
        Command::new("sh")
            .arg("package/verify.sh")
            .arg(key)
            .current_dir(self.scratch.path())
            .output()
            .unwrap()
    }

    pub fn refused(&self, file: &str, what: &str) {
        let (code, files) = self.verify();
        assert_eq!(code, NOT_VERIFIED, "{file}, {what}");
        // Of a signature that is gone, only the key it leaves behind can tell.
        let tells = |named: &String| named == file || (file.starts_with("signatures/") && named.starts_with("keys/"));
        assert!(files.iter().any(tells), "{file}, {what}: only {files:?} are named");
        let script = self.script();
        if file == "verify.sh" {
            // A script that was itself changed may end in any way, but not with its verdict.
            let verdict = String::from_utf8_lossy(&script.stdout).contains("VERIFIED");
            assert!(!verdict, "{what}: {}", told(&script));
        } else {
            let code = script.status.code();
            assert_eq!(code, Some(NOT_VERIFIED), "verify.sh: {file}, {what}: {}", told(&script));
        }
    }
}

pub fn verification(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", told(output)))
}
