//! What a later session asks, what it refuses, and what the run log tells of both.

use std::fs;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::{DONE, FAILED, FAILS, INTERRUPTED, Slow, USAGE, interrupt_when, records, signal, stderr};
use crate::package::files;
use crate::support::told;

const SLOWLY: Duration = Duration::from_millis(15);
const QUICKLY: Duration = Duration::from_millis(4);

/// Nobody is asked again in an account that is finished, and none is entered again unless there is something to ask.
#[test]
fn a_finished_account_is_never_asked_again() {
    let slow = Slow::new(8, SLOWLY);
    slow.interrupted("collect", "records", 3);
    let finished = records(&slow.path("records"));
    let before = slow.bench.server.ledger();
    slow.run("collect", "records", &["--resume"], DONE);
    let after = slow.bench.server.ledger();
    for operation in ["ListRegions", "DescribeTrails", "GetTrailStatus", "GetEventSelectors"] {
        let (before, after) = (before.asked(operation), after.asked(operation));
        for account in finished.iter().map(|file| file.trim_end_matches(".jsonl.gz")) {
            let of = |asked: &std::collections::BTreeMap<String, u64>| -> u64 {
                let of_account = asked.iter().filter(|(target, _)| target.starts_with(account));
                of_account.map(|(_, times)| times).sum()
            };
            assert_eq!(of(&before), of(&after), "{operation} in {account}");
        }
    }
    assert!(finished.len() >= 3 && records(&slow.path("records")).len() > finished.len());
}

/// The calls about what trails and event stores name.
const ABOUT_RESOURCES: [&str; 21] = [
    "DescribeAlarms",
    "DescribeKey",
    "DescribeLogGroups",
    "DescribeLogStreams",
    "DescribeMetricFilters",
    "DescribeResourcePolicies",
    "GetBucketAcl",
    "GetBucketLifecycleConfiguration",
    "GetBucketLogging",
    "GetBucketPolicyStatus",
    "GetBucketVersioning",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "GetObjectLockConfiguration",
    "GetPublicAccessBlock",
    "GetRole",
    "GetRolePolicy",
    "ListAttachedRolePolicies",
    "ListBuckets",
    "ListRolePolicies",
    "ListSubscriptionsByTopic",
];

/// What trails and event stores name is asked after every account: what was answered by then is not asked again, though
/// no file of it was whole, and nothing is lost that only finished accounts name.
#[test]
fn what_trails_name_is_not_asked_again_either() {
    let slow = Slow::new(12, QUICKLY);
    let (expected, _) = slow.whole();
    let asked = |operation: &str| -> u64 { slow.bench.server.ledger().asked(operation).values().sum() };
    let all = || -> u64 { ABOUT_RESOURCES.iter().map(|operation| asked(operation)).sum() };
    for operation in ABOUT_RESOURCES {
        assert!(asked(operation) > 0, "{operation} is not asked here");
    }
    let (whole, entered) = (all(), asked("AssumeRole"));
    // One of each kind of resource, from the first to what only others tell of.
    for (operation, times) in [
        ("DescribeKey", 3),
        ("GetRolePolicy", 1),
        ("ListBuckets", 2),
        ("DescribeAlarms", 0),
        ("GetBucketVersioning", 0),
        ("ListSubscriptionsByTopic", 0),
        ("GetKeyRotationStatus", 1),
    ] {
        let (earlier, before, entered_before) = (asked(operation), all(), asked("AssumeRole"));
        let run = slow
            .command("audit", operation, &["--concurrency", "1"])
            .spawn()
            .unwrap();
        interrupt_when(run, || asked(operation) > earlier + times);
        slow.run("audit", operation, &["--resume"], FAILS);
        // One of them was on its way when the process ended.
        let repeated = all() - before - whole;
        assert!(
            repeated <= 1,
            "{operation}: {repeated} of {whole} questions were repeated"
        );
        assert!(
            asked("AssumeRole") - entered_before < 2 * entered,
            "{operation}: accounts without open questions were entered again"
        );
        assert!(slow.findings(operation) == expected, "{operation}");
    }
}

