//! What a workbook holds, and that it is texts alone.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::names::visible;
use crate::package::decompressed;
use crate::read::Row;
use crate::sample::Sample;
use crate::{same, spreadsheet};

/// Every sheet says what the package does.
pub fn holds(read: &Value, sample: &Sample, expected: &[Row]) {
    let package = sample.package();
    let manifest = package.json("manifest.json");
    let ended = manifest["collection"]["ended"].as_str().unwrap();
    let created = read["created"].as_str().unwrap();
    assert_eq!(
        created[..19],
        ended[..19],
        "the workbook was created when the records had been collected"
    );

    let table = |name: &str| -> Vec<Row> { serde_json::from_value(read["tables"][name].clone()).unwrap() };
    same("xlsx", expected, &table("findings"));
    let cells = table("coverage");
    assert_eq!(cells.len(), package.coverage.len());
    let json = package.json("coverage.json");
    for (cell, row) in cells.iter().zip(json["cells"].as_array().unwrap()) {
        for column in [
            "account_id",
            "account_name",
            "organizational_unit",
            "region",
            "status",
            "detail",
        ] {
            assert_eq!(
                cell[column],
                visible(row[column].as_str().unwrap()),
                "{column} of {row}"
            );
        }
    }
    let exceptions = table("exceptions");
    let excepted: Vec<_> = expected.iter().filter(|row| row["verdict"] == "excepted").collect();
    assert!(!excepted.is_empty());
    for (exception, row) in exceptions.iter().zip(&excepted) {
        for column in ["rule", "account_id", "resource_id", "reason"] {
            assert_eq!(exception[column], row[column]);
        }
        assert!(row["exception"].contains(&exception["exception"]), "{row:?}");
        assert_eq!((&*exception["ticket"], &*exception["approved_by"]), ("CHG-7", "grace"));
        assert_eq!(
            (&*exception["starts"], &*exception["expires"]),
            ("2020-01-01", "2099-12-31")
        );
    }
    // What accepts nothing is there too.
    let idle: Vec<_> = exceptions[excepted.len()..].iter().map(|row| &*row["rule"]).collect();
    assert_eq!(idle, ["account-has-logging-trail", "trail-logging"]);
    lies_where_it_says(&table("evidence"), sample);
}

/// Every exchange that is cited, once, with the file it is in.
fn lies_where_it_says(evidence: &[Row], sample: &Sample) {
    let package = sample.package();
    let tables = [&package.findings, &package.coverage];
    let ids = tables.into_iter().flatten().flat_map(|row| row["evidence"].split(';'));
    let cited: BTreeSet<_> = ids.filter(|id| !id.is_empty()).collect();
    let listed: Vec<_> = evidence.iter().map(|row| &*row["evidence"]).collect();
    assert_eq!(listed.len(), cited.len());
    assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), cited);
    for row in evidence {
        let records = decompressed(&package.path.join(&row["file"]));
        let mut lines = records
            .lines()
            .filter(|line| line.contains(&format!("\"id\":\"{}\"", row["evidence"])));
        let exchange: Value = serde_json::from_str(lines.next().expect("the exchange is in the file")).unwrap();
        for (column, field) in [
            ("account_id", "account"),
            ("service", "service"),
            ("operation", "operation"),
        ] {
            assert_eq!(row[column], exchange[field].as_str().unwrap());
        }
        assert!(row["cited_by"].parse::<u32>().unwrap() > 0);
    }
}

/// `LibreOffice` opens it and calculates nothing; written by who knows nothing, the same names are formulas.
pub fn inert_in_libreoffice(workbook: &Path, sample: &Sample) {
    let control = sample.path("control.xlsx");
    careless(&control);
    let mut opened = spreadsheet::open_workbooks(&[workbook, &control], sample.bench().path());
    let control = opened.pop().unwrap();
    let formulas = |sheet: &spreadsheet::Sheet| {
        let cells = sheet.rows.iter().flatten();
        cells.filter(|cell| cell.formula.is_some()).count()
    };
    assert!(formulas(&control) > 0 && !control.links.is_empty(), "{control:?}");
    let sheet = opened.pop().unwrap();
    assert_eq!(formulas(&sheet), 0);
    assert_eq!(sheet.links, [""; 0]);
    let cells: Vec<_> = sheet
        .rows
        .iter()
        .flatten()
        .filter(|cell| !cell.text.is_empty())
        .collect();
    assert!(cells.len() > 1_000);
    for cell in &cells {
        assert_eq!(cell.kind.as_deref(), Some("string"), "{cell:?}");
    }
    for name in crate::names::all() {
        let shown = visible(name);
        assert!(cells.iter().any(|cell| cell.text == shown), "{shown:?} is nowhere");
    }
}

/// A workbook by openpyxl in which names are what they look like.
fn careless(path: &Path) {
    let script = "import openpyxl, sys\n\
                  book = openpyxl.Workbook()\n\
                  for name in ['=1+1', '=HYPERLINK(\"http://hostile.example\",\"x\")']:\n    book.active.append([name])\n\
                  book.active['B1'].hyperlink = 'http://hostile.example'\n\
                  book.active['B1'].value = 'x'\n\
                  book.save(sys.argv[1])";
    let python = std::env::var("TRAILAUDIT_PYTHON").unwrap();
    let made = Command::new(python).args(["-c", script]).arg(path).status().unwrap();
    assert!(made.success());
}
