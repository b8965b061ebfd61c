//! What cannot be meant, or cannot work: one clear sentence, the documented exit code, and nothing left behind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use support::{told, trailaudit};
use tempfile::TempDir;

/// Could not do its job.
const FAILED: i32 = 1;
/// Cannot be meant.
const USAGE: i32 = 2;

#[test]
fn an_unknown_option_or_value() {
    let scratch = Scratch::new();
    scratch.refused(
        USAGE,
        &audit().args(["--fail-on", "sometimes"]),
        &["--fail-on", "sometimes", "inconclusive"],
    );
    scratch.refused(
        USAGE,
        &audit().args(["--concurrency", "many"]),
        &["--concurrency", "many"],
    );
    scratch.refused(USAGE, &audit().args(["--max-rps", "0"]), &["--max-rps", "0"]);
    scratch.refused(
        USAGE,
        &audit().args(["--as-of", "yesterday"]),
        &["--as-of", "yesterday"],
    );
    scratch.refused(
        USAGE,
        &audit().args(["--regoin", "us-east-1"]),
        &["--regoin", "--region"],
    );
    scratch.refused(
        USAGE,
        &audit().args(["--account", "12345"]),
        &["--account", "12345", "twelve digits"],
    );
    scratch.refused(
        USAGE,
        &audit().args(["--account-tag", "team"]),
        &["--account-tag", "team", "KEY=VALUE"],
    );
    scratch.refused(
        USAGE,
        &audit().args(["--meaning", "applause"]),
        &["--meaning", "applause", "authorship"],
    );
    scratch.refused(
        USAGE,
        &audit().args(["--sign", "smart-card"]),
        &["--sign", "smart-card", "file:PATH"],
    );
}

#[test]
fn a_shard_there_cannot_be() {
    let scratch = Scratch::new();
    let collect = |shard: &str| Asked::new(&["collect", "--out", "records"]).args(["--shard", shard]);
    for shard in ["0/2", "3/2", "1/0", "2", "a/b", "1/10001"] {
        scratch.refused(USAGE, &collect(shard), &["--shard", shard, "K/N", "from 1 to N"]);
    }
    scratch.refused(USAGE, &collect("1/2"), &["shard", "--as-of", "the same moment"]);
    scratch.refused(USAGE, &audit().args(["--shard", "1/2"]), &["--shard"]);
}

#[test]
fn an_unknown_rule_or_framework_or_region() {
    let scratch = Scratch::new();
    scratch.refused(
        USAGE,
        &audit().args(["--region", "us-esat-1"]),
        &["--region", "us-esat-1", "did you mean `us-east-1`"],
    );
    scratch.refused(
        USAGE,
        &Asked::new(&["controls", "list"]).args(["--framework", "socc-2"]),
        &["socc-2", "did you mean `soc-2`"],
    );
    scratch.refused(
        USAGE,
        &Asked::new(&["audti", "--out", "package"]),
        &["audti", "'audit'"],
    );
    scratch.refused(
        USAGE,
        &audit().args(["--rule", "trail-loging"]),
        &["trail-loging", "did you mean `trail-logging`"],
    );
    scratch.refused(
        USAGE,
        &audit().args(["--framework", "gxp-21-cfr-part-12"]),
        &["gxp-21-cfr-part-12", "did you mean `gxp-21-cfr-part-11`"],
    );
    scratch.refused(
        USAGE,
        &Asked::new(&["controls", "show", "every-region-coverd"]),
        &["every-region-coverd", "did you mean `every-region-covered`"],
    );
}

#[test]
fn a_malformed_configuration_file() {
    let scratch = Scratch::new();
    let with_config = || audit().args(["--config", "trailaudit.toml"]);
    scratch.refused(FAILED, &with_config(), &["trailaudit.toml", "No such file"]);
    scratch.write(
        "trailaudit.toml",
        "concurrency = 8\n\n[scope]\nregoin = [\"us-east-1\"]\n",
    );
    scratch.refused(
        USAGE,
        &with_config(),
        &["trailaudit.toml, line 4", "regoin", "did you mean `region`"],
    );
    scratch.write("trailaudit.toml", "role-name = [\"Auditor\"\nconcurrency = 8\n");
    scratch.refused(USAGE, &with_config(), &["trailaudit.toml, line"]);
    scratch.write("trailaudit.toml", "concurrency = \"many\"\n");
    scratch.refused(USAGE, &with_config(), &["trailaudit.toml, line 1", "many"]);
}

#[test]
fn no_credentials() {
    let scratch = Scratch::new();
    scratch.refused(FAILED, &audit().without_credentials(), &["credentials", "AWS_PROFILE"]);
}

#[test]
fn an_endpoint_nobody_listens_at() {
    Scratch::new().refused(FAILED, &audit(), &["127.0.0.1:1"]);
}

#[test]
fn a_directory_that_holds_something() {
    let scratch = Scratch::new();
    scratch.write("package/precious.txt", "mine");
    scratch.refused(FAILED, &audit(), &["package", "not empty"]);
    assert_eq!(
        fs::read_to_string(scratch.path("package/precious.txt")).expect("it is still there"),
        "mine"
    );
    assert_eq!(fs::read_dir(scratch.path("package")).expect("a directory").count(), 1);
}

