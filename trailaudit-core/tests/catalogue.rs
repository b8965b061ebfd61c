//! The catalogue as people read it: RULES.md is generated from the rules, and every rule keeps the form of a rule.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use trailaudit_core::framework::{
    Requirement, Selection, UNANSWERED, Unanswered, frameworks, requirements, unanswered_requirements,
};
use trailaudit_core::rule::Check;
use trailaudit_core::rules::EXCEPTIONS;
use trailaudit_core::tables::catalogue::subject;
use trailaudit_core::{CATALOGUE, Rule};

const CORE: &str = env!("CARGO_MANIFEST_DIR");

/// `UPDATE_RULES=1 cargo test -p trailaudit-core --test catalogue` writes it anew.
#[test]
fn rules_md_is_up_to_date() {
    let path = Path::new(CORE).join("RULES.md");
    let generated = rules_md();
    if std::env::var_os("UPDATE_RULES").is_some_and(|value| value == "1") {
        fs::write(&path, &generated).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    let stale = there.lines().zip(generated.lines()).find(|(old, new)| old != new);
    assert!(
        there == generated,
        "RULES.md is stale: UPDATE_RULES=1 writes it anew. First difference: {stale:?}"
    );
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let ids: BTreeSet<_> = CATALOGUE.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), CATALOGUE.len());
    for id in ids {
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        assert!(id.split('-').all(is_word), "{id}");
        assert!(id.contains('-'), "{id} is no sentence in short");
    }
}

#[test]
fn texts_have_the_form_their_readers_expect() {
    for rule in CATALOGUE {
        for title in [rule.title, rule.aws.title] {
            assert!(
                title.starts_with(|c: char| c.is_ascii_uppercase()),
                "{}: {title}",
                rule.id
            );
            assert!(title.split(' ').count() > 2, "{}: {title}", rule.id);
            assert!(!title.ends_with(['.', ' ']), "a title has no final dot: {title}");
        }
        assert!(rule.rationale.ends_with('.'), "{}: {}", rule.id, rule.rationale);
        assert!(rule.revision > 0, "{}", rule.id);
        for text in [rule.title, rule.rationale, rule.aws.title, rule.aws.remediation] {
            assert!(!text.contains("  ") && !text.contains('\n'), "{}: {text:?}", rule.id);
        }
        for command in rule.aws.commands() {
            assert!(command.starts_with("aws "), "{}: {command:?} cannot be pasted", rule.id);
        }
        let terraform = rule.aws.terraform;
        for line in terraform.lines() {
            assert!(line.trim_end() == line && !line.contains('\t'), "{}: {line:?}", rule.id);
        }
        let is_block = terraform.starts_with("resource \"") || terraform.starts_with("import {");
        assert!(is_block && terraform.ends_with("\n}"), "{}: {terraform}", rule.id);
    }
}

/// One file a rule, named after it; of a family, which says the same of one thing after the other, one file for all. What
/// is asked of exceptions reads no facts: it is decided, and tested, where these are applied.
#[test]
fn every_rule_file_is_in_the_catalogue_and_tested() {
    let files = rule_files();
    let declared: Vec<_> = files.values().flatten().cloned().collect();
    let ids: BTreeSet<_> = CATALOGUE.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(declared.len(), ids.len(), "a rule is declared twice");
    assert_eq!(declared.into_iter().collect::<BTreeSet<_>>(), ids);
    for (path, declared) in files {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        match (FAMILIES.iter().find(|(family, _)| *family == stem), &*declared) {
            (None, [id]) => assert_eq!(id.replace('-', "_"), stem),
            (Some((_, of_all)), ids) => assert!(ids.iter().all(|id| id.starts_with(of_all)), "{ids:?}"),
            (None, ids) => panic!("{} declares {ids:?}", path.display()),
        }
        let source = fs::read_to_string(&path).unwrap();
        let (_, tests) = source.split_once(TESTS).expect(stem);
        assert!(tests.contains("#[test]"), "{stem} has no test");
        for verdict in ["pass: ", "fail: ", "inconclusive: "] {
            assert!(tests.contains(verdict), "no test of {stem} expects `{verdict}`");
        }
    }
}

/// The files that declare several rules, and what the ids of these begin with.
const FAMILIES: [(&str, &str); 1] = [("alarms", "alarm-on-")];

const TESTS: &str = "#[cfg(test)]\nmod tests {";

