//! What is written: tables to the letter, the same rows for people and for machines, and names chosen by others that
//! stay names.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use trailaudit_core::CATALOGUE;
use trailaudit_sim::{Settings, World, populate};

use crate::audit::{Audited, audit};
use crate::package::{Row, records};
use crate::support::{told, trailaudit};
use crate::worlds::{FIRST, HOME, SECOND, account, sound};

const FINDINGS: &str = "rule,title,severity,verdict,account_id,account_name,organizational_unit,region,resource_type,\
                        resource_id,inherited_from,reason,exception,requirements,evidence";
const COVERAGE: &str = "account_id,account_name,organizational_unit,account_state,region,status,detail,evidence";

#[test]
fn the_tables_have_the_promised_form() {
    let audited = audit(populated(), &[]);
    let text = |file: &str| String::from_utf8(audited.package.bytes(file)).unwrap();
    for (file, columns) in [("findings.csv", FINDINGS), ("coverage.csv", COVERAGE)] {
        assert_eq!(records(&text(file))[0].join(","), columns);
    }
    let findings = &audited.package.findings;
    let order = |row: &Row| {
        let rule = CATALOGUE.iter().position(|rule| rule.id == row["rule"]).unwrap();
        (
            rule,
            row["account_id"].clone(),
            row["region"].clone(),
            row["resource_id"].clone(),
        )
    };
    assert!(findings.len() > 200 && findings.is_sorted_by_key(order));
    let mut subjects: Vec<_> = findings.iter().map(order).collect();
    subjects.dedup();
    assert_eq!(subjects.len(), findings.len(), "one row a rule and subject");
    let coverage = &audited.package.coverage;
    let cell = |row: &Row| (row["account_id"].clone(), row["region"].clone());
    assert!(coverage.len() > 80 && coverage.is_sorted_by_key(cell));
    let mut cells: Vec<_> = coverage.iter().map(cell).collect();
    cells.dedup();
    assert_eq!(cells.len(), coverage.len(), "one row a cell");
    for row in findings {
        assert!(row["inherited_from"].is_empty() || row["region"].is_empty(), "{row:?}");
        assert!(!row["reason"].is_empty() && row["exception"].is_empty(), "{row:?}");
        let requirement = row["requirements"]
            .split(';')
            .all(|one| one.starts_with("GxP 21 CFR Part 11 current:11."));
        assert!(
            row["requirements"].is_empty() || requirement,
            "only the chosen framework is listed: {row:?}"
        );
        if CATALOGUE[..2].iter().any(|rule| rule.id == row["rule"]) {
            assert_eq!(row["severity"], "critical");
        }
    }
}

#[test]
fn tables_and_json_carry_the_same_rows() {
    let audited = audit(populated(), &[]);
    for (csv, json, list) in [
        (&audited.package.findings, "findings.json", "findings"),
        (&audited.package.coverage, "coverage.json", "cells"),
    ] {
        let json = audited.package.json(json);
        let rows: Vec<_> = json[list].as_array().unwrap().iter().map(as_row).collect();
        assert_eq!(rows.len(), csv.len());
        for (row, expected) in csv.iter().zip(&rows) {
            assert_eq!(row, expected);
        }
    }
}

#[test]
fn totals_are_as_many_as_the_rows() {
    let audited = audit(populated(), &["--summary", "json"]);
    let summary: Value = serde_json::from_str(&audited.stdout).unwrap();
    let (coverage, manifest) = (
        audited.package.json("coverage.json"),
        audited.package.json("manifest.json"),
    );
    let statuses = counted(&audited.package.coverage, |row| row["status"].clone());
    let planned = audited.package.coverage.len();
    for (says, totals) in [
        (&summary["coverage"]["planned"], &summary["coverage"]["statuses"]),
        (&manifest["coverage"]["planned"], &manifest["coverage"]["statuses"]),
        (&coverage["planned"], &coverage["totals"]),
    ] {
        assert_eq!(
            (says.as_u64(), numbers(totals)),
            (Some(planned as u64), statuses.clone())
        );
    }
    for control in summary["controls"].as_array().unwrap() {
        let rule = control["rule"].as_str().unwrap();
        let rows: Vec<_> = audited
            .package
            .findings
            .iter()
            .filter(|row| row["rule"] == rule)
            .cloned()
            .collect();
        let verdicts = counted(&rows, |row| row["verdict"].clone());
        for totals in [&control["verdicts"], &manifest["controls"][rule]] {
            let mut told = numbers(totals);
            told.retain(|_, rows| *rows > 0);
            assert_eq!(told, verdicts, "{rule}");
        }
        assert_eq!(control["cells"], coverage["controls"][rule]);
        assert_eq!(
            numbers(&control["cells"]).values().sum::<u64>(),
            planned as u64,
            "every planned cell of {rule}"
        );
    }
    assert_eq!(summary["controls"].as_array().unwrap().len(), CATALOGUE.len());
    assert_eq!(summary["packageId"], manifest["packageId"]);
}

