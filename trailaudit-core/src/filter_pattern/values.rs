//! What one field may hold when the outcomes of some checks on it are given.

use serde_json::{Number, Value};

use super::meaning::{FOREIGN, Foreign, PLAIN, Reading, check};
use super::parse::is_number;
use super::term::{Check, Comparison, Operand};
use super::text::{Glob, Search, find};

/// A check and its outcome.
pub type Outcome<'a> = (&'a Check, bool);

/// How sure it is that a value has the outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Under some reading of what is not documented, or for all that could be found out.
    Perhaps,
    /// Under every reading.
    Sure,
}

/// What the field may be. None: it cannot, under any reading.
#[derive(Clone, Debug, Default)]
pub struct Possible {
    /// The field is not there.
    pub missing: Option<Fit>,
    /// It is an array or an object.
    pub container: Option<Fit>,
    /// It is this value, or for all others as sure or less.
    pub scalar: Option<(Value, Fit)>,
}

impl Possible {
    pub fn is_none(&self) -> bool {
        self.missing.is_none() && self.container.is_none() && self.scalar.is_none()
    }
}

/// What a field may be. When no `effort` is left afterwards, the answer means nothing.
pub fn possible(outcomes: &[Outcome<'_>], effort: &mut usize) -> Possible {
    let patterns = Patterns::new(outcomes);
    let missing = [false, true].map(|missing_differs| Reading {
        missing_differs,
        ..PLAIN
    });
    let mut best = Best::default();
    for value in [Value::Bool(false), Value::Bool(true), Value::Null] {
        let readings: Vec<_> = patterns.readings(|reading, odd| reading.odd = odd).collect();
        best.try_value(outcomes, value, &readings);
    }
    numbers(outcomes, &patterns, effort, &mut best);
    texts(outcomes, &patterns, effort, &mut best);
    Possible {
        missing: fit(outcomes, None, &missing),
        container: fit(outcomes, Some(&Value::Array(Vec::new())), &[PLAIN]),
        scalar: best.0,
    }
}

/// The most certain value so far; text last, so that it wins among equals: fields of events mostly are.
#[derive(Default)]
struct Best(Option<(Value, Fit)>);

impl Best {
    fn offer(&mut self, value: Value, fit: Fit) {
        if self.0.as_ref().is_none_or(|(_, found)| *found <= fit) {
            self.0 = Some((value, fit));
        }
    }

    fn try_value(&mut self, outcomes: &[Outcome<'_>], value: Value, readings: &[Reading]) -> Option<Fit> {
        let found = fit(outcomes, Some(&value), readings);
        if let Some(found) = found {
            self.offer(value, found);
        }
        found
    }
}

fn fit(outcomes: &[Outcome<'_>], value: Option<&Value>, readings: &[Reading]) -> Option<Fit> {
    let (mut always, mut ever) = (true, false);
    for reading in readings {
        let answers = || {
            outcomes
                .iter()
                .map(|(wanted, outcome)| check(wanted, value, *reading).map(|found| found == *outcome))
        };
        let refuted = answers().any(|answer| answer == Some(false));
        always &= answers().all(|answer| answer == Some(true));
        ever |= !refuted;
    }
    match (always, ever) {
        (true, _) => Some(Fit::Sure),
        (false, true) => Some(Fit::Perhaps),
        (false, false) => None,
    }
}

/// The operands of the outcomes, sorted.
struct Patterns<'a> {
    must: Vec<&'a str>,
    must_not: Vec<&'a str>,
    numbers: Vec<f64>,
    is_doubtful: bool,
}

impl<'a> Patterns<'a> {
    fn new(outcomes: &[Outcome<'a>]) -> Self {
        let (mut must, mut must_not, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for (wanted, outcome) in outcomes {
            match wanted {
                Check::Compare(comparison, Operand::Text(text)) => {
                    let is_equal = (*comparison == Comparison::Equal) == *outcome;
                    if is_equal {
                        must.push(text.as_str());
                    } else {
                        must_not.push(text.as_str());
                    }
                }
                Check::Compare(_, Operand::Number(number)) => numbers.push(number.get()),
                _ => {}
            }
        }
        numbers.sort_by(f64::total_cmp);
        let is_doubtful = must.iter().chain(&must_not).any(|text| Glob::is_doubtful(text));
        Self {
            must,
            must_not,
            numbers,
            is_doubtful,
        }
    }

    /// The readings that may make a difference to one kind of value: `vary` says how that kind is compared.
    fn readings(&self, vary: impl Fn(&mut Reading, Foreign)) -> impl Iterator<Item = Reading> {
        let stars: &[bool] = if self.is_doubtful { &[false, true] } else { &[false] };
        FOREIGN.into_iter().flat_map(move |how| {
            let mut reading = PLAIN;
            vary(&mut reading, how);
            stars.iter().map(move |inner_star| Reading {
                inner_star: *inner_star,
                ..reading
            })
        })
    }

    /// Numbers between, at and beyond those that are compared with: no other makes a difference.
    fn landmarks(&self) -> Vec<f64> {
        let mut landmarks = vec![0.0, 7.0, f64::MIN, f64::MAX];
        landmarks.extend(self.numbers.first().map(|first| first - 1.0));
        landmarks.extend(self.numbers.last().map(|last| last + 1.0));
        landmarks.extend(&self.numbers);
        landmarks.extend(self.numbers.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])));
        landmarks
    }

    fn globs(&self, inner_star: bool) -> (Vec<Glob>, Vec<Glob>) {
        let globs = |texts: &[&str]| texts.iter().map(|text| Glob::new(text, inner_star)).collect();
        (globs(&self.must), globs(&self.must_not))
    }
}

fn numbers(outcomes: &[Outcome<'_>], patterns: &Patterns<'_>, effort: &mut usize, best: &mut Best) {
    let readings: Vec<_> = patterns.readings(|reading, cross| reading.cross = cross).collect();
    let candidates = patterns.landmarks();
    *effort = effort.saturating_sub(candidates.len() * outcomes.len() * 10);
    for value in candidates.into_iter().filter_map(number) {
        if best.try_value(outcomes, value, &readings) == Some(Fit::Sure) {
            return;
        }
    }
    // By its text, a number may fit globs: it must look like one.
    for inner_star in [false, true].into_iter().take(1 + usize::from(patterns.is_doubtful)) {
        let (must, must_not) = patterns.globs(inner_star);
        if must.is_empty() && must_not.is_empty() {
            continue;
        }
        match find(&must, &must_not, Some("0123456789-+.eE"), effort) {
            Search::None => {}
            Search::Found(text) => {
                let value = serde_json::from_str(&text).map_or(Value::from(0), Value::Number);
                let fits = best.try_value(outcomes, value.clone(), &readings).is_some();
                if !fits && best.0.is_none() && !is_refuted(outcomes) {
                    best.offer(value, Fit::Perhaps);
                }
            }
            Search::TooHard => return,
        }
    }
}

fn texts(outcomes: &[Outcome<'_>], patterns: &Patterns<'_>, effort: &mut usize, best: &mut Best) {
    let readings: Vec<_> = patterns.readings(|reading, cross| reading.cross = cross).collect();
    // Likely ones, and readable.
    let mut candidates = vec!["Other".to_owned()];
    for pattern in patterns.must.iter().chain(&patterns.must_not) {
        candidates.extend(["Other", ""].map(|filling| Glob::new(pattern, true).example(filling)));
        candidates.push((*pattern).to_owned());
    }
    candidates.extend(
        patterns
            .numbers
            .iter()
            .filter_map(|number| Some(self::number(*number)?.to_string())),
    );
    // The only one, when it is given in full.
    let whole = patterns
        .must
        .iter()
        .find_map(|pattern| Glob::new(pattern, false).exact());
    if let Some(text) = whole.filter(|_| !patterns.is_doubtful) {
        candidates = vec![text];
    }
    let is_whole = candidates.len() == 1 && !patterns.must.is_empty();
    *effort = effort.saturating_sub(candidates.len() * (1 + outcomes.len()) * 10);
    for text in candidates {
        if best.try_value(outcomes, Value::String(text), &readings) == Some(Fit::Sure) || *effort == 0 {
            return;
        }
    }
    if !is_whole {
        any_text(outcomes, patterns, &readings, effort, best);
    }
}

/// Any text at all, by searching: under both readings of asterisks at once, then under each.
fn any_text(
    outcomes: &[Outcome<'_>],
    patterns: &Patterns<'_>,
    readings: &[Reading],
    effort: &mut usize,
    best: &mut Best,
) {
    let (must, must_not) = patterns.globs(false);
    let mut searches = vec![(must, must_not)];
    if patterns.is_doubtful {
        let (must, must_not) = patterns.globs(true);
        let both = |a: &[Glob], b: &[Glob]| [a, b].concat();
        searches.insert(0, (both(&must, &searches[0].0), both(&must_not, &searches[0].1)));
        searches.push((must, must_not));
    }
    for (must, must_not) in searches {
        let text = match find(&must, &must_not, None, effort) {
            Search::None => continue,
            Search::Found(text) => text,
            Search::TooHard => return,
        };
        let found = best.try_value(outcomes, Value::String(text.clone()), readings);
        if found == Some(Fit::Sure) {
            return;
        }
        // It may fit as another text that is a number, which is not searched for.
        if found.is_none() && best.0.is_none() && !is_refuted(outcomes) && may_be_number(outcomes, patterns) {
            best.offer(Value::String(text), Fit::Perhaps);
        }
    }
}

/// Whether some number has the outcomes of all comparisons with numbers.
fn may_be_number(outcomes: &[Outcome<'_>], patterns: &Patterns<'_>) -> bool {
    let compares = |wanted: &Check| matches!(wanted, Check::Compare(_, Operand::Number(_)));
    let outcomes: Vec<_> = outcomes
        .iter()
        .copied()
        .filter(|(wanted, _)| compares(wanted))
        .collect();
    let values = patterns.landmarks().into_iter().filter_map(number);
    !outcomes.is_empty()
        && values
            .into_iter()
            .any(|value| fit(&outcomes, Some(&value), &[PLAIN]).is_some())
}

/// Whether no text and no number has these outcomes, whichever it is.
fn is_refuted(outcomes: &[Outcome<'_>]) -> bool {
    outcomes.iter().any(|(wanted, outcome)| match wanted {
        Check::Exists => !outcome,
        Check::NotExists | Check::IsNull | Check::IsTrue | Check::IsFalse => *outcome,
        Check::Compare(..) => false,
    })
}

fn number(value: f64) -> Option<Value> {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of this size is exact")]
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Some(Value::from(value as i64));
    }
    debug_assert!(is_number(&value.to_string()) || !value.is_finite());
    Number::from_f64(value).map(Value::Number)
}
