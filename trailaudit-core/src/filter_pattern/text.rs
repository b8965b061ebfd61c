//! Text with asterisks: whether it matches, and a text that some match and others do not.

use std::collections::{HashSet, VecDeque};

/// A text with asterisks, read one way.
#[derive(Clone, Debug)]
pub struct Glob(Vec<Token>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Char(char),
    Any,
}

/// What a search found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    Found(String),
    /// There is no such text.
    None,
    /// The effort ran out.
    TooHard,
}

impl Glob {
    /// An asterisk first or last stands for any text; one inside only when `inner_star` is.
    pub fn new(pattern: &str, inner_star: bool) -> Self {
        let last = pattern.chars().count().saturating_sub(1);
        let token = |(i, c)| match c {
            '*' if i == 0 || i == last || inner_star => Token::Any,
            c => Token::Char(c),
        };
        Self(pattern.chars().enumerate().map(token).collect())
    }

    /// Whether the text has an asterisk of which the meaning is not known.
    pub fn is_doubtful(pattern: &str) -> bool {
        let inside = pattern.strip_prefix('*').unwrap_or(pattern);
        inside.strip_suffix('*').unwrap_or(inside).contains('*')
    }

    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut token) = (0, 0);
        let mut retry = None;
        while at < text.len() {
            match self.0.get(token) {
                Some(Token::Any) => {
                    retry = Some((token + 1, at));
                    token += 1;
                }
                Some(Token::Char(c)) if *c == text[at] => {
                    at += 1;
                    token += 1;
                }
                _ => match retry {
                    Some((after, from)) => {
                        retry = Some((after, from + 1));
                        token = after;
                        at = from + 1;
                    }
                    None => return false,
                },
            }
        }
        self.0[token..].iter().all(|token| *token == Token::Any)
    }

    /// The only text that matches, if there is only one.
    pub fn exact(&self) -> Option<String> {
        let character = |token: &Token| match token {
            Token::Char(c) => Some(*c),
            Token::Any => None,
        };
        self.0.iter().map(character).collect()
    }

    /// A text that matches, with `filling` where any text may stand.
    pub fn example(&self, filling: &str) -> String {
        let mut text = String::new();
        for token in &self.0 {
            match token {
                Token::Char(c) => text.push(*c),
                Token::Any => text.push_str(filling),
            }
        }
        text
    }

    /// Adds `position` and what can be reached from it without a character.
    fn enter(&self, position: usize, places: &mut Vec<usize>) {
        let mut position = position;
        loop {
            if !places.contains(&position) {
                places.push(position);
            }
            if self.0.get(position) != Some(&Token::Any) {
                return;
            }
            position += 1;
        }
    }

    fn step(&self, places: &[usize], c: char) -> Vec<usize> {
        let mut next = Vec::new();
        for place in places {
            match self.0.get(*place) {
                Some(Token::Any) => self.enter(*place, &mut next),
                Some(Token::Char(wanted)) if *wanted == c => self.enter(place + 1, &mut next),
                _ => {}
            }
        }
        next.sort_unstable();
        next
    }
}