/// The short table on stdout repeats the totals, and they add up.
#[test]
fn the_line_on_stdout_adds_up() {
    let audited = audit(populated(), &[]);
    let line = audited
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("coverage: "))
        .expect("the line");
    let (planned, parts) = line.split_once(" cells planned = ").expect("a plan");
    let parts: BTreeMap<String, u64> = parts
        .split(" + ")
        .map(|part| part.split_once(' ').unwrap())
        .map(|(cells, status)| (status.to_owned(), cells.parse().unwrap()))
        .collect();
    assert_eq!(parts, counted(&audited.package.coverage, |row| row["status"].clone()));
    assert_eq!(planned.parse::<u64>().unwrap(), parts.values().sum::<u64>());
    for (title, rows) in counted(&audited.package.findings, |row| row["title"].clone()) {
        // A long title is cut to what fits into its column.
        let shown = match title.char_indices().nth(68) {
            Some(_) => format!("{}...", title.chars().take(65).collect::<String>()),
            None => title,
        };
        let line = audited
            .stdout
            .lines()
            .find(|line| line.starts_with(&shown))
            .expect("the control's line");
        let told = line[shown.len()..]
            .split_whitespace()
            .filter_map(|word| word.parse::<u64>().ok())
            .sum::<u64>();
        assert_eq!(told, rows, "{line}");
    }
}

#[test]
fn what_is_written_is_what_the_schemas_say() {
    let audited = audit(
        populated(),
        &["--summary", "json", "--exclude-account", "000000000000"][..2],
    );
    let verification = trailaudit(audited.bench.path())
        .args(["verify", "package", "--format", "json"])
        .output()
        .unwrap();
    assert_eq!(verification.status.code(), Some(5), "{}", told(&verification));
    for (name, document) in [
        ("findings", audited.package.json("findings.json")),
        ("coverage", audited.package.json("coverage.json")),
        ("manifest", audited.package.json("manifest.json")),
        ("catalogue", audited.package.json("catalogue.json")),
        ("summary", serde_json::from_str(&audited.stdout).unwrap()),
        ("verification", serde_json::from_slice(&verification.stdout).unwrap()),
    ] {
        follows_its_schema(name, &document);
    }
}

/// Whether a document is what its schema says, and the schema says nothing but that.
pub fn follows_its_schema(name: &str, document: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.v1.schema.json"));
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let schema = jsonschema::draft202012::new(&schema).expect(name);
    let errors: Vec<_> = schema
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path))
        .collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
    // A schema that accepts anything proves nothing.
    for (place, field) in places(document) {
        let mut less = document.clone();
        less.pointer_mut(&place)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(&field);
        let accepted = schema.is_valid(&less);
        assert_eq!(accepted, counts_by_name(name, &place), "{name} without {place}/{field}");
    }
    let mut more = document.clone();
    more["unheardOf"] = 1.into();
    assert!(!schema.is_valid(&more), "{name} with an unknown field");
}

/// Names that are formulas, markup, other directions of writing, or commands to the terminal.
#[test]
fn hostile_names_stay_names() {
    let names = [
        "=HYPERLINK(\"http://x\",\"y\")",
        "  +1+cmd|' /C calc'!A0",
        "@SUM(1,2)\r\n\"injected\",\"row\"",
        "-2\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m",
        "\t=1",
        "<script>alert(1)</script><img src=x onerror=\"alert(2)\">",
        "'\"><b class=x>&amp;\u{202e}gpj.exe\u{2066}\u{200b}",
    ];
    for name in names {
        let mut world = sound(&[HOME]);
        name.clone_into(&mut account(&mut world, FIRST).name);
        account(&mut world, FIRST).roles.clear();
        account(&mut world, SECOND).name = format!("plain {name}");
        let audited = audit(world, &["-v"]);
        inert_in_tables(&audited, name);
        inert_on_a_page(&audited, name);
        let drives = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(
            !audited.told.contains(drives),
            "{name:?} on the terminal: {:?}",
            audited.told
        );
    }
}

