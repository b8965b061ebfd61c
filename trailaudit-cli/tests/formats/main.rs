//! Reports under the eyes of others: each format is held against its own schema and read by a program that others wrote.
//! The Python that has them is named by `TRAILAUDIT_PYTHON`; `soffice` is needed.
//!
//! Every claim has its counterpart: a document in which one thing is wrong is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../end_to_end/audit.rs"]
#[allow(dead_code)]
mod audit;
#[path = "../hostile_names/names.rs"]
#[allow(dead_code)]
mod names;
#[path = "../end_to_end/package.rs"]
#[allow(dead_code)]
mod package;
#[path = "../report/read.rs"]
#[allow(dead_code)]
mod read;
#[path = "../report/sample.rs"]
#[allow(dead_code)]
mod sample;
#[path = "../hostile_names/spreadsheet.rs"]
#[allow(dead_code)]
mod spreadsheet;
#[path = "../support/mod.rs"]
mod support;
mod workbook;
#[path = "../end_to_end/worlds.rs"]
#[allow(dead_code)]
mod worlds;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use names::visible;
use read::{COLUMNS, Row};
use sample::Sample;

/// What a validator refuses: a text in the document, and what it becomes.
const BROKEN: [(&str, &str, &str); 12] = [
    ("oscal", "\"not-satisfied\"", "\"unsatisfied\""),
    ("oscal", "\"deviation-approved\"", "\"\""),
    ("oscal", "\"oscal-version\":\"1.2.0\"", "\"oscal-version\":\"1.1.3\""),
    ("ocsf", "\"class_uid\":2003", "\"class_uid\":2004"),
    ("ocsf", "\"status_details\"", "\"status_detials\""),
    ("ocsf", "\"provider\":\"AWS\",", ""),
    ("asff", "\"PASSED\"", "\"passed\""),
    ("asff", "\"AwsAccountId\"", "\"AccountId\""),
    ("sarif", "\"kind\":\"notApplicable\"", "\"kind\":\"not-applicable\""),
    ("sarif", "\"ruleIndex\"", "\"ruleNumber\""),
    ("junit", "<skipped", "<error"),
    ("junit", " failures=\"", " failures=\"1"),
];

#[test]
fn validators_of_others_accept_what_is_written() {
    let reports = Reports::written();
    for format in ["oscal", "ocsf", "asff", "sarif"] {
        let found = reports
            .validated(format)
            .unwrap_or_else(|why| panic!("{format}: {why}"));
        let mut found: Vec<String> = serde_json::from_value(found).unwrap();
        let mut names = reports.names();
        found.sort();
        names.sort();
        assert_eq!(found, names, "{format} has the findings of the table, each once");
    }
    for (format, text, instead) in BROKEN {
        let whole = fs::read_to_string(reports.path(format)).unwrap();
        assert!(whole.contains(text), "{format} has no {text}");
        let broken = reports.sample.path("broken");
        fs::write(&broken, whole.replacen(text, instead, 1)).unwrap();
        let refused = validate(format, &broken);
        assert!(refused.is_err(), "{format} with {instead} for {text} is accepted");
    }
}

#[test]
fn readers_of_others_read_the_same_findings() {
    let reports = Reports::written();
    let expected = read::expected(&reports.sample.package());
    let junit: Vec<Row> = serde_json::from_value(reports.validated("junit").unwrap()).unwrap();
    same("junit", &expected, &junit);
    // The table itself has the texts as they are, and formulas disarmed.
    let csv: Vec<Row> = serde_json::from_value(reports.validated("csv").unwrap()).unwrap();
    let csv: Vec<Row> = csv
        .iter()
        .map(|row| shown(row, |text| visible(text.strip_prefix('\'').unwrap_or(text))))
        .collect();
    let armed: Vec<Row> = expected
        .iter()
        .map(|row| shown(row, |text| text.trim_start_matches('\'').to_owned()))
        .collect();
    same("csv", &armed, &csv);
    let workbook = reports.validated("xlsx").unwrap();
    workbook::holds(&workbook, &reports.sample, &expected);
}

#[test]
fn libreoffice_calculates_nothing_of_a_workbook() {
    let reports = Reports::written();
    workbook::inert_in_libreoffice(&reports.path("xlsx"), &reports.sample);
}

fn shown(row: &Row, cell: impl Fn(&str) -> String) -> Row {
    row.iter().map(|(column, text)| (column.clone(), cell(text))).collect()
}

fn same(format: &str, expected: &[Row], read: &[Row]) {
    assert_eq!(expected.len(), read.len(), "{format} has as many findings");
    let sorted = |rows: &[Row]| {
        let cells = |row: &Row| COLUMNS.map(|column| row.get(column).cloned().unwrap_or_default());
        let mut rows: Vec<_> = rows.iter().map(cells).collect();
        rows.sort();
        rows
    };
    for (should, is) in sorted(expected).iter().zip(sorted(read)) {
        assert_eq!(*should, is, "{format}");
    }
}

struct Reports {
    sample: Sample,
}

impl Reports {
    fn written() -> Self {
        let sample = Sample::new();
        for format in sample::FORMATS {
            sample.run(&["report", "package", "--format", format, "--out", &file(format)], 0);
        }
        fs::copy(sample.path("package/findings.csv"), sample.path(&file("csv"))).unwrap();
        Self { sample }
    }

    fn path(&self, format: &str) -> PathBuf {
        self.sample.path(&file(format))
    }

    fn validated(&self, format: &str) -> Result<Value, String> {
        validate(format, &self.path(format))
    }

    /// The names that findings have: in SARIF, and each in no other finding.
    fn names(&self) -> Vec<String> {
        let log: Value = serde_json::from_slice(&fs::read(self.path("sarif")).unwrap()).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        let name = |result: &Value| result["partialFingerprints"]["finding/v1"].as_str().unwrap().to_owned();
        let names: BTreeSet<_> = results.map(name).collect();
        let findings = self.sample.package().json("findings.json");
        assert_eq!(names.len(), findings["findings"].as_array().unwrap().len());
        names.into_iter().collect()
    }
}

fn file(format: &str) -> String {
    let suffix = if format == "oscal" { "json" } else { format };
    format!("report-{format}.{suffix}")
}

/// What the validator or reader of a format found, or why it refused.
fn validate(format: &str, path: &Path) -> Result<Value, String> {
    let python = std::env::var("TRAILAUDIT_PYTHON");
    let python = python.expect("TRAILAUDIT_PYTHON names a Python that has what .ci/requirements.txt lists");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/validate.py");
    let output = Command::new(python)
        .arg("-B")
        .arg(script)
        .arg(format)
        .arg(path)
        .output()
        .unwrap();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
