//! What somebody sees who sits at a terminal: the binary in a pseudo-terminal, wide and narrow, with and without colours,
//! with and without letters beyond ASCII.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "terminal/pseudo.rs"]
mod pseudo;
#[path = "support/mod.rs"]
mod support;

use console::{measure_text_width, strip_ansi_codes};
use pseudo::{Seen, Size, see};
use support::{told, trailaudit};
use tempfile::TempDir;

const UTF8: &[(&str, &str)] = &[("LC_ALL", "C.UTF-8"), ("TERM", "xterm-256color")];
const ASCII: &[(&str, &str)] = &[("LC_ALL", "C"), ("TERM", "xterm-256color"), ("NO_COLOR", "1")];

const DEMO: &[&str] = &[
    "demo",
    "--accounts",
    "12",
    "--regions",
    "4",
    "--latency-ms",
    "20",
    "--concurrency",
    "4",
];

/// A demo that somebody watched from its beginning to its end.
fn demo(columns: u16, environment: &[(&str, &str)], arguments: &[&str]) -> Seen {
    let scratch = TempDir::new().unwrap();
    let mut command = trailaudit(scratch.path());
    command
        .args(DEMO)
        .args(["--out", "evidence"])
        .args(arguments)
        .envs(environment.iter().copied());
    let seen = see(command, Size { columns, rows: 50 });
    assert_eq!(seen.code, Some(0), "{}", seen.text);
    seen
}

#[test]
fn at_80_columns_every_line_fits_and_what_fails_is_red() {
    let seen = demo(80, UTF8, &[]);
    let last = seen.last_lines();
    fits(&last, 80);
    for words in [
        "organizational unit ",
        "worst accounts: controls failing ",
        "coverage: ",
        "signed:   by 1 signer",
    ] {
        assert!(
            last.iter().any(|line| line.starts_with(words)),
            "{words:?} is not told:\n{}",
            last.join("\n")
        );
    }
    for command in [
        "Open      evidence/report.html",
        "Verify    trailaudit verify evidence --key evidence.pub.pem --allow-simulated",
        "Put right trailaudit report evidence --format remediation",
    ] {
        assert!(
            last.iter().any(|line| line == command),
            "{command:?} is not told:\n{}",
            last.join("\n")
        );
    }
    // A row a line, by the whole id.
    let row = last
        .iter()
        .find(|line| line.starts_with("trail-key-policy-allows-delivery-and-reading"));
    assert_eq!(row.unwrap().split_whitespace().count(), 7);
    let (red, green) = ("\u{1b}[1;31m", "\u{1b}[32m");
    assert!(seen.text.contains(red) && seen.text.contains(green));
    for piece in seen.text.split(red).skip(1) {
        let number = piece.split('\u{1b}').next().unwrap().trim();
        assert!(
            number.parse::<usize>().is_ok_and(|number| number > 0),
            "{number:?} is red"
        );
    }
    assert!(seen.text.contains('█') || seen.text.contains('░'), "no bar was drawn");
}

#[test]
fn at_40_columns_without_colours_and_unicode_nothing_but_ascii_fits_in() {
    let seen = demo(40, ASCII, &[]);
    assert!(seen.text.is_ascii(), "{:?}", seen.text.chars().find(|c| !c.is_ascii()));
    let codes = seen.text.split("\u{1b}[").skip(1);
    let coloured = codes.filter(|code| {
        code.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';')
            .starts_with('m')
    });
    assert_eq!(coloured.count(), 0, "there are colours");
    let last = seen.last_lines();
    fits(&last, 40);
    // The id of a control is told in full, in two lines where it has to be, and its numbers below it.
    let at = last
        .iter()
        .position(|line| line == "trail-key-policy-allows-delivery-and-")
        .unwrap();
    assert_eq!(last[at + 1], "  reading");
    assert_eq!(last[at + 2].split_whitespace().count(), 6, "{}", last[at + 2]);
    let at = last.iter().position(|line| line.trim_end() == "Verify").unwrap();
    assert_eq!(
        last[at + 1],
        "  trailaudit verify evidence --key evidence.pub.pem --allow-simulated"
    );
    assert!(seen.text.contains("[#") || seen.text.contains("[-"), "no bar was drawn");
}