fn inert_in_tables(audited: &Audited, name: &str) {
    let of = |id: &str| {
        audited
            .package
            .findings
            .iter()
            .find(|row| row["account_id"] == id)
            .unwrap()["account_name"]
            .clone()
    };
    let cell = of(FIRST);
    if name
        .trim_start_matches(' ')
        .starts_with(['=', '+', '-', '@', '\t', '\r'])
    {
        assert_eq!(cell, format!("'{name}"));
    } else {
        assert_eq!(cell, name);
    }
    assert_eq!(of(SECOND), format!("plain {name}"));
    // JSON keeps the raw value.
    let json = audited.package.json("findings.json");
    let kept = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["account_id"] == FIRST);
    assert!(kept.into_iter().all(|row| row["account_name"] == name), "{name:?}");
}

fn inert_on_a_page(audited: &Audited, name: &str) {
    let pages = audited.package.pages();
    let leads = pages.iter().filter(|(_, page)| page.contains(FIRST));
    assert!(leads.count() > 2, "the account is on none of {} pages", pages.len());
    let invisible = |c: char| {
        (c.is_control() && c != '\n')
            || "\u{200b}\u{200e}\u{200f}\u{2066}".contains(c)
            || ('\u{202a}'..='\u{202e}').contains(&c)
    };
    for (file, page) in &pages {
        assert!(page.contains("default-src 'none'"), "{file} may load or run something");
        for markup in ["<script", "<img src=x", "<b class=x", "onerror=\"alert"] {
            assert!(!page.contains(markup), "{markup} is on {file} for {name:?}");
        }
        assert!(!page.contains(invisible), "{name:?} is raw on {file}");
    }
}

/// A JSON row in the words of the table: lists joined, formulas disarmed.
fn as_row(entry: &Value) -> Row {
    let cell = |value: &Value| match value {
        Value::String(text) => disarmed(text),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().unwrap())
            .collect::<Vec<_>>()
            .join(";"),
        other => panic!("{other} in a row"),
    };
    entry
        .as_object()
        .unwrap()
        .iter()
        .map(|(column, value)| (column.clone(), cell(value)))
        .collect()
}

fn disarmed(text: &str) -> String {
    let armed = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r']);
    if armed { format!("'{text}") } else { text.to_owned() }
}

/// Every object in a document that is not in a list, and the first of every list, with each of its fields.
fn places(document: &Value) -> Vec<(String, String)> {
    fn walk(value: &Value, place: &str, found: &mut Vec<(String, String)>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    found.push((place.to_owned(), name.clone()));
                    walk(value, &format!("{place}/{name}"), found);
                }
            }
            Value::Array(items) => items
                .iter()
                .take(1)
                .for_each(|item| walk(item, &format!("{place}/0"), found)),
            _ => (),
        }
    }
    let mut found = Vec::new();
    walk(document, "", &mut found);
    found
}

/// Whether this object counts by name, so that any name may be absent.
fn counts_by_name(document: &str, place: &str) -> bool {
    match document {
        "coverage" => ["/totals", "/controls"].contains(&place),
        "manifest" => place == "/coverage/statuses" || place.starts_with("/controls"),
        // A statement has the fields that IAM gives it.
        "preflight" => place.starts_with("/fixes/0/statement"),
        "summary" => ["/coverage/statuses", "/controls/0/verdicts"].contains(&place),
        _ => false,
    }
}

fn counted(rows: &[Row], key: impl Fn(&Row) -> String) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(key(row)).or_default() += 1;
    }
    counts
}

fn numbers(object: &Value) -> BTreeMap<String, u64> {
    let fields = object.as_object().unwrap().iter();
    fields
        .map(|(name, number)| (name.clone(), number.as_u64().unwrap()))
        .collect()
}

/// Every state, status and verdict there is to simulate.
pub fn populated() -> World {
    populate(&Settings {
        accounts: 25,
        regions: 4,
        seed: 11,
        as_of: jiff::Timestamp::now(),
    })
    .world
}
