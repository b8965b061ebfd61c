//! CloudWatch Logs filter patterns for JSON events, as metric filters use them: parsed, printed, asked whether they
//! match an event, and compared: does this filter see every event that a control asks for?
//!
//! The grammar is that of the CloudWatch Logs user guide, "Using filter patterns to match terms in JSON log events":
//! `{ ($.eventName = "DeleteTrail") && ($.userIdentity.invokedBy NOT EXISTS) || ... }`, with `&&` before `||`, and text
//! compared with case. Accepted beyond it: `EXISTS` and `NOT` before a term (the guide says that `EXISTS` and `IS NOT`
//! are not supported today), keywords in any case, and text in single quotes.
//!
//! ```
//! use trailaudit_core::filter_pattern::{Coverage, FilterPattern, covers};
//!
//! let filter = FilterPattern::parse("{ $.eventName = DeleteTrail }")?;
//! let required = FilterPattern::parse("{ $.eventName = 'Delete*' || $.eventName = StopLogging }")?;
//! assert_eq!(covers(&required, &filter), Coverage::Covers);
//! let Coverage::Misses(witness) = covers(&filter, &required) else { panic!() };
//! assert_eq!(witness.words, r#"an event with $.eventName = "DeleteOther""#);
//! # Ok::<(), trailaudit_core::filter_pattern::ParseError>(())
//! ```
//!
//! # What is known of the meaning, and what is not
//!
//! | case | meaning | source |
//! | --- | --- | --- |
//! | the selector leads to an array or object | neither `=` nor `!=` matches | user guide; read of that test, not of the whole pattern |
//! | `IS NULL` | only a field that is there and null | user guide |
//! | `NOT EXISTS` | only a field that is not there | user guide |
//! | `*` first or last in a text | any text, none included; `{ $.latency = * }` matches numbers too | user guide |
//! | `*` inside a text | itself in the guide of 2020; the later guide does not say | both are tried |
//! | `!=` on a field that is not there | observed not to match (DataBiosphere/azul issue 5884, with the console's test) but not documented | both are tried |
//! | `=` or `!=` on null, true or false | not documented | no value, a value that differs, and its text are tried |
//! | text compared with a number, or a number with text | not documented | the same three are tried |
//!
//! What is not known is never guessed: [`FilterPattern::matches`] and [`covers`] answer only where every reading agrees.
//! Regular expressions (`%...%`) are kept and printed, never evaluated.

mod controls;
mod coverage;
mod meaning;
mod parse;
mod term;
mod text;
mod values;
mod witness;

use std::fmt;

use serde_json::Value;

pub use controls::{ALARMS, AlarmPattern};
pub use coverage::{Coverage, Unclear, Witness, covers};
pub use parse::{MAX_DEPTH, MAX_LENGTH, ParseError, Problem};

use meaning::Reading;
use term::Term;

/// One parsed filter pattern. Equal when the terms are the same in the same order; for the same meaning ask [`covers`]
/// both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterPattern {
    term: Term,
}

impl FilterPattern {
    /// Parses the `filterPattern` of a metric filter. The empty pattern matches every event.
    ///
    /// # Errors
    /// When the text is not a JSON pattern (a pattern of words or of `[columns]` is not), is not of the grammar, is
    /// longer than [`MAX_LENGTH`] characters or nested deeper than [`MAX_DEPTH`].
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Ok(Self {
            term: parse::parse(text)?,
        })
    }

    /// What matches whenever one of the patterns does: several metric filters, each with its alarm, may serve a control
    /// together. None when there are none.
    #[must_use]
    pub fn any_of(patterns: &[Self]) -> Option<Self> {
        let everything = |pattern: &&Self| matches!(&pattern.term, Term::All(terms) if terms.is_empty());
        match patterns {
            [] => None,
            [one] => Some(one.clone()),
            many => Some(many.iter().find(everything).cloned().unwrap_or_else(|| Self {
                term: Term::Any(many.iter().map(|pattern| pattern.term.clone()).collect()),
            })),
        }
    }

    /// Whether this pattern matches `event`, and none where that is not documented or hangs on a regular expression.
    #[must_use]
    pub fn matches(&self, event: &Value) -> Option<bool> {
        let mut answers = Reading::all().map(|reading| meaning::holds(&self.term, event, reading));
        let first = answers.next().flatten()?;
        answers.all(|answer| answer == Some(first)).then_some(first)
    }
}

impl fmt::Display for FilterPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.term {
            Term::All(terms) if terms.is_empty() => Ok(()),
            term => write!(f, "{{ {term} }}"),
        }
    }
}

impl std::str::FromStr for FilterPattern {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}
