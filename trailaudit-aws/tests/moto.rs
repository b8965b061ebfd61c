//! A collection from moto, an emulator of AWS that knows nothing of us: the wire format is not only our own opinion.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Run, collector_of, exchanges, operations};
use trailaudit_aws::Scope;
use trailaudit_core::evidence::{Answer, Exchange};

struct Moto(Child);

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn python() -> Command {
    let python = std::env::var_os("TRAILAUDIT_PYTHON");
    Command::new(python.expect("TRAILAUDIT_PYTHON must name a Python that has moto[server] and boto3"))
}

fn start() -> (Moto, String) {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let arguments = ["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()];
    let silent = || Stdio::null();
    let moto = Moto(
        python()
            .args(arguments)
            .stdout(silent())
            .stderr(silent())
            .spawn()
            .unwrap(),
    );
    let until = Instant::now() + Duration::from_mins(1);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "moto does not start");
        std::thread::sleep(Duration::from_millis(100));
    }
    (moto, format!("http://127.0.0.1:{port}"))
}

/// Fills moto through boto3; what it made, by name.
fn seed(endpoint: &str) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/moto_seed.py");
    let output = python().args([script, endpoint]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let last = BufReader::new(&output.stdout[..]).lines().last().unwrap().unwrap();
    serde_json::from_str(&last).unwrap()
}

#[tokio::test]
async fn collects_from_an_emulator_of_others() {
    let (_moto, endpoint) = start();
    let made = seed(&endpoint);
    let text = |name: &str| made[name].as_str().unwrap();
    let scope = Scope {
        units: [text("unit").to_owned()].into(),
        regions: ["us-east-1".into(), "eu-west-1".into()].into(),
        ..Scope::default()
    };
    let keys = ("testing".to_owned(), "testing".to_owned());
    let run = Run::of(collector_of(&endpoint, &keys).scope(scope).build().unwrap()).await;

    // moto lists no Paths, so the tree was walked; only the account under the unit was entered.
    let tree = operations(&run.path().join("organization.jsonl.gz"));
    assert!(
        tree.contains("ListRoots") && tree.contains("ListAccountsForParent"),
        "{tree:?}"
    );
    assert_eq!(run.collected.accounts, 1);
    assert!(run.collected.simulated);
    let member = text("member");
    let account: Vec<Exchange> = read(&run, &format!("accounts/{member}.jsonl.gz"));
    let find = |operation: &str, region: &str| {
        let mut found = account
            .iter()
            .filter(|e| e.operation == operation && e.region.as_str() == region);
        found.next().unwrap_or_else(|| panic!("no {operation} in {region}"))
    };
    // moto has no account:ListRegions: the Regions of the scope are asked all the same, and the gap is on record.
    assert!(matches!(find("ListRegions", "us-east-1").answer, Answer::Error { .. }));
    // It does not know CloudTrail among the services that are administered by delegation, nor event data stores, and its
    // answer on a bucket that never had versions is empty.
    let refused: BTreeSet<_> = run.events("gap").map(|gap| gap["operation"].to_string()).collect();
    let unknown = [
        "GetBucketVersioning",
        "ListDelegatedAdministrators",
        "ListEventDataStores",
        "ListRegions",
    ];
    assert_eq!(refused, unknown.map(|operation| format!("{operation:?}")).into());
    let Answer::Ok(shown) = &find("DescribeTrails", "eu-west-1").answer else {
        panic!()
    };
    assert_eq!(shown["trailList"][0]["TrailARN"], made["trail"]);
    let Answer::Ok(status) = &find("GetTrailStatus", "eu-west-1").answer else {
        panic!()
    };
    assert_eq!(status["IsLogging"], true);
    let started: jiff::Timestamp = status["StartLoggingTime"].as_str().unwrap().parse().unwrap();
    assert!(jiff::Timestamp::now().duration_since(started).as_secs() < 600);
    assert!(matches!(find("GetEventSelectors", "eu-west-1").answer, Answer::Ok(_)));

    let resources: Vec<Exchange> = read(&run, &format!("resources/{member}.jsonl.gz"));
    let answer = |operation: &str| {
        let found: Vec<_> = resources
            .iter()
            .filter(|e| e.operation == operation)
            .map(|e| &e.answer)
            .collect();
        match found[..] {
            [Answer::Ok(answer)] => answer,
            _ => panic!("{operation}: {found:?}"),
        }
    };
    assert_eq!(answer("DescribeKey")["KeyMetadata"]["KeyState"], "Disabled");
    assert_eq!(answer("DescribeKey")["KeyMetadata"]["Arn"], made["key"]);
    assert_eq!(answer("DescribeLogGroups")["logGroups"][0]["logGroupName"], "trail");
}

fn read(run: &Run, file: &str) -> Vec<Exchange> {
    exchanges(&run.path().join(file))
        .into_iter()
        .map(|(_, exchange)| exchange)
        .collect()
}
