//! The requirements of the chosen frameworks, with what their rules found.

use std::io;

use rust_xlsxwriter::Workbook;
use trailaudit_core::Verdict;

use super::super::requirements::{COLUMNS, lines};
use super::super::source::Source;
use super::sheet::Sheet;

/// Writes the sheet: a row for each rule that answers a requirement, and one for what none decides.
pub(super) fn write(source: &Source<'_>, workbook: &mut Workbook) -> io::Result<()> {
    const WIDTHS: [f64; 6] = [24.0, 14.0, 18.0, 20.0, 44.0, 64.0];
    let mut columns: Vec<_> = COLUMNS.into_iter().zip(WIDTHS).collect();
    columns.extend(Verdict::ALL.map(|verdict| (verdict.as_str(), 14.0)));
    columns.push(("cites", 10.0));
    let mut sheet = Sheet::new(workbook, "requirements", columns)?;
    for line in lines(source) {
        let counts = line.found.as_ref().map(|found| {
            let counts = Verdict::ALL.map(|verdict| found.tally.get(&verdict).copied().unwrap_or_default());
            counts
                .into_iter()
                .chain([found.cited])
                .map(|count| count.to_string())
                .collect()
        });
        let counts: Vec<String> = counts.unwrap_or_default();
        let cells: Vec<_> = line
            .cells()
            .into_iter()
            .chain(counts.iter().map(|count| &**count))
            .collect();
        sheet.row(&cells)?;
    }
    sheet.finish()
}