/// `--as-of` is the beginning of the first session, every session is told, and the package verifies.
#[test]
fn the_run_log_tells_every_session() {
    let slow = Slow::new(6, SLOWLY);
    let audit = |more: &[&str]| {
        let mut run = slow.bench.command("audit");
        run.args(["--out", "package", "--concurrency", "2"]).args(more);
        run.stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        run
    };
    let at_work = |accounts: usize| records(&slow.path("package")).len() >= accounts;
    interrupt_when(audit(&[]).spawn().unwrap(), || at_work(1));
    let mut killed = audit(&["--resume"]).spawn().unwrap();
    while !at_work(3) {
        assert!(killed.try_wait().unwrap().is_none(), "it is over already");
        thread::sleep(Duration::from_millis(2));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let output = audit(&["--resume"]).output().unwrap();
    assert_eq!(output.status.code(), Some(FAILS), "{}", told(&output));
    let log = fs::read_to_string(slow.path("package").join("run.jsonl")).unwrap();
    let log: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let started = &log[0];
    assert_eq!(started["asOf"], started["startedAt"]);
    let sessions: Vec<_> = log.iter().filter(|event| event["event"] == "session").collect();
    let outcomes: Vec<_> = sessions
        .iter()
        .map(|session| session["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        ["interrupted", "unknown: it did not tell its end", "finished"]
    );
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let bounds: Vec<_> = sessions
        .iter()
        .flat_map(|session| [text(&session["startedAt"]), text(&session["endedAt"])])
        .collect();
    assert!(bounds.is_sorted(), "{bounds:?}");
    assert_eq!(bounds[0], text(&started["startedAt"]));
    let last = log.last().unwrap();
    assert_eq!(
        (&last["event"], text(&last["at"])),
        (&"finished".into(), bounds[5].clone())
    );
    let kept: usize = files(&slow.path("package"))
        .iter()
        .filter(|file| file.ends_with(".jsonl.gz"))
        .map(|file| {
            crate::package::decompressed(&slow.path("package").join(file))
                .lines()
                .count()
                - 1
        })
        .sum();
    assert_eq!(last["calls"], kept as u64);
    slow.verifies("package");
}

/// Another plan is another run: refused, and the difference named.
#[test]
fn another_plan_is_refused() {
    let slow = Slow::new(6, SLOWLY);
    slow.interrupted("audit", "package", 1);
    let before = snapshot(&slow, "package");
    for (more, words) in [
        (
            &["--role-name", "Other"][..],
            "the role name: [\"OrganizationAccountAccessRole\"] then, [\"Other\"] now",
        ),
        (
            &["--region", "us-east-1"],
            "the scope: {\"source\":\"organization\"} then, {\"regions\":[\"us-east-1\"]",
        ),
        (&["--external-id", "hunter2"], "the external id: not set then, set now"),
        (
            &["--session-tag", "a=b"],
            "the session tags: not set then, {\"a\":\"b\"} now",
        ),
        (
            &["--rule", "trail-logging"],
            "the rules chosen: all then, trail-logging now",
        ),
        (&["--framework", "soc-2"], "the frameworks chosen: "),
    ] {
        let more = [&["--resume"], more].concat();
        let output = slow.run("audit", "package", &more, USAGE);
        assert!(stderr(&output).contains(words), "{more:?}: {}", told(&output));
        assert!(!stderr(&output).contains("hunter2"));
    }
    let mut later = slow.bench.command("audit");
    let later = later.args(["--out", "package", "--resume", "--as-of", "2027-01-01T00:00:00Z"]);
    let output = later.output().unwrap();
    assert_eq!(output.status.code(), Some(USAGE), "{}", told(&output));
    assert!(stderr(&output).contains("the moment: 2026-11-20T03:00:00.000Z then, 2027-01-01"));
    let output = slow.run("collect", "package", &["--resume"], USAGE);
    assert!(stderr(&output).contains("the command: audit then, collect now"));
    assert_eq!(snapshot(&slow, "package"), before, "a refusal changes nothing");
    slow.run("audit", "package", &["--resume", "--concurrency", "5"], FAILS);
}

/// Without --resume nothing is touched; with it what has ended is not.
#[test]
fn what_is_there_is_not_overwritten() {
    let slow = Slow::new(6, SLOWLY);
    slow.interrupted("audit", "package", 1);
    let output = slow.run("audit", "package", &[], FAILED);
    assert!(stderr(&output).contains("package is not empty: it holds a run that has not ended"));
    assert!(stderr(&output).contains("--resume"));
    fs::create_dir(slow.path("mine")).unwrap();
    fs::write(slow.path("mine/precious.txt"), "mine").unwrap();
    for more in [&[][..], &["--resume"]] {
        let output = slow.run("audit", "mine", more, FAILED);
        assert!(stderr(&output).contains("mine is not empty"), "{}", told(&output));
    }
    assert_eq!(files(&slow.path("mine")), ["precious.txt"]);

    fs::write(slow.path("package.sarif"), "mine").unwrap();
    let calls = slow.bench.server.ledger().total();
    let output = slow.run("audit", "package", &["--resume", "--format", "sarif"], FAILED);
    assert!(
        stderr(&output).contains("package.sarif is there already"),
        "{}",
        told(&output)
    );
    assert_eq!(slow.bench.server.ledger().total(), calls, "nobody is asked in vain");
    let resumed = slow.run("audit", "package", &["--resume"], FAILS);
    let (before, calls) = (snapshot(&slow, "package"), slow.bench.server.ledger().total());
    let again = slow.run("audit", "package", &["--resume"], FAILS);
    assert_eq!(snapshot(&slow, "package"), before, "a finished run is not changed");
    assert_eq!(slow.bench.server.ledger().total(), calls, "and nobody is asked");
    assert_eq!(again.stdout, resumed.stdout);
    slow.run("audit", "package", &["--resume", "--format", "markdown"], FAILS);
    let report = slow.path("package.md");
    assert!(fs::metadata(&report).unwrap().len() > 0, "what is missing is written");
    fs::write(&report, "mine").unwrap();
    slow.run("audit", "package", &["--resume", "--format", "markdown"], FAILS);
    assert_eq!(fs::read_to_string(&report).unwrap(), "mine");
    assert_eq!(snapshot(&slow, "package"), before);
    let output = slow.run("audit", "package", &["--resume", "--rule", "trail-logging"], USAGE);
    assert!(stderr(&output).contains("the rules chosen: all then"));
    let output = slow.run("collect", "package", &["--resume"], FAILED);
    assert!(stderr(&output).contains("package is a package"), "{}", told(&output));
    let output = slow.run("audit", "package", &[], FAILED);
    assert!(stderr(&output).contains("package is not empty"));

    let collected = slow.run("collect", "records", &["--resume"], DONE);
    let again = slow.run("collect", "records", &["--resume"], DONE);
    assert_eq!(again.stdout, collected.stdout);
    let output = slow.run("audit", "records", &["--resume"], FAILED);
    assert!(stderr(&output).contains("`trailaudit assess`"), "{}", told(&output));
}

/// One process a directory.
#[test]
fn a_second_process_is_refused() {
    let slow = Slow::new(6, SLOWLY);
    let run = slow
        .command("audit", "package", &["--concurrency", "1"])
        .spawn()
        .unwrap();
    while records(&slow.path("package")).is_empty() {
        thread::sleep(Duration::from_millis(2));
    }
    for more in [&["--resume"][..], &[]] {
        let output = slow.run("audit", "package", more, FAILED);
        assert!(
            stderr(&output).contains("another process is working in package"),
            "{}",
            told(&output)
        );
    }
    signal(&run, "KILL");
    run.wait_with_output().unwrap();
    slow.run("audit", "package", &["--resume"], FAILS);
}

/// What has not ended is not judged as if it had.
#[test]
fn an_interrupted_collection_is_not_assessed() {
    let slow = Slow::new(6, SLOWLY);
    slow.interrupted("collect", "records", 1);
    let mut assess = slow.bench.command("assess");
    let output = assess.args(["records", "--out", "package"]).output().unwrap();
    assert_eq!(output.status.code(), Some(FAILED), "{}", told(&output));
    assert!(stderr(&output).contains("has not ended") && stderr(&output).contains("--resume"));
    assert!(!slow.path("package").exists());
}

/// SIGTERM is Ctrl-C, and twice is at once.
#[test]
fn signals_interrupt() {
    let slow = Slow::new(6, SLOWLY);
    let (expected, _) = slow.whole();
    for signals in [&["TERM"][..], &["INT", "INT"], &["TERM", "INT"]] {
        let out = signals.join("-");
        let run = slow.command("audit", &out, &["--concurrency", "1"]).spawn().unwrap();
        while records(&slow.path(&out)).is_empty() {
            thread::sleep(Duration::from_millis(2));
        }
        for name in signals {
            signal(&run, name);
        }
        let output = run.wait_with_output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(INTERRUPTED),
            "{signals:?}: {}",
            told(&output)
        );
        let words = format!("what was collected is kept in {out}: the same command with --resume goes on with it");
        assert!(stderr(&output).contains(&words), "{}", told(&output));
        assert!(output.stdout.is_empty());
        slow.run("audit", &out, &["--resume"], FAILS);
        assert!(slow.findings(&out) == expected, "{signals:?}");
    }
}

/// Every file with its bytes and the time it was changed.
fn snapshot(slow: &Slow, folder: &str) -> Vec<(String, Vec<u8>, std::time::SystemTime)> {
    let folder = slow.path(folder);
    let read = |file: String| {
        let path = folder.join(&file);
        let changed = fs::metadata(&path).unwrap().modified().unwrap();
        (file, fs::read(&path).unwrap(), changed)
    };
    let mut files = files(&folder);
    files.retain(|file| !file.starts_with("unfinished/"));
    files.into_iter().map(read).collect()
}
