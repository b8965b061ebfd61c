//! Texts of others in Markdown, where they stay texts.

use crate::visible::legible;

/// Running text in which nothing is a mark: no link, image, mention, heading or HTML of somebody else's.
pub(crate) fn plain(text: &str) -> String {
    let text = legible(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        let is_mark = match c {
            '-' | '+' | '=' | '>' => out.is_empty(),
            // An address begins with a scheme, or with `www.`.
            ':' => next == '/' || next.is_alphabetic(),
            '.' => next != ' ' && out.ends_with(['w', 'W']),
            c => "\\`*_{}[]<#|~&@$^".contains(c),
        };
        if is_mark {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The text as code, which no program makes anything of; `-` when there is none. It may stand in a table, where a bar would
/// end the cell even here.
pub(crate) fn code(text: &str) -> String {
    let text = legible(text).replace('|', "⟨U+007C⟩");
    if text.trim().is_empty() {
        return "-".to_owned();
    }
    let fence = "`".repeat(longest_run_of_backticks(&text) + 1);
    let needs_space = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let space = if needs_space { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

fn longest_run_of_backticks(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_mark() {
        let texts = [
            "- [a](http://x) <b>&amp; *c* a_b",
            "=1+1\n# @all www.example.com a@b",
            "All is well. Really: 1.5 - or more",
        ];
        insta::assert_snapshot!(texts.map(plain).join("\n"), @r"
        \- \[a\](http\://x) \<b>\&amp; \*c\* a\_b
        \=1+1⟨U+000A⟩\# \@all www\.example.com a\@b
        All is well. Really: 1.5 - or more
        ");
    }

    #[test]
    fn code_ends_where_it_should() {
        let texts = ["a", "`a``b", "a|b\\|", " a", "``", "", " ", "<b>\n"];
        insta::assert_snapshot!(texts.map(code).join("\n"), @r"
        `a`
        ``` `a``b ```
        `a⟨U+007C⟩b\⟨U+007C⟩`
        `  a `
        ``` `` ```
        -
        -
        `<b>⟨U+000A⟩`
        ");
    }
}
