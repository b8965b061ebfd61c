//! What the README and the guides show can be typed: every command of theirs is run, against a simulated Organization.
//!
//! `TRAILAUDIT_PYTHON` names a Python that has the AWS CLI.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod blocks;
mod place;
#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write;
use std::fs;

use blocks::{blocks, inline};
use place::Place;
use support::{told, trailaudit};
use tempfile::TempDir;

const DOCUMENTS: [(&str, &str); 3] = [
    ("README.md", include_str!("../../../README.md")),
    ("auditor.md", include_str!("../../guides/auditor.md")),
    ("operator.md", include_str!("../../guides/operator.md")),
];

/// It is what runs this test.
const NOT_RUN: [&str; 1] = [".ci/test"];

/// What a reader fills in.
const FILLED_IN: [(&str, &str); 4] = [
    ("o-...", "o-a1b2c3d4e5"),
    ("--external-id ...", "--external-id x7k2"),
    ("\"…\" …", "\"a mistake\" --sign file:signing.pem"),
    (" …", " --sign file:signing.pem"),
];

/// What other machines do meanwhile.
const OTHER_MACHINES: (&str, &str) = (
    "collect --shard 2/8",
    "for n in 1 3 4 5 6 7 8; do trailaudit collect --shard $n/8 --as-of 2026-12-31T00:00:00Z --out shard-$n; done",
);

#[test]
fn every_command_that_is_shown_can_be_run() {
    let readme = DOCUMENTS[0].1;
    let trust = readme
        .split("```toml\n")
        .find(|text| text.contains("trailaudit.trust/v1"));
    let place = Place::new(trust.unwrap().split("```").next().unwrap());
    let mut ran = 0;
    for (document, text) in DOCUMENTS {
        // Blocks of a guide go on where the one before has ended.
        let guide = match document {
            "auditor.md" => Some(place.reviewed(document)),
            "operator.md" => Some(place.folder(document)),
            _ => None,
        };
        for (number, block) in blocks(text).into_iter().enumerate() {
            let folder = guide.clone();
            let folder = folder.unwrap_or_else(|| place.folder(&format!("{document}-{number}")));
            let mut script = String::new();
            for command in &block {
                if NOT_RUN.contains(&command.split_whitespace().next().unwrap()) {
                    continue;
                }
                if command.contains(OTHER_MACHINES.0) {
                    script = format!("{}\n{script}", OTHER_MACHINES.1);
                }
                let mut command = command.replace("111122223333", &place.management);
                for (shown, meant) in FILLED_IN {
                    command = command.replace(shown, meant);
                }
                let may_find = if judges(&command) { "0|3|4" } else { "0" };
                _ = writeln!(script, "{command}\ncase $? in {may_find}) ;; *) exit 1 ;; esac");
                ran += 1;
            }
            let output = place.run(&folder, &script);
            assert!(output.status.success(), "{document}:\n{script}\n{}", told(&output));
            let notes = fs::read_to_string(folder.join("notes")).unwrap_or_default();
            for note in notes.lines() {
                let (code, command) = note.split_once(' ').unwrap();
                assert!(
                    code == "0" || judges(command) && ["3", "4"].contains(&code),
                    "{document}: {note}\n{}",
                    told(&output)
                );
            }
        }
    }
    assert!(ran > 60, "{ran} commands were found");
}

/// Whether an exit code may say that not everything holds.
fn judges(command: &str) -> bool {
    ["audit", "assess", "preflight"]
        .iter()
        .any(|name| command.starts_with(&format!("trailaudit {name} ")))
}

/// What the text mentions in passing: there are such commands, with such options.
#[test]
fn every_command_that_is_mentioned_has_its_options() {
    let scratch = TempDir::new().unwrap();
    let mut found = 0;
    for (document, text) in DOCUMENTS {
        for command in inline(text) {
            let words: Vec<_> = command.split_whitespace().skip(1).collect();
            if words[0].starts_with('-') {
                continue;
            }
            let path: Vec<_> = words.iter().take(2).copied().collect();
            let help = |path: &[&str]| trailaudit(scratch.path()).arg("help").args(path).output().unwrap();
            let mut told = help(&path);
            if !told.status.success() {
                told = help(&path[..1]);
            }
            let page = String::from_utf8(told.stdout).unwrap();
            assert!(told.status.success(), "{document}: {command}");
            for option in words.iter().filter(|word| word.starts_with("--")) {
                assert!(page.contains(option), "{document}: {command} has no {option}");
            }
            found += 1;
        }
    }
    assert!(found > 8, "{found} commands were found");
}
