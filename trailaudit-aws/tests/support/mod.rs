//! Simulated Organizations to collect from, and readers of what was collected.

// Each test binary uses its own part of this.
#![allow(dead_code)]

pub mod furnished;
pub mod in_process;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::Value;
use tempfile::TempDir;
use trailaudit_aws::{CollectError, Collected, Collector, CollectorBuilder};
use trailaudit_core::evidence::{EvidenceId, Exchange};
use trailaudit_sim::{Role, Server, Settings, World, populate};

pub const MANAGEMENT: &str = "111111111111";

/// A populated Organization.
pub fn simulated(accounts: usize, regions: usize, latency: Duration) -> Server {
    let settings = Settings {
        accounts,
        regions,
        seed: 7,
        as_of: "2026-11-22T03:00:00Z".parse().unwrap(),
    };
    serve(populate(&settings).world, latency)
}

/// An Organization of its management account alone.
pub fn hand_made(regions: &[&str]) -> World {
    World::new(
        "o-exampleorg",
        MANAGEMENT,
        regions,
        "2020-01-01T00:00:00Z".parse().unwrap(),
    )
}

/// A role that the management account may assume.
pub fn member_role(name: &str) -> BTreeMap<String, Role> {
    [(name.to_owned(), Role::trusting(name, MANAGEMENT))].into()
}

pub fn serve(world: World, latency: Duration) -> Server {
    Server::start(world, ([127, 0, 0, 1], 0).into(), latency).unwrap()
}

/// A collector that asks the server as its auditor.
pub fn collector(server: &Server) -> CollectorBuilder {
    collector_of(&server.endpoint(), &server.credentials())
}

pub fn collector_of(endpoint: &str, keys: &(String, String)) -> CollectorBuilder {
    Collector::builder().sdk_config(sdk_config(endpoint, keys))
}

/// Credentials for an endpoint.
pub fn sdk_config(endpoint: &str, (key, secret): &(String, String)) -> SdkConfig {
    let credentials = Credentials::new(key, secret, None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

/// A collection and where it was kept.
pub struct Run {
    pub collected: Collected,
    directory: TempDir,
}

impl Run {
    pub async fn of(collector: Collector) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let collected = collector.collect(directory.path()).await.unwrap();
        Self { collected, directory }
    }

    /// The error of a collection that must fail without leaving anything behind.
    pub async fn fails(collector: Collector) -> CollectError {
        let directory = tempfile::tempdir().unwrap();
        let into = directory.path().join("new");
        let error = collector.collect(&into).await.unwrap_err();
        assert!(!into.exists(), "something was left behind: {error}");
        error
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    pub fn log_text(&self) -> String {
        fs::read_to_string(self.path().join("run.jsonl")).unwrap()
    }

    pub fn events(&self, kind: &str) -> impl Iterator<Item = Value> {
        let log = self.log_text();
        let events: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        events.into_iter().filter(move |event| event["event"] == kind)
    }

    /// An account that has nothing but the organization trail's copies.
    pub fn some_plain_member(&self) -> String {
        let own = self.collected.caller_account.as_str();
        let is_plain = |file: &&PathBuf| {
            let operations = operations(file);
            operations.contains("GetTrailStatus") && !operations.contains("GetEventSelectors")
        };
        let files = files(&self.path().join("accounts"));
        let accounts = files
            .iter()
            .filter(is_plain)
            .map(|file| header(file)["account"].as_str().unwrap().to_owned());
        let kept = |account: &String| !self.path().join(format!("resources/{account}.jsonl.gz")).exists();
        accounts.filter(|account| account != own).find(kept).unwrap()
    }
}

/// Every record file under a directory, in order.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "gz") {
            found.push(path);
        }
    }
    found.sort();
    found
}

pub fn text(file: &Path) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(file).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    text
}

pub fn header(file: &Path) -> Value {
    serde_json::from_str(text(file).lines().next().unwrap()).unwrap()
}

pub fn exchanges(file: &Path) -> Vec<(EvidenceId, Exchange)> {
    text(file)
        .lines()
        .skip(1)
        .map(|line| Exchange::from_line(line.as_bytes()).unwrap())
        .collect()
}

pub fn operations(file: &Path) -> BTreeSet<String> {
    exchanges(file)
        .into_iter()
        .map(|(_, exchange)| exchange.operation)
        .collect()
}
