//! What the binary says it is, and of which commit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../build/commit.rs"]
mod commit;
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::{told, trailaudit};
use tempfile::TempDir;

#[test]
fn the_version_is_one_line_and_the_long_one_tells_the_rest() {
    let short = stdout(&["-V"]);
    assert_eq!(short, format!("trailaudit {}\n", env!("CARGO_PKG_VERSION")));
    let long = stdout(&["--version"]);
    assert!(long.starts_with(&short), "{long}");
    let line = |name: &str| {
        let line = long.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} {long}")).trim().to_owned()
    };
    assert!(!line("commit:").is_empty());
    assert!(["demo", "none"].contains(&&*line("features:")));

    let catalogue = stdout(&["controls", "list", "--format", "json"]);
    let rules: Value = serde_json::from_str(&catalogue).unwrap();
    let rules = rules["rules"].as_array().unwrap().len();
    let digest = sha256_of(catalogue.trim_end());
    assert_eq!(line("catalogue:"), format!("{rules} rules, SHA-256 {digest}"));
}

#[test]
fn a_checkout_is_known_by_its_commit_and_by_what_changed_since() {
    let scratch = TempDir::new().unwrap();
    let folder = scratch.path().join("trailaudit-cli");
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("src/main.rs"), "fn main() {}").unwrap();
    assert_eq!(commit::of(&folder), None, "no repository");
    let git = |arguments: &[&str]| git(scratch.path(), arguments);
    git(&["init", "--quiet"]);
    assert_eq!(commit::of(&folder), None, "no commit");
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "first"]);
    let first = git(&["rev-parse", "HEAD"]);
    let found = commit::of(&folder).unwrap();
    assert_eq!(found.id, first);
    let head = scratch.path().join(".git/HEAD").canonicalize().unwrap();
    assert!(
        found.watched.iter().any(|path| path.canonicalize().unwrap() == head),
        "{found:?}"
    );

    fs::write(scratch.path().join("notes"), "of nobody").unwrap();
    assert_eq!(commit::of(&folder).unwrap().id, first);
    fs::write(folder.join("src/main.rs"), "fn main() { }").unwrap();
    assert_eq!(commit::of(&folder).unwrap().id, format!("{first}, with changes"));

    let vendored = scratch.path().join("vendor/trailaudit-cli");
    fs::create_dir_all(&vendored).unwrap();
    assert_eq!(commit::of(&vendored), None, "the commit is another project's");
}

#[test]
fn a_packaged_crate_is_known_by_what_cargo_wrote_down() {
    let scratch = TempDir::new().unwrap();
    let write = |text: &str| fs::write(scratch.path().join(".cargo_vcs_info.json"), text).unwrap();
    let id = "0123456789abcdef0123456789abcdef01234567";
    write(&format!(
        "{{\n  \"git\": {{\n    \"sha1\": \"{id}\"\n  }},\n  \"path_in_vcs\": \"trailaudit-cli\"\n}}"
    ));
    assert_eq!(commit::of(scratch.path()).unwrap().id, id);
    write(&format!(
        "{{\n  \"git\": {{\n    \"sha1\": \"{id}\",\n    \"dirty\": true\n  }}\n}}"
    ));
    assert_eq!(commit::of(scratch.path()).unwrap().id, format!("{id}, with changes"));
    write("{}");
    assert_eq!(commit::of(scratch.path()), None);
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", told(&output));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn stdout(arguments: &[&str]) -> String {
    let scratch = TempDir::new().unwrap();
    let output = trailaudit(scratch.path()).args(arguments).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", told(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn sha256_of(text: &str) -> String {
    trailaudit_core::evidence::Digest::of(text.as_bytes()).to_string()
}
