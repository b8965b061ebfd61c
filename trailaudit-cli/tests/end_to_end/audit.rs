//! One run of `trailaudit audit` against a world.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use trailaudit_sim::{Ledger, Server, World};

use crate::package::{Package, Row};
use crate::support::{told, trailaudit};

/// A world that is served, and a directory to work in.
pub struct Bench {
    pub server: Server,
    pub scratch: TempDir,
}

/// What a run came to.
pub struct Audited {
    pub package: Package,
    pub code: i32,
    pub stdout: String,
    pub told: String,
    pub ledger: Ledger,
    pub bench: Bench,
}

/// Audits a world once.
pub fn audit(world: World, arguments: &[&str]) -> Audited {
    let bench = Bench::new(world);
    let output = bench
        .command("audit")
        .args(["--out", "package"])
        .args(arguments)
        .output();
    bench.audited(&output.expect("the binary runs"))
}

impl Bench {
    pub fn new(world: World) -> Self {
        Self::slow(world, Duration::ZERO)
    }

    /// Every answer takes this long.
    pub fn slow(world: World, latency: Duration) -> Self {
        let server = Server::start(world, ([127, 0, 0, 1], 0).into(), latency).expect("a free port");
        let scratch = TempDir::new().expect("a scratch directory");
        Self { server, scratch }
    }

    pub fn path(&self) -> &Path {
        self.scratch.path()
    }

    /// The binary with the credentials of the server's auditor, in the scratch directory.
    pub fn command(&self, command: &str) -> Command {
        let (id, secret) = self.server.credentials();
        let mut run = trailaudit(self.path());
        run.env("AWS_ENDPOINT_URL", self.server.endpoint())
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_REGION", "us-east-1")
            .arg(command);
        run
    }

    /// What a run that wrote `package` came to. Whatever it was, the records bear it out.
    pub fn audited(self, output: &Output) -> Audited {
        let package = self.path().join("package");
        assert!(package.join("manifest.json").exists(), "no package:\n{}", told(output));
        let verify = ["verify", "package", "--allow-simulated", "--format", "json"];
        let verified = trailaudit(self.path()).args(verify).output().expect("the binary runs");
        let report: Value = serde_json::from_slice(&verified.stdout).expect("JSON");
        for problem in report["problems"].as_array().expect("a list") {
            // It may be unsigned, and there is no key to trust here; nothing else may be wrong.
            assert!(
                problem["code"] == "no-signature" || problem["code"] == "no-trust",
                "{report:#}"
            );
        }
        Audited {
            package: Package::at(&package),
            code: output.status.code().expect("an exit code"),
            stdout: String::from_utf8(output.stdout.clone()).expect("UTF-8"),
            told: told(output),
            ledger: self.server.ledger(),
            bench: self,
        }
    }
}

impl Audited {
    /// Every verdict as `rule account region inherited verdict`, so that a whole outcome is compared at once.
    pub fn verdicts(&self, verdict: &str) -> Vec<String> {
        let rows = self.package.findings.iter().filter(|row| row["verdict"] == verdict);
        rows.map(|row| {
            let how = if row["inherited_from"].is_empty() {
                &row["resource_type"]
            } else {
                "inherited"
            };
            [&row["rule"], &row["account_id"], &row["region"], how].join(" ")
        })
        .collect()
    }

    /// The findings of one rule about one account.
    pub fn findings(&self, rule: &str, account: &str) -> Vec<&Row> {
        let chosen = |row: &&Row| row["rule"] == rule && row["account_id"] == account;
        self.package.findings.iter().filter(chosen).collect()
    }

    /// The only finding of one rule about one account.
    pub fn finding(&self, rule: &str, account: &str) -> &Row {
        let found = self.findings(rule, account);
        assert_eq!(found.len(), 1, "{rule} of {account}: {found:?}");
        found[0]
    }

    /// The rules that something is inconclusive under.
    pub fn open(&self) -> BTreeSet<&str> {
        let findings = self.package.findings.iter();
        let open = findings.filter(|row| row["verdict"] == "inconclusive");
        open.map(|row| &*row["rule"]).collect()
    }

    /// The coverage as `account region status`.
    pub fn cells(&self) -> Vec<String> {
        let cells = self.package.coverage.iter();
        cells
            .map(|cell| [&*cell["account_id"], &cell["region"], &cell["status"]].join(" "))
            .collect()
    }

    /// The accounts that were reached.
    pub fn reached(&self) -> Vec<&str> {
        let reached = self.package.coverage.iter().filter(|cell| cell["status"] == "reached");
        let mut accounts: Vec<_> = reached.map(|cell| &*cell["account_id"]).collect();
        accounts.dedup();
        accounts
    }
}

/// The five rules that are asked whatever framework is chosen, for tests that are about what they say alone.
pub const FIVE: [&str; 10] = [
    "--rule",
    "trail-encrypted-with-customer-key",
    "--rule",
    "trail-delivers-to-log-group",
    "--rule",
    "trail-logging",
    "--rule",
    "account-has-logging-trail",
    "--rule",
    "every-region-covered",
];
