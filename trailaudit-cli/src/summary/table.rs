//! Tables of numbers that fit: a row a line where there is room, with shorter names where there is less, and two lines a
//! row where there is too little.

use console::{measure_text_width, pad_str};

use crate::terminal::{Terminal, Tone, cut, cut_before};

/// How wide a column of numbers is at least where nothing has to be saved.
const NUMBER: usize = 6;

/// How wide the words between names and numbers are: where there is room, and where there is less.
const WORD: [usize; 2] = [9, 4];

/// The least of a name that still tells something.
const LEAST: usize = 22;

/// Rows of numbers that have a name.
pub(super) struct Table {
    /// What the rows are.
    pub(super) names: &'static str,
    /// What stands between name and numbers; nothing, where it has no heading: long and short.
    pub(super) words: Option<[&'static str; 2]>,
    /// The headings of the numbers, and the tone of what is not 0.
    pub(super) columns: &'static [(&'static str, Tone)],
    /// How far from the left the rows begin: a name that somebody else chose must not pass for a line of ours.
    pub(super) indent: usize,
    /// How wide the names are where nothing has to be saved; as wide as they are, but not more, unless it is said.
    pub(super) width: Option<usize>,
    pub(super) rows: Vec<Row>,
}

/// One row.
pub(super) struct Row {
    pub(super) name: String,
    /// A shorter name, which is never cut; without it the name may be.
    pub(super) id: Option<&'static str>,
    /// Whether the end of the name tells more than its beginning.
    pub(super) ends: bool,
    /// Long and short.
    pub(super) word: [&'static str; 2],
    pub(super) numbers: Vec<usize>,
}

/// How a table is laid out.
struct Layout {
    name: usize,
    /// Which of the two words, and how wide.
    word: (usize, usize),
    numbers: Vec<usize>,
    is_short: bool,
    /// Whether the name has a line of its own.
    is_apart: bool,
}

impl Table {
    /// As it is seen there, each line with its end.
    pub(super) fn lines(&self, terminal: Terminal) -> String {
        let layout = self.layout(terminal);
        let words = self.words.unwrap_or_default();
        let headings = self
            .columns
            .iter()
            .map(|(heading, _)| (Tone::Heading, (*heading).to_owned()));
        let mut out = layout.row(terminal, 0, (Tone::Heading, self.names), words, headings);
        for row in &self.rows {
            let name = match row.id {
                Some(id) if layout.is_short => layout.id(id),
                _ => layout.cut(&terminal.in_one_line(&row.name), self.indent, row.ends),
            };
            let numbers = row.numbers.iter().zip(self.columns).map(|(number, (_, tone))| {
                let tone = if *number == 0 { Tone::Faint } else { *tone };
                (tone, number.to_string())
            });
            out += &layout.row(terminal, self.indent, (Tone::Plain, &name), row.word, numbers);
        }
        out
    }

    fn layout(&self, terminal: Terminal) -> Layout {
        let digits = |place: usize| {
            let numbers = self.rows.iter().filter_map(|row| row.numbers.get(place));
            numbers.map(|number| number.to_string().len()).max().unwrap_or_default()
        };
        let columns = self.columns.iter().enumerate();
        let close: Vec<_> = columns
            .map(|(place, (heading, _))| heading.len().max(digits(place)))
            .collect();
        let roomy: Vec<_> = close.iter().map(|width| (*width).max(NUMBER)).collect();
        let longest = self
            .rows
            .iter()
            .map(|row| measure_text_width(&terminal.in_one_line(&row.name)));
        let longest = longest.max().unwrap_or_default().max(self.names.len()) + self.indent;
        let name = self.width.map_or(longest, |width| width + self.indent);
        let rest = |numbers: &[usize], word: usize| {
            let word = if self.words.is_some() { word + 1 } else { 0 };
            numbers.iter().map(|width| width + 1).sum::<usize>() + word
        };
        let Some(width) = terminal.width().filter(|width| name + rest(&roomy, WORD[0]) > *width) else {
            let word = (0, WORD[0]);
            return Layout {
                name,
                word,
                numbers: roomy,
                is_short: false,
                is_apart: false,
            };
        };
        let room = width.saturating_sub(rest(&close, WORD[1]));
        let ids = self.rows.iter().filter_map(|row| row.id).map(str::len).max();
        let is_apart = room < ids.unwrap_or(longest.min(LEAST)) + self.indent;
        Layout {
            name: if is_apart {
                width
            } else {
                room.min(ids.unwrap_or(longest).max(longest.min(room)))
            },
            word: (1, WORD[1]),
            numbers: close,
            is_short: true,
            is_apart,
        }
    }
}

impl Layout {
    fn cut(&self, name: &str, indent: usize, ends: bool) -> String {
        let width = self.name.saturating_sub(indent);
        if ends {
            cut_before(name, width)
        } else {
            cut(name, width)
        }
    }

