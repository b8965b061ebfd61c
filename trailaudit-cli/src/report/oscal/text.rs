//! Texts as OSCAL takes them: tokens, strings, and two kinds of marked-up text.

use std::fmt::Write;

use trailaudit_core::tables::catalogue::v1::Entry as Rule;

use super::super::markup::plain;
use super::v1::Prop;
use crate::visible::legible;

/// Whose property names these are.
const NAMESPACE: &str = "urn:trailaudit:oscal:v1";

/// Properties, without those that have nothing to say.
pub(super) fn props<'t>(all: impl IntoIterator<Item = (&'static str, &'t str)>) -> Vec<Prop> {
    let prop = |(name, value)| {
        Some(Prop {
            name,
            ns: NAMESPACE,
            value: string(value)?,
        })
    };
    all.into_iter().filter_map(prop).collect()
}

/// A string, which neither begins nor ends with a blank, nor is empty.
fn string(text: &str) -> Option<String> {
    let text = legible(text);
    let inner = text.trim();
    if inner.is_empty() {
        return None;
    }
    let start = text.len() - text.trim_start().len();
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if (start..start + inner.len()).contains(&at) {
            out.push(c);
        } else {
            _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
        }
    }
    Some(out)
}

/// A title, or marked-up text, in which nothing is marked up; both are one line.
pub(super) fn markup(text: &str) -> String {
    string(text).map_or_else(|| "-".to_owned(), |text| plain(&text))
}

/// An id as XML has them: a letter or `_`, then letters, digits, `.`, `-` and `_`.
pub(super) fn token(text: &str) -> String {
    let mut token = String::with_capacity(text.len() + 1);
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        token.push('_');
    }
    token.extend(text.chars().map(|c| {
        if c.is_ascii_alphanumeric() || "-._".contains(c) {
            c
        } else {
            '_'
        }
    }));
    token
}

/// The id of a rule's objective.
pub(super) fn objective(rule: &Rule) -> String {
    format!("{}_obj", token(&rule.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_has_no_blanks_around_it() {
        let of = |text| string(text).unwrap_or_default();
        assert_eq!(of(" \u{a0}a b\n"), "⟨U+0020⟩⟨U+00A0⟩a b⟨U+000A⟩");
        assert_eq!(["", "\u{3000}", "all is well"].map(of), ["", "", "all is well"]);
    }

    #[test]
    fn tokens_are_tokens() {
        assert_eq!(
            ["trail-logging", "1 a/b", "", "é"].map(token),
            ["trail-logging", "_1_a_b", "_", "__"]
        );
    }
}
