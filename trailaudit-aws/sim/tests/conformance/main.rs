//! An independent client against the simulator: boto3 calls every operation, and botocore's own service models judge
//! each answer; signatures are checked by the package cryptography. The Python that has both is named by `TRAILAUDIT_PYTHON`.

#![allow(clippy::expect_used)]

mod furnished;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use trailaudit_sim::{Server, Settings, populate};

#[test]
fn boto3_understands_every_answer() {
    let python = std::env::var("TRAILAUDIT_PYTHON").expect("TRAILAUDIT_PYTHON names a Python that has boto3");
    let as_of = "2026-11-20T00:00:00Z".parse().expect("a time");
    let mut population = populate(&Settings {
        accounts: 25,
        regions: 17,
        seed: 7,
        as_of,
    });
    furnished::furnish(&mut population.world);
    // More than an environment holds.
    let truth = Path::new(env!("CARGO_TARGET_TMPDIR")).join("truth.json");
    let written = serde_json::to_vec(&population.truth).expect("the truth is plain data");
    std::fs::write(&truth, written).expect("a file of our own");
    let server = Server::start(population.world, ([127, 0, 0, 1], 0).into(), Duration::ZERO).expect("a free port");
    let (key_id, secret) = server.credentials();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/ask.py");
    let status = Command::new(&python)
        .arg(script)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("AWS_ENDPOINT_URL", server.endpoint())
        .env("AWS_ACCESS_KEY_ID", key_id)
        .env("AWS_SECRET_ACCESS_KEY", secret)
        .env_remove("AWS_SESSION_TOKEN")
        .env_remove("AWS_PROFILE")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("SIMULATED_TRUTH", truth)
        .env("SIMULATED_SIGNING_KEY", &population.signing_key)
        .status()
        .expect("TRAILAUDIT_PYTHON can be run");
    assert!(status.success(), "{status}");
    let ledger = server.ledger();
    assert!(ledger.count("cloudtrail", "DescribeTrails") > 0 && ledger.most_in_flight > 0);
    assert_eq!(
        ledger.created_keys.len(),
        1,
        "the script describes one predefined alias"
    );
}
