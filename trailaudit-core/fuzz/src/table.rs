//! The tables: verification reads them, and must see what everybody else sees in them.

use std::collections::BTreeMap;

use serde_json::Value;
use trailaudit_core::evidence::package::{CATALOGUE, FINDINGS_CSV, FINDINGS_JSON};
use trailaudit_core::tables::findings::COLUMNS;
use trailaudit_core::tables::findings::v1::Entry;
use trailaudit_core::tables::reading::Reading;

use super::packages;
use super::sample::{Sample, complaints};

const FINDINGS: (&str, &str) = ("trailaudit.findings/v1", "findings");
const COVERAGE: (&str, &str) = ("trailaudit.coverage/v1", "cells");

/// `findings.csv` of any bytes: read here by a reader of the written form alone, which knows nothing but RFC 4180 with
/// every cell quoted and lines ended by CR and LF. Beside JSON that says the same it is taken; beside any other it is
/// not, and neither is another form.
pub fn csv(bytes: &[u8]) {
    let Some(entries) = rows(bytes).as_deref().and_then(entries) else {
        assert_eq!(told(&json(&[]), bytes, &[]), ["tables-disagree findings.csv"]);
        return;
    };
    assert_eq!(told(&json(&entries), bytes, &entries), [""; 0]);
    let mut others = entries;
    let Some(last) = others.last_mut() else { return };
    if bytes.len().is_multiple_of(2) {
        last.reason = format!("{}.", last.reason).into();
    } else {
        others.pop();
    }
    assert_eq!(told(&json(&others), bytes, &others), ["tables-disagree findings.csv"]);
}

/// A table as it is, and rows in the written form and in others.
pub fn csvs() -> Vec<Vec<u8>> {
    let header = format!("\"{}\"\r\n", COLUMNS.join("\",\""));
    let row = "\"a\",\"A, the\nfirst\",\"\",\"pass\",\"1\",\"'=1\",\"say \"\"no\"\"\",\"\",\"\",\"\u{20ac}\",\"\",\"\",\"\",\"x;y\",\"\"\r\n";
    let unquoted = row.replace('"', "").replace("\r\n", "\n");
    let texts = [
        format!("{header}{row}{row}"),
        format!("{header}{unquoted}"),
        header.clone(),
        header.replace("\r\n", "\r\n\r\n"),
        format!("\u{feff}{header}{row}"),
    ];
    let mut seeds: Vec<_> = texts.into_iter().map(String::into_bytes).collect();
    seeds.push(Sample::new().files.bytes(FINDINGS_CSV).unwrap().to_vec());
    seeds
}

