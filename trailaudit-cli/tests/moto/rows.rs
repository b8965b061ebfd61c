//! The rows of a package's tables beside those the seed expects.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What the seed planted, told as the rows a right audit writes.
#[derive(Deserialize)]
pub struct Truth {
    /// Of an audit of all accounts in the Regions it names.
    pub named_regions: Expected,
    /// Of an audit of a few accounts in every Region of the partition.
    pub partition: Expected,
}

/// The scope of one audit and everything it must find.
#[derive(Default, Deserialize)]
pub struct Expected {
    pub regions: Vec<String>,
    pub accounts: Vec<String>,
    findings: Vec<ExpectedFinding>,
    pub cells: Vec<ExpectedCell>,
}

#[derive(Deserialize)]
struct ExpectedFinding {
    rule: String,
    account_id: String,
    account_name: String,
    organizational_unit: String,
    region: String,
    resource_id: String,
    verdict: String,
    /// A part of the reason.
    reason: String,
    /// Whether the finding rests on evidence.
    cites: bool,
}

#[derive(Deserialize)]
pub struct ExpectedCell {
    account_id: String,
    account_name: String,
    region: String,
    pub status: String,
}

impl Expected {
    /// Every difference between findings.csv and what must be found, one a line.
    pub fn compare_findings(&self, package: &Path) -> String {
        let expected = self.findings.iter().map(|row| {
            let key = [&row.rule, &row.account_id, &row.region, &row.resource_id].map(String::as_str);
            (key.join(" | "), row)
        });
        let rows: Vec<Finding> = table(&package.join("findings.csv"));
        let seen = rows.iter().map(|row| {
            let key = [&row.rule, &row.account_id, &row.region, &row.resource_id].map(String::as_str);
            (key.join(" | "), row)
        });
        differences(expected, seen, |expected, row| {
            row.verdict == expected.verdict
                && row.reason.contains(&expected.reason)
                && row.account_name == in_a_spreadsheet(&expected.account_name)
                && row.organizational_unit == expected.organizational_unit
                && row.inherited_from.is_empty()
                && (!expected.cites || row.evidence.split(';').all(|id| id.len() == 64))
        })
    }

    /// Every difference between coverage.csv and what must have been reached, one a line.
    pub fn compare_cells(&self, package: &Path) -> String {
        let expected = self
            .cells
            .iter()
            .map(|cell| (format!("{} | {}", cell.account_id, cell.region), cell));
        let rows: Vec<Cell> = table(&package.join("coverage.csv"));
        let seen = rows
            .iter()
            .map(|row| (format!("{} | {}", row.account_id, row.region), row));
        differences(expected, seen, |expected, row| {
            // moto has no ListRegions: each planned cell says that it was planned without it.
            row.status == expected.status
                && row.account_name == in_a_spreadsheet(&expected.account_name)
                && (row.status != "reached" || row.detail.contains("ListRegions"))
                && (row.region.is_empty() || row.evidence.len() == 64)
        })
    }
}

#[derive(Debug, Deserialize)]
struct Finding {
    rule: String,
    verdict: String,
    account_id: String,
    account_name: String,
    organizational_unit: String,
    region: String,
    resource_id: String,
    inherited_from: String,
    reason: String,
    evidence: String,
}

#[derive(Debug, Deserialize)]
struct Cell {
    account_id: String,
    account_name: String,
    region: String,
    status: String,
    detail: String,
    evidence: String,
}

fn table<T: DeserializeOwned>(path: &Path) -> Vec<T> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

/// A name that begins like a formula is defused in CSV.
fn in_a_spreadsheet(name: &str) -> String {
    if name.starts_with('=') {
        format!("'{name}")
    } else {
        name.to_owned()
    }
}

fn differences<'a, E: Verdict + 'a, S: std::fmt::Debug + 'a>(
    expected: impl Iterator<Item = (String, &'a E)>,
    seen: impl Iterator<Item = (String, &'a S)>,
    agree: impl Fn(&E, &S) -> bool,
) -> String {
    let mut told = String::new();
    let mut rows: BTreeMap<String, &S> = BTreeMap::new();
    for (key, row) in seen {
        if rows.insert(key.clone(), row).is_some() {
            let _ = writeln!(told, "twice: {key}");
        }
    }
    for (key, expected) in expected {
        match rows.remove(&key) {
            Some(row) if agree(expected, row) => (),
            Some(row) => _ = writeln!(told, "differs: {key}: {} expected, but\n  {row:?}", expected.wanted()),
            None => _ = writeln!(told, "missing: {key}: {} expected", expected.wanted()),
        }
    }
    for (_, row) in rows {
        let _ = writeln!(told, "unexpected: {row:?}");
    }
    told
}

/// What an expectation asks for, in a few words.
trait Verdict {
    fn wanted(&self) -> String;
}

impl Verdict for ExpectedFinding {
    fn wanted(&self) -> String {
        format!("{} ({}) of {:?}", self.verdict, self.reason, self.account_name)
    }
}

impl Verdict for ExpectedCell {
    fn wanted(&self) -> String {
        format!("{} of {:?}", self.status, self.account_name)
    }
}
