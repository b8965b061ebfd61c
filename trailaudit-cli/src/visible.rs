//! Text chosen by others, shown for what it is: nothing moves the cursor, hides, or turns the direction of writing.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::Value;

/// Control and format characters, and letters that are drawn as nothing (Unicode categories Cc, Cf, Zl, Zp and the
/// fillers that are used to spoof names).
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
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

/// Log lines on their way to a terminal or a file.
pub(crate) struct Log<W> {
    pub(crate) out: W,
    /// Whether the lines are JSON.
    pub(crate) json: bool,
}

impl<W: Write> Write for Log<W> {
    /// Whole lines come at once.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let shown = if self.json { escaped(&text) } else { printable(&text) };
        self.out.write_all(shown.as_bytes())?;
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
    fn json_keeps_its_value() {
        let value = serde_json::json!({"a\u{202e}": ["\u{1b}[2J\u{9b}\u{7f}\n\t", "\u{e0041}é東"], "b": "\\u202e"});
        let shown = json(&value);
        assert!(!shown.chars().any(|c| c != '\n' && is_hidden(c)), "{shown:?}");
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), value);
    }

    #[test]
    fn logs_are_harmless() {
        let logged = |json| {
            let mut log = Log { out: Vec::new(), json };
            log.write_all("{\"a\":\"\u{202e}\u{9b}\"}\n".as_bytes()).unwrap();
            String::from_utf8(log.out).unwrap()
        };
        assert_eq!(logged(false), "{\"a\":\"\u{fffd}\u{fffd}\"}\n");
        assert_eq!(logged(true), "{\"a\":\"\\u202e\\u009b\"}\n");
    }
}
