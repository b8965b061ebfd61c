//! A machine that is short of everything: said with what, where and what to do, and nothing is lost.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use super::{FAILED, FAILS, Slow, planted, records, stderr};
use crate::audit::Bench;
use crate::support::told;

const QUICKLY: Duration = Duration::from_millis(2);

/// Wherever the disk happens to be full: in the first file, among the accounts, in the report.
#[test]
fn a_full_disk_loses_nothing() {
    let slow = Slow::new(8, QUICKLY);
    let (expected, _) = slow.whole();
    let mut half_way = 0;
    // In blocks of 512 or 1,024 bytes: no file may become larger.
    for blocks in ["0", "1", "2", "4", "16", "48"] {
        let out = format!("full-{blocks}");
        let output = limited(&slow, &format!("ulimit -f {blocks}"), &out, &[]);
        assert_eq!(output.status.code(), Some(FAILED), "{blocks}: {}", told(&output));
        let said = stderr(&output);
        assert!(said.contains("File too large"), "{blocks}: {}", told(&output));
        assert!(said.contains(&format!("error: {out}")), "where: {}", told(&output));
        assert!(said.contains("make room"), "what to do: {}", told(&output));
        assert!(!slow.path(&out).join("manifest.json").exists());
        assert!(
            !slow.path(&out).join("findings.csv").exists(),
            "nothing half-made is left"
        );
        if !records(&slow.path(&out)).is_empty() {
            assert!(said.contains("--resume"), "{}", told(&output));
            half_way += 1;
        }
        slow.run("audit", &out, &["--resume"], FAILS);
        assert!(slow.findings(&out) == expected, "{blocks}");
        slow.verifies(&out);
    }
    assert!(half_way > 1, "no limit lay among the records");
}

/// The same on a file system that really has no room, where one may be made.
#[test]
fn a_disk_without_a_free_byte_loses_nothing() {
    let slow = Slow::new(8, QUICKLY);
    let disk = slow.path("disk");
    fs::create_dir(&disk).unwrap();
    let Some(mounted) = Mounted::new(&disk, "size=40k") else {
        println!("no file system may be mounted here: files of limited size stand for it");
        return;
    };
    let (expected, _) = slow.whole();
    let output = slow.run("audit", "disk/package", &[], FAILED);
    let said = stderr(&output);
    for words in ["disk/package", "No space left on device", "make room", "--resume"] {
        assert!(said.contains(words), "{words}: {}", told(&output));
    }
    mounted.again("size=8m");
    slow.run("audit", "disk/package", &["--resume"], FAILS);
    assert!(slow.findings("disk/package") == expected);
}

#[test]
fn a_directory_that_cannot_be_written_to() {
    let slow = Slow::new(1, Duration::ZERO);
    // Not even root makes a directory here.
    let output = slow.run("audit", "/proc/package", &[], FAILED);
    assert!(stderr(&output).contains("error: /proc/package"), "{}", told(&output));
    let disk = slow.path("disk");
    fs::create_dir(&disk).unwrap();
    if let Some(_mounted) = Mounted::new(&disk, "ro") {
        let output = slow.run("audit", "disk/package", &[], FAILED);
        for words in ["disk/package", "Read-only file system", "can be written to"] {
            assert!(stderr(&output).contains(words), "{words}: {}", told(&output));
        }
    }
}

/// Many more requests than files that may be open: fewer are in flight, and none fails for it.
#[test]
fn few_open_files_are_enough() {
    let slow = Slow::new(20, Duration::from_millis(20));
    let (expected, _) = slow.whole();
    let output = limited(&slow, "ulimit -n 64", "few", &["--concurrency", "256"]);
    assert_eq!(output.status.code(), Some(FAILS), "{}", told(&output));
    assert!(slow.findings("few") == expected);
    let log = fs::read_to_string(slow.path("few/run.jsonl")).unwrap();
    assert!(!log.contains("Too many open files"), "{log}");
}

/// A reader that goes away, and streams that were never there.
#[test]
fn nobody_needs_to_listen() {
    let slow = Slow::new(4, QUICKLY);
    let (expected, _) = slow.whole();
    for (out, streams) in [
        ("no-stdout", ">&-"),
        ("no-stderr", "2>&-"),
        ("neither", ">&- 2>&-"),
        ("full-stderr", "2>/dev/full"),
        ("gone", "2>&1 | true"),
    ] {
        let script = format!("exec \"$@\" {streams}");
        let output = through_shell(&slow, &script, out, &["-vv"]);
        let is_piped = streams.contains('|');
        assert!(
            is_piped || output.status.code() == Some(FAILS),
            "{out}: {}",
            told(&output)
        );
        assert!(slow.findings(out) == expected, "{out}");
        slow.verifies(out);
    }
    let output = through_shell(&slow, "exec \"$@\" >/dev/full", "full-stdout", &[]);
    assert_eq!(output.status.code(), Some(FAILED), "{}", told(&output));
    assert!(stderr(&output).contains("stdout: No space left on device"));
    assert!(
        slow.findings("full-stdout") == expected,
        "the package is there all the same"
    );
}

/// Without credentials of its own, or a network, a run does not fill with gaps: it ends, and goes on later.
#[test]
fn expired_credentials_and_a_lost_network_end_the_run() {
    let slow = Slow::new(8, Duration::from_millis(10));
    let (expected, _) = slow.whole();
    // The same Organization elsewhere, which goes away.
    let gone = Bench::slow(planted(8), Duration::from_millis(10));
    let mut run = slow.command("audit", "lost", &["--concurrency", "2"]);
    run.env("AWS_ENDPOINT_URL", gone.server.endpoint());
    let run = run.spawn().unwrap();
    while records(&slow.path("lost")).len() < 2 {
        std::thread::sleep(QUICKLY);
    }
    drop(gone);
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(FAILED), "{}", told(&output));
    for words in ["network", "what was collected is kept in lost"] {
        assert!(stderr(&output).contains(words), "{words}: {}", told(&output));
    }
    slow.run("audit", "lost", &["--resume"], FAILS);
    assert!(slow.findings("lost") == expected);
    slow.verifies("lost");
}

/// With a limit of the shell's.
fn limited(slow: &Slow, limit: &str, out: &str, more: &[&str]) -> Output {
    through_shell(slow, &format!("{limit} && exec \"$@\""), out, more)
}

/// `audit` with the environment of its own, as a shell runs it.
fn through_shell(slow: &Slow, script: &str, out: &str, more: &[&str]) -> Output {
    let audit = slow.command("audit", out, more);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script, "sh"])
        .arg(audit.get_program())
        .args(audit.get_args());
    shell.env_clear().current_dir(slow.bench.path());
    for (name, value) in audit.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell.env("PATH", "/usr/bin:/bin");
    shell.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
}

/// A file system of its own, where whoever runs the test may mount one.
struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    fn new(at: &'a Path, options: &str) -> Option<Self> {
        mount(at, options).then_some(Self(at))
    }

    fn again(&self, options: &str) {
        assert!(mount(self.0, &format!("remount,{options}")));
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

fn mount(at: &Path, options: &str) -> bool {
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", options, "none"])
        .arg(at)
        .stderr(Stdio::null())
        .status();
    mount.is_ok_and(|status| status.success())
}