#[test]
fn a_key_that_cannot_be_read() {
    let scratch = Scratch::new();
    let signed = || audit().args(["--sign", "file:key.pem"]);
    scratch.refused(FAILED, &signed(), &["key.pem", "No such file", "keygen"]);
    scratch.write(
        "key.pem",
        "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n",
    );
    scratch.refused(FAILED, &signed(), &["key.pem", "P-256", "keygen"]);
    scratch.write("key.pem", "not a key at all");
    scratch.refused(FAILED, &signed(), &["key.pem", "P-256", "keygen"]);
}

#[test]
fn a_list_of_accounts_with_a_bad_line() {
    let scratch = Scratch::new();
    let listed = || audit().args(["--accounts-file", "accounts.csv"]);
    scratch.refused(FAILED, &listed(), &["accounts.csv", "No such file"]);
    scratch.write(
        "accounts.csv",
        "account_id,name\n111111111111,Payments\n22222222222,Telemetry\n",
    );
    scratch.refused(
        USAGE,
        &listed(),
        &["accounts.csv, line 3", "22222222222", "twelve digits"],
    );
    scratch.write("accounts.csv", "name\nPayments\n");
    scratch.refused(USAGE, &listed(), &["accounts.csv, line 1", "twelve digits"]);
}

#[test]
fn a_package_that_is_none() {
    let scratch = Scratch::new();
    scratch.refused(
        FAILED,
        &Asked::new(&["verify", "package"]),
        &["package", "No such file"],
    );
    scratch.refused(
        FAILED,
        &Asked::new(&["assess", "records", "--out", "package"]),
        &["records", "No such file"],
    );
}

/// What cannot be read has not failed a verification.
#[test]
fn a_package_that_cannot_be_listed() {
    let scratch = Scratch::new();
    let package = scratch.path("package");
    fs::create_dir(&package).expect("a directory");
    fs::set_permissions(&package, fs::Permissions::from_mode(0o000)).expect("permissions");
    let mut verify = trailaudit(scratch.0.path());
    verify.args(["verify", "package"]);
    let user = Command::new("id").arg("-u").output().expect("id runs");
    if user.stdout == b"0\n" {
        // Root reads everything, until it gives that up.
        let mut powerless = Command::new("setpriv");
        powerless.args(["--bounding-set=-all", "--inh-caps=-all"]);
        powerless.arg(verify.get_program()).args(verify.get_args());
        powerless.current_dir(scratch.0.path());
        verify = powerless;
    }
    let output = verify.output().expect("the binary runs");
    fs::set_permissions(&package, fs::Permissions::from_mode(0o700)).expect("permissions");
    assert_eq!(output.status.code(), Some(FAILED), "{}", told(&output));
    assert!(
        told(&output).contains("package: Permission denied"),
        "{}",
        told(&output)
    );
}

/// A directory in which nothing may appear.
struct Scratch(TempDir);

impl Scratch {
    fn new() -> Self {
        Self(TempDir::new().expect("a scratch directory"))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside")).expect("a directory");
        fs::write(path, text).expect("written");
    }

    fn listing(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a directory");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The run ends with `code`, says one sentence that has every one of `words`, and leaves nothing behind.
    fn refused(&self, code: i32, asked: &Asked, words: &[&str]) {
        let before = self.listing();
        let output = asked.command(self.0.path()).output().expect("the binary runs");
        let told = told(&output);
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(output.stdout.is_empty(), "an error is no result:\n{told}");
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        let sentences = stderr.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!(sentences, 1, "not one sentence:\n{told}");
        for word in words {
            assert!(stderr.contains(word), "{word:?} is not told:\n{told}");
        }
        // The marks of a panic, and of a Rust value printed for programmers.
        for mark in [
            "panicked",
            "RUST_BACKTRACE",
            "Some(",
            "Err(",
            " { ",
            "kind:",
            "source:",
            "Error(",
        ] {
            assert!(!stderr.contains(mark), "{mark:?} is told:\n{told}");
        }
        assert_eq!(self.listing(), before, "something was left behind:\n{told}");
    }
}

/// What is asked of the binary, and whether it has credentials for it.
struct Asked {
    arguments: Vec<String>,
    credentials: bool,
}

/// An audit of an AWS that nobody can reach: what is refused must be refused without it.
fn audit() -> Asked {
    Asked::new(&["audit", "--out", "package"])
}

impl Asked {
    fn new(arguments: &[&str]) -> Self {
        Self {
            arguments: arguments.iter().map(ToString::to_string).collect(),
            credentials: true,
        }
    }

    fn args<const N: usize>(mut self, arguments: [&str; N]) -> Self {
        self.arguments.extend(arguments.map(str::to_owned));
        self
    }

    fn without_credentials(mut self) -> Self {
        self.credentials = false;
        self
    }

    fn command(&self, scratch: &Path) -> Command {
        let mut command = trailaudit(scratch);
        command
            .args(&self.arguments)
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
        if self.credentials {
            command
                .env("AWS_ACCESS_KEY_ID", "testing")
                .env("AWS_SECRET_ACCESS_KEY", "testing");
        }
        command
    }
}
