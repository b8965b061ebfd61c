//! Text chosen by others, shown for what it is: nothing moves the cursor, hides, or turns the direction of writing.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::io::{self, Write};

use serde_json::Value;

use crate::terminal::Terminal;

/// How many characters of one text are shown: a name of megabytes in every row would leave nothing to be read.
const LONGEST: usize = 4_096;

/// Control and format characters, letters that are drawn as nothing, and what is no character (Unicode categories Cc, Cf,
/// Zl, Zp, the fillers that are used to spoof names, and U+FFFE and U+FFFF, which no XML may have).
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Text for whoever reads it in a program that we do not know: what cannot be seen is shown by its code point,
/// `⟨U+202E⟩`, and what is too long says so.
pub(crate) fn legible(text: &str) -> Cow<'_, str> {
    let (shown, more) = cut(text);
    if more == 0 && !shown.contains(is_hidden) {
        return text.into();
    }
    let mut out = String::with_capacity(shown.len() + 16);
    _ = write_legible(&mut out, text, String::write_str);
    out.into()
}

/// Writes the same; `plain` writes what needs no code point.
pub(crate) fn write_legible<W: fmt::Write>(
    out: &mut W,
    text: &str,
    mut plain: impl FnMut(&mut W, &str) -> fmt::Result,
) -> fmt::Result {
    let (mut rest, more) = cut(text);
    while let Some((at, hidden)) = rest.char_indices().find(|(_, c)| is_hidden(*c)) {
        plain(out, &rest[..at])?;
        write!(out, "⟨U+{:04X}⟩", u32::from(hidden))?;
        rest = &rest[at + hidden.len_utf8()..];
    }
    plain(out, rest)?;
    match more {
        0 => Ok(()),
        more => write!(out, "⟨{more} more characters⟩"),
    }
}

/// As much of a text as is shown, and how many characters follow.
fn cut(text: &str) -> (&str, usize) {
    if text.len() <= LONGEST {
        return (text, 0);
    }
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end);
    let (shown, more) = text.split_at(end);
    (shown, more.chars().count())
}

/// Text for a terminal. Line breaks and tabs stay.
pub(crate) fn printable(text: &str) -> String {
    let visible = |c: char| match c {
        '\n' | '\t' => c,
        c if is_hidden(c) => '\u{fffd}',
        c => c,
    };
    text.chars().map(visible).collect()
}

/// The same in one line, so that it cannot pass for a line of ours.
pub(crate) fn in_one_line(text: &str) -> String {
    printable(text).replace(['\n', '\t'], "\u{fffd}")
}

/// A JSON document in lines, for a program or a terminal: the value is kept, as what cannot be seen is escaped.
pub(crate) fn json(value: &Value) -> String {
    escaped(&format!("{value:#}\n"))
}

/// JSON in which such characters stand within strings alone; line breaks are between them.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_hidden(c) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// Text on its way to a terminal, in pieces as they come.
pub(crate) struct Screen<W> {
    out: W,
    json: bool,
    /// What shows it.
    terminal: Terminal,
    /// The first bytes of a character whose others have not come yet.
    begun: Vec<u8>,
}

impl<W: Write> Screen<W> {
    /// JSON keeps its value, other text is made [`printable`].
    pub(crate) fn new(out: W, json: bool, terminal: Terminal) -> Self {
        Self {
            out,
            json,
            terminal,
            begun: Vec::new(),
        }
    }
}

impl<W: Write> Write for Screen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend(bytes);
        let whole = match str::from_utf8(&self.begun) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.begun.len(),
        };
        let text = String::from_utf8_lossy(&self.begun[..whole]);
        let shown = if self.json {
            escaped(&text)
        } else {
            self.terminal.shown(&text)
        };
        self.out.write_all(shown.as_bytes())?;
        self.begun.drain(..whole);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_drive_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2J\u{202e}b\u{7}\u{9b}2J"),
            "a\u{fffd}[2J\u{fffd}b\u{fffd}\u{fffd}2J"
        );
        assert_eq!(printable("a\tb\nc\u{61c}\u{2028}"), "a\tb\nc\u{fffd}\u{fffd}");
        assert_eq!(in_one_line("a\tb\nc"), "a\u{fffd}b\u{fffd}c");
    }

    #[test]
    fn what_hides_has_a_code_point() {
        assert!(matches!(legible("Zürich / Ops (prod) #1"), Cow::Borrowed(_)));
        assert_eq!(legible("a\u{202e}b\0\n\u{ffff}"), "a⟨U+202E⟩b⟨U+0000⟩⟨U+000A⟩⟨U+FFFF⟩");
        let long = "é".repeat(LONGEST);
        assert_eq!(legible(&long), long);
        assert_eq!(
            legible(&format!("{long}<\u{202e}")),
            format!("{long}⟨2 more characters⟩")
        );
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({"a\u{202e}": ["\u{1b}[2J\u{9b}\u{7f}\n\t", "\u{e0041}é東"], "b": "\\u202e"});
        let shown = json(&value);
        assert!(!shown.chars().any(|c| c != '\n' && is_hidden(c)), "{shown:?}");
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), value);
    }

    #[test]
    fn pieces_are_harmless_together() {
        let text = "{\"a\":\"\u{202e}\u{9b}é\u{e0041}東\"}\n";
        let shown = |json, piece| {
            let mut screen = Screen::new(Vec::new(), json, Terminal::default());
            for bytes in text.as_bytes().chunks(piece) {
                screen.write_all(bytes).unwrap();
            }
            String::from_utf8(screen.out).unwrap()
        };
        for piece in [1, 2, 3, 5, 100] {
            assert_eq!(shown(false, piece), "{\"a\":\"\u{fffd}\u{fffd}é\u{fffd}東\"}\n");
            assert_eq!(shown(true, piece), "{\"a\":\"\\u202e\\u009bé\\udb40\\udc41東\"}\n");
        }
        let mut screen = Screen::new(Vec::new(), false, Terminal::default());
        screen.write_all(b"a\xffb\x1b").unwrap();
        assert_eq!(screen.out, "a\u{fffd}b\u{fffd}".as_bytes());
    }
}
