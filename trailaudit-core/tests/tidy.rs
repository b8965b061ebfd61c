//! What the house promises about itself, proven: sizes, names, dependencies, and nothing left unfinished.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The members of the workspace and the workspace crates each may stand on, tests included. No other arrow.
const ARROWS: [(&str, &str, &[&str]); 7] = [
    ("trailaudit-core", "trailaudit-core", &[]),
    ("trailaudit-oracle", "trailaudit-core/oracle", &["trailaudit-core"]),
    ("trailaudit-sim", "trailaudit-aws/sim", &[]),
    (
        "trailaudit-aws",
        "trailaudit-aws",
        &["trailaudit-core", "trailaudit-sim"],
    ),
    (
        "trailaudit-cli",
        "trailaudit-cli",
        &["trailaudit-aws", "trailaudit-core", "trailaudit-sim"],
    ),
    (
        "trailaudit-examples",
        "examples",
        &["trailaudit-aws", "trailaudit-core", "trailaudit-sim"],
    ),
    (
        "trailaudit-benches",
        "benches",
        &[
            "trailaudit-aws",
            "trailaudit-core",
            "trailaudit-examples",
            "trailaudit-sim",
        ],
    ),
];

/// Packages that are built on their own, the workspace crates each may stand on, and why it is no member.
const APART: [(&str, &[&str], &str); 1] = [(
    "trailaudit-core/fuzz",
    &["trailaudit-core"],
    "other compiler flags, and a fuzzer in C++ below it",
)];

/// Crates that must not stand below a member, anywhere in its tree but for its tests; `*` ends a prefix.
const FORBIDDEN: [(&str, &str, &str); 14] = [
    (
        "trailaudit-core",
        "tokio",
        "the core is sync: it touches nothing that anybody would have to wait for",
    ),
    (
        "trailaudit-core",
        "aws-*",
        "rules speak neutral words, and compile without a cloud's SDK",
    ),
    ("trailaudit-core", "hyper", "the core has no network"),
    ("trailaudit-core", "reqwest", "the core has no network"),
    ("trailaudit-core", "tracing", "the core returns what it has to say"),
    (
        "trailaudit-core",
        "rand",
        "the core is deterministic: whoever needs chance hands it in",
    ),
    (
        "trailaudit-oracle",
        "trailaudit-*",
        "whoever shares our code shares our mistakes, and is no second opinion",
    ),
    (
        "trailaudit-core",
        "sigstore-*",
        "a verifier to compare with, not to verify with",
    ),
    (
        "trailaudit-aws",
        "sigstore-*",
        "a verifier to compare with, not to verify with",
    ),
    (
        "trailaudit-cli",
        "sigstore-*",
        "a verifier to compare with, not to verify with",
    ),
    ("trailaudit-cli", "trailaudit-oracle", "for tests alone"),
    (
        "trailaudit-sim",
        "trailaudit-*",
        "what shares our types shares our mistakes",
    ),
    (
        "trailaudit-sim",
        "aws-*",
        "it answers as AWS does, and must not learn how from the SDK that asks",
    ),
    (
        "trailaudit-aws",
        "trailaudit-sim",
        "the simulator is for tests and the demo, never for an audit",
    ),
];

/// Crates that must stand nowhere in the workspace, tests included.
const FORBIDDEN_EVERYWHERE: [(&str, &str); 7] = [
    (
        "openssl-sys",
        "a second TLS stack, and one that needs the system's headers: rustls is the one",
    ),
    ("openssl", "a second TLS stack: rustls is the one"),
    ("native-tls", "a second TLS stack: rustls is the one"),
    ("ring", "a second set of primitives below rustls: aws-lc-rs is the one"),
    ("reqwest", "a second HTTP client: the SDK's own is the one"),
    (
        "rs_merkle",
        "no domain separation between leaves and nodes: RFC 6962 needs it",
    ),
    ("chrono", "a second calendar: jiff is the one"),
];

/// What may lie at the top of the repository beside the members, and whether it has to.
const TOP: [(&str, bool); 14] = [
    (".cargo", false),
    (".ci", true),
    (".clippy.toml", true),
    (".config", false),
    (".github", true),
    (".gitignore", true),
    (".rustfmt.toml", true),
    ("CHANGELOG.md", true),
    ("CONTRIBUTING.md", true),
    ("Cargo.lock", true),
    ("Cargo.toml", true),
    ("LICENSE", true),
    ("README.md", true),
    ("deny.toml", true),
];

