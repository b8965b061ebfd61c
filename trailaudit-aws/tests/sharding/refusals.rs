//! What cannot be merged is told by a sentence that names the directories.

use std::time::Duration;

use serde_json::{Value, json};
use trailaudit_aws::{MergeError, Scope, package};
use trailaudit_core::evidence::{InMemory, records};
use trailaudit_core::organization::AccountId;

use crate::collecting::{HOME, MANAGEMENT, accounts_of, central, collected, sharded, text, united};
use crate::support::{self, hand_made};

/// Each of these is refused, by a sentence that names the directories.
#[tokio::test]
async fn only_all_shards_of_one_run_are_merged() {
    let server = support::serve(central(), Duration::ZERO);
    let whole = collected(&server, &Scope::default(), None).await;
    let shards = sharded(&server, &Scope::default(), 3).await;
    let told = |shards: &[InMemory]| refused(united(shards));
    let with = |index: usize, change: &dyn Fn(&mut InMemory)| {
        let mut shards = shards.clone();
        change(&mut shards[index]);
        shards
    };
    let merged = united(&shards).unwrap();

    assert!(matches!(united(&[]), Err(MergeError::Nothing)));
    assert_eq!(told(&shards[..2]), "of 3 shards 3 is missing");
    assert_eq!(told(&shards[1..2]), "of 3 shards 1 and 3 are missing");
    let twice = [shards.clone(), shards[..1].to_vec()].concat();
    assert_eq!(told(&twice), "d0 and d3 are both shard 1 of 3");
    for given in [&whole, &merged] {
        let told = told(&with(1, &|shard| shard.clone_from(given)));
        assert_eq!(told, "d1 is no shard: it was collected whole, or is merged already");
    }
    let unfinished = with(2, &|shard| log_of(shard, |lines| _ = lines.pop()));
    assert_eq!(told(&unfinished), "d2: shard 3 of 3 is not finished");
    let nothing = with(0, &|shard| *shard = InMemory::default());
    assert_eq!(told(&nothing), "d0: there is no run.jsonl: nothing was collected here");
    let headless = with(0, &|shard| _ = shard.remove("organization.jsonl.gz"));
    assert!(told(&headless).starts_with("d0: organization.jsonl.gz: "));

    let mine = accounts_of(&shards[0]).pop_first().unwrap();
    let path = package_path(&mine);
    let stolen = with(1, &|shard| shard.insert(path.clone(), shards[0].bytes(&path).unwrap()));
    let sentence = format!("d1 is shard 2 of 3, but account {mine} falls to shard 1");
    assert_eq!(told(&stolen), sentence);
    let left_out = format!(r#"{{"account":"{mine}","event":"excluded","why":"x"}}"#);
    assert_eq!(
        told(&with(1, &|shard| log_of(shard, |lines| lines.insert(1, left_out.clone())))),
        sentence
    );
    let cut = with(0, &|shard| _ = shard.bytes_mut(&path).unwrap().pop());
    assert!(told(&cut).starts_with(&format!("d0: {path}: ")), "{}", told(&cut));
    let other = package_path(&accounts_of(&shards[1]).pop_first().unwrap());
    let renamed = with(0, &|shard| {
        shard.insert(path.clone(), shards[1].bytes(&other).unwrap());
    });
    assert!(told(&renamed).ends_with("names another account or organization"));
}

/// What several shards were answered is united within the run of each: an answer of another year is none of it.
#[tokio::test]
async fn answers_of_another_run_are_not_united() {
    let server = support::serve(central(), Duration::ZERO);
    let mut shards = sharded(&server, &Scope::default(), 2).await;
    let path = "organization.jsonl.gz";
    let lines = records::read_lines(shards[1].bytes(path).unwrap()).map(|line| {
        let line = String::from_utf8(line.unwrap()).unwrap();
        match line.split_once(r#""sentAt":"20"#) {
            Some((before, after)) => format!(r#"{before}"sentAt":"19{after}"#),
            None => line,
        }
    });
    let lines: Vec<_> = lines.collect();
    shards[1].insert(path, records::write(&lines).unwrap());
    let told = refused(united(&shards));
    assert!(
        told.starts_with("d1: organization.jsonl.gz, line 2: it was not sent during the run"),
        "{told}"
    );
}

/// What decides what is asked must be the same in all; how fast it is asked, and by which session of a role, need not.
#[tokio::test]
async fn shards_have_one_plan() {
    let server = support::serve(central(), Duration::ZERO);
    let shards = sharded(&server, &Scope::default(), 2).await;
    let with = |field: &str, value: Value| {
        let mut shards = shards.clone();
        log_of(&mut shards[1], |lines| {
            let mut started: Value = serde_json::from_str(&lines[0]).unwrap();
            started[field] = value.clone();
            lines[0] = started.to_string();
        });
        united(&shards)
    };
    for (field, value, what) in [
        ("asOf", "2026-11-22T03:00:01.000Z".into(), "the moment"),
        (
            "scope",
            json!({"source": "organization", "regions": [HOME]}),
            "the scope",
        ),
        ("partition", "aws-cn".into(), "the partition"),
        ("simulated", false.into(), "whether AWS was simulated"),
        ("roleNames", json!(["Other"]), "the role name"),
        ("sessionName", "other".into(), "the session name"),
        ("sourceIdentity", "ada".into(), "the source identity"),
        (
            "managementRole",
            "arn:aws:iam::111111111111:role/R".into(),
            "the management role",
        ),
        ("tool", json!({"name": "trailaudit", "version": "0.0.0"}), "the tool"),
        ("format", "trailaudit.run/v2".into(), "the format of the run log"),
        ("shard", json!({"index": 2, "of": 3}), "the number of shards"),
        (
            "caller",
            json!({"account": MANAGEMENT, "arn": "arn:aws:iam::111111111111:user/other"}),
            "the caller",
        ),
    ] {
        let told = refused(with(field, value));
        let start = format!("d0 and d1 are not shards of the same run: {what} is ");
        assert!(told.starts_with(&start), "{field}: {told}");
    }
    assert!(with("concurrency", 1.into()).is_ok());
    let elsewhere = with("endpoints", json!(["kms.eu-west-1.amazonaws.com"])).unwrap();
    let run = package::run(&elsewhere).unwrap();
    assert_eq!(run.endpoints.len(), 2, "every host that was asked is told");

    let mut another = hand_made(&[HOME]);
    another.organization.id = "o-anotherorg".to_owned();
    let server = support::serve(another, Duration::ZERO);
    let strangers = sharded(&server, &Scope::default(), 2).await;
    let told = refused(united(&[shards[0].clone(), strangers[1].clone()]));
    assert!(
        told.contains("the organization is o-exampleorg in the one, o-anotherorg in the other"),
        "{told}"
    );
}

fn package_path(account: &AccountId) -> String {
    format!("accounts/{account}.jsonl.gz")
}

/// Changes the lines of a run log.
fn log_of(files: &mut InMemory, change: impl Fn(&mut Vec<String>)) {
    let mut lines: Vec<_> = text(files, "run.jsonl").lines().map(str::to_owned).collect();
    change(&mut lines);
    files.insert("run.jsonl", lines.join("\n") + "\n");
}

fn refused(outcome: Result<InMemory, MergeError>) -> String {
    outcome.map(drop).unwrap_err().to_string()
}