/// The files that declare rules, with the ids of these.
fn rule_files() -> BTreeMap<PathBuf, Vec<String>> {
    let entries = fs::read_dir(Path::new(CORE).join("src/rules")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    // Asked of a baseline and of no facts: tests/exceptions.rs is its table.
    let paths = paths.filter(|path| !path.ends_with("exceptions_in_force.rs"));
    let declared = |path: PathBuf| {
        let source = fs::read_to_string(&path).unwrap();
        let declaring = source.split(TESTS).next().unwrap_or_default();
        let ids = declaring.lines().filter_map(|line| {
            let id = line.trim().strip_prefix("id: \"")?;
            Some(id.strip_suffix("\",")?.to_owned())
        });
        let ids: Vec<_> = ids.filter(|id| id != EXCEPTIONS.id).collect();
        (path, ids)
    };
    paths.map(declared).filter(|(_, ids)| !ids.is_empty()).collect()
}

fn rules_md() -> String {
    let mut text = String::from(
        "# Rules\n\n\
         Generated from the rules themselves; `UPDATE_RULES=1 cargo test -p trailaudit-core --test catalogue` writes it \
         anew.\n\n\
         A rule is named by the desired state: a pass reads as a true sentence. Its revision counts up whenever the same \
         facts could get another verdict. Severities are those of the default framework; a requirement is nothing \
         without its edition, since frameworks renumber. In brackets stands who says that the rule answers the \
         requirement.\n\n\
         | rule | asked of | severity | revision | requirements |\n| --- | --- | --- | --- | --- |\n",
    );
    let selection = Selection::default();
    for rule in CATALOGUE {
        let (asked_of, severity) = (asked_of(rule), selection.severity_of(rule).as_str());
        writeln!(
            text,
            "| [{id}](#{id}) | {asked_of} | {severity} | {} | {} |",
            rule.revision,
            requirements().iter().filter(|row| row.rule == rule.id).count(),
            id = rule.id
        )
        .unwrap();
    }
    for rule in CATALOGUE {
        write_rule(&mut text, rule);
    }
    write_unanswered(&mut text);
    text
}

/// What is not in the catalogue, and why.
fn write_unanswered(text: &mut String) {
    text.push_str("\n## What no rule decides\n\n| control | requirements stated | why |\n| --- | --- | --- |\n");
    for Unanswered { control, because, .. } in UNANSWERED {
        let stated = unanswered_requirements()
            .iter()
            .filter(|row| row.rule == control)
            .count();
        writeln!(text, "| {control} | {stated} | {because} |").unwrap();
    }
}

fn write_rule(text: &mut String, rule: &Rule) {
    write!(
        text,
        "\n## {}\n\n**{}.** {}\n\n\
         - Control, in the words of AWS: {}\n\
         - Asked of: {}\n\
         - Revision: {}\n\n\
         ```sh\n{}\n```\n\n```hcl\n{}\n```\n\n",
        rule.id,
        rule.title,
        rule.rationale,
        cell(rule.aws.title),
        asked_of(rule),
        rule.revision,
        rule.aws.commands().join(" &&\n"),
        rule.aws.terraform,
    )
    .unwrap();
    if !requirements().iter().any(|row| row.rule == rule.id) {
        text.push_str("No source states that a framework asks for this.\n");
        return;
    }
    text.push_str("| framework | edition | requirements |\n| --- | --- | --- |\n");
    for framework in frameworks() {
        for edition in &framework.editions {
            let here =
                |row: &&Requirement| row.rule == rule.id && row.framework == framework.name && row.edition == *edition;
            let rows: Vec<_> = requirements().iter().filter(here).collect();
            if !rows.is_empty() {
                let cells = [&framework.name, edition, &requirements_of(&rows)].map(|text| cell(text));
                writeln!(text, "| {} |", cells.join(" | ")).unwrap();
            }
        }
    }
}

/// The ids in their order, those that the same sources state together.
fn requirements_of(rows: &[&Requirement]) -> String {
    let mut by_source = Vec::<(&str, Vec<&str>)>::new();
    for row in rows {
        match by_source.iter_mut().find(|(sources, _)| *sources == row.stated_by) {
            Some((_, ids)) => ids.push(&row.requirement),
            None => by_source.push((&row.stated_by, vec![&row.requirement])),
        }
    }
    let group = |(sources, ids): (&str, Vec<&str>)| format!("{} ({})", ids.join(", "), sources.replace('+', ", "));
    by_source.into_iter().map(group).collect::<Vec<_>>().join("; ")
}

fn asked_of(rule: &Rule) -> &'static str {
    match subject(rule) {
        "trail" => "every trail, once, with its owner's data; members inherit",
        "account" => match rule.check {
            Check::EachListedAccount(_) => "every account in use, entered or not",
            _ => "every account in use",
        },
        "region" => "every planned Region of every account in use",
        "delivery" => "every trail in every Region it covers; in members, each copy once, by what the member reads",
        "log-group" => "every log group that trails deliver to, once in every account whose own trails do",
        "alarm" => "every alarm that a trail's log group can raise",
        "key" => "every key that trails name, once in every account whose own trails name it",
        "bucket" => "every bucket that trails name, once in every account whose own trails name it",
        "event-store" => "every event store of every planned Region",
        "organization" => "the organization, once, in its management account",
        other => panic!("what is a rule of {other} asked of?"),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
