//! What metric filters see of what controls ask for. Thousands of log groups have the same filters: each question is
//! answered once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use trailaudit_core::filter_pattern::{Coverage, FilterPattern, covers};

use super::filters::Filter;

/// The texts of patterns, and the one they are held against.
type Question = (Vec<String>, &'static str);

#[derive(Debug, Default)]
pub(super) struct Compared {
    known: Mutex<HashMap<Question, Option<Coverage>>>,
}

impl Compared {
    /// Whether filters together see every event of the `least` pattern; none where there is nothing to compare.
    pub fn covers(&self, filters: &[&Filter], least: &'static str) -> Option<Coverage> {
        let usable = || filters.iter().filter_map(|filter| filter.pattern.as_ref().ok());
        let question = (usable().map(|(text, _)| text.clone()).collect(), least);
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known().get(&question) {
            return answer.clone();
        }
        let patterns: Vec<_> = usable().map(|(_, pattern)| pattern.clone()).collect();
        let together = FilterPattern::any_of(&patterns).zip(FilterPattern::parse(least).ok());
        let answer = together.map(|(together, least)| covers(&together, &least));
        known().insert(question, answer.clone());
        answer
    }
}
