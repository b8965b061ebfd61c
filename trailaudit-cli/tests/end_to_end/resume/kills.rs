//! Processes that are killed at random, over and over, some with a file torn on top: all come to the same findings.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::{FAILS, Slow};
use crate::package::files;

/// At least as many processes are killed.
const KILLS: usize = 200;
/// So often is one run killed before it may end.
const IN_A_ROW: usize = 8;
/// Several runs at once: they wait for answers most of the time.
const AT_ONCE: u64 = 4;
const KILL: i32 = 9;

#[test]
fn killed_at_any_moment_a_run_comes_to_the_same_findings() {
    let slow = Slow::new(12, Duration::from_millis(4));
    let key = slow.bench.command("keygen").args(["--out", "key.pem"]).output();
    assert!(key.unwrap().status.success());
    let (expected, took) = slow.whole();
    let (kills, torn) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for worker in 0..AT_ONCE {
            let (slow, expected, kills, torn) = (&slow, &expected, &kills, &torn);
            scope.spawn(move || {
                let mut chance = Chance(worker + 1);
                for round in 0.. {
                    if kills.load(Ordering::SeqCst) >= KILLS {
                        break;
                    }
                    let out = format!("killed-{worker}-{round}");
                    // Early and late: what is left to do grows less with every session.
                    let longest = took.mul_f64(chance.share() + 0.1);
                    for _ in 0..IN_A_ROW {
                        kills.fetch_add(
                            usize::from(kill(slow, &out, longest.mul_f64(chance.share()))),
                            Ordering::SeqCst,
                        );
                        if chance.one_in(3) {
                            torn.fetch_add(usize::from(tear(&slow.path(&out), &mut chance)), Ordering::SeqCst);
                        }
                    }
                    slow.run("audit", &out, &WITH_KEY, FAILS);
                    assert!(slow.findings(&out) == *expected, "{out} comes to other findings");
                    slow.verifies(&out);
                    assert!(!slow.path(&out).join("unfinished").exists(), "{out} is not finished");
                    fs::remove_dir_all(slow.path(&out)).unwrap();
                }
            });
        }
    });
    let (kills, torn) = (kills.into_inner(), torn.into_inner());
    println!("{kills} processes killed, {torn} files torn");
    assert!(kills >= KILLS && torn > KILLS / 10);
}

const WITH_KEY: [&str; 3] = ["--resume", "--sign", "file:key.pem"];

/// Kills a process after a while; whether it was still at work.
fn kill(slow: &Slow, out: &str, after: Duration) -> bool {
    let mut run = slow.command("audit", out, &WITH_KEY).spawn().unwrap();
    thread::sleep(after);
    run.kill().unwrap();
    let status = run.wait().unwrap();
    assert!(
        status.signal() == Some(KILL) || status.code() == Some(FAILS),
        "{out}: {status}"
    );
    status.signal() == Some(KILL)
}

/// Cuts a file of an unfinished run, as a power failure may; whether there was one. What has ended is not touched:
/// nothing would repair it.
fn tear(folder: &Path, chance: &mut Chance) -> bool {
    if !folder.join("unfinished").exists() {
        return false;
    }
    let files = files(folder);
    let path = folder.join(&files[chance.below(files.len())]);
    let length = fs::metadata(&path).unwrap().len();
    let left = chance.below(usize::try_from(length).unwrap().max(1));
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_len(left as u64).unwrap();
    length > 0
}

/// Numbers without a pattern (splitmix64): the same in every run of the test.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap()) / f64::from(u32::MAX)
    }
}
