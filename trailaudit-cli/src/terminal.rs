//! What is at the other end of stdout or stderr: how wide it is, whether it has colours, and which letters it has.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};

use console::{Term, measure_text_width};

use crate::visible::{is_hidden, printable};

/// Narrower than that nothing is laid out: the terminal breaks the lines.
const NARROWEST: usize = 20;

/// What somebody who reads a stream can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terminal {
    /// The columns; none where it is no terminal, and nothing has to fit.
    width: Option<usize>,
    has_colours: bool,
    /// Whether there are letters beyond those of ASCII.
    is_wide: bool,
}

/// None: text without colours that has to fit nowhere.
impl Default for Terminal {
    fn default() -> Self {
        Self {
            width: None,
            has_colours: false,
            is_wide: true,
        }
    }
}

/// What a piece of text is, so that it can have a colour. Nothing is said by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Heading,
    Good,
    Bad,
    Open,
    Faint,
}

impl Terminal {
    /// At stdout.
    pub(crate) fn stdout() -> Self {
        Self::of(io::stdout().is_terminal(), &Term::stdout(), |name| env::var_os(name))
    }

    /// At stderr.
    pub(crate) fn stderr() -> Self {
        Self::of(io::stderr().is_terminal(), &Term::stderr(), |name| env::var_os(name))
    }

    fn of(is_terminal: bool, term: &Term, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let size = if is_terminal { term.size_checked() } else { None };
        let has = |name| variable(name).is_some_and(|value| !value.is_empty());
        Self {
            width: size.map(|(_, columns)| usize::from(columns).max(NARROWEST)),
            has_colours: is_terminal
                && !has("NO_COLOR")
                && has("TERM")
                && variable("TERM").is_none_or(|it| it != "dumb"),
            is_wide: has_unicode(is_terminal, variable),
        }
    }

    /// The columns; none where nothing has to fit.
    pub(crate) fn width(self) -> Option<usize> {
        self.width
    }

    /// Whether there are letters beyond those of ASCII.
    pub(crate) fn has_unicode(self) -> bool {
        self.is_wide
    }

    /// Text that this can show; line breaks and tabs stay.
    pub(crate) fn shown(self, text: &str) -> String {
        let text = printable(text);
        if self.is_wide || text.is_ascii() {
            return text;
        }
        text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect()
    }

    /// The same in one line, so that it cannot pass for a line of ours.
    pub(crate) fn in_one_line(self, text: &str) -> String {
        let hidden = if self.is_wide { "\u{fffd}" } else { "?" };
        self.shown(text).replace(is_hidden, hidden)
    }

    /// The same in this tone.
    pub(crate) fn toned(self, tone: Tone, text: &str) -> String {
        let shown = self.shown(text);
        let code = match tone {
            Tone::Plain => return shown,
            Tone::Heading => "1",
            Tone::Good => "32",
            Tone::Bad => "1;31",
            Tone::Open => "33",
            Tone::Faint => "2",
        };
        if self.has_colours && !shown.trim().is_empty() {
            format!("\u{1b}[{code}m{shown}\u{1b}[0m")
        } else {
            shown
        }
    }

