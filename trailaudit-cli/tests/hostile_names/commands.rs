//! What every other command says about an Organization with such names, and what somebody at a terminal sees.

use std::fs;
use std::path::Path;
use std::process::Output;

use jiff::Timestamp;
use trailaudit_sim::World;

use crate::audit::Bench;
use crate::names::{self, TRAIL, drives_a_terminal};
use crate::pseudo::{Seen, Size, see};
use crate::support::trailaudit;
use crate::tame;
use crate::worlds::{FIRST, account, organization_trail};

/// What is left of the trail's name in one line.
const SEEN: &str = "t\"><img src=http://hostile.example/trail";

fn run(scratch: &Path, arguments: &[&str], code: i32) -> String {
    let output = tame(trailaudit(scratch).args(arguments).output().unwrap(), code);
    String::from_utf8(output.stdout).unwrap()
}

fn asked(bench: &Bench, scratch: &Path, arguments: &[&str], code: i32) -> String {
    let (command, arguments) = arguments.split_first().unwrap();
    let mut asking = bench.command(command);
    let output: Output = asking.current_dir(scratch).args(arguments).output().unwrap();
    String::from_utf8(tame(output, code).stdout).unwrap()
}

/// A quarter later: the trail with the name is stopped, and so is the organization's.
fn later() -> World {
    let mut world = names::world();
    let first = account(&mut world, FIRST);
    let own = first.trails.iter_mut().find(|trail| trail.name == TRAIL).unwrap();
    own.status.logging = false;
    own.status.stopped = Some(Timestamp::now());
    organization_trail(&mut world).status.logging = false;
    world
}

#[test]
fn no_command_lets_a_name_speak() {
    let bench = Bench::new(names::world());
    let scratch = bench.path();
    run(scratch, &["keygen", "--out", "key.pem"], 0);
    let told = asked(&bench, scratch, &["preflight"], 4);
    assert!(told.contains("the run would NOT be complete"), "{told}");

    let now = Timestamp::now().to_string();
    for shard in ["1/2", "2/2"] {
        let out = format!("shard-{}", &shard[..1]);
        let collect = ["collect", "-vv", "--out", &out, "--shard", shard, "--as-of", &now];
        asked(&bench, scratch, &collect, 0);
    }
    run(scratch, &["merge", "shard-1", "shard-2", "--out", "merged"], 0);
    let sign = ["--sign", "file:key.pem", "--fail-on", "never"];
    let assess = ["assess", "merged", "--out", "package", "-v"];
    run(scratch, &[&assess[..], &sign].concat(), 0);

    let markdown = run(scratch, &["report", "package", "--format", "markdown"], 0);
    assert!(markdown.contains("hostile.example/trail"), "{markdown}");
    run(scratch, &["extract", "package", "--account", FIRST, "--out", "one"], 0);
    let keys = ["--key", "key.pub.pem", "--allow-simulated"];
    run(scratch, &[&["verify", "one"], &keys[..]].concat(), 0);

    let audit = ["audit", "--out", "later", "--previous", "package"];
    asked(&Bench::new(later()), scratch, &[&audit[..], &sign].concat(), 0);
    let diff = ["diff", "package", "later"];
    let told = run(scratch, &[&diff[..], &keys].concat(), 0);
    assert!(told.contains(SEEN), "{told}");
    // Each of these is told of an account by its name or of a trail by its own, where it goes wrong.
    for (refused, code) in [
        (&["merge", "shard-1", "--out", "again"][..], 1),
        (
            &["extract", "package", "--account", names::CONTROLS[0], "--out", "x"],
            1,
        ),
        (&["diff", "package", "one", keys[0], keys[1], keys[2]], 2),
        (&["report", names::CONTROLS[1], "--format", "markdown"], 1),
    ] {
        run(scratch, refused, code);
    }
}

/// Progress, warnings and the result, as they are drawn.
#[test]
fn a_terminal_obeys_no_name() {
    let bench = Bench::new(names::world());
    let drawn = |out: &str, options: &[&str]| {
        let mut audit = bench.command("audit");
        audit.env("LC_ALL", "C.UTF-8").env("TERM", "xterm-256color");
        audit.args(["--out", out, "-v", "--fail-on", "never"]).args(options);
        see(audit, Size { columns: 100, rows: 40 })
    };
    let seen = drawn("package", &[]);
    assert_eq!(seen.code, Some(0), "{}", seen.text);
    assert!(seen.text.contains(FIRST), "nothing is told of it: {}", seen.text);
    obeys_us_alone(&seen);
    // Here it is refused, in words that name what was asked for.
    let seen = drawn("refused", &["--account-tag", &format!("team={}", names::CONTROLS[0])]);
    assert_ne!(seen.code, Some(0), "{}", seen.text);
    obeys_us_alone(&seen);

    // The counterpart: what the check is for, it finds.
    let path = bench.path().join("raw");
    for name in names::CONTROLS {
        fs::write(&path, name).unwrap();
        let mut raw = std::process::Command::new("cat");
        raw.arg(&path);
        let seen = see(raw, Size { columns: 100, rows: 40 });
        assert!(!rest(&seen).1.is_empty(), "{name:?}");
    }
}

fn obeys_us_alone(seen: &Seen) {
    let (codes, left) = rest(seen);
    assert!(codes > 0, "nothing was drawn: {:?}", seen.text);
    assert!(left.is_empty(), "{left:?} in {:?}", seen.text);
}

/// How many codes there are with which progress and colours are drawn; and what else drives a terminal.
fn rest(seen: &Seen) -> (usize, Vec<String>) {
    let text = seen.text.replace("\r\n", "\n");
    let mut pieces = text.split('\u{1b}');
    let mut codes = 0;
    let mut left = Vec::new();
    let mut see = |piece: &str| {
        let drives = |c: &char| drives_a_terminal(*c) && *c != '\r';
        left.extend(piece.chars().filter(drives).map(|c| format!("U+{:04X}", u32::from(c))));
    };
    see(pieces.next().unwrap());
    let mut others = Vec::new();
    for piece in pieces {
        let end = piece
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or(piece.len(), |at| at + 1);
        let (code, text) = piece.split_at(end);
        see(text);
        let number = |code: &str| code.chars().all(|c| c.is_ascii_digit() || c == ';');
        // Colours, a line erased, up so many lines, the cursor hidden and shown.
        let ours = match code.strip_prefix('[') {
            Some("2K" | "K" | "?25l" | "?25h") => true,
            Some(code) => code.strip_suffix(['m', 'A', 'B']).is_some_and(number),
            None => false,
        };
        if ours {
            codes += 1;
        } else {
            others.push(format!("ESC {code}"));
        }
    }
    left.extend(others);
    (codes, left)
}
