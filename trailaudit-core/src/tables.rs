//! The assessment as rows: the same content for people (CSV) and for machines (JSON), byte for byte reproducible.

pub mod catalogue;
pub mod coverage;
pub mod findings;
pub mod reading;
pub(crate) mod writing;

use std::borrow::Cow;
use std::io::{self, Write};

use jiff::Timestamp;

/// A CSV writer as RFC 4180 has it: CRLF, every cell quoted.
pub(crate) fn csv_writer<W: Write>(out: W) -> csv::Writer<W> {
    csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out)
}

/// Writes one row of cells that no spreadsheet calculates.
pub(crate) fn write_row<W: Write>(csv: &mut csv::Writer<W>, cells: &[impl AsRef<str>]) -> csv::Result<()> {
    for cell in cells {
        csv.write_field(inert(cell.as_ref()).as_bytes())?;
    }
    csv.write_record(None::<&[u8]>)
}

/// A cell that no spreadsheet takes for a formula: names are chosen by others, and `=HYPERLINK(...)` is a legal name.
///
/// What is not seen does not count: `LibreOffice` drops a NUL, and calculates what follows it.
fn inert(cell: &str) -> Cow<'_, str> {
    let seen = cell.trim_start_matches(|c: char| c.is_whitespace() || is_unseen(c));
    let dropped = &cell[..cell.len() - seen.len()];
    let calculates = seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹢', '﹣', '﹦', '﹫']);
    if calculates || dropped.contains(char::is_control) {
        format!("'{cell}").into()
    } else {
        cell.into()
    }
}

/// Control characters, and format characters that may stand in front of anything.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// RFC 3339 in UTC with milliseconds, as every output writes a moment.
#[must_use]
pub fn rfc3339(moment: Timestamp) -> String {
    format!("{moment:.3}")
}

/// Writes `{"<first>":..., "<list>":[` and one line an entry, so that a diff of two files is readable.
pub(crate) fn write_list<W: Write, T: serde::Serialize>(
    out: &mut W,
    head: &serde_json::Map<String, serde_json::Value>,
    list: &str,
    entries: impl Iterator<Item = T>,
) -> io::Result<()> {
    out.write_all(&list_head(head, list)?)?;
    for (i, entry) in entries.enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &entry)?;
    }
    out.write_all(LIST_END)
}

/// What stands before the entries of a list.
pub(crate) fn list_head(head: &serde_json::Map<String, serde_json::Value>, list: &str) -> io::Result<Vec<u8>> {
    let mut head = serde_json::to_vec(head)?;
    head.pop();
    write!(head, ",\"{list}\":[")?;
    Ok(head)
}

/// What stands behind them.
pub(crate) const LIST_END: &[u8] = b"\n]}\n";

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn formulas_lose_their_teeth() {
        for cell in [
            "=HYPERLINK(\"http://x\",\"y\")",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "  =1",
            "\r=1",
            "\0=1",
            " \0\u{feff}\u{202e}\u{3000}=1",
            "\u{200b}\u{ff1d}1",
            "\u{fe66}1",
            "\n",
        ] {
            assert!(inert(cell).starts_with('\''), "{cell:?}");
        }
        for cell in ["", " ", "arn:aws:cloudtrail", "a=1", "\u{202e}a", "'=1", "a\0=1"] {
            assert_eq!(inert(cell), cell);
        }
    }
}