const LONGEST_FILE: usize = 400;

#[test]
fn no_file_is_longer_than_a_reader_follows() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "{path} has {lines} lines");
    }
}

#[test]
fn no_module_is_a_drawer_for_everything() {
    for (path, text) in sources() {
        for name in ["utils", "util", "common", "helpers", "helper", "manager", "misc"] {
            let is_file = path.ends_with(&format!("/{name}.rs")) || path.contains(&format!("/{name}/"));
            let is_inline = text.lines().any(|line| declares_module(line, name));
            assert!(
                !is_file && !is_inline,
                "{path}: a module says what is in it; {name} does not"
            );
        }
    }
}

#[test]
fn nothing_is_left_unfinished() {
    // In two halves, so that this file does not find itself.
    for (a, b) in [
        ("todo", "!("),
        ("unimplemented", "!("),
        ("#[ign", "ore"),
        ("FIX", "ME"),
        ("dbg", "!("),
    ] {
        let word = format!("{a}{b}");
        for (path, text) in sources() {
            assert!(!text.contains(&word), "{path} has {word}");
        }
    }
}

#[test]
fn no_snapshot_waits_for_review() {
    let pending = |path: &String| path.ends_with(".pending-snap") || path.ends_with(".snap.new");
    assert_eq!(files().into_iter().find(pending), None);
}

#[test]
fn no_text_names_a_place_on_one_machine() {
    for (path, text) in texts() {
        for (number, line) in text.lines().enumerate() {
            // Commands for a Unix shell may well write to the directory for temporary files; programs ask for it.
            let temporary = is_rust(&path).then_some("tmp");
            for folder in ["work", "root", "home", "Users"].into_iter().chain(temporary) {
                let place = format!("/{folder}/");
                let found = line
                    .match_indices(&place)
                    .any(|(at, _)| leads_to_a_file(line, at, &place));
                assert!(!found, "{path}, line {}: {line}", number + 1);
            }
        }
    }
}

#[test]
fn every_member_is_where_it_belongs_and_takes_the_workspace_lints() {
    let manifest: toml::Value = toml::from_str(&read("Cargo.toml")).unwrap();
    let listed = manifest["workspace"]["members"].as_array().unwrap();
    let listed: BTreeSet<_> = listed.iter().map(|member| member.as_str().unwrap()).collect();
    assert_eq!(listed, ARROWS.iter().map(|(_, path, _)| *path).collect());
    assert_eq!(
        manifest["workspace"]["lints"]["rust"]["unsafe_code"].as_str(),
        Some("forbid")
    );
    for (name, path, _) in ARROWS {
        let member: toml::Value = toml::from_str(&read(&format!("{path}/Cargo.toml"))).unwrap();
        assert_eq!(member["package"]["name"].as_str(), Some(name));
        let lints = member.get("lints").and_then(|lints| lints.get("workspace"));
        assert_eq!(
            lints.and_then(toml::Value::as_bool),
            Some(true),
            "{path} does not take the workspace's lints"
        );
    }
}

#[test]
fn arrows_between_members_are_the_drawn_ones() {
    for (name, path, allowed) in ARROWS {
        let member: toml::Value = toml::from_str(&read(&format!("{path}/Cargo.toml"))).unwrap();
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let names = member.get(table).and_then(toml::Value::as_table);
            for used in names
                .into_iter()
                .flat_map(|table| table.keys())
                .filter(|used| used.starts_with("trailaudit"))
            {
                assert!(allowed.contains(&used.as_str()), "{name} must not stand on {used}");
            }
        }
    }
}

