//! The pages of `--help`, completions and the manual: what a user sees before anything else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::process::{Command, Output};

use support::{told, trailaudit};

/// A terminal as small as they come.
const LINES: usize = 24;
const COLUMNS: usize = 80;

/// A page that lists every command has a line for each.
const TABLE_OF_CONTENTS: [&str; 1] = [""];

#[test]
fn every_page_fits_a_screen_and_has_an_example() {
    let mut pages = String::new();
    let mut commands = vec![String::new()];
    commands.extend(below(""));
    assert!(
        commands.iter().any(|command| command == "controls show"),
        "{commands:?}"
    );
    for command in commands {
        let page = page(&command, "80");
        let lines: Vec<_> = page.lines().collect();
        if !TABLE_OF_CONTENTS.contains(&&*command) {
            assert!(
                lines.len() <= LINES,
                "trailaudit {command}: {} lines\n{page}",
                lines.len()
            );
            assert!(page.contains(&format!("Examples:\n  trailaudit {command}")), "{page}");
        }
        let widest = lines.iter().map(|line| line.chars().count()).max();
        assert!(
            widest <= Some(COLUMNS),
            "trailaudit {command}: {widest:?} columns\n{page}"
        );
        let line = format!("trailaudit {command}");
        _ = writeln!(pages, "$ {} --help\n{page}", line.trim_end());
    }
    insta::assert_snapshot!("pages", pages);
}

/// A narrower terminal gets narrower lines, and nothing is lost.
#[test]
fn a_narrow_terminal_is_enough() {
    for command in ["verify", "report", "audit"] {
        let (wide, narrow) = (page(command, "80"), page(command, "50"));
        let words = |page: &str| page.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(words(&wide), words(&narrow));
        assert!(narrow.lines().count() > wide.lines().count());
    }
}

/// What a page leaves out is told by `help`.
#[test]
fn help_tells_every_option() {
    let run = |arguments: &[&str]| stdout(&run(arguments));
    let (page, all) = (run(&["audit", "--help"]), run(&["help", "audit"]));
    assert_eq!(page, run(&["audit", "-h"]));
    for option in [
        "--exclude-ou",
        "--as-of",
        "--tsa",
        "--quiet",
        "--log-format",
        "--retain-until",
    ] {
        assert!(!page.contains(option) && all.contains(option), "{option}");
    }
    assert!(page.contains("trailaudit help audit"));
}

/// What a shell completes is what there is.
#[test]
fn shells_complete_commands_and_formats() {
    let scratch = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(&run(&["completions", shell]));
        assert!(script.contains("require-signature"), "{shell}: {script}");
        fs::write(scratch.path().join(shell), script).unwrap();
    }
    let completed = |words: &str| {
        let script = format!(
            "source ./bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _trailaudit trailaudit \"${{COMP_WORDS[-1]}}\" \"${{COMP_WORDS[-2]}}\"; echo \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash")
            .current_dir(scratch.path())
            .args(["-c", &script])
            .output()
            .unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}", told(&output));
        stdout(&output).trim().to_owned()
    };
    assert_eq!(completed("trailaudit rep"), "report");
    assert_eq!(completed("trailaudit report --format s"), "sarif");
    assert_eq!(completed("trailaudit verify --allow"), "--allow-simulated");

    let unknown = run(&["completions", "bsh"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(told(&unknown).contains("'bash'"), "{}", told(&unknown));
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let scratch = tempfile::tempdir().unwrap();
    let written = trailaudit(scratch.path())
        .args(["man", "--out", "man1"])
        .output()
        .unwrap();
    assert!(written.status.success(), "{}", told(&written));
    let names: BTreeSet<_> = fs::read_dir(scratch.path().join("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let pages = below("")
        .into_iter()
        .map(|command| format!("trailaudit-{}.1", command.replace(' ', "-")));
    assert_eq!(names, pages.chain(["trailaudit.1".to_owned()]).collect());
    let audit = fs::read_to_string(scratch.path().join("man1/trailaudit-audit.1")).unwrap();
    assert!(
        audit.contains(".TH") && audit.contains("Examples:") && audit.contains("retain\\-until"),
        "{audit}"
    );
    assert!(
        audit.contains("Only the result and errors") && audit.contains("Only this rule"),
        "{audit}"
    );
    assert_eq!(
        stdout(&run(&["man"])),
        fs::read_to_string(scratch.path().join("man1/trailaudit.1")).unwrap()
    );

    // Nothing is overwritten.
    let again = trailaudit(scratch.path())
        .args(["man", "--out", "man1"])
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(1));
}

/// The commands below one, by their full names, as the page lists them.
fn below(command: &str) -> Vec<String> {
    let page = page(command, "80");
    let Some((_, list)) = page.split_once("Commands:\n") else {
        return Vec::new();
    };
    let names = list.lines().take_while(|line| line.starts_with("  "));
    let names = names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help");
    names
        .map(|name| format!("{command} {name}").trim().to_owned())
        .flat_map(|name| [vec![name.clone()], below(&name)].concat())
        .collect()
}

fn page(command: &str, columns: &str) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let output = trailaudit(scratch.path())
        .env("COLUMNS", columns)
        .args(command.split_whitespace())
        .arg("--help")
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", told(&output));
    stdout(&output)
}

fn run(arguments: &[&str]) -> Output {
    let scratch = tempfile::tempdir().unwrap();
    trailaudit(scratch.path()).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}
