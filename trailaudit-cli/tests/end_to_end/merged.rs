//! What was merged beside what was never in parts: every file of the packages, and every exchange in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use crate::audit::Bench;
use crate::demo::AS_OF;
use crate::package::{decompressed, files};
use crate::shards::{Sharded, assessed, merged};
use crate::support::told;
use crate::worlds::{HOME, sound};

/// What verdicts are and were reached by: the same to the byte, whoever collected.
const VERDICTS: [&str; 6] = [
    "findings.csv",
    "findings.json",
    "coverage.csv",
    "coverage.json",
    "catalogue.json",
    "baseline.toml",
];

/// An exchange of which nothing is left that another run could not repeat, and whether a role was assumed by it.
type Line = (bool, Value);

/// Two packages of the same Organization, of which the second was merged.
struct Pair<'a>(&'a Path, &'a Path);

impl Pair<'_> {
    /// The files that are not the same bytes in both, or are in one alone.
    fn differing(&self) -> Vec<String> {
        let mut all = [files(self.0), files(self.1)].concat();
        all.sort();
        all.dedup();
        for file in VERDICTS {
            assert!(all.iter().any(|one| one == file), "{file} is missing");
        }
        all.retain(|file| fs::read(self.0.join(file)).ok() != fs::read(self.1.join(file)).ok());
        all
    }

    /// What the manifests say apart, and the files they list with other digests.
    fn manifests(&self) -> (Vec<String>, Vec<String>) {
        let read = |package: &Path| -> Map<String, Value> {
            serde_json::from_slice(&fs::read(package.join("manifest.json")).unwrap()).unwrap()
        };
        let (one, other) = (read(self.0), read(self.1));
        assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        let listed = |manifest: &Map<String, Value>| -> BTreeMap<String, Value> {
            let files = manifest["files"].as_array().unwrap().iter();
            files.map(|file| (file["path"].to_string(), file.clone())).collect()
        };
        let (files, others) = (listed(&one), listed(&other));
        assert_eq!(files.keys().collect::<Vec<_>>(), others.keys().collect::<Vec<_>>());
        let apart = files.iter().filter(|(path, file)| others[*path] != **file);
        let apart = apart.map(|(path, _)| path.trim_matches('"').to_owned()).collect();
        let keys = one.keys().filter(|key| one[*key] != other[*key]);
        (keys.cloned().collect(), apart)
    }
}

fn packages(path: &Path, records: [&str; 2], code: i32) -> [std::path::PathBuf; 2] {
    records.map(|records| {
        let output = assessed(path, records);
        assert_eq!(output.status.code(), Some(code), "{}", told(&output));
        path.join(format!("{records}-package"))
    })
}

