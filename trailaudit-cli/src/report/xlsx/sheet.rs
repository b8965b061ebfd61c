//! One table on as many sheets as it needs.

use std::io;

use rust_xlsxwriter::{Color, Format, Workbook, Worksheet};

use super::refused;
use crate::visible::legible;

/// How many rows a sheet has in Excel.
const ROWS: u32 = 1_048_576;

/// The longest text of a cell in Excel is 32,767 UTF-16 units.
const LONGEST: usize = 32_000;

/// A table with a head that stays in sight, and filters.
pub(super) struct Sheet<'w> {
    workbook: &'w mut Workbook,
    name: &'static str,
    columns: Vec<(&'static str, f64)>,
    rows: u32,
    head: Format,
    text: Format,
    /// The place of the sheet in the workbook, and which one of the table's it is.
    at: usize,
    part: u32,
    next: u32,
}

impl<'w> Sheet<'w> {
    pub(super) fn new(
        workbook: &'w mut Workbook,
        name: &'static str,
        columns: Vec<(&'static str, f64)>,
    ) -> io::Result<Self> {
        Self::of_rows(workbook, name, columns, ROWS)
    }

    fn of_rows(
        workbook: &'w mut Workbook,
        name: &'static str,
        columns: Vec<(&'static str, f64)>,
        rows: u32,
    ) -> io::Result<Self> {
        let mut sheet = Self {
            workbook,
            name,
            columns,
            rows,
            head: head(),
            text: text(),
            at: 0,
            part: 0,
            next: 0,
        };
        sheet.begin()?;
        Ok(sheet)
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: &[&str]) -> io::Result<()> {
        if self.next == self.rows {
            self.end()?;
            self.begin()?;
        }
        let row = self.next;
        self.next += 1;
        let sheet = self.workbook.worksheet_from_index(self.at).map_err(refused)?;
        write_row(sheet, row, cells, &self.text)
    }

    /// Puts the filters on.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.end()
    }

    fn begin(&mut self) -> io::Result<()> {
        self.part += 1;
        self.at = self.workbook.worksheets().len();
        let name = match self.part {
            1 => self.name.to_owned(),
            part => format!("{} {part}", self.name),
        };
        let sheet = self.workbook.add_worksheet_with_constant_memory().map_err(refused)?;
        sheet.set_name(name).map_err(refused)?;
        sheet.set_freeze_panes(1, 0).map_err(refused)?;
        for (column, (_, width)) in (0..).zip(&self.columns) {
            sheet.set_column_width(column, *width).map_err(refused)?;
        }
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        write_row(sheet, 0, &names, &self.head)?;
        self.next = 1;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        let last = u16::try_from(self.columns.len() - 1).map_err(io::Error::other)?;
        let sheet = self.workbook.worksheet_from_index(self.at).map_err(refused)?;
        sheet.autofilter(0, 0, self.next - 1, last).map_err(refused)?;
        Ok(())
    }
}

pub(super) fn head() -> Format {
    text().set_bold().set_background_color(Color::RGB(0x00dd_e6f0))
}

/// Text, and marked as such: what begins with `=` is no formula when it is edited either.
pub(super) fn text() -> Format {
    Format::new().set_num_format("@").set_quote_prefix()
}

/// Writes texts from the left; those that are empty leave their cell as it is.
pub(super) fn write_row(sheet: &mut Worksheet, row: u32, cells: &[&str], format: &Format) -> io::Result<()> {
    for (column, cell) in (0..).zip(cells) {
        if !cell.is_empty() {
            sheet
                .write_string_with_format(row, column, shown(cell), format)
                .map_err(refused)?;
        }
    }
    Ok(())
}

/// A cell's text: nothing that hides, and no longer than a cell may be.
fn shown(cell: &str) -> String {
    // Joined ids are longer than any name, and our own: there is nothing in them to show.
    let is_joined = cell.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b';');
    let text = if is_joined { cell.into() } else { legible(cell) };
    if text.len() <= LONGEST {
        return text.into_owned();
    }
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= LONGEST
    };
    text.chars().take_while(fits).chain("⟨…⟩".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_table_goes_on_on_the_next_sheet() {
        let mut workbook = Workbook::new();
        let mut sheet = Sheet::of_rows(&mut workbook, "t", vec![("a", 8.0), ("b", 8.0)], 3).unwrap();
        for row in ["1", "2", "3", "4", "5"] {
            sheet.row(&[row, "=1+1"]).unwrap();
        }
        sheet.finish().unwrap();
        let names: Vec<_> = workbook.worksheets().iter().map(Worksheet::name).collect();
        assert_eq!(names, ["t", "t 2", "t 3"]);
        assert!(workbook.save_to_buffer().unwrap().starts_with(b"PK"));
    }

    #[test]
    fn a_cell_has_an_end() {
        let ids = vec!["0123456789abcdef"; 4_000].join(";");
        let shown = shown(&ids);
        assert!(shown.encode_utf16().count() < 32_767 && shown.ends_with("⟨…⟩"));
        assert!(ids.starts_with(shown.trim_end_matches("⟨…⟩")));
    }
}
