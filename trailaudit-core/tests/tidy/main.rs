//! What the house promises about itself, proven: sizes, names, dependencies, and nothing left unfinished.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod allowed;
mod codes;
mod repository;

use std::collections::{BTreeMap, BTreeSet};

use allowed::{APART, ARROWS, FORBIDDEN, FORBIDDEN_EVERYWHERE, TOP};
use repository::{files, is_rust, read, sources, texts, tree};

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

/// What it is told is all it knows: the same arguments, the same verdict, on any machine and in any year.
#[test]
fn the_core_asks_no_clock_no_file_no_network_and_no_environment() {
    let words = [
        "std::fs",
        "std::env",
        "std::process",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "SystemTime",
        "Instant",
        "::now(",
        "rand::rng",
    ];
    for (path, text) in sources() {
        let is_tests = path.ends_with("/tests.rs") || path.contains("/tests/");
        if !path.starts_with("trailaudit-core/src/") || is_tests {
            continue;
        }
        let own = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = own.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in lines {
            let found = words.iter().find(|word| line.contains(**word));
            assert_eq!(found, None, "{path}: {line}");
        }
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
