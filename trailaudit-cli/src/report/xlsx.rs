//! A workbook: summary, requirements, findings, coverage, exceptions, and where each piece of evidence lies.
//!
//! Every cell is a text that is marked as one, whatever it begins with: nothing becomes a formula, not even when somebody
//! edits the cell. Rows go to temporary files as they come, so that memory does not grow with them.

mod evidence;
mod exceptions;
mod requirements;
mod room;
mod sheet;
mod summary;

use std::io::{self, BufWriter, Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use trailaudit_core::evidence::package::COVERAGE_JSON;
use trailaudit_core::tables::{coverage, findings};

use super::source::Source;
use evidence::Cited;
use sheet::Sheet;

/// Writes the workbook.
pub(crate) fn write(source: &Source<'_>, out: &mut dyn Write) -> io::Result<()> {
    source.listed.check(COVERAGE_JSON)?;
    room::is_there(source)?;
    // The writer of workbooks takes it for granted that there is room for its temporary files to their end.
    let written = catch_unwind(AssertUnwindSafe(|| saved(source)));
    let mut saved = written.unwrap_or_else(|_| {
        let folder = std::env::temp_dir();
        let message = format!("the workbook cannot be written: is there room in {}?", folder.display());
        Err(io::Error::other(message))
    })?;
    saved.rewind()?;
    io::copy(&mut saved, out).map(drop)
}

fn saved(source: &Source<'_>) -> io::Result<std::fs::File> {
    let mut workbook = Workbook::new();
    let created = source.manifest().collection.ended.as_second();
    let created = ExcelDateTime::from_timestamp(created).map_err(refused)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    summary::write(source, &mut workbook)?;
    requirements::write(source, &mut workbook)?;
    let mut cited = Cited::default();
    all_findings(source, &mut workbook, &mut cited)?;
    all_cells(source, &mut workbook, &mut cited)?;
    exceptions::write(source, &mut workbook)?;
    evidence::write(source, &mut workbook, cited)?;
    let mut out = BufWriter::new(tempfile::tempfile()?);
    workbook.save_to_writer(&mut out).map_err(refused)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// The columns of the package's own table, in their order.
fn all_findings(source: &Source<'_>, workbook: &mut Workbook, cited: &mut Cited) -> io::Result<()> {
    const WIDTHS: [f64; 15] = [
        32.0, 56.0, 9.0, 14.0, 14.0, 24.0, 18.0, 15.0, 13.0, 64.0, 40.0, 72.0, 40.0, 40.0, 40.0,
    ];
    let columns: Vec<_> = findings::COLUMNS.into_iter().zip(WIDTHS).collect();
    let mut sheet = Sheet::new(workbook, "findings", columns)?;
    source.each(|finding| {
        cited.all(finding.evidence);
        let evidence: Vec<_> = finding.evidence.iter().map(ToString::to_string).collect();
        sheet.row(&[
            &finding.rule.id,
            &finding.rule.control,
            &finding.severity,
            finding.verdict.as_str(),
            &finding.account_id,
            &finding.account_name,
            &finding.organizational_unit,
            &finding.region,
            &finding.resource_type,
            &finding.resource_id,
            &finding.inherited_from,
            &finding.reason,
            &finding.exception,
            &finding.requirements.join(";"),
            &evidence.join(";"),
        ])
    })?;
    sheet.finish()
}

fn all_cells(source: &Source<'_>, workbook: &mut Workbook, cited: &mut Cited) -> io::Result<()> {
    const WIDTHS: [f64; 8] = [14.0, 24.0, 18.0, 18.0, 15.0, 18.0, 72.0, 40.0];
    let columns: Vec<_> = coverage::COLUMNS.into_iter().zip(WIDTHS).collect();
    let mut sheet = Sheet::new(workbook, "coverage", columns)?;
    source.listed.each_cell(|row| {
        cited.all(&row.evidence);
        sheet.row(&row.cells().each_ref().map(|cell| &**cell))
    })?;
    sheet.finish()
}

fn refused(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        error => io::Error::other(error),
    }
}