#[test]
fn every_package_is_a_member_or_stands_apart_for_a_reason() {
    let found: BTreeSet<_> = files()
        .into_iter()
        .filter(|path| path.ends_with("Cargo.toml"))
        .collect();
    let members = ARROWS.iter().map(|(_, path, _)| path);
    let known = members.chain(APART.iter().map(|(path, _, _)| path));
    let known = known.map(|path| format!("{path}/Cargo.toml"));
    assert_eq!(found, known.chain(["Cargo.toml".to_owned()]).collect());
    for (path, allowed, reason) in APART {
        let manifest: toml::Value = toml::from_str(&read(&format!("{path}/Cargo.toml"))).unwrap();
        assert!(
            manifest.get("workspace").is_some(),
            "{path} is built on its own: {reason}"
        );
        assert_eq!(manifest["package"]["publish"].as_bool(), Some(false), "{path}");
        let names = manifest["dependencies"].as_table().unwrap().keys();
        for used in names.filter(|used| used.starts_with("trailaudit")) {
            assert!(allowed.contains(&used.as_str()), "{path} must not stand on {used}");
        }
    }
}

#[test]
fn forbidden_crates_are_not_below_us() {
    let mut trees = BTreeMap::new();
    for (member, forbidden, reason) in FORBIDDEN {
        let tree = trees
            .entry(member)
            .or_insert_with(|| tree(&["-p", member, "--edges", "normal,build"]));
        assert!(tree.contains(member), "the tree of {member} could not be read");
        let found = tree.iter().find(|name| *name != member && matches(name, forbidden));
        assert_eq!(found, None, "{member} must not stand on {forbidden}: {reason}");
    }
    let all = tree(&["--workspace", "--edges", "all"]);
    for (member, _, _) in ARROWS {
        assert!(all.contains(member), "{member} is not in the workspace's tree");
    }
    assert!(
        all.contains("aws-lc-rs"),
        "what the SDK's own TLS stands on is not found: is this the whole tree?"
    );
    for (forbidden, reason) in FORBIDDEN_EVERYWHERE {
        assert!(!all.contains(forbidden), "{forbidden} is in the tree: {reason}");
    }
}

#[test]
fn the_top_of_the_repository_holds_what_it_should() {
    let there: BTreeSet<_> = files().iter().map(|path| top_of(path).to_owned()).collect();
    let is_expected = |name: &String| TOP.iter().any(|(known, _)| known == name);
    let member_tops: BTreeSet<_> = ARROWS.iter().map(|(_, path, _)| top_of(path)).collect();
    let stray: Vec<_> = there
        .iter()
        .filter(|name| !is_expected(name) && !member_tops.contains(name.as_str()))
        .collect();
    assert!(stray.is_empty(), "does this belong at the top? {stray:?}");
    let required = TOP.iter().filter(|(_, required)| *required).map(|(name, _)| *name);
    let missing: Vec<_> = required
        .chain(member_tops)
        .filter(|name| !there.contains(*name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn top_of(path: &str) -> &str {
    path.split_once('/').map_or(path, |(top, _)| top)
}

/// The names of the crates in a part of the dependency tree, all features on, for this platform.
fn tree(part: &[&str]) -> BTreeSet<String> {
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

fn matches(name: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    }
}

fn declares_module(line: &str, name: &str) -> bool {
    let line = line
        .trim_start()
        .trim_start_matches("pub(crate) ")
        .trim_start_matches("pub ");
    let rest = line.strip_prefix("mod ").and_then(|line| line.strip_prefix(name));
    rest.is_some_and(|rest| rest.starts_with([';', ' ']))
}

/// Whether what stands at `at` leads to a file, rather than standing inside a path, in an address, or alone.
fn leads_to_a_file(line: &str, at: usize, place: &str) -> bool {
    let is_inside = line[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || "._-/}){$*".contains(c));
    !is_inside && line[at + place.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// Every Rust file of the workspace, by its path from the top.
fn sources() -> Vec<(String, String)> {
    let sources: Vec<_> = texts().into_iter().filter(|(path, _)| is_rust(path)).collect();
    assert!(sources.len() > 100, "only {} sources were found", sources.len());
    sources
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// Every text of the repository, by its path from the top.
fn texts() -> Vec<(String, String)> {
    let read = |path: String| Some((fs::read_to_string(root().join(&path)).ok()?, path));
    let found = files().into_iter().filter_map(read);
    found.map(|(text, path)| (path, text)).collect()
}

/// Every file that git keeps; in an export without its history, every file but what is built.
fn files() -> Vec<String> {
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

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
