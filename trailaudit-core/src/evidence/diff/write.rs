//! The differences for machines (JSON) and for people (CSV): the same rows.

use std::io::Write;

use super::v1::{COLUMNS, Cause};
use super::{Diff, DiffError};
use crate::tables::{csv_writer, write_row};

impl Diff<'_> {
    /// Writes `trailaudit.diff/v1`: the head, then the rows as `drift` and `rulePack`, one a line.
    ///
    /// # Errors
    /// When a table cannot be read again as it was, or `out` refuses.
    pub fn write_json<W: Write>(&self, out: &mut W) -> Result<(), DiffError> {
        let mut head = serde_json::to_vec(self.head()).map_err(|error| DiffError::Out(error.into()))?;
        head.pop();
        out.write_all(&head).map_err(DiffError::Out)?;
        for (cause, list) in [(Cause::Drift, "drift"), (Cause::RulePack, "rulePack")] {
            write!(out, ",\"{list}\":[").map_err(DiffError::Out)?;
            let mut first = true;
            self.each(cause, &mut |row| {
                out.write_all(if first { b"\n" } else { b",\n" })?;
                first = false;
                Ok(serde_json::to_writer(&mut *out, row)?)
            })?;
            out.write_all(b"\n]").map_err(DiffError::Out)?;
        }
        out.write_all(b"}\n").map_err(DiffError::Out)
    }

    /// Writes the rows as RFC 4180 has it: CRLF, every cell quoted, none a formula. Drift comes first.
    ///
    /// # Errors
    /// When a table cannot be read again as it was, or `out` refuses.
    pub fn write_csv<W: Write>(&self, out: W) -> Result<(), DiffError> {
        let mut csv = csv_writer(out);
        csv.write_record(COLUMNS)
            .map_err(|error| DiffError::Out(error.into()))?;
        for cause in [Cause::Drift, Cause::RulePack] {
            self.each(cause, &mut |row| Ok(write_row(&mut csv, &row.cells())?))?;
        }
        csv.flush().map_err(DiffError::Out)
    }
}