/// A text that every one of `must` matches and none of `must_not`, of characters from `allowed` if there are some.
/// Walks all texts at once, as states of all globs, breadth first: the answer is exact while `effort` lasts.
pub fn find(must: &[Glob], must_not: &[Glob], allowed: Option<&str>, effort: &mut usize) -> Search {
    let globs: Vec<&Glob> = must.iter().chain(must_not).collect();
    let alphabet = alphabet(&globs, allowed);
    let start: Vec<Vec<usize>> = globs
        .iter()
        .map(|glob| {
            let mut places = Vec::new();
            glob.enter(0, &mut places);
            places
        })
        .collect();
    let accepts = |state: &[Vec<usize>]| {
        let ends = |i: usize| state[i].contains(&globs[i].0.len());
        (0..must.len()).all(ends) && !(must.len()..globs.len()).any(ends)
    };
    let mut seen = HashSet::from([start.clone()]);
    let mut queue = VecDeque::from([(start, String::new())]);
    while let Some((state, text)) = queue.pop_front() {
        if accepts(&state) {
            return Search::Found(text);
        }
        for c in &alphabet {
            let cost = 2
                + text.len() / 8
                + state
                    .iter()
                    .map(|places| 1 + places.len() * places.len() / 4)
                    .sum::<usize>();
            if cost >= *effort {
                *effort = 0;
                return Search::TooHard;
            }
            *effort -= cost;
            let next: Vec<_> = globs
                .iter()
                .zip(&state)
                .map(|(glob, places)| glob.step(places, *c))
                .collect();
            let is_dead = next[..must.len()].iter().any(Vec::is_empty);
            if !is_dead && seen.insert(next.clone()) {
                queue.push_back((next, format!("{text}{c}")));
            }
        }
    }
    Search::None
}

/// The characters that make a difference, and one that is in no glob: it stands for all others.
fn alphabet(globs: &[&Glob], allowed: Option<&str>) -> Vec<char> {
    let mut used: Vec<char> = Vec::new();
    for token in globs.iter().flat_map(|glob| &glob.0) {
        if let Token::Char(c) = token
            && !used.contains(c)
        {
            used.push(*c);
        }
    }
    if let Some(allowed) = allowed {
        return allowed.chars().collect();
    }
    let spare = ('a'..='z').chain('\u{e000}'..='\u{f8ff}').find(|c| !used.contains(c));
    spare.into_iter().chain(used).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_asterisk_inside_is_read_both_ways() {
        for (pattern, text, literally, widely) in [
            ("Ev*ent", "Ev*ent", true, true),
            ("Ev*ent", "Event", false, true),
            ("*Event", "PutEvent", true, true),
            ("Event*", "Event", true, true),
            ("*", "", true, true),
            ("", "x", false, false),
            ("*a*", "bab", true, true),
            ("delete*", "DeleteTrail", false, false),
        ] {
            assert_eq!(Glob::new(pattern, false).matches(text), literally, "{pattern} {text}");
            assert_eq!(Glob::new(pattern, true).matches(text), widely, "{pattern} {text}");
        }
        assert!(Glob::is_doubtful("a*b") && Glob::is_doubtful("**a") && !Glob::is_doubtful("*a*"));
    }

    #[test]
    fn a_hostile_search_gives_up() {
        let globs: Vec<_> = (0..20)
            .map(|i| Glob::new(&format!("*{}*", "ab".repeat(i + 3)), true))
            .collect();
        let mut effort = 10_000;
        assert_eq!(
            find(&globs, &[Glob::new("*b", true)], None, &mut effort),
            Search::TooHard
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Against all texts of at most five characters: long enough to tell these globs apart.
        #[test]
        fn a_text_is_found_when_there_is_one(
            must in prop::collection::vec("[ab*]{0,3}", 0..3),
            must_not in prop::collection::vec("[ab*]{0,3}", 0..3),
        ) {
            let globs = |patterns: &[String]| patterns.iter().map(|text| Glob::new(text, true)).collect::<Vec<_>>();
            let (must, must_not) = (globs(&must), globs(&must_not));
            let fits = |text: &str| must.iter().all(|glob| glob.matches(text)) && !must_not.iter().any(|glob| glob.matches(text));
            let mut texts = vec![String::new()];
            for length in 0..5 {
                let longest: Vec<_> = texts.iter().filter(|text| text.len() == length).cloned().collect();
                texts.extend(longest.iter().flat_map(|text| ["a", "b", "c"].map(|c| format!("{text}{c}"))));
            }
            match find(&must, &must_not, None, &mut 1_000_000) {
                Search::Found(text) => prop_assert!(fits(&text), "{text}"),
                Search::None => prop_assert!(!texts.iter().any(|text| fits(text))),
                Search::TooHard => prop_assert!(false),
            }
        }
    }
}
