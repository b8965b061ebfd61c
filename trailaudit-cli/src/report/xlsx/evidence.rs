//! The last sheet: every recorded exchange that a finding or a cell cites, and where it lies in the package.

use std::collections::BTreeMap;
use std::io;

use rust_xlsxwriter::Workbook;
use trailaudit_core::evidence::{Answer, Code, EvidenceId, Exchange, Files, ListedError, Problem, records};

use super::super::source::Source;
use super::sheet::Sheet;

/// How often each exchange is cited, and whether it was found.
#[derive(Default)]
pub(super) struct Cited(BTreeMap<EvidenceId, (u32, bool)>);

impl Cited {
    /// Counts what one row cites.
    pub(super) fn all(&mut self, evidence: &[EvidenceId]) {
        for id in evidence {
            self.0.entry(*id).or_default().0 += 1;
        }
    }
}

/// Reads the records once more, and writes a row for what is cited.
pub(super) fn write(source: &Source<'_>, workbook: &mut Workbook, mut cited: Cited) -> io::Result<()> {
    let columns = vec![
        ("evidence", 66.0),
        ("file", 34.0),
        ("account_id", 14.0),
        ("region", 15.0),
        ("service", 14.0),
        ("operation", 28.0),
        ("answer", 28.0),
        ("sent_at", 26.0),
        ("request_id", 38.0),
        ("cited_by", 9.0),
    ];
    let mut sheet = Sheet::new(workbook, "evidence", columns)?;
    for path in source.listed.record_files() {
        // What is wrong with the file is told rather than what is wrong with a line.
        let wrong =
            |error: &dyn std::fmt::Display| source.listed.check(&path).err().unwrap_or_else(|| bad(&path, error));
        let mut lines = records::read_lines(source.listed.open(&path)?);
        // The first line says whose records they are.
        lines.next().transpose().map_err(|error| wrong(&error))?;
        for line in lines {
            let line = line.map_err(|error| wrong(&error))?;
            let (id, exchange) = Exchange::from_line(&line).map_err(|error| wrong(&error))?;
            if let Some((times, found)) = cited.0.get_mut(&id) {
                *found = true;
                row(&mut sheet, &path, &id, &exchange, *times)?;
            }
        }
    }
    for (id, (times, _)) in cited.0.iter().filter(|(_, (_, found))| !found) {
        let (id, times) = (id.to_string(), times.to_string());
        sheet.row(&[&id, "not among the records", "", "", "", "", "", "", "", &times])?;
    }
    sheet.finish()
}

fn row(sheet: &mut Sheet<'_>, path: &str, id: &EvidenceId, exchange: &Exchange, times: u32) -> io::Result<()> {
    let answer = match &exchange.answer {
        Answer::Ok(_) => "answered",
        Answer::Error { code, .. } => code,
    };
    sheet.row(&[
        &id.to_string(),
        path,
        exchange.account.as_str(),
        exchange.region.as_str(),
        &exchange.service,
        &exchange.operation,
        answer,
        &exchange.transport.sent_at,
        exchange.transport.request_id.as_deref().unwrap_or_default(),
        &times.to_string(),
    ])
}

fn bad(path: &str, error: &dyn std::fmt::Display) -> ListedError {
    ListedError::Problem(Problem {
        code: Code::MalformedRecords,
        file: Some(path.to_owned()),
        message: error.to_string(),
    })
}