    /// An id in two lines where one is too short for it.
    fn id(&self, id: &str) -> String {
        let fits = |at: &usize| *at < self.name;
        let mut hyphens = id.match_indices('-').map(|(at, _)| at);
        match hyphens.rfind(fits).filter(|_| id.len() > self.name) {
            Some(at) => format!("{}\n  {}", &id[..=at], &id[at + 1..]),
            None => id.to_owned(),
        }
    }

    fn row(
        &self,
        terminal: Terminal,
        indent: usize,
        (tone, name): (Tone, &str),
        word: [&'static str; 2],
        numbers: impl Iterator<Item = (Tone, String)>,
    ) -> String {
        let space = " ".repeat(indent);
        let mut line = if self.is_apart {
            format!("{space}{}\n{space} ", terminal.toned(tone, name))
        } else {
            let padded = pad_str(name, self.name - indent, console::Alignment::Left, None);
            space + &terminal.toned(tone, &padded)
        };
        let (which, width) = self.word;
        let word = word[which];
        if !word.is_empty() {
            line = line + " " + &terminal.toned(tone, &format!("{word:<width$}"));
        }
        for ((tone, number), width) in numbers.zip(&self.numbers) {
            line = line + " " + &terminal.toned(tone, &format!("{number:>width$}"));
        }
        line + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let row = |name: &str, numbers: [usize; 2]| Row {
            name: name.to_owned(),
            id: None,
            ends: false,
            word: [""; 2],
            numbers: numbers.into(),
        };
        Table {
            names: "account",
            words: None,
            columns: &[("fail", Tone::Bad), ("incl.", Tone::Open)],
            indent: 2,
            width: None,
            rows: vec![
                row("1 Zürich", [3, 0]),
                row("2 東京 \u{1b}[2J\u{202e}\ncoverage: 0 cells planned", [12, 1_234_567]),
            ],
        }
    }

    #[test]
    fn names_of_others_stay_in_their_place() {
        let seen = |width, has_colours, is_wide| table().lines(Terminal::made(width, has_colours, is_wide));
        insta::assert_snapshot!(seen(None, false, true), @"
        account                                    fail   incl.
          1 Zürich                                    3       0
          2 東京 �[2J��coverage: 0 cells planned     12 1234567
        ");
        insta::assert_snapshot!(seen(Some(40), false, false), @"
        account                     fail   incl.
          1 Z?rich                     3       0
          2 ?? ?[2J??coverage: 0...   12 1234567
        ");
        insta::assert_snapshot!(seen(Some(25), false, true), @"
        account
          fail   incl.
          1 Zürich
               3       0
          2 東京 �[2J��coverag...
              12 1234567
        ");
        let coloured = seen(Some(40), true, true);
        assert_eq!(console::strip_ansi_codes(&coloured), seen(Some(40), false, true));
        assert!(
            coloured.contains("\u{1b}[2m    0") || coloured.contains("\u{1b}[2m      0"),
            "{coloured:?}"
        );
    }
}
