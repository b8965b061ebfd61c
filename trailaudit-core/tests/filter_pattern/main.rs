//! Filter patterns: the grammar, the meaning, and what covers what.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod controls;
mod coverage;
mod exhaustive;
mod grammar;
mod meaning;

use trailaudit_core::filter_pattern::FilterPattern;

fn pattern(text: &str) -> FilterPattern {
    FilterPattern::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