    /// The same with lines that fit, each after the first so far from the left; no line is broken at a no-break space. A
    /// word that is too long, like a path that somebody may want to copy, stays whole.
    pub(crate) fn wrapped(self, text: &str, indent: usize) -> String {
        let width = self.width.unwrap_or(usize::MAX);
        let lines = text.split('\n').map(|line| self.broken(line, width, indent));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn broken(self, line: &str, width: usize, indent: usize) -> String {
        // What stands before the first word stays: it sets lines apart.
        let words = line.trim_start_matches(' ');
        let mut out = line[..line.len() - words.len()].to_owned();
        let mut column = out.len();
        for (place, word) in words.split(' ').enumerate() {
            let word = self.shown(&word.replace('\u{a0}', " "));
            let long = measure_text_width(&word);
            if place > 0 && column > indent && column + 1 + long > width {
                out.truncate(out.trim_end_matches(' ').len());
                out = out + "\n" + &" ".repeat(indent);
                column = indent;
            } else if place > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(&word);
            column += long;
        }
        out
    }
}

/// Whether the locale has all letters. Where none is named it is the one of POSIX, which has only those of ASCII; but a file
/// or another program takes UTF-8 as long as nobody says otherwise.
fn has_unicode(is_terminal: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let mut named = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable);
    match named.find(|locale| !locale.is_empty()) {
        None => !is_terminal,
        Some(locale) => {
            let locale = locale.to_string_lossy().to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
    }
}

/// As much of the end of a text as fits into so many columns; what is cut says so.
pub(crate) fn cut_before(text: &str, width: usize) -> String {
    if measure_text_width(text) <= width {
        return text.to_owned();
    }
    let mut from = text.len();
    let mut column = 3;
    for (place, c) in text.char_indices().rev() {
        column += measure_text_width(c.encode_utf8(&mut [0; 4]));
        if column > width {
            break;
        }
        from = place;
    }
    format!("...{}", &text[from..])
}

/// As much of a text as fits into so many columns; what is cut says so.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if measure_text_width(text) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut column = 0;
    for c in text.chars() {
        column += measure_text_width(c.encode_utf8(&mut [0; 4]));
        if column + 3 > width {
            break;
        }
        kept.push(c);
    }
    kept + "..."
}

#[cfg(test)]
impl Terminal {
    /// One that was not found but made up.
    pub(crate) fn made(width: Option<usize>, has_colours: bool, is_wide: bool) -> Self {
        Self {
            width,
            has_colours,
            is_wide,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(is_terminal: bool, set: &'static [(&str, &str)]) -> Terminal {
        Terminal::of(is_terminal, &Term::stdout(), |name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.into())
        })
    }

    #[test]
    fn colours_are_for_terminals_that_have_them_and_are_not_told_otherwise() {
        let colours = |is_terminal, set| environment(is_terminal, set).has_colours;
        assert!(colours(true, &[("TERM", "xterm"), ("NO_COLOR", "")]));
        assert!(!colours(false, &[("TERM", "xterm")]));
        assert!(!colours(true, &[("TERM", "xterm"), ("NO_COLOR", "1")]));
        assert!(!colours(true, &[("TERM", "dumb")]));
        assert!(!colours(true, &[]));
    }

    #[test]
    fn the_first_locale_that_is_named_counts() {
        let unicode = |is_terminal, set| environment(is_terminal, set).is_wide;
        assert!(unicode(true, &[("LC_ALL", ""), ("LANG", "de_DE.UTF-8")]));
        assert!(unicode(false, &[("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(!unicode(true, &[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]));
        assert!(!unicode(false, &[("LC_ALL", "POSIX")]));
        assert_eq!(
            [true, false].map(|is_terminal| unicode(is_terminal, &[])),
            [false, true]
        );
    }

    #[test]
    fn others_words_move_nothing_and_are_ascii_where_that_is_all_there_is() {
        let ascii = Terminal::made(None, true, false);
        assert_eq!(ascii.in_one_line("Zür\u{1b}[31mich\n東"), "Z?r?[31mich??");
        assert_eq!(ascii.toned(Tone::Bad, "é\u{1b}[0m"), "\u{1b}[1;31m??[0m\u{1b}[0m");
        let plain = Terminal::default();
        assert_eq!(plain.in_one_line("Zürich\n東"), "Zürich\u{fffd}東");
        assert_eq!(plain.toned(Tone::Bad, "é"), "é");
    }

    #[test]
    fn lines_break_between_words_and_keep_their_indent() {
        let narrow = Terminal::made(Some(20), false, true);
        let told = narrow.wrapped(
            "signed:   by nobody, and a/very/long/path/that/stays/whole\n  hint: no",
            10,
        );
        insta::assert_snapshot!(told, @"
        signed:   by nobody,
                  and
                  a/very/long/path/that/stays/whole
          hint: no
        ");
        let text = "as it is, however long it may be";
        assert_eq!(Terminal::default().wrapped(text, 10), text);
    }

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(cut("東京本社", 8), "東京本社");
        assert_eq!(cut("東京本社", 7), "東京...");
        assert_eq!(cut("plain text", 8), "plain...");
        assert_eq!(cut_before("東京本社", 7), "...本社");
        assert_eq!(cut_before("r-1/ou-2/ou-3", 8), "...ou-3".replace("ou", "/ou"));
    }
}