/// The numbers are those of the table for programs, whatever the width; and what is drawn is gone in the end.
#[test]
fn the_numbers_are_those_of_the_package() {
    let scratch = TempDir::new().unwrap();
    let mut piped = trailaudit(scratch.path());
    piped
        .args(DEMO)
        .args(["--out", "piped", "--as-of", "2026-11-20T03:00:00Z"]);
    let piped = piped.output().unwrap();
    assert_eq!(piped.status.code(), Some(0), "{}", told(&piped));
    let piped = String::from_utf8(piped.stdout).unwrap();
    assert!(!piped.contains('\u{1b}'));
    for (columns, out) in [(40, "narrow"), (80, "usual"), (200, "wide")] {
        let mut command = trailaudit(scratch.path());
        command
            .args(DEMO)
            .args(["--out", out, "--as-of", "2026-11-20T03:00:00Z"])
            .envs(UTF8.iter().copied());
        let last = see(command, Size { columns, rows: 50 }).last_lines();
        let numbers = |lines: &mut dyn Iterator<Item = &str>| {
            let table = lines.take_while(|line| !line.starts_with("coverage: "));
            // What a line ends with: titles have numbers as well.
            let ends = |line: &str| {
                let words = line.split_whitespace().rev();
                words.map_while(|word| word.parse::<u64>().ok()).collect::<Vec<_>>()
            };
            let words = table.flat_map(ends);
            words.collect::<Vec<_>>()
        };
        let (seen, piped) = (
            numbers(&mut last.iter().map(String::as_str)),
            numbers(&mut piped.lines()),
        );
        assert!(piped.len() > 62 * 5);
        assert_eq!(seen, piped, "at {columns} columns:\n{}", last.join("\n"));
        assert!(
            !last.iter().any(|line| line.contains("calls (")),
            "progress is left over"
        );
    }
}

#[test]
fn progress_tells_how_far_it_is_and_no_time_that_is_not_known() {
    for (columns, environment) in [(80, UTF8), (40, ASCII)] {
        let seen = demo(columns, environment, &[]);
        let drawn = seen.drawn(usize::from(columns));
        let told = |words: &str| drawn.iter().any(|line| line.contains(words));
        for words in [
            " accounts",
            " Regions",
            " calls (",
            " gap",
            "time left not known yet",
            "judging: ",
            " of 62 controls",
        ] {
            assert!(
                told(words),
                "{words:?} was never drawn at {columns} columns: {drawn:#?}"
            );
        }
    }
}

#[test]
fn quiet_is_the_result_alone() {
    let seen = demo(80, UTF8, &["--quiet"]);
    assert_eq!(seen.drawn(80), [""; 0]);
    let last = seen.last_lines();
    assert!(last.iter().any(|line| line.starts_with("coverage: ")));
    assert!(
        !last.iter().any(|line| line.starts_with("Open ")),
        "{}",
        last.join("\n")
    );
}

#[test]
fn json_is_json_on_a_terminal_too() {
    let seen = demo(40, UTF8, &["--quiet", "--summary", "json"]);
    let (json, _) = seen.text.split_once("checked:").unwrap();
    let summary: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(summary["format"], "trailaudit.summary/v1");
}

#[test]
fn errors_say_what_where_and_what_to_do() {
    let scratch = TempDir::new().unwrap();
    let at = |columns, environment: &[(&str, &str)]| {
        let mut command = trailaudit(scratch.path());
        command
            .args(["audit", "--out", "x", "--rule", "trail-lögging"])
            .envs(environment.iter().copied());
        let seen = see(command, Size { columns, rows: 10 });
        assert_eq!(seen.code, Some(2));
        seen.text.replace("\r\n", "\n")
    };
    insta::assert_snapshot!(at(40, ASCII), @r#"
    error: there is no rule "trail-l?gging"
      hint: did you mean `trail-logging`?
            `trailaudit controls list` lists
            all
    "#);
    insta::assert_snapshot!(at(80, UTF8).replace('\u{1b}', "^["), @r#"
    ^[[1;31merror^[[0m: there is no rule "trail-lögging"
    ^[[1m  hint^[[0m: did you mean `trail-logging`? `trailaudit controls list` lists all
    "#);
}

/// Every line fits, but for what has to stay whole to be pasted or compared: commands, paths and digests.
fn fits(lines: &[String], columns: usize) {
    for line in lines {
        let whole = line.trim_start().starts_with(['(', 't', 's']) && line.contains("evidence") || is_digest(line);
        assert!(
            whole || measure_text_width(line) <= columns,
            "wider than {columns}: {line}"
        );
        assert_eq!(strip_ansi_codes(line), line.as_str());
    }
}

fn is_digest(line: &str) -> bool {
    let words = line.split(|c: char| !c.is_ascii_alphanumeric());
    words.into_iter().any(|word| word.len() == 64)
}
