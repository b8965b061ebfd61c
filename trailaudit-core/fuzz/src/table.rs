//! The tables: verification counts their rows, and must count what everybody else sees in them.

use std::collections::BTreeMap;

use super::packages;
use super::sample::complaints;

type Counts = BTreeMap<String, BTreeMap<String, u64>>;

/// `findings.csv` of any bytes: read here by a reader of the written form alone, which knows nothing but RFC 4180 with
/// every cell quoted and lines ended by CR and LF.
pub fn csv(bytes: &[u8]) {
    let counts = rows(bytes).and_then(|rows| count(&rows));
    let told = |counts: Counts| {
        let (_, report) = packages::with("findings.csv", bytes, |manifest| manifest.controls = counts);
        let told = complaints(&report)
            .into_iter()
            .filter(|told| told.ends_with(" findings.csv"));
        told.collect::<Vec<_>>()
    };
    let Some(mut counts) = counts else {
        // Another form may be read or refused, but not into two kinds of complaint.
        assert!(told(Counts::new()).iter().all(|told| told == "counts findings.csv"));
        return;
    };
    assert_eq!(told(counts.clone()), [""; 0]);
    *counts
        .entry("a rule".into())
        .or_default()
        .entry("pass".into())
        .or_default() += 1;
    assert_eq!(told(counts), ["counts findings.csv"]);
}

pub fn tables() -> Vec<Vec<u8>> {
    [
        "\"rule\",\"title\",\"verdict\"\r\n\"a\",\"A, the\nfirst\",\"pass\"\r\n\"a\",\"\",\"fail\"\r\n",
        "\"verdict\",\"rule\"\r\n\"\",\"=\"\"x\"\"\"\r\n\"\r\n\",\"\u{20ac}\"\r\n",
        "rule,verdict\na,pass\n",
        "\u{feff}\"rule\",\"verdict\"\r\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
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

/// The rows by rule and verdict, when all are as long as the header, which has both.
fn count(rows: &[Vec<String>]) -> Option<Counts> {
    let (header, rows) = rows.split_first()?;
    let place = |name: &str| header.iter().position(|column| column == name);
    let (rule, verdict) = (place("rule")?, place("verdict")?);
    let mut counts = Counts::new();
    for row in rows {
        if row.len() != header.len() {
            return None;
        }
        *counts
            .entry(row[rule].clone())
            .or_default()
            .entry(row[verdict].clone())
            .or_default() += 1;
    }
    Some(counts)
}
