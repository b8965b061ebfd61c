//! Reading `findings.json` and `coverage.json` back, an entry at a time, and holding the CSV beside it.

use std::io::{self, BufRead, BufReader, Read, Write};

use serde_json::Value;

use super::{csv_writer, write_row};
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
    next: Next,
}

/// What may stand on the next line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The first entry, or the end.
    Any,
    /// An entry: the one before has a comma behind it.
    Entry,
    /// The end: the entry before has no comma.
    End,
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
            next: Next::Any,
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
        let mut line = self.lines.next().transpose()?.ok_or_else(layout)?;
        if line == END && self.next != Next::Entry {
            return match self.lines.next().transpose()? {
                None => Ok(None),
                Some(_) => Err(layout()),
            };
        }
        if self.next == Next::End {
            return Err(layout());
        }
        self.next = if line.pop_if(|last| *last == b',').is_some() {
            Next::Entry
        } else {
            Next::End
        };
        Ok(Some(line))
    }
}

/// A CSV held against its JSON: every byte must be the one that is written for these rows, so that no program can read
/// something else in it than another.
pub(crate) struct Shown<R: Read> {
    writer: csv::Writer<Comparing<R>>,
}

impl<R: Read> Shown<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            writer: csv_writer(Comparing::with(reader)),
        }
    }

    /// Whether the next row shows exactly these cells, formulas made inert.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn has_row<T: AsRef<str>>(&mut self, cells: &[T]) -> io::Result<bool> {
        let compared = write_row(&mut self.writer, cells).map_err(io::Error::from);
        match compared.and_then(|()| self.writer.flush()) {
            Err(_) if self.writer.get_ref().differs => Ok(false),
            compared => compared.map(|()| true),
        }
    }

    /// Whether nothing follows the rows that were asked after.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn ends_here(self) -> io::Result<bool> {
        match self.writer.into_inner() {
            Ok(comparing) => comparing.ends_here(),
            Err(_) => Ok(false),
        }
    }
}

/// Takes what should be there, and refuses when it is not what is read.
pub(crate) struct Comparing<R> {
    reader: R,
    there: Vec<u8>,
    differs: bool,
}

impl<R: Read> Comparing<R> {
    pub(crate) fn with(reader: R) -> Self {
        Self {
            reader,
            there: Vec::new(),
            differs: false,
        }
    }

    /// Whether nothing follows what was there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn ends_here(mut self) -> io::Result<bool> {
        Ok(self.reader.read(&mut [0])? == 0)
    }
}

impl<R: Read> Write for Comparing<R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.there.resize(bytes.len(), 0);
        match self.reader.read_exact(&mut self.there) {
            Ok(()) if self.there == bytes => return Ok(bytes.len()),
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(error),
        }
        self.differs = true;
        Err(io::ErrorKind::InvalidData.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The head as it is written: without the brace at its end.
fn written_head(head: &Value) -> Option<Vec<u8>> {
    let mut written = serde_json::to_vec(head).ok()?;
    written.pop();
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_one_form() {
        let rows = [["a", "b"], ["=1", "say \"no\",\nnow"]];
        let written = "\"a\",\"b\"\r\n\"'=1\",\"say \"\"no\"\",\nnow\"\r\n";
        let shows = |text: &str| {
            let mut shown = Shown::new(text.as_bytes());
            rows.iter().all(|row| shown.has_row(row).unwrap()) && shown.ends_here().unwrap()
        };
        assert!(shows(written));
        for other in [
            "",
            &written[..written.len() - 1],
            &format!("\u{feff}{written}"),
            &format!("{written}\r\n"),
            &written.replace("\r\n", "\n"),
            &written.replace("\"a\"", "a"),
            &written.replace('\'', ""),
            &written.replace(",\"b\"", ", \"b\""),
        ] {
            assert!(!shows(other), "{other:?}");
        }
    }

    #[test]
    fn entries_stand_between_commas() {
        let read = |entries: &str| {
            let text = format!("{{\"format\":\"f\",\"list\":[{entries}");
            let mut reading = Reading::new(text.as_bytes(), "f", "list").unwrap();
            let mut found = Vec::new();
            while let Some(entry) = reading.next_entry()? {
                found.push(String::from_utf8(entry).unwrap());
            }
            Ok::<_, TableError>(found.join(" "))
        };
        assert_eq!(read("\n]}\n").unwrap(), "");
        assert_eq!(read("\n{},\n{}\n]}\n").unwrap(), "{} {}");
        for entries in ["\n{},\n]}\n", "\n{}\n{}\n]}\n", "\n{}\n", "\n{}\n]}\n\n", "\n{}\n]}"] {
            assert!(read(entries).is_err(), "{entries:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_no_difference() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("it is gone"))
            }
        }
        assert_eq!(
            Shown::new(Broken).has_row(&["a"]).unwrap_err().to_string(),
            "it is gone"
        );
        assert_eq!(Shown::new(Broken).ends_here().unwrap_err().to_string(), "it is gone");
    }
}