/// The lines of a record file; no line when there is no such file.
fn lines(package: &Path, file: &str) -> Vec<Value> {
    let path = package.join(file);
    if !path.exists() {
        return Vec::new();
    }
    let text = decompressed(&path);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Of equal answers, which stand side by side, the one that was sent last.
fn once(lines: &[Value]) -> Vec<Value> {
    let sent = |line: &Value| ["sentAt", "requestId"].map(|what| line["transport"][what].to_string());
    let mut kept: Vec<Value> = Vec::new();
    for line in lines {
        match kept
            .last_mut()
            .filter(|last| last["id"] == line["id"] && line["id"].is_string())
        {
            Some(last) if sent(last) < sent(line) => *last = line.clone(),
            Some(_) => (),
            None => kept.push(line.clone()),
        }
    }
    kept
}

/// The first line without its salt, and the exchanges without how and when they were sent.
fn lasting(lines: Vec<Value>) -> Vec<Line> {
    let without = |mut line: Value| {
        let is_entry = line["operation"] == "AssumeRole";
        let fields = line.as_object_mut().unwrap();
        fields.remove("salt");
        fields.remove("transport");
        if is_entry {
            // When a session ends is part of the answer, and so of the id.
            fields.remove("id");
            if let Some(credentials) = line.pointer_mut("/answer/Credentials") {
                assert!(credentials["Expiration"].is_string());
                *credentials = Value::Null;
            }
        }
        (is_entry, line)
    };
    lines.into_iter().map(without).collect()
}

fn is_records(file: &str) -> bool {
    file.ends_with(".jsonl.gz")
}

/// Nothing was repeated in it: merged or not, it has the same accounts under the same root.
#[test]
fn the_only_shard_merged_differs_in_the_run_log_alone() {
    let bench = Bench::new(sound(&[HOME]));
    let mut collect = bench.command("collect");
    let output = collect.args(["--out", "shard-1", "--shard", "1/1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let output = merged(bench.path(), &["shard-1"], "merged");
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let [one, other] = packages(bench.path(), ["shard-1", "merged"], 0);
    let pair = Pair(&one, &other);
    assert_eq!(pair.differing(), ["manifest.json", "run.jsonl"]);
    let (said, listed) = pair.manifests();
    // The run log is a record, too, and the package's id is made of all records.
    assert_eq!(said, ["files", "packageId"]);
    assert_eq!(listed, ["run.jsonl"]);
    let log = |package: &Path| {
        let text = fs::read_to_string(package.join("run.jsonl")).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut lines: Vec<_> = lines.collect();
        // Whether it is a shard, or how many there were.
        let started = lines[0].as_object_mut().unwrap();
        let kinds = (started.remove("shard"), started.remove("shards"));
        (lines, kinds)
    };
    let ((before, was), (after, is)) = (log(&one), log(&other));
    assert_eq!(before, after);
    assert_eq!(was, (Some(serde_json::json!({"index": 1, "of": 1})), None));
    assert_eq!(is, (None, Some(1.into())));
}

/// Where something was asked again and answered the same, a merge keeps one of the answers, and nothing else changes.
#[test]
fn the_only_shard_merged_has_every_answer_once() {
    let sharded = Sharded::collect(1);
    sharded.merge(&[1], "merged");
    let [one, other] = packages(sharded.path(), ["shard-1", "merged"], 3);
    let pair = Pair(&one, &other);
    let mut differing = pair.differing();
    let repeated: Vec<_> = differing.iter().filter(|file| is_records(file)).cloned().collect();
    assert!(!repeated.is_empty(), "nothing was asked again");
    for file in &repeated {
        assert!(file.starts_with("resources/"), "{file}");
        let lines = |package| lines(package, file);
        assert!(lines(&one).len() > lines(&other).len(), "{file}");
        assert_eq!(once(&lines(&one)), lines(&other), "{file}");
    }
    differing.retain(|file| !is_records(file) && !file.starts_with("report/evidence-"));
    assert_eq!(differing, ["accounts/index.jsonl", "manifest.json", "run.jsonl"]);
    let (said, mut listed) = pair.manifests();
    listed.retain(|file| !file.starts_with("report/evidence-"));
    assert_eq!(said, ["accountsRoot", "files", "packageId"]);
    assert_eq!(listed, ["run.jsonl"]);
}

/// Three processes and one: they hold other sessions, at other times, and salt differently. That is all.
#[test]
fn merged_shards_differ_from_the_whole_in_sessions_salts_and_times_alone() {
    let sharded = Sharded::collect(3);
    sharded.merge(&[3, 1, 2], "merged");
    sharded.whole(AS_OF);
    let [whole, other] = packages(sharded.path(), ["whole", "merged"], 3);
    let pair = Pair(&whole, &other);
    let mut differing = pair.differing();
    for file in differing.iter().filter(|file| is_records(file)) {
        let [whole, other] = [&whole, &other].map(|package| lasting(once(&lines(package, file))));
        let (expected, mut rest): (Vec<_>, Vec<_>) = (whole, other);
        // Every shard enters the accounts that others visit when its trails name something there.
        if file.starts_with("resources/") {
            rest.retain(|line| !line.0 || expected.contains(line));
            if expected.is_empty() {
                assert_eq!(rest.len(), 1, "{file}: {rest:?}");
                continue;
            }
        }
        assert_eq!(rest, expected, "{file}");
    }
    differing.retain(|file| !is_records(file) && !file.starts_with("report/evidence-"));
    assert_eq!(
        differing,
        ["accounts/index.jsonl", "manifest.json", "report.html", "run.jsonl"]
    );
    let (said, mut listed) = pair.manifests();
    listed.retain(|file| !file.starts_with("report/evidence-"));
    assert_eq!(said, ["accountsRoot", "collection", "files", "packageId"]);
    assert_eq!(listed, ["organization.jsonl.gz", "report.html", "run.jsonl"]);

    let leaves = |package: &Path| {
        let text = fs::read_to_string(package.join("accounts/index.jsonl")).unwrap();
        let leaf = |line: &str| {
            let line: Value = serde_json::from_str(line).unwrap();
            (line["account"].clone(), line["findings"].clone())
        };
        text.lines().map(leaf).collect::<Vec<_>>()
    };
    assert_eq!(
        leaves(&whole),
        leaves(&other),
        "the same accounts with the same findings"
    );
}
