//! What the README shows is what the demo prints.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

#[test]
fn the_output_in_the_readme_is_real() {
    let readme = include_str!("../../README.md");
    let shown = readme
        .split("<!-- demo output")
        .nth(1)
        .unwrap()
        .split("```text\n")
        .nth(1)
        .unwrap();
    let shown = shown.split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let demo = Command::new(env!("CARGO_BIN_EXE_trailaudit"))
        .args(["demo", "--out"])
        .arg(folder.path().join("evidence"))
        .output()
        .unwrap();
    let printed = String::from_utf8(demo.stdout).unwrap();
    assert_eq!(
        demo.status.code(),
        Some(0),
        "{printed}\n{}",
        String::from_utf8_lossy(&demo.stderr)
    );
    // The README shows where the output begins, and what comes after what it leaves out.
    let mut rest = printed.as_str();
    for (place, part) in shown.split("...\n").enumerate() {
        let at = rest.find(part).filter(|at| place > 0 || *at == 0);
        let Some(at) = at else {
            panic!("the README shows\n{shown}\nthe demo prints\n{printed}")
        };
        rest = &rest[at + part.len()..];
    }
}
