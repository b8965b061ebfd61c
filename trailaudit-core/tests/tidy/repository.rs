//! The repository as it lies there: its files, their texts, and the crates below its members.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The names of the crates in a part of the dependency tree, all features on, for this platform.
pub fn tree(part: &[&str]) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "tree",
            "--offline",
            "--all-features",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .args(part)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

/// Every Rust file of the workspace, by its path from the top.
pub fn sources() -> Vec<(String, String)> {
    let sources: Vec<_> = texts().into_iter().filter(|(path, _)| is_rust(path)).collect();
    assert!(sources.len() > 100, "only {} sources were found", sources.len());
    sources
}

pub fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// Every text of the repository, by its path from the top.
pub fn texts() -> Vec<(String, String)> {
    let read = |path: String| Some((fs::read_to_string(root().join(&path)).ok()?, path));
    let found = files().into_iter().filter_map(read);
    found.map(|(text, path)| (path, text)).collect()
}

/// Every file that git keeps; in an export without its history, every file but what is built.
pub fn files() -> Vec<String> {
    let git = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output();
    match git {
        Ok(output) if output.status.success() && !output.stdout.is_empty() => {
            let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
            names.map(|name| String::from_utf8(name.to_vec()).unwrap()).collect()
        }
        _ => {
            let mut found = Vec::new();
            walk(&root(), &mut found);
            found
        }
    }
}

pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn walk(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_dir() {
            let from_top = path.strip_prefix(root()).unwrap();
            found.push(from_top.to_str().unwrap().replace('\\', "/"));
        } else if path.file_name().is_none_or(|name| name != "target" && name != ".git") {
            walk(&path, found);
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
