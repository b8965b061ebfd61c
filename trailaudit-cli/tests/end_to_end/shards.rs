//! `trailaudit collect --shard` and `merge`: processes of their own that share an Organization.

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use trailaudit_sim::{Settings, populate};

use crate::audit::Bench;
use crate::demo::AS_OF;
use crate::package::files;
use crate::support::{told, trailaudit};
use crate::worlds::{HOME, sound};

const DONE: i32 = 0;
const FAILED: i32 = 1;
const USAGE: i32 = 2;

/// An Organization with everything that can be planted, and its shards in `shard-1`, `shard-2` and so on.
pub struct Sharded(Bench);

impl Sharded {
    fn slow(latency: Duration) -> Self {
        let settings = Settings {
            accounts: 25,
            regions: 4,
            seed: 11,
            as_of: AS_OF.parse().unwrap(),
        };
        Self(Bench::slow(populate(&settings).world, latency))
    }

    /// Collects `of` shards at once, each by a process of its own.
    pub fn collect(of: usize) -> Self {
        let Self(bench) = Self::slow(Duration::ZERO);
        let shards: Vec<_> = (1..=of)
            .map(|index| {
                let (out, shard) = (format!("shard-{index}"), format!("{index}/{of}"));
                let mut command = bench.command("collect");
                command.args(["--out", &out, "--shard", &shard, "--as-of", AS_OF]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for (index, shard) in (1..).zip(shards) {
            let output = shard.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(DONE), "{}", told(&output));
            let stdout = String::from_utf8_lossy(&output.stdout);
            let is_part = stdout.starts_with(&format!("shard {index} of {of}: "));
            assert_eq!(is_part, of > 1, "{stdout}");
        }
        Self(bench)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Merges shards, which must be possible.
    pub fn merge(&self, indexes: &[usize], out: &str) {
        let names: Vec<_> = indexes.iter().map(|index| format!("shard-{index}")).collect();
        let output = merged(self.path(), &names.iter().map(String::as_str).collect::<Vec<_>>(), out);
        assert_eq!(output.status.code(), Some(DONE), "{}", told(&output));
    }

    /// Collects the same in one process, into `whole`.
    pub fn whole(&self, as_of: &str) {
        let mut whole = self.0.command("collect");
        let output = whole.args(["--out", "whole", "--as-of", as_of]).output().unwrap();
        assert_eq!(output.status.code(), Some(DONE), "{}", told(&output));
    }

    /// Writes the run log of a shard again, line by line.
    fn rewrite(&self, shard: &str, change: impl Fn(&str) -> Option<String>) {
        let path = self.path().join(shard).join("run.jsonl");
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter_map(change).map(|line| line + "\n");
        fs::write(&path, lines.collect::<String>()).unwrap();
    }
}

/// The same findings and coverage, to the byte, as one process collects; and the package holds.
#[test]
fn shards_of_several_processes_are_the_whole() {
    let sharded = Sharded::collect(3);
    let path = sharded.path();
    sharded.whole(AS_OF);
    sharded.merge(&[2, 3, 1], "merged");
    let asked: Vec<_> = (1..=3)
        .flat_map(|index| accounts(path, &format!("shard-{index}")))
        .collect();
    assert_eq!(asked.len(), 25, "every account once");
    assert_eq!(accounts(path, "merged"), accounts(path, "whole"));
    is_the_whole(path);
}

/// More shards than accounts: some have none, and the whole is still the whole.
#[test]
fn a_shard_may_be_empty() {
    let (bench, now) = (Bench::new(sound(&[HOME])), jiff::Timestamp::now().to_string());
    for index in 1..=6 {
        let (out, shard) = (format!("shard-{index}"), format!("{index}/6"));
        let mut command = bench.command("collect");
        let output = command
            .args(["--out", &out, "--shard", &shard, "--as-of", &now])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(DONE), "{}", told(&output));
    }
    let names: Vec<_> = (1..=6).map(|index| format!("shard-{index}")).collect();
    assert!(names.iter().any(|name| accounts(bench.path(), name).is_empty()));
    let output = merged(
        bench.path(),
        &names.iter().map(String::as_str).collect::<Vec<_>>(),
        "merged",
    );
    assert_eq!(output.status.code(), Some(DONE), "{}", told(&output));
    let output = assessed(bench.path(), "merged");
    assert_eq!(output.status.code(), Some(DONE), "{}", told(&output));
}

/// Eight machines of an array job, one of which is interrupted and begun again, come to what one machine does.
#[test]
fn an_array_of_machines_is_the_whole() {
    const MACHINES: usize = 8;
    let sharded = Sharded::slow(Duration::from_millis(25));
    let path = sharded.path();
    let machine = |index: usize| {
        let mut command = sharded.0.command("collect");
        let variable = ["AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX"][index % 2];
        command.env(variable, index.to_string());
        command.args([
            "--out",
            &format!("shard-{}", index + 1),
            "--shards",
            &MACHINES.to_string(),
        ]);
        command.args(["--as-of", AS_OF, "--concurrency", "3", "--resume"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let mut all: Vec<_> = (0..MACHINES).map(|index| machine(index).spawn().unwrap()).collect();
    while !path.join("shard-4/run.jsonl").exists() {
        std::thread::sleep(Duration::from_millis(2));
    }
    all[3].kill().unwrap();
    for (index, machine) in all.into_iter().enumerate().filter(|(index, _)| *index != 3) {
        let output = machine.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(DONE), "{index}: {}", told(&output));
    }
    let indexes: Vec<_> = (1..=MACHINES).collect();
    let names: Vec<_> = indexes.iter().map(|index| format!("shard-{index}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let unfinished = merged(path, &names, "merged");
    assert_eq!(unfinished.status.code(), Some(FAILED), "{}", told(&unfinished));
    let told_of = String::from_utf8_lossy(&unfinished.stderr);
    assert!(
        told_of.contains("shard-4: shard 4 of 8 is not finished") && told_of.contains("--resume"),
        "{told_of}"
    );
    let output = machine(3).output().unwrap();
    assert_eq!(output.status.code(), Some(DONE), "{}", told(&output));
    sharded.merge(&indexes, "merged");
    sharded.whole(AS_OF);
    is_the_whole(path);
    let log = fs::read_to_string(path.join("merged/run.jsonl")).unwrap();
    assert_eq!(log.matches(r#""event":"session""#).count(), MACHINES + 1, "{log}");
}

/// Refused with a sentence that names the directories, and nothing is left behind.
#[test]
fn what_is_not_every_shard_of_one_run_is_not_merged() {
    let sharded = Sharded::collect(3);
    let path = sharded.path();
    let refused = |code: i32, shards: &[&str], out: &str, words: &str| {
        let before = files(path);
        let output = merged(path, shards, out);
        assert_eq!(output.status.code(), Some(code), "{}", told(&output));
        assert!(
            String::from_utf8_lossy(&output.stderr).contains(words),
            "{words:?}: {}",
            told(&output)
        );
        assert!(output.stdout.is_empty() && files(path) == before, "{}", told(&output));
    };
    let all = ["shard-1", "shard-2", "shard-3"];
    refused(FAILED, &all[..1], "merged", "of 3 shards 2 and 3 are missing");
    refused(
        FAILED,
        &[all[0], all[2], all[2]],
        "merged",
        "shard-3 and shard-3 are both shard 3 of 3",
    );
    refused(FAILED, &["nowhere"], "merged", "nowhere: No such file");
    refused(USAGE, &all, "shard-1", "shard-1 lies in what is merged");
    refused(USAGE, &all, "shard-2/merged", "shard-2/merged lies in what is merged");
    refused(USAGE, &[], "merged", "<DIR>");

    sharded.merge(&[1, 2, 3], "done");
    refused(FAILED, &["done", all[1], all[2]], "merged", "done is no shard");
    refused(FAILED, &all, "done", "done is not empty");

    let later = AS_OF.replace("2026", "2027");
    let mut another = sharded.0.command("collect");
    let output = another
        .args(["--out", "later", "--shard", "2/3", "--as-of", &later])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(DONE), "{}", told(&output));
    let words =
        "shard-1 and later are not shards of the same run: the moment is 2026-11-20T03:00:00.000Z in the one, 2027-";
    refused(FAILED, &[all[0], "later", all[2]], "merged", words);

    sharded.rewrite("shard-3", |line| {
        (!line.contains(r#""event":"finished""#)).then(|| line.to_owned())
    });
    refused(FAILED, &all, "merged", "shard-3: shard 3 of 3 is not finished");
}

/// One shard looks like an Organization whose other accounts have vanished.
#[test]
fn one_shard_is_not_assessed() {
    let sharded = Sharded::collect(2);
    let output = assessed(sharded.path(), "shard-2");
    assert_eq!(output.status.code(), Some(FAILED), "{}", told(&output));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("shard-2: this is shard 2 of 2: merge all of them first"),
        "{stderr}"
    );
    assert!(!sharded.path().join("shard-2-package").exists());
}

/// The only shard there is, is the whole: a matrix of one needs no exception.
#[test]
fn the_only_shard_is_the_whole() {
    let bench = Bench::new(sound(&[HOME]));
    let output = bench
        .command("collect")
        .args(["--out", "shard-1", "--shard", "1/1"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(DONE), "{}", told(&output));
    assert_eq!(merged(bench.path(), &["shard-1"], "merged").status.code(), Some(DONE));
    for records in ["shard-1", "merged"] {
        let output = assessed(bench.path(), records);
        assert_eq!(output.status.code(), Some(DONE), "{}", told(&output));
    }
}

/// What was merged is judged as what was collected whole, to the byte, and the package holds.
fn is_the_whole(path: &Path) {
    for records in ["whole", "merged"] {
        let output = assessed(path, records);
        assert_eq!(
            output.status.code(),
            Some(3),
            "there are planted fails: {}",
            told(&output)
        );
    }
    for table in ["findings.csv", "coverage.csv"] {
        let read = |records: &str| fs::read(path.join(format!("{records}-package")).join(table)).unwrap();
        assert!(read("whole") == read("merged"), "{table} differs");
    }
    let verify = ["verify", "merged-package", "--allow-simulated", "--format", "json"];
    let output = trailaudit(path).args(verify).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes = report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| &problem["code"]);
    let codes: Vec<_> = codes
        .filter(|code| *code != "no-signature" && *code != "no-trust")
        .collect();
    assert!(codes.is_empty(), "{report:#}");
}

pub fn merged(path: &Path, shards: &[&str], out: &str) -> Output {
    let mut command = trailaudit(path);
    command.arg("merge").args(shards).args(["--out", out]).output().unwrap()
}

pub fn assessed(path: &Path, records: &str) -> Output {
    let out = format!("{records}-package");
    trailaudit(path)
        .args(["assess", records, "--out", &out])
        .output()
        .unwrap()
}

fn accounts(path: &Path, records: &str) -> Vec<String> {
    let mut files = files(&path.join(records));
    files.retain(|file| file.starts_with("accounts/"));
    files
}
