//! `trailaudit simulate --faults --quotas` and `audit --max-rps`, each in a process of its own, over HTTP.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::{fs, iter};

use serde_json::Value;
use tempfile::TempDir;

use crate::package::Package;
use crate::support::{told, trailaudit};

/// Sessions end all the time and no answer comes faster than AWS lets it: everything planted is found, and nothing else.
#[test]
fn an_audit_outlasts_what_goes_wrong() {
    let scratch = TempDir::new().unwrap();
    let simulated = Simulated::start(&scratch, &["--faults", "expiring-credentials", "--quotas"]);
    let mut audit = trailaudit(scratch.path());
    audit.envs(simulated.environment.iter().map(|(name, value)| (name, value)));
    let output = audit
        .args(["audit", "--out", "package", "--max-rps", "300"])
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(3),
        "there are planted fails: {}",
        told(&output)
    );
    let ledger = simulated.end(&scratch);
    assert!(ledger["faults"]["session-ends"].as_u64().unwrap() > 3, "{ledger:#}");

    let truth: Value = serde_json::from_slice(&fs::read(scratch.path().join("truth.json")).unwrap()).unwrap();
    let fields = ["rule", "account_id", "region", "resource_id", "verdict"];
    let planted: BTreeSet<_> = truth["defects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|defect| fields.map(|field| defect[field].as_str().unwrap().to_owned()))
        .collect();
    let package = Package::at(&scratch.path().join("package"));
    let open = package
        .findings
        .iter()
        .filter(|row| ["fail", "inconclusive"].contains(&row["verdict"].as_str()));
    let found: BTreeSet<_> = open.map(|row| fields.map(|field| row[field].clone())).collect();
    assert_eq!(found, planted);
}

#[test]
fn an_unknown_profile_is_refused_and_the_known_ones_are_named() {
    let scratch = TempDir::new().unwrap();
    // What happens before anything is sent cannot be served.
    for profile in ["bad-luck", "dns-failure"] {
        let output = trailaudit(scratch.path())
            .args(["simulate", "--faults", profile])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        let told = told(&output);
        assert!(told.contains("region-down") && told.contains("mixed"), "{told}");
    }
}

/// A simulator that is served until it is told to end.
struct Simulated {
    process: Child,
    environment: Vec<(String, String)>,
}

impl Simulated {
    fn start(scratch: &TempDir, options: &[&str]) -> Self {
        let mut command = trailaudit(scratch.path());
        command.args([
            "simulate",
            "--accounts",
            "25",
            "--regions",
            "4",
            "--truth",
            "truth.json",
        ]);
        command
            .args(["--ledger", "ledger.json"])
            .args(options)
            .stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = || {
            lines
                .next()
                .map(|line| line.unwrap())
                .filter(|line| line.starts_with("export "))
        };
        let exports: Vec<_> = iter::from_fn(line).collect();
        let environment = exports.iter().map(|export| {
            let (name, value) = export["export ".len()..].split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        Self {
            environment: environment.collect(),
            process,
        }
    }

    /// What it was asked.
    fn end(mut self, scratch: &TempDir) -> Value {
        let process = self.process.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &process])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(self.process.wait().unwrap().code(), Some(130));
        serde_json::from_slice(&fs::read(scratch.path().join("ledger.json")).unwrap()).unwrap()
    }
}
