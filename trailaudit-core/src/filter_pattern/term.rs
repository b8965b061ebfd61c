//! What a pattern says: terms over tests of single fields, and how they are written.

use std::fmt;
use std::hash::{Hash, Hasher};

/// A pattern's expression. `All` of nothing is true: the empty pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
    Test(Test),
}

/// What is asked of one field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Test {
    pub selector: Selector,
    pub check: Check,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    Compare(Comparison, Operand),
    IsNull,
    IsTrue,
    IsFalse,
    Exists,
    NotExists,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// Text with its asterisks.
    Text(String),
    Number(Finite),
    /// What stands between the percent signs.
    Regex(String),
}

/// A finite number, compared and hashed by its bits; zero has no sign.
#[derive(Clone, Copy, Debug)]
pub struct Finite(f64);

/// The way to a field from the event's root.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selector(pub Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    Name(String),
    Index(u32),
    AnyName,
    AnyIndex,
}

impl Finite {
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value + 0.0))
    }

    pub fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for Finite {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Finite {}

impl Hash for Finite {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl Selector {
    /// Whether the selector may lead to more than one field.
    pub fn is_open(&self) -> bool {
        self.0.iter().any(|step| matches!(step, Step::AnyName | Step::AnyIndex))
    }
}

impl fmt::Display for Term {
    /// With no more parentheses than were read, so that what was shallow enough to parse stays so.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(terms) => join(f, terms, " && ", |term| matches!(term, Self::All(_) | Self::Any(_))),
            Self::Any(terms) => join(f, terms, " || ", |term| matches!(term, Self::Any(_))),
            Self::Not(term) => {
                f.write_str("NOT ")?;
                child(f, term, matches!(**term, Self::All(_) | Self::Any(_)))
            }
            Self::Test(test) => write!(f, "{test}"),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.selector, self.check)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(comparison, operand) => write!(f, "{comparison} {operand}"),
            Self::IsNull => f.write_str("IS NULL"),
            Self::IsTrue => f.write_str("IS TRUE"),
            Self::IsFalse => f.write_str("IS FALSE"),
            Self::Exists => f.write_str("EXISTS"),
            Self::NotExists => f.write_str("NOT EXISTS"),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        })
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quoted(f, text, '"'),
            // The form that parses to the same bits, and has an exponent where there would be many zeros.
            Self::Number(number) => write!(f, "{:?}", number.get()),
            Self::Regex(text) => write!(f, "%{text}%"),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for step in &self.0 {
            match step {
                Step::Name(name) if !name.is_empty() && name.chars().all(is_plain) => write!(f, ".{name}")?,
                Step::Name(name) => {
                    f.write_str("[")?;
                    quoted(f, name, '\'')?;
                    f.write_str("]")?;
                }
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::AnyName => f.write_str(".*")?,
                Step::AnyIndex => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

/// Whether a character stands in a name without brackets.
pub fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn join(f: &mut fmt::Formatter<'_>, terms: &[Term], between: &str, closed: fn(&Term) -> bool) -> fmt::Result {
    for (i, term) in terms.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        child(f, term, closed(term))?;
    }
    Ok(())
}

fn child(f: &mut fmt::Formatter<'_>, term: &Term, closed: bool) -> fmt::Result {
    if closed {
        write!(f, "({term})")
    } else {
        write!(f, "{term}")
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str, quote: char) -> fmt::Result {
    write!(f, "{quote}")?;
    for c in text.chars() {
        if c == quote || c == '\\' {
            f.write_str("\\")?;
        }
        write!(f, "{c}")?;
    }
    write!(f, "{quote}")
}
