//! JSON that is written while its entries are read: one entry a line, and nothing in it that hides.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::ser::{CharEscape, Formatter};

use super::source::{Finding, Source};
use crate::visible::is_hidden;

/// Writes a document, with a new line before each entry of a list down to `depth` objects and lists deep.
pub(crate) fn write(
    source: &Source<'_>,
    depth: usize,
    document: &impl Serialize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = Lines { depth, of: 0 };
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, lines);
    if let Err(error) = document.serialize(&mut serializer) {
        return Err(source.failed().unwrap_or_else(|| error.into()));
    }
    out.write_all(b"\n")
}

/// Writes one entry in one line, without its end.
pub(crate) fn write_one(entry: &impl Serialize, out: &mut Vec<u8>) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, Lines { depth: 0, of: 0 });
    Ok(entry.serialize(&mut serializer)?)
}

/// A list with one entry for every finding; none for those of which `of` makes nothing.
pub(crate) struct Each<'a, F> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) of: F,
}

impl<T: Serialize, F: Fn(&Finding<'_>) -> Option<T>> Serialize for Each<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        self.source.each_within(|finding| match (self.of)(finding) {
            Some(entry) => list.serialize_element(&entry),
            None => Ok(()),
        })?;
        list.end()
    }
}

/// Compact JSON in lines. What cannot be seen is written as its code point, whoever wrote it: programs of others store
/// and show these texts, and not all of them bear a NUL or a text that turns its direction.
struct Lines {
    depth: usize,
    of: usize,
}

impl Lines {
    fn line<W: ?Sized + Write>(&self, out: &mut W) -> io::Result<()> {
        if self.of <= self.depth {
            out.write_all(b"\n")
        } else {
            Ok(())
        }
    }
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.of += 1;
        out.write_all(b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.of -= 1;
        out.write_all(b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b"," })?;
        self.line(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.of += 1;
        out.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.of -= 1;
        out.write_all(b"}")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, hidden)) = rest.char_indices().find(|(_, c)| is_hidden(*c)) {
            out.write_all(&rest.as_bytes()[..at])?;
            code_point(out, u32::from(hidden))?;
            rest = &rest[at + hidden.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, out: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::Quote => out.write_all(b"\\\""),
            CharEscape::ReverseSolidus => out.write_all(b"\\\\"),
            CharEscape::Solidus => out.write_all(b"/"),
            CharEscape::Backspace => code_point(out, 0x08),
            CharEscape::FormFeed => code_point(out, 0x0c),
            CharEscape::LineFeed => code_point(out, 0x0a),
            CharEscape::CarriageReturn => code_point(out, 0x0d),
            CharEscape::Tab => code_point(out, 0x09),
            CharEscape::AsciiControl(byte) => code_point(out, byte.into()),
        }
    }
}

fn code_point<W: ?Sized + Write>(out: &mut W, c: u32) -> io::Result<()> {
    write!(out, "⟨U+{c:04X}⟩")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_hides_and_entries_stand_on_lines() {
        let mut out = Vec::new();
        let lines = Lines { depth: 2, of: 0 };
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, lines);
        let document = json!({"a": [{"b": [1, 2]}, "\"\\\0\n\u{202e}é\u{7f}"], "c": []});
        document.serialize(&mut serializer).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
        {"a":[
        {"b":[1,2]},
        "\"\\⟨U+0000⟩⟨U+000A⟩⟨U+202E⟩é⟨U+007F⟩"],"c":[]}
        "#);
    }
}
