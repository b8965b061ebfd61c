//! Of which commit these sources are: as a packaged crate says, or git.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What the binary is made of, from this crate's folder.
const SOURCES: [&str; 6] = [
    "src",
    "templates",
    "../trailaudit-aws/src",
    "../trailaudit-aws/sim/src",
    "../trailaudit-core/src",
    "../Cargo.lock",
];

/// A commit, and the files that have to change before it can be another one.
#[derive(Debug, PartialEq, Eq)]
pub struct Commit {
    pub id: String,
    pub watched: Vec<PathBuf>,
}

/// The commit of the crate in `folder`; `None`, where nobody knows.
pub fn of(folder: &Path) -> Option<Commit> {
    packaged(folder).or_else(|| checked_out(folder))
}

/// `cargo package` writes down the commit, and whether files had been changed since.
fn packaged(folder: &Path) -> Option<Commit> {
    let file = folder.join(".cargo_vcs_info.json");
    let text = std::fs::read_to_string(&file).ok()?;
    let id = text.split_once("\"sha1\"")?.1.split('"').nth(1)?;
    let is_changed = text.contains("\"dirty\": true");
    Some(Commit {
        id: named(id, is_changed),
        watched: vec![file],
    })
}

fn checked_out(folder: &Path) -> Option<Commit> {
    // Below the folder of somebody else's repository, a commit would be theirs.
    if git(folder, &["rev-parse", "--show-prefix"])? != "trailaudit-cli/" {
        return None;
    }
    let id = git(folder, &["rev-parse", "HEAD"])?;
    let status = [&["status", "--porcelain", "--untracked-files=no", "--"], &SOURCES[..]].concat();
    let is_changed = !git(folder, &status)?.is_empty();
    let branch = git(folder, &["symbolic-ref", "--quiet", "HEAD"]);
    let kept = ["HEAD"].into_iter().chain(branch.as_deref()).chain(["packed-refs"]);
    let kept = kept.filter_map(|name| git(folder, &["rev-parse", "--git-path", name]));
    let watched = kept.chain(SOURCES.map(str::to_owned)).map(|path| folder.join(path));
    Some(Commit {
        id: named(&id, is_changed),
        // Cargo takes a file that is not there for one that has changed.
        watched: watched.filter(|path| path.exists()).collect(),
    })
}

fn named(id: &str, is_changed: bool) -> String {
    let changed = if is_changed { ", with changes" } else { "" };
    format!("{id}{changed}")
}

fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).current_dir(folder).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_owned())
}