/// `findings.json` or `coverage.json`: what is read is the whole file, and a CSV of the findings fits.
pub fn table(bytes: &[u8]) {
    for (format, list) in [FINDINGS, COVERAGE] {
        let Some((head, lines)) = read(bytes, format, list) else {
            continue;
        };
        assert!(written(&head, list, &lines) == bytes, "another file says the same");
        let parsed: Result<Vec<Entry<'_>>, _> = lines.iter().map(|line| serde_json::from_slice(line)).collect();
        let Ok(entries) = parsed else { continue };
        let is_canonical = |(entry, line): (&Entry<'_>, &Vec<u8>)| serde_json::to_vec(entry).unwrap() == *line;
        if list == "findings" && entries.iter().zip(&lines).all(is_canonical) {
            let cells = |entry: &Entry<'_>| row_of(&entry.cells());
            let shown = row_of(&COLUMNS) + &entries.iter().map(cells).collect::<String>();
            let names = head.as_object().unwrap().keys();
            let is_its_head = head["asOf"] == as_of() && names.eq(["asOf", "format", "frameworks"]);
            let expected: &[&str] = if is_its_head {
                &[]
            } else {
                &["tables-disagree findings.json"]
            };
            assert_eq!(told(bytes, shown.as_bytes(), &entries), expected);
        }
    }
}

pub fn tables() -> Vec<Vec<u8>> {
    let sample = Sample::new();
    let names = [FINDINGS_JSON, "coverage.json"].into_iter();
    let mut seeds: Vec<_> = names.map(|name| sample.files.bytes(name).unwrap().to_vec()).collect();
    seeds.push(json(&[]));
    seeds
}

/// What verification says of `findings.csv` and `findings.json` when the manifest counts these entries. The catalogue
/// is no catalogue, so that a rule may have any name.
fn told(json: &[u8], csv: &[u8], entries: &[Entry<'_>]) -> Vec<String> {
    let tables = [(CATALOGUE, &b"{}"[..]), (FINDINGS_JSON, json), (FINDINGS_CSV, csv)];
    let report = packages::report(&tables, |manifest| {
        manifest.controls = BTreeMap::new();
        for entry in entries {
            let verdicts = manifest.controls.entry(entry.rule.to_string()).or_default();
            *verdicts.entry(entry.verdict.to_string()).or_default() += 1;
        }
    });
    let told = complaints(&report).into_iter();
    told.filter(|told| told.contains(" findings.")).collect()
}

fn as_of() -> &'static str {
    "2026-11-22T02:00:00.000Z"
}

fn read(bytes: &[u8], format: &'static str, list: &str) -> Option<(Value, Vec<Vec<u8>>)> {
    let mut reading = Reading::new(bytes, format, list).ok()?;
    let mut lines = Vec::new();
    while let Some(line) = reading.next_entry().ok()? {
        lines.push(line);
    }
    Some((reading.head, lines))
}

fn json(entries: &[Entry<'_>]) -> Vec<u8> {
    let head = serde_json::json!({"format": FINDINGS.0, "asOf": as_of(), "frameworks": []});
    let line = |entry: &Entry<'_>| serde_json::to_vec(entry).unwrap();
    written(&head, FINDINGS.1, &entries.iter().map(line).collect::<Vec<_>>())
}

/// The head, then one line an entry.
fn written(head: &Value, list: &str, lines: &[Vec<u8>]) -> Vec<u8> {
    let head = head.to_string();
    let mut bytes = format!("{},\"{list}\":[", head.strip_suffix('}').unwrap()).into_bytes();
    for (i, line) in lines.iter().enumerate() {
        bytes.extend(if i == 0 { &b"\n"[..] } else { b",\n" });
        bytes.extend(line);
    }
    bytes.extend(b"\n]}\n");
    bytes
}

/// One row as it is written.
fn row_of(cells: &[impl AsRef<str>]) -> String {
    let cell = |cell: &str| {
        let mark = if is_formula(cell) { "'" } else { "" };
        format!("\"{mark}{}\"", cell.replace('"', "\"\""))
    };
    let cells: Vec<_> = cells.iter().map(|text| cell(text.as_ref())).collect();
    cells.join(",") + "\r\n"
}

/// Whether a spreadsheet could calculate: the signs and their other forms, behind anything
/// that is not seen.
fn is_formula(cell: &str) -> bool {
    const SIGNS: &str = "=+-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}\u{fe62}\u{fe63}\u{fe66}\u{fe6b}";
    const FORMATS: [(char, char); 8] = [
        ('\u{ad}', '\u{ad}'),
        ('\u{61c}', '\u{61c}'),
        ('\u{180e}', '\u{180e}'),
        ('\u{200b}', '\u{200f}'),
        ('\u{202a}', '\u{202e}'),
        ('\u{2060}', '\u{206f}'),
        ('\u{feff}', '\u{feff}'),
        ('\u{e0000}', '\u{e0fff}'),
    ];
    for c in cell.chars() {
        if c.is_control() || SIGNS.contains(c) {
            return true;
        }
        let is_format = FORMATS.iter().any(|(from, to)| (*from..=*to).contains(&c));
        if !c.is_whitespace() && !is_format {
            return false;
        }
    }
    false
}

/// The rows, first of them the header, when the bytes are in the written form.
fn rows(bytes: &[u8]) -> Option<Vec<Vec<String>>> {
    let mut rest = str::from_utf8(bytes).ok()?;
    let (mut rows, mut row) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        rest = rest.strip_prefix('"')?;
        let mut cell = String::new();
        loop {
            let (part, after) = rest.split_once('"')?;
            cell.push_str(part);
            rest = after;
            match rest.strip_prefix('"') {
                Some(after) => {
                    cell.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        row.push(cell);
        if let Some(after) = rest.strip_prefix(',') {
            rest = after;
            if rest.is_empty() {
                return None;
            }
        } else {
            rest = rest.strip_prefix("\r\n")?;
            rows.push(std::mem::take(&mut row));
        }
    }
    row.is_empty().then_some(rows)
}

/// What the rows say, when they are findings: a cell that could be a formula is never shown bare.
fn entries(rows: &[Vec<String>]) -> Option<Vec<Entry<'static>>> {
    let (header, rows) = rows.split_first()?;
    if header[..] != COLUMNS {
        return None;
    }
    rows.iter().map(|row| entry(row)).collect()
}

fn entry(row: &[String]) -> Option<Entry<'static>> {
    let raw = |cell: &String| match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => Some(rest.to_owned()),
        _ => (!is_formula(cell)).then(|| cell.clone()),
    };
    let cells: Vec<_> = row.iter().map(raw).collect::<Option<_>>()?;
    let [
        rule,
        title,
        severity,
        verdict,
        account_id,
        account_name,
        organizational_unit,
        region,
        resource_type,
        resource_id,
        inherited_from,
        reason,
        exception,
        requirements,
        evidence,
    ] = <[String; 15]>::try_from(cells).ok()?;
    let list = |joined: String| match joined.as_str() {
        "" => Vec::new(),
        joined => joined.split(';').map(str::to_owned).collect::<Vec<_>>(),
    };
    let ids: Result<Vec<_>, _> = list(evidence)
        .into_iter()
        .map(|id| serde_json::from_value(Value::String(id)))
        .collect();
    Some(Entry {
        account_id: account_id.into(),
        account_name: account_name.into(),
        evidence: ids.ok()?.into(),
        exception: exception.into(),
        inherited_from: inherited_from.into(),
        organizational_unit: organizational_unit.into(),
        reason: reason.into(),
        region: region.into(),
        requirements: list(requirements).into_iter().map(Into::into).collect(),
        resource_id: resource_id.into(),
        resource_type: resource_type.into(),
        rule: rule.into(),
        severity: severity.into(),
        title: title.into(),
        verdict: verdict.into(),
    })
}
