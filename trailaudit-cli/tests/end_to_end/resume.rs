//! `--resume`: whatever ended a run, the next process goes on with it, and the findings are those of one that was never
//! interrupted.

mod circumstances;
mod damage;
mod kills;
mod sessions;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use trailaudit_sim::{EventDataStore, Key, Settings, World, populate};

use crate::audit::Bench;
use crate::demo::AS_OF;
use crate::package::files;
use crate::support::told;
use crate::worlds::HOME;

const DONE: i32 = 0;
const FAILED: i32 = 1;
const USAGE: i32 = 2;
/// There are planted fails.
const FAILS: i32 = 3;
const INTERRUPTED: i32 = 130;

/// An Organization with everything that can be planted, and with event stores, that takes its time.
pub struct Slow {
    pub bench: Bench,
}

impl Slow {
    pub fn new(accounts: usize, latency: Duration) -> Self {
        Self {
            bench: Bench::slow(planted(accounts), latency),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.bench.path().join(name)
    }

    /// `audit`, or another command that collects, into a directory.
    pub fn command(&self, command: &str, out: &str, more: &[&str]) -> Command {
        let mut run = self.bench.command(command);
        run.args(["--out", out, "--as-of", AS_OF]).args(more);
        run.stdout(Stdio::piped()).stderr(Stdio::piped());
        run
    }

    /// Runs to the end, with this exit code.
    pub fn run(&self, command: &str, out: &str, more: &[&str], code: i32) -> Output {
        let output = self.command(command, out, more).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{out}: {}", told(&output));
        output
    }

    /// Begins, and interrupts it when there are records of some accounts.
    pub fn interrupted(&self, command: &str, out: &str, accounts: usize) -> Output {
        let run = self.command(command, out, &["--concurrency", "2"]).spawn().unwrap();
        interrupt_when(run, || records(&self.path(out)).len() >= accounts)
    }

    /// The findings of a run that nobody interrupted.
    pub fn whole(&self) -> (Vec<u8>, Duration) {
        let began = Instant::now();
        self.run("audit", "whole", &[], FAILS);
        (self.findings("whole"), began.elapsed())
    }

    pub fn findings(&self, package: &str) -> Vec<u8> {
        fs::read(self.path(package).join("findings.csv")).unwrap()
    }

    /// Nothing is wrong with a package but that there is no key to trust.
    pub fn verifies(&self, package: &str) {
        let mut verify = self.bench.command("verify");
        let verified = verify.args([package, "--allow-simulated", "--format", "json"]).output();
        let report: serde_json::Value = serde_json::from_slice(&verified.unwrap().stdout).unwrap();
        let problems = report["problems"].as_array().unwrap();
        let mut wrong = problems
            .iter()
            .filter(|problem| problem["code"] != "no-signature" && problem["code"] != "no-trust");
        assert!(wrong.next().is_none(), "{report:#}");
    }
}

/// Interrupts a run when it is time.
pub fn interrupt_when(mut run: Child, ripe: impl Fn() -> bool) -> Output {
    while !ripe() {
        assert!(run.try_wait().unwrap().is_none(), "it is over already");
        thread::sleep(Duration::from_millis(2));
    }
    signal(&run, "INT");
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(INTERRUPTED), "{}", told(&output));
    output
}

pub fn planted(accounts: usize) -> World {
    let settings = Settings {
        accounts,
        regions: 2,
        seed: 11,
        as_of: AS_OF.parse().unwrap(),
    };
    let mut world = populate(&settings).world;
    let made = AS_OF.parse().unwrap();
    for (id, account) in world.accounts.iter_mut().step_by(2) {
        let (key, store) = (
            format!("00000000-0000-4000-8000-{id}"),
            format!("00000000-0000-4000-9000-{id}"),
        );
        let key = Key::new(&key, HOME, made);
        // Nothing else names this key: who forgets the store never hears of it.
        let mut store = EventDataStore::new(&store, "lake", HOME, made);
        store.kms_key_id = Some(key.arn(id));
        account.keys.push(key);
        account.event_data_stores.push(store);
    }
    world
}

/// The accounts that have records.
pub fn records(folder: &Path) -> Vec<String> {
    let accounts = folder.join("accounts");
    let mut files = if accounts.exists() {
        files(&accounts)
    } else {
        Vec::new()
    };
    files.retain(|file| file.ends_with(".jsonl.gz"));
    files
}

pub fn signal(run: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &run.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
