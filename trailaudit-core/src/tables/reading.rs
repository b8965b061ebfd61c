//! Reading `findings.json` and `coverage.json` back, an entry at a time, and holding the CSV beside it.

use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use super::inert;
use crate::evidence::jcs;
use crate::evidence::records::{Limits, Lines, RecordsError};

/// The longest line, in bytes: an entry that cites every exchange of the largest account is far shorter.
const LIMITS: Limits = Limits {
    line: 16 << 20,
    total: u64::MAX,
};

/// A table written by this crate: its head, then one line an entry.
#[derive(Debug)]
pub struct Reading<R> {
    lines: Lines<R>,
    /// What stands before the entries.
    pub head: Value,
    ended: bool,
}

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The file cannot be read as lines.
    #[error(transparent)]
    Lines(#[from] RecordsError),
    /// A line is not JSON of the expected form.
    #[error("line {line}: {source}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: jcs::NotStrict,
    },
    /// The frame around the entries is not as it is written.
    #[error("it is not laid out as {0} is")]
    Layout(&'static str),
}

impl<R: Read> Reading<BufReader<R>> {
    /// Reads the head of a table of `format` whose entries are called `list`.
    ///
    /// # Errors
    /// When the first line is anything else.
    pub fn new(reader: R, format: &'static str, list: &str) -> Result<Self, TableError> {
        let mut lines = Lines::new(BufReader::with_capacity(64 << 10, reader), LIMITS);
        let first = lines.next().transpose()?.unwrap_or_default();
        let frame = format!(",\"{list}\":[");
        let head = first.strip_suffix(frame.as_bytes()).ok_or(TableError::Layout(format))?;
        let head: Value =
            jcs::parse_strict(&[head, b"}"].concat()).map_err(|source| TableError::Json { line: 1, source })?;
        if head["format"] != format || written_head(&head).as_deref() != Some(&first[..first.len() - frame.len()]) {
            return Err(TableError::Layout(format));
        }
        Ok(Self {
            lines,
            head,
            ended: false,
        })
    }
}

impl<R: BufRead> Reading<R> {
    /// The next entry's bytes, without the comma behind them; none after the last, when the file ends as it must.
    ///
    /// # Errors
    /// When the file cannot be read, or ends in another way.
    pub fn next_entry(&mut self) -> Result<Option<Vec<u8>>, TableError> {
        const END: &[u8] = b"]}";
        let layout = || TableError::Layout("a table of this version");
        let line = self.lines.next().transpose()?.ok_or_else(layout)?;
        if line == END {
            return match self.lines.next().transpose()? {
                None => Ok(None),
                Some(_) => Err(layout()),
            };
        }
        // The last entry has no comma; nothing but the end may follow it.
        let entry = line.strip_suffix(b",");
        if self.ended {
            return Err(layout());
        }
        self.ended = entry.is_none();
        Ok(Some(entry.map_or_else(|| line.clone(), <[u8]>::to_vec)))
    }
}

/// Whether a CSV row shows exactly these cells, formulas made inert.
pub(crate) fn is_row_of<'a>(row: &csv::ByteRecord, cells: impl ExactSizeIterator<Item = &'a str>) -> bool {
    row.len() == cells.len() && cells.zip(row).all(|(cell, shown)| inert(cell).as_bytes() == shown)
}

/// The head as it is written: without the brace at its end.
fn written_head(head: &Value) -> Option<Vec<u8>> {
    let mut written = serde_json::to_vec(head).ok()?;
    written.pop();
    Some(written)
}
