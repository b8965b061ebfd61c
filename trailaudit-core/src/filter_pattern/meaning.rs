//! What a pattern means: whether it holds for an event, under one reading of what is not documented.

use serde_json::Value;

use super::parse::is_number;
use super::term::{Check, Comparison, Finite, Operand, Selector, Step, Term, Test};
use super::text::Glob;

/// One way to read what CloudWatch Logs does not document. The module's table says why each is open.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// `!=` matches where the field is not there.
    pub missing_differs: bool,
    /// How null, true and false are compared.
    pub odd: Foreign,
    /// How text and numbers are compared with each other.
    pub cross: Foreign,
    /// An asterisk inside a text stands for any text.
    pub inner_star: bool,
}

/// How a value is compared with an operand of another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// It is no value: nothing matches.
    NoValue,
    /// It differs: only `!=` matches.
    Differs,
    /// By its text, or by the number that the text is.
    AsText,
}

pub const FOREIGN: [Foreign; 3] = [Foreign::NoValue, Foreign::Differs, Foreign::AsText];

/// The reading that others vary.
pub const PLAIN: Reading = Reading {
    missing_differs: false,
    odd: Foreign::NoValue,
    cross: Foreign::NoValue,
    inner_star: false,
};

impl Reading {
    pub fn all() -> impl Iterator<Item = Self> {
        let bools = [false, true];
        bools.into_iter().flat_map(move |missing_differs| {
            FOREIGN.into_iter().flat_map(move |odd| {
                FOREIGN.into_iter().flat_map(move |cross| {
                    bools.into_iter().map(move |inner_star| Self {
                        missing_differs,
                        odd,
                        cross,
                        inner_star,
                    })
                })
            })
        })
    }
}

/// Whether `term` holds for `event`; none where that hangs on a regular expression.
pub fn holds(term: &Term, event: &Value, reading: Reading) -> Option<bool> {
    match term {
        Term::All(terms) => decided(terms, event, reading, false),
        Term::Any(terms) => decided(terms, event, reading, true),
        Term::Not(term) => holds(term, event, reading).map(|holds| !holds),
        Term::Test(test) => passes(test, event, reading),
    }
}

/// The check of one value, or of a field that is not there.
pub fn check(check: &Check, value: Option<&Value>, reading: Reading) -> Option<bool> {
    let (comparison, operand) = match check {
        Check::Exists => return Some(value.is_some()),
        Check::NotExists => return Some(value.is_none()),
        Check::IsNull => return Some(value == Some(&Value::Null)),
        Check::IsTrue => return Some(value == Some(&Value::Bool(true))),
        Check::IsFalse => return Some(value == Some(&Value::Bool(false))),
        Check::Compare(comparison, operand) => (*comparison, operand),
    };
    match value {
        None => Some(comparison == Comparison::NotEqual && reading.missing_differs),
        Some(Value::Array(_) | Value::Object(_)) => Some(false),
        Some(Value::Null) => foreign(reading.odd, comparison, operand, "null", reading),
        Some(Value::Bool(value)) => foreign(reading.odd, comparison, operand, &value.to_string(), reading),
        Some(Value::String(text)) => match operand {
            Operand::Number(_) => foreign(reading.cross, comparison, operand, text, reading),
            _ => as_text(comparison, operand, text, reading),
        },
        Some(Value::Number(number)) => match operand {
            Operand::Number(wanted) => Some(
                number
                    .as_f64()
                    .is_some_and(|number| ordered(comparison, number, *wanted)),
            ),
            Operand::Text(pattern) if pattern == "*" => Some(comparison == Comparison::Equal),
            Operand::Text(_) => foreign(reading.cross, comparison, operand, &number.to_string(), reading),
            Operand::Regex(_) => None,
        },
    }
}

fn decided(terms: &[Term], event: &Value, reading: Reading, decisive: bool) -> Option<bool> {
    let mut answer = Some(!decisive);
    for term in terms {
        match holds(term, event, reading) {
            Some(found) if found == decisive => return Some(decisive),
            Some(_) => {}
            None => answer = None,
        }
    }
    answer
}

fn passes(test: &Test, event: &Value, reading: Reading) -> Option<bool> {
    if !test.selector.is_open() {
        return check(&test.check, at(event, &test.selector), reading);
    }
    // The guide shows `=` with [*] and .*, which any of the fields may satisfy. Of the others it says nothing.
    if matches!(
        test.check,
        Check::Exists | Check::NotExists | Check::Compare(Comparison::NotEqual, _)
    ) {
        return None;
    }
    let mut answer = Some(false);
    for value in all_at(event, &test.selector) {
        match check(&test.check, Some(value), reading) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => answer = None,
        }
    }
    answer
}

fn foreign(how: Foreign, comparison: Comparison, operand: &Operand, text: &str, reading: Reading) -> Option<bool> {
    match how {
        Foreign::NoValue => Some(false),
        Foreign::Differs => Some(comparison == Comparison::NotEqual),
        Foreign::AsText => as_text(comparison, operand, text, reading),
    }
}

fn as_text(comparison: Comparison, operand: &Operand, text: &str, reading: Reading) -> Option<bool> {
    match operand {
        Operand::Text(pattern) => {
            let is_equal = Glob::new(pattern, reading.inner_star).matches(text);
            Some(is_equal == (comparison == Comparison::Equal))
        }
        Operand::Number(wanted) => match text.parse::<f64>() {
            Ok(number) if is_number(text) => Some(ordered(comparison, number, *wanted)),
            _ => Some(comparison == Comparison::NotEqual),
        },
        Operand::Regex(_) => None,
    }
}

fn ordered(comparison: Comparison, left: f64, right: Finite) -> bool {
    let ordering = left.partial_cmp(&right.get());
    match comparison {
        Comparison::Equal => ordering.is_some_and(std::cmp::Ordering::is_eq),
        Comparison::NotEqual => ordering.is_some_and(std::cmp::Ordering::is_ne),
        Comparison::Less => ordering.is_some_and(std::cmp::Ordering::is_lt),
        Comparison::LessOrEqual => ordering.is_some_and(std::cmp::Ordering::is_le),
        Comparison::Greater => ordering.is_some_and(std::cmp::Ordering::is_gt),
        Comparison::GreaterOrEqual => ordering.is_some_and(std::cmp::Ordering::is_ge),
    }
}

fn at<'a>(event: &'a Value, selector: &Selector) -> Option<&'a Value> {
    selector.0.iter().try_fold(event, |value, step| match (step, value) {
        (Step::Name(name), Value::Object(members)) => members.get(name),
        (Step::Index(index), Value::Array(items)) => items.get(*index as usize),
        _ => None,
    })
}

fn all_at<'a>(event: &'a Value, selector: &Selector) -> Vec<&'a Value> {
    let mut found = vec![event];
    for step in &selector.0 {
        let next = |value: &'a Value| -> Vec<&'a Value> {
            match (step, value) {
                (Step::Name(name), Value::Object(members)) => members.get(name).into_iter().collect(),
                (Step::AnyName, Value::Object(members)) => members.values().collect(),
                (Step::Index(index), Value::Array(items)) => items.get(*index as usize).into_iter().collect(),
                (Step::AnyIndex, Value::Array(items)) => items.iter().collect(),
                _ => Vec::new(),
            }
        };
        found = found.into_iter().flat_map(next).collect();
    }
    found
}
